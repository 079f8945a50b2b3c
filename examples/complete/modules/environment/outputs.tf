output "cluster_id" {
  description = "ID of the cluster."
  value       = camunda_cluster.this.id
}

output "generation" {
  description = "Name of the generation that runs."
  value       = camunda_cluster.this.current_generation_name
}

output "links" {
  description = "Addresses of the components."
  value       = camunda_cluster.this.links
}

output "metrics_url" {
  description = "Where metrics are scraped; null without scrapers."
  value       = one(camunda_cluster_monitoring.this[*].metrics_url)
}

output "clients" {
  description = "With what programs log in, by client."
  value = {
    for name, client in camunda_cluster_client.this : name => {
      zeebe_address            = client.zeebe_address
      authorization_server_url = client.zeebe_authorization_server_url
      client_id                = client.zeebe_client_id
      client_secret            = client.secret
    }
  }
  sensitive = true
}

output "scrapers" {
  description = "With what scrapers log in, by user name."
  value       = { for name, scraper in camunda_cluster_monitoring_client.this : name => scraper.password }
  sensitive   = true
}
