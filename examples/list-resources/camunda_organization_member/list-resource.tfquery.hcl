# The administrators, with all that is known of them.
list "camunda_organization_member" "example" {
  provider         = camunda
  include_resource = true
  limit            = 1000

  config {
    role = "admin"
  }
}
