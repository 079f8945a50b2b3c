# A secret of one cluster for another one. Neither state nor plan holds the value.
ephemeral "camunda_cluster_connector_secret" "example" {
  cluster_id = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"
  name       = "PAYMENT_API_KEY"
}

resource "camunda_cluster_connector_secret" "example" {
  cluster_id       = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
  name             = "PAYMENT_API_KEY"
  value_wo         = ephemeral.camunda_cluster_connector_secret.example.value
  value_wo_version = 1
}
