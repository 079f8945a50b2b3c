data "camunda_clusters" "example" {
  name_prefix = "orders-"
}

output "cluster_ids" {
  value = { for cluster in data.camunda_clusters.example.clusters : cluster.id => cluster.name }
}
