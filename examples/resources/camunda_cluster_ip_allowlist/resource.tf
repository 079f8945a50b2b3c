resource "camunda_cluster_ip_allowlist" "example" {
  cluster_id = camunda_cluster.orders.id

  entries = [
    {
      cidrs       = ["203.0.113.0/24", "198.51.100.7"]
      description = "office"
    },
    {
      cidrs = ["192.0.2.0/28"]
    },
  ]
}
