data "camunda_cluster_plan_types" "example" {}

output "plan_type_ids" {
  value = { for plan_type in data.camunda_cluster_plan_types.example.plan_types : plan_type.name => plan_type.id }
}
