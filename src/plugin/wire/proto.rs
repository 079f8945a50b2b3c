//! The generated messages and services of `proto/`.
#![expect(
    missing_docs,
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes,
    reason = "generated code; the protocol's documentation describes it"
)]

/// Terraform's plugin protocol, version 6.
pub mod tfplugin6 {
    tonic::include_proto!("tfplugin6");
}

/// The plugin host's own services.
pub mod plugin {
    tonic::include_proto!("plugin");
}

/// The standard health service.
pub mod health {
    tonic::include_proto!("grpc.health.v1");
}
