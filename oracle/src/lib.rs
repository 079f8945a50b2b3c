//! What Terraform and OpenTofu accept of a provider, and a client that leads a provider through
//! validate, plan, apply, refresh and import as they do.
//!
//! Everything a core refuses has a name in [`Rule`]. The crate is the other side of the provider in
//! the tests and shares no code with it: it has its own values, its own MessagePack, its own reading
//! of schemas and its own messages, so that one mistake cannot be on both sides.
//!
//! Modules in reading order: what travels ([`value`], [`types`], [`msgpack`], [`json`]), what a
//! provider says about its objects ([`schema`]), what a core makes of a configuration
//! ([`mod@proposed`]), what it refuses ([`rules`]), how it goes about it ([`core`]), and random input
//! for all of it ([`choices`], [`generate`]).

pub mod choices;
pub mod core;
pub mod generate;
pub mod json;
pub mod msgpack;
pub mod number;
pub mod proposed;
pub mod rules;
pub mod schema;
pub mod types;
pub mod value;
pub mod violation;

/// The messages of the protocol, as `proto/tfplugin6.proto` has them.
#[expect(missing_docs, reason = "generated from the protocol's own file")]
pub mod proto {
    tonic::include_proto!("tfplugin6");
}

pub use self::core::{Applied, Core, Failure, Instance, Plan, Planned};
pub use proposed::proposed;
pub use value::Value;
pub use violation::{Rule, Violation};
