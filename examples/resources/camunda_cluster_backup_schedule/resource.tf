resource "camunda_cluster_backup_schedule" "example" {
  cluster_id = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"

  # Every day at 2 o'clock, UTC.
  cron = "0 2 * * *"
}
