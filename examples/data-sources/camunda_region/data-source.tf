data "camunda_region" "example" {
  name = "Belgium, Europe (europe-west1)"
}

output "region_id" {
  value = data.camunda_region.example.id
}

# What backup_region of a cluster in this region can be, by the cloud provider's region codes.
output "backup_regions" {
  value = { for backup in data.camunda_region.example.backup_regions : join(", ", backup.region_codes) => backup.id }
}
