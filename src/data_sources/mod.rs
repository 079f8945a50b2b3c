//! The data sources, one file per type.

pub mod activity;
pub mod channel;
pub mod channels;
pub mod cluster;
pub mod cluster_backup;
pub mod cluster_backups;
pub mod cluster_client;
pub mod cluster_clients;
pub mod cluster_connector_secrets;
pub mod cluster_ip_allowlist;
pub mod cluster_monitoring;
pub mod cluster_plan_type;
pub mod cluster_plan_types;
pub mod cluster_secure_connectivity;
pub mod clusters;
pub mod ip_ranges;
pub mod organization_member;
pub mod organization_members;
pub mod region;
pub mod regions;
