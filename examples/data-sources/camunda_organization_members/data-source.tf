data "camunda_organization_members" "example" {
  role           = "admin"
  invite_pending = false
}

output "example" {
  value = data.camunda_organization_members.example.members[*].email
}
