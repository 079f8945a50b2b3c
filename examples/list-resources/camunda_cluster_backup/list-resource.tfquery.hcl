# The usable backups of one cluster.
list "camunda_cluster_backup" "example" {
  provider = camunda

  config {
    cluster_id = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"
    status     = "Complete"
  }
}
