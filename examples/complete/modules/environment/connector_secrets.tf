# State holds these values. README.md shows how none of it does, on CLIs that can.
resource "camunda_cluster_connector_secret" "this" {
  for_each = var.connector_secrets

  cluster_id = camunda_cluster.this.id
  name       = each.key
  value      = lookup(var.connector_secret_values, each.key, null)

  lifecycle {
    precondition {
      condition     = contains(keys(var.connector_secret_values), each.key)
      error_message = "The connector secret ${each.key} of ${var.name} has no value: see the variable connector_secrets."
    }
  }
}
