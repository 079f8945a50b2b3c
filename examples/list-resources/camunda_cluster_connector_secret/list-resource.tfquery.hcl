# The connector secrets of all clusters; never their values.
list "camunda_cluster_connector_secret" "example" {
  provider = camunda
  limit    = 10000
}

# Those of one cluster whose name begins with a word.
list "camunda_cluster_connector_secret" "payment" {
  provider = camunda

  config {
    cluster_id  = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"
    name_prefix = "PAYMENT_"
  }
}
