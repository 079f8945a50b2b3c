variable "cluster_id" {
  type = string
}

action "camunda_cluster_backup_create" "example" {
  config {
    cluster_id = var.cluster_id
  }
}

# By hand: terraform apply -invoke=action.camunda_cluster_backup_create.example
# Or whenever a new version of the processes is about to be deployed:
resource "terraform_data" "deployment" {
  input = "2026-11-24"

  lifecycle {
    action_trigger {
      events  = [before_update]
      actions = [action.camunda_cluster_backup_create.example]
    }
  }
}
