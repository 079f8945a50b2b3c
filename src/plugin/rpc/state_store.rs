//! The calls about state stores, of which this provider has none. Cores do not make them, because
//! no state store is listed; who does gets an answer that says so.

use tokio::sync::mpsc;

use super::Shared;
use super::call::{Reply as _, Streaming, Unary};
use crate::framework::diag::Diagnostic;
use crate::framework::provider::Provider;
use crate::framework::server::Call;
use crate::plugin::wire::proto::tfplugin6::{
    configure_state_store, delete_state, get_states, lock_state, read_state_bytes, unlock_state,
    validate_state_store, write_state_bytes,
};

macro_rules! refuse {
    ($($messages:ident),*) => {
        $(
            impl Unary for $messages::Request {
                type Reply = $messages::Response;

                async fn handle<P: Provider>(
                    self,
                    _shared: &Shared<P>,
                    _call: &Call,
                ) -> Result<$messages::Response, Diagnostic> {
                    Err(no_such(&self.type_name))
                }
            }
        )*
    };
}

refuse!(
    validate_state_store,
    configure_state_store,
    lock_state,
    unlock_state,
    get_states,
    delete_state
);

impl Streaming for read_state_bytes::Request {
    type Event = read_state_bytes::Response;

    async fn handle<P: Provider>(
        self,
        _shared: &Shared<P>,
        _call: &Call,
        _events: &mpsc::Sender<read_state_bytes::Response>,
    ) -> Result<(), Diagnostic> {
        Err(no_such(&self.type_name))
    }
}

/// Answers `WriteStateBytes`. Takes everything that is sent first: a caller in the middle of
/// sending might otherwise see a broken stream and not the answer.
pub(super) async fn write(
    mut chunks: tonic::Streaming<write_state_bytes::RequestChunk>,
) -> write_state_bytes::Response {
    let mut type_name = String::new();
    while let Ok(Some(chunk)) = chunks.message().await {
        if let Some(meta) = chunk.meta {
            type_name = meta.type_name;
        }
    }
    write_state_bytes::Response::failed(no_such(&type_name))
}

fn no_such(type_name: &str) -> Diagnostic {
    Diagnostic::error(
        format!("Unknown state store type {type_name:?}"),
        "This provider offers no state stores.",
    )
    .hint("Keep the state in a backend.")
}
