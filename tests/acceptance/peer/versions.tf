terraform {
  required_providers {
    camunda = {
      source = "camunda-community-hub/camunda"
    }
  }
}
