//! What cores refuse: rules over schemas and values alone, without a provider.
//!
//! Where the cores differ, the strictest counts. The rules are those of Terraform 1.17 and OpenTofu
//! 1.13 in development, which are those of the older ones and more.

mod plan;
mod result;
mod schema;
mod state;

#[cfg(test)]
mod samples;

pub use plan::{plan, replace_paths};
pub use result::{compatible, result};
pub use schema::{identity as identity_schema, schema};
pub use state::{Stage, identity, state};
