# Which cluster does an address belong to? Works without credentials, at any time of a run.
locals {
  example = provider::camunda::parse_cluster_url(
    "https://bru-2.operate.camunda.io/6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"
  )
}

output "cluster_id" {
  value = local.example.cluster_id
}
