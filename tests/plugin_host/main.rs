//! The plugin host from outside: the built binary started as Terraform starts it, and the server
//! inside the test where a process cannot show the thing.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "../support/fixture_provider.rs"]
mod fixture_provider;
#[path = "../support/plugin_client.rs"]
mod plugin_client;
#[path = "../support/mod.rs"]
#[expect(unused_imports, reason = "no resources are read here")]
mod support;

#[cfg(target_os = "linux")]
mod core_dumps;
mod crash;
mod debug;
mod end;
mod handshake;
mod logging;
mod server;
mod services;
mod texts;
mod tls;
mod tokens;

/// The provider under test.
const BINARY: &str = env!("CARGO_BIN_EXE_terraform-provider-camunda");
