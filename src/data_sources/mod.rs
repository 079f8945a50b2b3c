//! The data sources, one file per type.

pub mod activity;
pub mod channel;
pub mod cluster_backup;
pub mod cluster_backups;
pub mod cluster_client;
pub mod cluster_clients;
pub mod cluster_connector_secrets;
pub mod cluster_ip_allowlist;
pub mod cluster_plan_type;
pub mod ip_ranges;
pub mod organization_member;
pub mod organization_members;
pub mod region;
