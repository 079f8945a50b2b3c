//! The actions, one file per type: steps without an object that lasts.

pub mod cluster_backup_create;
pub mod cluster_monitoring_client_rotate;
pub mod cluster_upgrade;
pub mod cluster_wake;
