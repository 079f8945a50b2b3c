data "camunda_channels" "example" {}

output "channel_ids" {
  value = { for channel in data.camunda_channels.example.channels : channel.name => channel.id }
}
