data "camunda_cluster_clients" "example" {
  cluster_id  = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"
  name_prefix = "order-"
  scope       = "Zeebe"
}

output "client_ids" {
  value = { for client in data.camunda_cluster_clients.example.clients : client.name => client.zeebe_client_id }
}
