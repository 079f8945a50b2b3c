//! Ephemeral resources, one file each: values that exist during a run and that no state and no plan
//! holds.

pub mod access_token;
pub mod cluster_client;
pub mod cluster_connector_secret;
