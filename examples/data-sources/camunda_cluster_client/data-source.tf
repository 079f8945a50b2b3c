data "camunda_cluster_client" "example" {
  cluster_id = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"
  name       = "order-workers"
}

output "zeebe_address" {
  value = data.camunda_cluster_client.example.zeebe_address
}
