//! Translation between the plugin protocol and the framework's types.

pub mod proto;
