data "camunda_cluster_backup" "example" {
  cluster_id  = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"
  most_recent = true
}

output "last_backup" {
  value = data.camunda_cluster_backup.example.completed_at
}
