import {
  to = camunda_organization_member.ada
  identity = {
    email = "ada@example.com"
  }
}
