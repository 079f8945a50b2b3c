# Ranges from several places, each once and in one form:
# ["192.0.2.0/24", "198.51.100.7/32"]
locals {
  offices  = ["192.0.2.0/24", "198.51.100.7"]
  partners = ["192.0.2.17", "198.51.100.7/32"]
}

resource "camunda_cluster_ip_allowlist" "example" {
  cluster_id = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"

  entries = [
    {
      cidrs       = provider::camunda::normalize_cidrs(concat(local.offices, local.partners))
      description = "offices and partners"
    },
  ]
}
