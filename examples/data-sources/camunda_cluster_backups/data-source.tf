data "camunda_cluster_backups" "example" {
  cluster_id = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"
  status     = "Complete"
}

output "backups" {
  value = { for backup in data.camunda_cluster_backups.example.backups : backup.id => backup.completed_at }
}
