variable "cluster_id" {
  type = string
}

# A password has leaked, and nobody is to get in with it any more:
# terraform apply -invoke=action.camunda_cluster_monitoring_client_rotate.example
action "camunda_cluster_monitoring_client_rotate" "example" {
  config {
    cluster_id = var.cluster_id
    username   = "prometheus"
  }
}
