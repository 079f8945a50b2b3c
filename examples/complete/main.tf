# Credentials come from the environment: CAMUNDA_CONSOLE_CLIENT_ID and CAMUNDA_CONSOLE_CLIENT_SECRET.
provider "camunda" {
  # Before the first write, the provider makes sure that they belong to this organisation.
  organization_id = var.organization_id
}

module "environment" {
  source   = "./modules/environment"
  for_each = local.environments

  name        = "${var.application}-${each.key}"
  description = "${each.value.stage_label} of ${var.application}, managed by Terraform"
  channel     = var.channel
  region      = var.region

  stage_label         = each.value.stage_label
  plan_type           = each.value.plan_type
  hardware_packages   = each.value.hardware_packages
  auto_update         = each.value.auto_update
  keep_awake          = each.value.keep_awake
  deletion_protection = each.value.deletion_protection
  backup_schedule     = each.value.backup_schedule
  scrapers            = each.value.scrapers
  allowlist           = each.value.allowlist
  clients             = each.value.clients

  connector_secrets       = each.value.connector_secrets
  connector_secret_values = lookup(var.connector_secrets, each.key, {})
}
