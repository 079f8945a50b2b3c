//! The provider for a long time: one process in debug mode that many runs attach to, and many short
//! processes on one machine, on days when the service fails now and then. In the end memory, file
//! descriptors, sockets and temporary files are as they were, and no token was asked for in vain.
//!
//! ```text
//! cargo nextest run --test soak --no-capture
//! ```
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "../fault_matrix/creations.rs"]
#[expect(dead_code, reason = "the fault matrix needs to know more")]
mod creations;
#[path = "../support/plugin_client.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod plugin_client;
#[path = "../support/mod.rs"]
#[expect(unused_imports, reason = "a soak keeps instances only")]
mod support;

mod attached;
mod bad_days;
mod machine;
mod many_processes;
mod object;
