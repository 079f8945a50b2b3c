//! go-plugin and tfplugin6: the only place that knows gRPC, msgpack and certificates.

pub mod wire;
