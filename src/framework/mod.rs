//! The provider framework: typed resources, data sources and the other kinds of objects, and the
//! rules by which Terraform plans and applies them.
//!
//! Knows nothing of gRPC and nothing of Camunda.

pub mod action;
#[cfg(test)]
pub(crate) mod arbitrary;
pub mod data_source;
pub mod diag;
pub mod docs;
pub mod ephemeral;
pub mod function;
pub mod list;
pub mod number;
pub mod object;
pub mod operation;
pub mod path;
pub mod private;
pub mod provider;
pub mod resource;
pub mod schema;
pub mod server;
pub mod types;
pub mod value;
