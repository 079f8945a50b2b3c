//! The services the host expects beside the provider itself: controller, stdio, broker, health.
//!
//! Knows nothing of the provider. Only the controller and the health service do something; the
//! others are kept open and quiet, because a host logs a warning where they are missing.

use std::collections::HashMap;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio_stream::Stream;
use tokio_util::sync::WaitForCancellationFutureOwned;
use tonic::{Request, Response, Status, Streaming};

use super::lifecycle::Lifecycle;
use super::wire::proto::health::health_check_response::ServingStatus;
use super::wire::proto::health::health_server::Health as HealthService;
use super::wire::proto::health::{
    HealthCheckRequest, HealthCheckResponse, HealthListRequest, HealthListResponse,
};
use super::wire::proto::plugin::grpc_broker_server::GrpcBroker;
use super::wire::proto::plugin::grpc_controller_server::GrpcController;
use super::wire::proto::plugin::grpc_stdio_server::GrpcStdio;
use super::wire::proto::plugin::{ConnInfo, Empty, StdioData};

/// The name under which hosts ask for the health of a plugin.
const PLUGIN: &str = "plugin";

/// Ends the process when the host asks.
#[derive(Debug)]
pub(super) struct Controller {
    /// What is to end.
    pub lifecycle: Lifecycle,
}

#[tonic::async_trait]
impl GrpcController for Controller {
    async fn shutdown(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        tracing::debug!("the host asked for shutdown");
        // This reply is still sent: the server finishes what it has begun.
        self.lifecycle.stop_at_once();
        Ok(Response::new(Empty {}))
    }
}

/// Would mirror what the plugin prints. Nothing is printed, so nothing is ever sent.
#[derive(Debug)]
pub(super) struct Stdio {
    /// Ends the streams.
    pub lifecycle: Lifecycle,
}

#[tonic::async_trait]
impl GrpcStdio for Stdio {
    type StreamStdioStream = IdleStream<StdioData>;

    async fn stream_stdio(
        &self,
        _: Request<()>,
    ) -> Result<Response<Self::StreamStdioStream>, Status> {
        Ok(Response::new(IdleStream::until_stopping(&self.lifecycle)))
    }
}

/// Would open further connections between host and plugin. Neither side ever asks for one.
#[derive(Debug)]
pub(super) struct Broker {
    /// Ends the streams.
    pub lifecycle: Lifecycle,
}

#[tonic::async_trait]
impl GrpcBroker for Broker {
    type StartStreamStream = IdleStream<ConnInfo>;

    async fn start_stream(
        &self,
        request: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<Self::StartStreamStream>, Status> {
        let stream = IdleStream::until_stopping(&self.lifecycle).ignoring(request.into_inner());
        Ok(Response::new(stream))
    }
}

/// Says that the plugin is serving, for as long as it is there to say so.
#[derive(Debug)]
pub(super) struct Health {
    /// Ends the streams.
    pub lifecycle: Lifecycle,
}

fn health_of(service: &str) -> Option<HealthCheckResponse> {
    // The empty name asks for the server as a whole.
    [PLUGIN, ""]
        .contains(&service)
        .then(|| answer(ServingStatus::Serving))
}

fn answer(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse {
        status: status.into(),
    }
}

#[tonic::async_trait]
impl HealthService for Health {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        health_of(&request.into_inner().service)
            .map(Response::new)
            .ok_or_else(|| Status::not_found("unknown service"))
    }

    async fn list(
        &self,
        _: Request<HealthListRequest>,
    ) -> Result<Response<HealthListResponse>, Status> {
        let statuses = HashMap::from([(PLUGIN.to_owned(), answer(ServingStatus::Serving))]);
        Ok(Response::new(HealthListResponse { statuses }))
    }

    type WatchStream = IdleStream<HealthCheckResponse>;

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let first = health_of(&request.into_inner().service)
            .unwrap_or_else(|| answer(ServingStatus::ServiceUnknown));
        let stream = IdleStream::until_stopping(&self.lifecycle).starting_with(first);
        Ok(Response::new(stream))
    }
}

/// A stream of at most one item that stays open until the plugin stops, or until the client has
/// closed its own stream. Open streams would otherwise hold up the end of the server.
pub(super) struct IdleStream<T> {
    first: Option<T>,
    ignored: Option<Streaming<ConnInfo>>,
    stopping: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl<T> IdleStream<T> {
    fn until_stopping(lifecycle: &Lifecycle) -> Self {
        Self {
            first: None,
            ignored: None,
            stopping: Box::pin(lifecycle.stopping()),
        }
    }

    fn starting_with(mut self, first: T) -> Self {
        self.first = Some(first);
        self
    }

    fn ignoring(mut self, ignored: Streaming<ConnInfo>) -> Self {
        self.ignored = Some(ignored);
        self
    }
}

impl<T: Unpin> Stream for IdleStream<T> {
    type Item = Result<T, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        if self.stopping.as_mut().poll(context).is_ready() {
            return Poll::Ready(None);
        }
        let Some(ignored) = &mut self.ignored else {
            return Poll::Pending;
        };
        while let Some(Ok(_)) = ready!(Pin::new(&mut *ignored).poll_next(context)) {}
        Poll::Ready(None)
    }
}
