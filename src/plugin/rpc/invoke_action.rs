//! `InvokeAction`: a stream of progress, closed by exactly one completion.

use std::pin::pin;

use tokio::sync::mpsc;

use super::Shared;
use super::call::{Reply, Streaming};
use super::convert::decode;
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::provider::Provider;
use crate::framework::server::{Call, Kind};
use crate::plugin::visible;
use crate::plugin::wire::proto::tfplugin6::invoke_action::event::{Completed, Progress, Type};
use crate::plugin::wire::proto::tfplugin6::invoke_action::{Event, Request};
use crate::plugin::wire::{capabilities, diagnostic};

/// How many lines of progress may wait to be sent.
const PROGRESS_BUFFER: usize = 16;

impl Streaming for Request {
    type Event = Event;

    async fn handle<P: Provider>(
        self,
        shared: &Shared<P>,
        call: &Call,
        events: &mpsc::Sender<Event>,
    ) -> Result<(), Diagnostic> {
        let type_name = self.action_type.as_str();
        let ty = shared.server.schema(Kind::Action, type_name)?.object_type();
        let what = format!("configuration of {type_name}");
        let config = decode(self.config.as_ref(), &ty, &what)?;
        let client = capabilities::client(self.client_capabilities.as_ref());
        let (sender, mut messages) = mpsc::channel(PROGRESS_BUFFER);
        // Terraform 1.14 and 1.15 crash on what follows a line of progress that comes while they stop.
        // [hashicorp/terraform internal/terraform/node_action_trigger_instance_apply.go at v1.15.5: the
        // loop over events ends at the line, and panics at the next event]
        let show = async |message| {
            if !call.cancellation.is_cancelled() {
                let _ = events.send(progress(message)).await;
            }
        };
        let mut invocation = pin!(
            shared
                .server
                .invoke_action(call, type_name, config, client, sender)
        );
        // Ends with the invocation and not with the channel, which the action may have given away.
        // A caller that is gone does not end the work.
        let diagnostics = loop {
            tokio::select! {
                biased;
                Some(message) = messages.recv() => show(message).await,
                diagnostics = &mut invocation => break diagnostics,
            }
        };
        while let Ok(message) = messages.try_recv() {
            show(message).await;
        }
        let _ = events.send(completed(diagnostics)).await;
        Ok(())
    }
}

impl Reply for Event {
    fn failed(diagnostic: Diagnostic) -> Self {
        completed(diagnostic.into())
    }
}

fn progress(message: String) -> Event {
    let message = visible::text(message);
    Event {
        r#type: Some(Type::Progress(Progress { message })),
    }
}

fn completed(diagnostics: Diagnostics) -> Event {
    let diagnostics = diagnostic::encode(diagnostics);
    Event {
        r#type: Some(Type::Completed(Completed { diagnostics })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_cannot_drive_the_terminal() {
        let Some(Type::Progress(Progress { message })) =
            progress("Waking orders\u{1b}[2J".to_owned()).r#type
        else {
            panic!("not a line of progress");
        };
        assert_eq!(message, r"Waking orders\u{1b}[2J");
    }
}
