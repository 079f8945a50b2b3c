# Nothing about the value is stored. Raise the version with every new value.
variable "smtp_password" {
  type      = string
  sensitive = true
  ephemeral = true
}

resource "camunda_cluster_connector_secret" "write_only" {
  cluster_id       = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"
  name             = "SMTP_PASSWORD"
  value_wo         = var.smtp_password
  value_wo_version = 1
}
