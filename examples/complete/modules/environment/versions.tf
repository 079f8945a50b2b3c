terraform {
  required_version = ">= 1.6"

  required_providers {
    camunda = {
      source  = "camunda-rs/camunda"
      version = "~> 0.1"
    }
  }
}
