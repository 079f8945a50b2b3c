//! The managed resources, one file per type.

pub mod cluster;
pub mod cluster_backup;
pub mod cluster_backup_schedule;
pub mod cluster_client;
pub mod cluster_connector_secret;
pub mod cluster_ip_allowlist;
pub mod cluster_ip_allowlist_entry;
pub mod cluster_ip_whitelist;
pub mod organization_member;
