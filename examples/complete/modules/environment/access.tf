# Who gets in, from where, and with what.
resource "camunda_cluster_ip_allowlist" "this" {
  count = length(var.allowlist) == 0 ? 0 : 1

  cluster_id = camunda_cluster.this.id
  entries = [
    for description, cidrs in var.allowlist : {
      description = description
      cidrs       = cidrs
    }
  ]
}

resource "camunda_cluster_client" "this" {
  for_each = var.clients

  cluster_id = camunda_cluster.this.id
  name       = each.key
  scopes     = each.value
}

resource "camunda_cluster_monitoring" "this" {
  count = length(var.scrapers) == 0 ? 0 : 1

  cluster_id = camunda_cluster.this.id
}

resource "camunda_cluster_monitoring_client" "this" {
  for_each = var.scrapers

  cluster_id       = camunda_cluster_monitoring.this[0].cluster_id
  username         = each.key
  password_version = 1 # another number makes new passwords in place

  # The service switches the endpoint off when its last credentials are deleted.
  lifecycle {
    create_before_destroy = true
  }
}
