variable "application" {
  description = "What the clusters are for: their names begin with it."
  type        = string
  default     = "orders"
}

variable "organization_id" {
  description = "ID of the organisation, as in the address of the Console. Left out, it is not checked."
  type        = string
  default     = null
}

variable "channel" {
  description = "Name of the release channel."
  type        = string
  default     = "Stable"
}

variable "region" {
  description = "Name of the region, as the Console shows it."
  type        = string
  default     = "Belgium, Europe (europe-west1)"
}

variable "connector_secrets" {
  description = "Values of connector secrets, by environment and name. Hand them in from a secret store, as TF_VAR_connector_secrets."
  type        = map(map(string))
  sensitive   = true
}

variable "members" {
  description = "Members of the organisation, by e-mail address, and their roles. The owner does not belong here."
  type        = map(set(string))
  default = {
    "ada@example.com"   = ["admin"]
    "grace@example.com" = ["developer", "operationsengineer"]
  }
}
