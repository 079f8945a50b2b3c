//! Acceptance tests: the built provider under real Terraform and OpenTofu, as `make tools` fetches
//! them. Every test is run per CLI and has its name at the end: `life::create::terraform_1_11_4`.
//!
//! They see what users see, commands and their output, and know nothing of how the provider works.

// `cfg(test)` is always on here; it tells clippy that these are tests, helpers included.
#[cfg(test)]
#[macro_use]
mod support;

#[cfg(test)]
mod actions;
#[cfg(test)]
mod activity;
#[cfg(test)]
mod aliases;
#[cfg(test)]
mod bad_days;
#[cfg(test)]
mod cluster;
#[cfg(test)]
mod cluster_backup;
#[cfg(test)]
mod cluster_backup_schedule;
#[cfg(test)]
mod cluster_client;
#[cfg(test)]
mod cluster_connector_secret;
#[cfg(test)]
mod cluster_ip_allowlist;
#[cfg(test)]
mod cluster_monitoring;
#[cfg(test)]
mod cluster_secure_connectivity;
#[cfg(test)]
mod ephemeral;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod functions;
#[cfg(test)]
mod guides;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod live_suite;
#[cfg(test)]
mod organisation;
#[cfg(test)]
mod organization_member;
#[cfg(test)]
mod query;
#[cfg(test)]
mod readme;
#[cfg(test)]
mod recording;
#[cfg(test)]
mod refresh_calls;
#[cfg(test)]
mod release;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod simulator_program;
#[cfg(test)]
mod switching;
#[cfg(test)]
mod tokens;
