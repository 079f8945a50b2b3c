resource "camunda_cluster_ip_whitelist" "example" {
  cluster_id = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"

  ip_whitelist {
    ip          = "203.0.113.0/24"
    description = "office"
  }
}
