import {
  to = camunda_organization_member.example
  identity = {
    email = "ada@example.com"
  }
}
