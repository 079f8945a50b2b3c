resource "camunda_cluster_ip_allowlist_entry" "example" {
  cluster_id  = camunda_cluster.orders.id
  description = "office"
  cidrs       = ["203.0.113.0/24", "198.51.100.7"]
}
