import {
  to = camunda_organization_member.example
  id = "ada@example.com"
}
