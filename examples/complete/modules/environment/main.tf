# Names in, IDs out: what an organisation can use is looked up, once for all environments.
data "camunda_channel" "this" {
  name = var.channel
}

data "camunda_cluster_plan_type" "this" {
  name = var.plan_type
}

data "camunda_region" "this" {
  name = var.region
}

resource "camunda_cluster" "this" {
  name        = var.name
  description = var.description

  channel           = data.camunda_channel.this.id
  plan_type         = data.camunda_cluster_plan_type.this.id
  region            = data.camunda_region.this.id
  hardware_packages = var.hardware_packages

  stage_label         = var.stage_label
  auto_update         = var.auto_update
  keep_awake          = var.keep_awake
  deletion_protection = var.deletion_protection
  backup_before       = var.backup_schedule == null ? null : ["upgrade"]
}

resource "camunda_cluster_backup_schedule" "this" {
  count = var.backup_schedule == null ? 0 : 1

  cluster_id = camunda_cluster.this.id
  cron       = var.backup_schedule
}
