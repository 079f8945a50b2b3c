resource "camunda_cluster_client" "example" {
  cluster_id = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"
  name       = "order-workers"
  scopes     = ["Zeebe", "Secrets"]
}

output "zeebe_address" {
  value = camunda_cluster_client.example.zeebe_address
}

output "client_id" {
  value = camunda_cluster_client.example.zeebe_client_id
}

output "client_secret" {
  value     = camunda_cluster_client.example.secret
  sensitive = true
}
