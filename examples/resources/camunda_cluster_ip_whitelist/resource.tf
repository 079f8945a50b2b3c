resource "camunda_cluster_ip_whitelist" "example" {
  cluster_id = camunda_cluster.orders.id

  ip_whitelist {
    ip          = "203.0.113.0/24"
    description = "office"
  }
}
