data "camunda_cluster_secure_connectivity" "example" {
  cluster_id = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"
}

output "service_name" {
  value = data.camunda_cluster_secure_connectivity.example.service_name
}
