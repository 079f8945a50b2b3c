resource "camunda_organization_member" "example" {
  email = "ada@example.com"
  roles = ["admin", "developer"]
}
