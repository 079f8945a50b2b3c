# The environment of a job worker, from the API client that it logs in with.
resource "camunda_cluster_client" "example" {
  cluster_id = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"
  name       = "order-workers"
}

output "environment" {
  value     = provider::camunda::build_client_environment(camunda_cluster_client.example)
  sensitive = true
}
