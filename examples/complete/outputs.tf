output "clusters" {
  description = "What others need to know of the clusters."
  value = {
    for name, environment in module.environment : name => {
      id          = environment.cluster_id
      generation  = environment.generation
      links       = environment.links
      metrics_url = environment.metrics_url
    }
  }
}

output "clients" {
  description = "With what programs log in, by environment and client. For the stores that they read their configuration from: `terraform output -json clients`."
  value       = { for name, environment in module.environment : name => environment.clients }
  sensitive   = true
}

output "scrapers" {
  description = "With what scrapers of metrics log in, by environment and user name."
  value       = { for name, environment in module.environment : name => environment.scrapers }
  sensitive   = true
}
