import {
  to = camunda_organization_member.ada
  id = "ada@example.com"
}
