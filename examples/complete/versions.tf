terraform {
  required_version = ">= 1.6"

  required_providers {
    camunda = {
      source  = "camunda-rs/camunda"
      version = "~> 0.1"
    }
  }

  # State holds the secrets of API clients: keep it in a backend that only the pipeline can read.
}
