resource "camunda_cluster_secure_connectivity" "example" {
  cluster_id         = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"
  allowed_principals = ["arn:aws:iam::111122223333:root"]
  allowed_regions    = ["eu-central-1"]
}

output "service_name" {
  value = camunda_cluster_secure_connectivity.example.service_name
}
