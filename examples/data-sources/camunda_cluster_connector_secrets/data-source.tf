data "camunda_cluster_connector_secrets" "example" {
  cluster_id  = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"
  name_prefix = "PAYMENT_"
}

output "payment_secrets" {
  value = data.camunda_cluster_connector_secrets.example.names
}
