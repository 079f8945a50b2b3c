variable "cluster_id" {
  type = string
}

action "camunda_cluster_wake" "example" {
  config {
    cluster_id = var.cluster_id
  }
}

# By hand: terraform apply -invoke=action.camunda_cluster_wake.example
# Or whenever something is about to be done that needs the cluster:
resource "terraform_data" "deployment" {
  input = "2026-11-24"

  lifecycle {
    action_trigger {
      events  = [before_create, before_update]
      actions = [action.camunda_cluster_wake.example]
    }
  }
}
