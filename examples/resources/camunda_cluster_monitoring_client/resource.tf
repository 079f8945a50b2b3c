resource "camunda_cluster_monitoring" "example" {
  cluster_id = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"
}

resource "camunda_cluster_monitoring_client" "example" {
  cluster_id       = camunda_cluster_monitoring.example.cluster_id
  username         = "prometheus"
  password_version = 1

  # The service switches the endpoint off when its last credentials are deleted.
  lifecycle {
    create_before_destroy = true
  }
}

output "password" {
  value     = camunda_cluster_monitoring_client.example.password
  sensitive = true
}
