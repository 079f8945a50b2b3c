# A backup before every change of the process applications.
resource "camunda_cluster_backup" "example" {
  cluster_id = camunda_cluster.orders.id

  triggers = {
    release = var.release
  }

  lifecycle {
    create_before_destroy = true
  }
}
