//! The gRPC server of the plugin: listener, TLS and services put together, until the end.
//!
//! Knows nothing of the process: settings come in as plain values, signals and output are in
//! `plugin::process`. So tests run it as it is.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::CertificateDer;
use tonic::transport::Server;

use super::accept::{accept_all, queue};
use super::handshake::Handshake;
use super::lifecycle::Lifecycle;
use super::listen::{ListenError, Listener, Network};
use super::orphan::Connections;
use super::services::{Broker, Controller, Health, Stdio};
use super::tls::{MutualTls, TlsError};
use super::wire::proto::health::health_server::HealthServer;
use super::wire::proto::plugin::grpc_broker_server::GrpcBrokerServer;
use super::wire::proto::plugin::grpc_controller_server::GrpcControllerServer;
use super::wire::proto::plugin::grpc_stdio_server::GrpcStdioServer;
use super::wire::proto::tfplugin6::provider_server::{Provider, ProviderServer};
use crate::clock::Clock;

/// Largest message in either direction, as in the reference implementation. The library's own
/// limit of 4 MiB is too small for large states.
pub const MESSAGE_LIMIT: usize = 256 << 20;

/// How the plugin is reached.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where to listen.
    pub network: Network,
    /// PEM of the only certificate that may connect; `None` for plain text.
    pub client_certificate: Option<String>,
    /// Whether the host understands the seventh field of the handshake line.
    pub announce_multiplexing: bool,
}

/// Why the plugin cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No socket.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// No TLS.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// A plugin that listens and is ready to be announced. Connections wait until it serves.
#[derive(Debug)]
pub struct Host {
    listener: Listener,
    tls: Option<Arc<ServerConfig>>,
    certificate: Option<CertificateDer<'static>>,
    announce_multiplexing: bool,
    lifecycle: Lifecycle,
    connections: Connections,
    clock: Clock,
}

impl Host {
    /// Starts to listen. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// When there can be no socket, or the host's certificate makes no sense.
    pub fn bind(settings: &Settings, clock: &Clock) -> Result<Self, StartError> {
        let mutual_tls = settings
            .client_certificate
            .as_deref()
            .map(MutualTls::accepting_only)
            .transpose()?;
        let (tls, certificate) = mutual_tls
            .map(
                |MutualTls {
                     config,
                     certificate,
                 }| (config, certificate),
            )
            .unzip();
        Ok(Self {
            listener: Listener::bind(&settings.network)?,
            tls,
            certificate,
            announce_multiplexing: settings.announce_multiplexing,
            lifecycle: Lifecycle::new(clock.clone()),
            connections: Connections::new(),
            clock: clock.clone(),
        })
    }

    /// What a client must know to connect.
    #[must_use]
    pub fn handshake(&self) -> Handshake<'_> {
        Handshake {
            network: self.listener.network(),
            address: self.listener.address(),
            certificate: self.certificate.as_deref(),
            announce_multiplexing: self.announce_multiplexing,
        }
    }

    /// The end of this plugin, for those who may ask for it.
    #[must_use]
    pub fn lifecycle(&self) -> Lifecycle {
        self.lifecycle.clone()
    }

    /// The connections of this plugin, for those who watch them.
    pub(super) fn connections(&self) -> Connections {
        self.connections.clone()
    }

    /// Serves until the host asks for shutdown or the lifecycle is ended otherwise. The socket's
    /// file is gone when this returns.
    ///
    /// # Errors
    /// When the server fails as a whole; faults of single connections do not.
    pub async fn serve<P: Provider>(self, provider: Arc<P>) -> Result<(), tonic::transport::Error> {
        let lifecycle = self.lifecycle;
        let (ready, incoming) = queue();
        let accepting = accept_all(self.listener, self.tls, self.clock, self.connections, ready);
        let server = Server::builder()
            .add_service(
                ProviderServer::from_arc(provider)
                    .max_decoding_message_size(MESSAGE_LIMIT)
                    .max_encoding_message_size(MESSAGE_LIMIT),
            )
            .add_service(GrpcControllerServer::new(Controller {
                lifecycle: lifecycle.clone(),
            }))
            .add_service(GrpcStdioServer::new(Stdio {
                lifecycle: lifecycle.clone(),
            }))
            .add_service(GrpcBrokerServer::new(Broker {
                lifecycle: lifecycle.clone(),
            }))
            .add_service(HealthServer::new(Health {
                lifecycle: lifecycle.clone(),
            }))
            .serve_with_incoming_shutdown(incoming, lifecycle.stopping());
        tokio::select! {
            served = server => served,
            () = lifecycle.over() => Ok(()),
            // Ends as soon as the server stops accepting, which is not yet the end of the server.
            () = async { accepting.await; std::future::pending().await } => Ok(()),
        }
    }
}
