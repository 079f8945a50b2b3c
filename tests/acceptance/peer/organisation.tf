data "camunda_channel" "stable" {
  name = "Stable"
}

data "camunda_cluster_plan_type" "advanced" {
  name = "Advanced"
}

data "camunda_region" "belgium" {
  name = "Belgium, Europe (europe-west1)"
}

resource "camunda_cluster" "orders" {
  name       = "orders"
  channel    = data.camunda_channel.stable.id
  generation = data.camunda_channel.stable.default_generation_id
  plan_type  = data.camunda_cluster_plan_type.advanced.id
  region     = data.camunda_region.belgium.id
}

resource "camunda_cluster_client" "workers" {
  cluster_id = camunda_cluster.orders.id
  name       = "workers"
  scopes     = ["Zeebe", "Operate"]
}

resource "camunda_cluster_connector_secret" "payment" {
  cluster_id = camunda_cluster.orders.id
  name       = "PAYMENT_API_KEY"
  value      = "example"
}

resource "camunda_organization_member" "ada" {
  email = "ada@example.com"
  roles = ["developer", "admin"]
}
