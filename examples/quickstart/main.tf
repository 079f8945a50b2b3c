# One Camunda 8 cluster, from nothing to its addresses.
#
# With an organization of your own: create API credentials for the Administration API in the
# Camunda Console, export CAMUNDA_CONSOLE_CLIENT_ID and CAMUNDA_CONSOLE_CLIENT_SECRET, then run
# `terraform init` and `terraform apply` (or `tofu`). Without one: `make demo` at the top of the
# repository runs this very folder against the simulator.

terraform {
  required_providers {
    camunda = {
      source = "camunda-rs/camunda"
    }
  }
}

provider "camunda" {} # everything comes from the environment

data "camunda_channel" "stable" {
  name = "Stable"
}

data "camunda_cluster_plan_type" "advanced" {
  name = "Advanced"
}

data "camunda_region" "belgium" {
  name = "Belgium, Europe (europe-west1)"
}

resource "camunda_cluster" "quickstart" {
  name        = "quickstart"
  description = "First cluster, made by examples/quickstart"
  channel     = data.camunda_channel.stable.id
  plan_type   = data.camunda_cluster_plan_type.advanced.id
  region      = data.camunda_region.belgium.id
}

output "cluster_id" {
  value = camunda_cluster.quickstart.id
}

output "generation" {
  value = camunda_cluster.quickstart.current_generation_name
}

output "zeebe_address" {
  value = camunda_cluster.quickstart.links.zeebe
}

output "operate_url" {
  value = camunda_cluster.quickstart.links.operate
}
