# A client for what this run does with the cluster; it is gone when the run ends.
ephemeral "camunda_cluster_client" "example" {
  cluster_id  = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"
  name_prefix = "deploy-"
  scopes      = ["Zeebe"]
}

# A program of the run gets it in its environment.
resource "terraform_data" "deployment" {
  triggers_replace = "release-42"

  provisioner "local-exec" {
    command     = "./deploy order.bpmn"
    environment = provider::camunda::build_client_environment(ephemeral.camunda_cluster_client.example)
  }
}
