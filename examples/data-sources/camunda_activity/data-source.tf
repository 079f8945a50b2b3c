# Everything that was deleted in October 2026, newest first.
data "camunda_activity" "example" {
  since      = "2026-10-01T00:00:00Z"
  until      = "2026-11-01T00:00:00Z"
  audit_type = "d"
}

output "deleted" {
  value = [for event in data.camunda_activity.example.events : "${event.happened_at} ${event.description}"]
}
