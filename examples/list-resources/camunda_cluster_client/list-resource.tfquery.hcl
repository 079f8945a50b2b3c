# The API clients of all clusters.
list "camunda_cluster_client" "example" {
  provider = camunda
  limit    = 1000
}

# Those of one cluster that may read its connector secrets.
list "camunda_cluster_client" "with_secrets" {
  provider = camunda

  config {
    cluster_id = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"
    scope      = "Secrets"
  }
}
