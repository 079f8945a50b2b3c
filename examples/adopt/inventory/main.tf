# Reads what there is in an organisation and writes an import block for each object. Changes nothing.
# See ../README.md.

terraform {
  required_providers {
    camunda = {
      source = "camunda-rs/camunda"
    }
  }
}

variable "kinds" {
  description = "What to adopt beside the clusters. Allowlists and backups need an Enterprise plan."
  type        = set(string)
  default     = ["clients", "connector_secrets", "members"]

  validation {
    condition = length(setsubtract(var.kinds, [
      "clients", "connector_secrets", "members", "allowlist_entries", "backups",
    ])) == 0
    error_message = "Kinds are clients, connector_secrets, members, allowlist_entries and backups."
  }
}

variable "cluster_name_prefix" {
  description = "Adopt only clusters whose name begins with this text, and what is in them."
  type        = string
  default     = null
}

data "camunda_clusters" "all" {
  name_prefix = var.cluster_name_prefix
}

data "camunda_cluster_clients" "of" {
  for_each   = contains(var.kinds, "clients") ? local.cluster_names : {}
  cluster_id = each.key
}

data "camunda_cluster_connector_secrets" "of" {
  for_each   = contains(var.kinds, "connector_secrets") ? local.cluster_names : {}
  cluster_id = each.key
}

data "camunda_cluster_ip_allowlist" "of" {
  for_each   = contains(var.kinds, "allowlist_entries") ? local.cluster_names : {}
  cluster_id = each.key
}

data "camunda_cluster_backups" "of" {
  for_each   = contains(var.kinds, "backups") ? local.cluster_names : {}
  cluster_id = each.key
}

data "camunda_organization_members" "all" {
  count = contains(var.kinds, "members") ? 1 : 0
}

locals {
  cluster_names = { for cluster in data.camunda_clusters.all.clusters : cluster.id => cluster.name }

  # Who has none of these roles cannot be configured, and the owner cannot be changed.
  assignable_roles = [
    "admin", "operationsengineer", "taskuser", "analyst", "developer", "visitor", "modeler",
  ]

  # The type of each object, its import ID, and what its address is made from.
  objects = concat(
    [
      for id, name in local.cluster_names :
      { type = "camunda_cluster", id = id, name = name }
    ],
    flatten([
      for cluster, found in data.camunda_cluster_clients.of : [
        for client in found.clients : {
          type = "camunda_cluster_client"
          id   = client.id
          name = "${local.cluster_names[cluster]} ${client.name}"
        }
      ]
    ]),
    flatten([
      for cluster, found in data.camunda_cluster_connector_secrets.of : [
        for name in found.names : {
          type = "camunda_cluster_connector_secret"
          id   = "${cluster}/${name}"
          name = "${local.cluster_names[cluster]} ${name}"
        }
      ]
    ]),
    flatten([
      for cluster, found in data.camunda_cluster_ip_allowlist.of : [
        # The description is the key: one entry for each, and none for those without.
        for description in toset(found.entries[*].description) : {
          type = "camunda_cluster_ip_allowlist_entry"
          id   = "${cluster}/${description}"
          name = "${local.cluster_names[cluster]} ${description}"
        } if trimspace(description) != ""
      ]
    ]),
    flatten([
      for cluster, found in data.camunda_cluster_backups.of : [
        for backup in found.backups : {
          type = "camunda_cluster_backup"
          id   = "${cluster}/${backup.id}"
          name = "${local.cluster_names[cluster]} ${backup.name}"
        }
      ]
    ]),
    flatten([
      for found in data.camunda_organization_members.all : [
        for member in found.members : {
          type = "camunda_organization_member"
          id   = member.id
          name = member.email
        }
        if length(setintersection(member.roles, local.assignable_roles)) > 0
        && length(setintersection(member.roles, ["owner", "organizationowner"])) == 0
      ]
    ]),
  )

  blocks = [
    for object in local.objects : join("\n", [
      "import {",
      # The name, as far as an address can hold it, and a bit of the ID, so that no two are equal.
      format(
        "  to = %s.%s_%s",
        object.type,
        replace(replace(lower(object.name), "/[^0-9a-z]+/", "_"), "/^([^a-z])/", "_$1"),
        substr(sha1(object.id), 0, 8),
      ),
      # As a literal: nothing in it is a template.
      format(
        "  id = %s",
        replace(replace(jsonencode(object.id), "$${", "$$${"), "%%{", "%%%{"),
      ),
      "}",
      "",
    ])
  ]
}

output "imports" {
  description = "Import blocks, to be written into a file of the configuration that takes over."
  value       = join("\n", local.blocks)
}

output "counts" {
  description = "How many objects there are of each type."
  value       = { for type, found in { for object in local.objects : object.type => object... } : type => length(found) }
}
