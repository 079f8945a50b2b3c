//! Terraform and OpenTofu provider for Camunda 8 SaaS.
//!
//! Modules in reading order; `ARCHITECTURE.md` describes what each may know of the others.

pub mod clock;
pub mod framework;
pub mod api;
pub mod provider;
pub mod resources;
pub mod data_sources;
pub mod plugin;
