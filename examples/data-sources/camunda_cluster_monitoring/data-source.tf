data "camunda_cluster_monitoring" "example" {
  cluster_id = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"
}

output "metrics_url" {
  value = data.camunda_cluster_monitoring.example.metrics_url
}
