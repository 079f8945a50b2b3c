variable "cluster_id" {
  type = string
}

# To the newest generation on offer, when it suits you:
# terraform apply -invoke=action.camunda_cluster_upgrade.example
action "camunda_cluster_upgrade" "example" {
  config {
    cluster_id = var.cluster_id
    timeout    = "90m"
  }
}
