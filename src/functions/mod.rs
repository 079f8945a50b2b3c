//! Provider functions, one file each: pure, offline, on a provider that need not be configured.

pub mod build_client_environment;
pub mod normalize_cidrs;
pub mod parse_cluster_url;
