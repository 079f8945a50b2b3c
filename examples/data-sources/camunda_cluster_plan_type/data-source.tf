data "camunda_cluster_plan_type" "example" {
  name = "Advanced"
}

output "plan_type_id" {
  value = data.camunda_cluster_plan_type.example.id
}
