//! How every call runs: in a task of its own, whatever becomes of the caller.
//!
//! A panic in a call becomes a diagnostic and leaves the other calls alone. A caller that hangs up
//! cancels the call's waits, but does not cut a write to the remote side in two.

use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt as _};
use tonic::Status;
use tracing::Instrument as _;

use super::super::panic;
use super::super::wire::diagnostic;
use super::super::wire::proto::tfplugin6::*;
use super::Shared;
use crate::framework::diag::Diagnostic;
use crate::framework::provider::Provider;
use crate::framework::server::Call;

/// How many events may wait for the caller to take them.
const EVENT_BUFFER: usize = 16;

/// A stream of events to the caller.
pub(super) type EventStream<E> = Pin<Box<dyn Stream<Item = Result<E, Status>> + Send>>;

/// What a call is, for logs and messages.
pub(super) trait Named {
    /// The name of the call in the protocol.
    const NAME: &'static str;

    /// The type of object it is about; empty where there is none.
    fn type_name(&self) -> &str {
        ""
    }
}

/// The request of a call with one reply.
pub(super) trait Unary: Named + Send + 'static {
    /// The reply.
    type Reply: Reply;

    /// Answers the call.
    ///
    /// # Errors
    /// The request cannot be understood, or names something that does not exist.
    fn handle<P: Provider>(
        self,
        shared: &Shared<P>,
        call: &Call,
    ) -> impl Future<Output = Result<Self::Reply, Diagnostic>> + Send;
}

/// The request of a call that is answered with a stream of events.
pub(super) trait Streaming: Named + Send + 'static {
    /// One event.
    type Event: Reply;

    /// Answers the call.
    ///
    /// # Errors
    /// The request cannot be understood, or names something that does not exist.
    fn handle<P: Provider>(
        self,
        shared: &Shared<P>,
        call: &Call,
        events: &mpsc::Sender<Self::Event>,
    ) -> impl Future<Output = Result<(), Diagnostic>> + Send;
}

/// A message that can say that the call failed.
pub(super) trait Reply: Send + 'static {
    /// The message that says only this. Cores then leave everything as it was.
    fn failed(diagnostic: Diagnostic) -> Self;
}

/// Runs a call with one reply.
pub(super) async fn unary<P: Provider, R: Unary>(shared: &Arc<Shared<P>>, request: R) -> R::Reply {
    let call = shared.server.call();
    // Dropped with this future, when the caller hangs up.
    let _hangup = call.cancellation.clone().drop_guard();
    let panicked = internal_error(&request);
    let span = span(&request);
    let shared = Arc::clone(shared);
    let work = async move { request.handle(&shared, &call).await };
    match tokio::spawn(panic::caught(work).instrument(span)).await {
        Ok(Ok(Ok(reply))) => reply,
        Ok(Ok(Err(diagnostic))) => R::Reply::failed(diagnostic),
        Ok(Err(_)) | Err(_) => R::Reply::failed(panicked),
    }
}

/// Runs a call with a stream of events.
pub(super) fn stream<P: Provider, R: Streaming>(
    shared: &Arc<Shared<P>>,
    request: R,
) -> EventStream<R::Event> {
    let call = shared.server.call();
    let hangup = call.cancellation.clone().drop_guard();
    let panicked = internal_error(&request);
    let span = span(&request);
    let shared = Arc::clone(shared);
    let (sender, events) = mpsc::channel(EVENT_BUFFER);
    let own_sender = sender.clone();
    let work = async move { request.handle(&shared, &call, &own_sender).await };
    let work = panic::caught(work).instrument(span);
    tokio::spawn(async move {
        let failure = match work.await {
            Ok(Ok(())) => return,
            Ok(Err(diagnostic)) => diagnostic,
            Err(_) => panicked,
        };
        // A caller that is gone needs no explanation.
        let _ = sender.send(R::Event::failed(failure)).await;
    });
    Box::pin(ReceiverStream::new(events).map(move |event| {
        // Dropped with the stream, when the caller hangs up or the stream has ended.
        let _ = &hangup;
        Ok(event)
    }))
}

fn span(request: &impl Named) -> tracing::Span {
    let span = tracing::debug_span!(
        "call",
        tf_rpc = name_of(request),
        tf_type = tracing::field::Empty
    );
    if !request.type_name().is_empty() {
        span.record("tf_type", request.type_name());
    }
    span
}

fn name_of<R: Named>(_: &R) -> &'static str {
    R::NAME
}

/// The message for a panic, which has been logged where it happened. What it said may be secret.
fn internal_error(request: &impl Named) -> Diagnostic {
    let name = name_of(request);
    let subject = match request.type_name() {
        "" => name.to_owned(),
        type_name => format!("{name} for {type_name}"),
    };
    Diagnostic::bug(
        "Internal error in the provider",
        format!(
            "The provider hit an internal error in {subject} and could not finish it. With \
             TF_LOG=ERROR, the log says where."
        ),
    )
}

/// The messages of a call that are named after it and have nothing special.
macro_rules! calls {
    ($($messages:ident $name:literal $($type_name:ident)?),* $(,)?) => {
        $(
            impl Named for $messages::Request {
                const NAME: &'static str = $name;

                $(fn type_name(&self) -> &str {
                    &self.$type_name
                })?
            }
        )*
    };
}

calls! {
    get_metadata "GetMetadata",
    get_provider_schema "GetProviderSchema",
    get_resource_identity_schemas "GetResourceIdentitySchemas",
    get_functions "GetFunctions",
    validate_provider_config "ValidateProviderConfig",
    configure_provider "ConfigureProvider",
    stop_provider "StopProvider",
    validate_resource_config "ValidateResourceConfig" type_name,
    upgrade_resource_state "UpgradeResourceState" type_name,
    upgrade_resource_identity "UpgradeResourceIdentity" type_name,
    read_resource "ReadResource" type_name,
    plan_resource_change "PlanResourceChange" type_name,
    apply_resource_change "ApplyResourceChange" type_name,
    import_resource_state "ImportResourceState" type_name,
    move_resource_state "MoveResourceState" target_type_name,
    generate_resource_config "GenerateResourceConfig" type_name,
    validate_data_resource_config "ValidateDataResourceConfig" type_name,
    read_data_source "ReadDataSource" type_name,
    validate_ephemeral_resource_config "ValidateEphemeralResourceConfig" type_name,
    open_ephemeral_resource "OpenEphemeralResource" type_name,
    renew_ephemeral_resource "RenewEphemeralResource" type_name,
    close_ephemeral_resource "CloseEphemeralResource" type_name,
    validate_list_resource_config "ValidateListResourceConfig" type_name,
    list_resource "ListResource" type_name,
    call_function "CallFunction" name,
    validate_action_config "ValidateActionConfig" type_name,
    plan_action "PlanAction" action_type,
    invoke_action "InvokeAction" action_type,
    validate_state_store "ValidateStateStoreConfig" type_name,
    configure_state_store "ConfigureStateStore" type_name,
    read_state_bytes "ReadStateBytes" type_name,
    lock_state "LockState" type_name,
    unlock_state "UnlockState" type_name,
    get_states "GetStates" type_name,
    delete_state "DeleteState" type_name,
}

/// The replies whose messages are in a field of that name.
macro_rules! replies {
    ($($messages:ident),* $(,)?) => {
        $(
            impl Reply for $messages::Response {
                fn failed(diagnostic: Diagnostic) -> Self {
                    let mut reply = Self::default();
                    reply.diagnostics = diagnostic::encode(diagnostic.into());
                    reply
                }
            }
        )*
    };
}

replies! {
    get_metadata,
    get_provider_schema,
    get_resource_identity_schemas,
    get_functions,
    validate_provider_config,
    configure_provider,
    validate_resource_config,
    upgrade_resource_state,
    upgrade_resource_identity,
    read_resource,
    plan_resource_change,
    apply_resource_change,
    import_resource_state,
    move_resource_state,
    generate_resource_config,
    validate_data_resource_config,
    read_data_source,
    validate_ephemeral_resource_config,
    open_ephemeral_resource,
    renew_ephemeral_resource,
    close_ephemeral_resource,
    validate_list_resource_config,
    validate_action_config,
    plan_action,
    validate_state_store,
    configure_state_store,
    read_state_bytes,
    write_state_bytes,
    lock_state,
    unlock_state,
    get_states,
    delete_state,
}
