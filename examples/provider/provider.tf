terraform {
  required_providers {
    camunda = {
      source = "camunda-rs/camunda"
    }
  }
}

# Credentials are made in the Console, under Organization > Administration API, and come from the
# environment: CAMUNDA_CONSOLE_CLIENT_ID and CAMUNDA_CONSOLE_CLIENT_SECRET.
provider "camunda" {}
