# The token of this provider for something else that talks to the Administration API: here a second
# block of the same provider, which so needs no credentials of its own.
ephemeral "camunda_access_token" "example" {}

provider "camunda" {
  alias        = "automation"
  access_token = ephemeral.camunda_access_token.example.token
}

data "camunda_clusters" "example" {
  provider = camunda.automation
}
