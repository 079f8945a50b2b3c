//! go-plugin and tfplugin6: the only place that knows gRPC, msgpack and certificates.
//!
//! [`run`] is the way in. Modules in reading order: the process, its handshake, its server, and
//! what it serves.

mod accept;
mod arguments;
mod core_dumps;
pub mod debug;
pub mod environment;
pub mod handshake;
pub mod host;
pub mod lifecycle;
pub mod listen;
pub mod log;
mod orphan;
pub mod panic;
mod process;
pub mod rpc;
mod services;
pub mod signals;
mod tls;
mod visible;
pub mod wire;

pub use arguments::Program;
pub use process::{WindDown, run};
