variable "payment_api_key" {
  type      = string
  sensitive = true
}

resource "camunda_cluster_connector_secret" "example" {
  cluster_id = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"
  name       = "PAYMENT_API_KEY"
  value      = var.payment_api_key
}
