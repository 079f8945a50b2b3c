data "camunda_organization_member" "example" {
  email = "ada@example.com"
}

output "roles" {
  value = data.camunda_organization_member.example.roles
}
