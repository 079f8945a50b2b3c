# An address stands for a person: whoever leaves the map leaves the organisation.
resource "camunda_organization_member" "this" {
  for_each = var.members

  email = each.key
  roles = each.value
}
