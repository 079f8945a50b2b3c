# The entries of one team, in the allowlists of all clusters.
list "camunda_cluster_ip_allowlist_entry" "example" {
  provider = camunda
  limit    = 1000

  config {
    description_prefix = "team orders"
  }
}
