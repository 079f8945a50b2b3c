# A new number makes new credentials in place. Those before stay valid, so that
# programs can change over one by one.
resource "camunda_cluster_client" "example" {
  cluster_id       = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"
  name             = "order-workers"
  scopes           = ["Zeebe", "Secrets"]
  rotation_version = 2

  # When nobody uses the previous credentials any more:
  # retire_previous = true
}

# Gets the new secret in the apply that rotates.
resource "camunda_cluster_connector_secret" "example" {
  cluster_id = camunda_cluster_client.example.cluster_id
  name       = "ORDER_WORKERS_SECRET"
  value      = camunda_cluster_client.example.secret
}

output "previous_client_id" {
  value = camunda_cluster_client.example.previous_zeebe_client_id
}
