# Addresses to let through a firewall in front of what Web Modeler calls. Needs no credentials.
data "camunda_ip_ranges" "example" {}

output "web_modeler" {
  value = data.camunda_ip_ranges.example.ranges["web-modeler"]
}
