//! The list resources, one file per type. Each shares with the managed resource of its name how the
//! API's answers are read.

pub mod cluster;
pub mod cluster_backup;
pub mod cluster_client;
pub mod cluster_connector_secret;
pub mod cluster_ip_allowlist_entry;
pub mod organization_member;
