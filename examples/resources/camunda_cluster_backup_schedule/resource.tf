resource "camunda_cluster_backup_schedule" "example" {
  cluster_id = camunda_cluster.orders.id

  # Every day at 2 o'clock, UTC.
  cron = "0 2 * * *"
}
