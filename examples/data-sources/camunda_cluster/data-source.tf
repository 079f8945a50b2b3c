data "camunda_cluster" "example" {
  name = "orders"
}

output "cluster_id" {
  value = data.camunda_cluster.example.id
}
