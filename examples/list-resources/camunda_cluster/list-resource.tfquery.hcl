# All clusters of the organisation.
list "camunda_cluster" "example" {
  provider = camunda
  limit    = 1000
}

# Those whose name begins with a word, with all that is known of them.
list "camunda_cluster" "orders" {
  provider         = camunda
  include_resource = true

  config {
    name_prefix = "orders-"
  }
}
