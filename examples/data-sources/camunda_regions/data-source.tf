data "camunda_regions" "example" {
  cloud_provider = "gcp"
}

output "region_ids" {
  value = { for region in data.camunda_regions.example.regions : region.name => region.id }
}
