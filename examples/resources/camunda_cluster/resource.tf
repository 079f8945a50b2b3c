data "camunda_channel" "example" {
  name = "Stable"
}

data "camunda_cluster_plan_type" "example" {
  name = "Advanced"
}

data "camunda_region" "example" {
  name = "Belgium, Europe (europe-west1)"
}

resource "camunda_cluster" "example" {
  name        = "orders"
  description = "Order processing"
  channel     = data.camunda_channel.example.id
  plan_type   = data.camunda_cluster_plan_type.example.id
  region      = data.camunda_region.example.id
  stage_label = "dev"

  timeouts = {
    create = "45m"
  }
}
