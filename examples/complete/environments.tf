# What the environments differ in, in one place. Each says everything, so that a word that is misspelt or
# missing is an error and not a default.
locals {
  networks = {
    office = ["203.0.113.0/24"]
    vpn    = ["198.51.100.7", "198.51.100.8"]
  }

  environments = {
    dev = {
      stage_label         = "dev"
      plan_type           = "Basic"
      hardware_packages   = null
      auto_update         = true
      keep_awake          = true # of use where idle clusters are suspended, as in the Free Trial
      deletion_protection = false
      backup_schedule     = null
      scrapers            = []
      allowlist           = {} # open to everybody who has credentials
      clients             = { order-workers = ["Zeebe", "Secrets"] }
      connector_secrets   = ["PAYMENT_API_KEY"]
    }

    staging = {
      stage_label         = "stage"
      plan_type           = "Standard"
      hardware_packages   = null
      auto_update         = true
      keep_awake          = false
      deletion_protection = false
      backup_schedule     = null
      scrapers            = ["prometheus"]
      allowlist           = local.networks
      clients             = { order-workers = ["Zeebe", "Secrets"] }
      connector_secrets   = ["PAYMENT_API_KEY", "SMTP_PASSWORD"]
    }

    prod = {
      stage_label         = "prod"
      plan_type           = "Advanced"
      hardware_packages   = 2
      auto_update         = false
      keep_awake          = false
      deletion_protection = true
      backup_schedule     = "0 2 * * *" # every night at 2 o'clock, UTC
      scrapers            = ["prometheus"]
      allowlist           = local.networks
      connector_secrets   = ["PAYMENT_API_KEY", "SMTP_PASSWORD"]
      clients = {
        order-workers   = ["Zeebe", "Secrets"]
        order-dashboard = ["Operate", "Tasklist", "Optimize"]
      }
    }
  }
}
