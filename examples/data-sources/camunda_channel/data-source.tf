data "camunda_channel" "example" {
  name = "Stable"
}

output "channel_id" {
  value = data.camunda_channel.example.id
}

output "generations" {
  value = { for generation in data.camunda_channel.example.allowed_generations : generation.name => generation.id }
}
