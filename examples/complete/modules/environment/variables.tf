variable "name" {
  description = "Name of the cluster."
  type        = string
}

variable "description" {
  description = "Description of the cluster."
  type        = string
}

variable "channel" {
  description = "Name of the release channel. Another one replaces the cluster."
  type        = string
}

variable "region" {
  description = "Name of the region. Another one replaces the cluster."
  type        = string
}

variable "plan_type" {
  description = "Name of the plan type. Another one replaces the cluster."
  type        = string
}

variable "stage_label" {
  description = "dev, test, stage or prod."
  type        = string

  validation {
    condition     = contains(["dev", "test", "stage", "prod"], var.stage_label)
    error_message = "Stages are dev, test, stage and prod."
  }
}

variable "hardware_packages" {
  description = "Size of the cluster, for plan types that can be resized."
  type        = number
  default     = null
}

variable "auto_update" {
  description = "Whether Camunda applies patch releases by itself."
  type        = bool
  default     = false
}

variable "keep_awake" {
  description = "Whether an apply wakes the cluster if it was suspended."
  type        = bool
  default     = false
}

variable "deletion_protection" {
  description = "Whether plans that destroy or replace the cluster are refused."
  type        = bool
  default     = true
}

variable "backup_schedule" {
  description = "When backups are taken, in UTC, as cron text. With it, upgrades are preceded by a backup, too. Enterprise plans only."
  type        = string
  default     = null
}

variable "scrapers" {
  description = "User names for the metrics endpoint, which is switched on if there are any."
  type        = set(string)
  default     = []
}

variable "allowlist" {
  description = "Who may reach the cluster: IPv4 addresses and CIDR blocks, by what they are. Empty lets everybody in. Enterprise plans only."
  type        = map(set(string))
  default     = {}
}

variable "clients" {
  description = "API clients, by name, and what each may use."
  type        = map(set(string))
  default     = {}
}

variable "connector_secrets" {
  description = "Names of the connector secrets."
  type        = set(string)
  default     = []
}

variable "connector_secret_values" {
  description = "Their values, by name."
  type        = map(string)
  default     = {}
  sensitive   = true
}
