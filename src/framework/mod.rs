//! The provider framework: typed resources, data sources and the other kinds of objects, and the
//! rules by which Terraform plans and applies them.
//!
//! Knows nothing of gRPC and nothing of Camunda.

#[cfg(test)]
pub(crate) mod arbitrary;
pub mod diag;
pub mod number;
pub mod path;
pub mod types;
pub mod value;
