//! Terraform and OpenTofu provider for Camunda 8 SaaS.
//!
//! Modules in reading order; `ARCHITECTURE.md` describes what each may know of the others.

pub mod actions;
pub mod api;
pub mod clock;
pub mod data_sources;
pub mod ephemeral_resources;
pub mod framework;
pub mod functions;
pub mod list_resources;
pub mod plugin;
pub mod provider;
pub mod resources;
