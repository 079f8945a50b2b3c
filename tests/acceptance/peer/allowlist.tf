resource "camunda_cluster_ip_whitelist" "orders" {
  cluster_id = camunda_cluster.orders.id

  ip_whitelist {
    ip          = "203.0.113.0/24"
    description = "office"
  }

  ip_whitelist {
    ip = "198.51.100.7"
  }
}
