resource "camunda_organization_member" "ada" {
  email = "ada@example.com"
  roles = ["admin", "developer"]
}
