//! `ListResource`: a stream of found objects.

use tokio::sync::mpsc;

use super::values::{finish_state, settle_unknowns};
use super::{Call, Kind, Server};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::list::{ListItem, ListRequest};
use crate::framework::operation::ClientCapabilities;
use crate::framework::provider::Provider;
use crate::framework::schema::{IdentitySchema, Schema};
use crate::framework::value::Value;

/// How many found objects may wait for the core.
const BUFFER: usize = 16;

/// What a core asks for.
#[derive(Debug, Clone)]
pub struct ListResourceRequest {
    /// The type.
    pub type_name: String,
    /// The content of the `config` block.
    pub config: Value,
    /// Whether whole objects are wanted.
    pub include_resource: bool,
    /// The largest number of objects; 0 for no limit.
    pub limit: u64,
}

/// One object, or a message.
#[derive(Debug, Clone)]
pub struct ListEvent {
    /// The identity; null in an event that only carries messages.
    pub identity: Value,
    /// A name that a person recognises.
    pub display_name: String,
    /// The whole object, if it was asked for.
    pub resource_object: Option<Value>,
    /// Messages.
    pub diagnostics: Diagnostics,
}

impl ListEvent {
    /// An event that only carries messages.
    #[must_use]
    pub fn messages(diagnostics: Diagnostics) -> Self {
        Self {
            identity: Value::Null,
            display_name: String::new(),
            resource_object: None,
            diagnostics,
        }
    }
}

impl<P: Provider> Server<P> {
    /// Lists objects into `events`. Ends early when nobody receives them any more.
    pub async fn list_resource(
        &self,
        call: &Call,
        request: ListResourceRequest,
        events: mpsc::Sender<ListEvent>,
    ) {
        let prepared = self
            .schema(Kind::ListResource, &request.type_name)
            .and_then(|_| self.schema(Kind::Resource, &request.type_name))
            .and_then(|schema| Ok((schema, self.identity_schema(&request.type_name)?)))
            .and_then(|found| Ok((found, self.context(call, ClientCapabilities::default())?)));
        let ((schema, identity), context) = match prepared {
            Ok(prepared) => prepared,
            Err(diagnostic) => {
                let _ = events.send(ListEvent::messages(diagnostic.into())).await;
                return;
            }
        };
        let Some(entry) = self.list_resources.get(request.type_name.as_str()) else {
            return;
        };
        let (sender, mut items) = mpsc::channel(BUFFER);
        let listing = entry.object.list(
            &context,
            ListRequest {
                config: request.config,
                include_resource: request.include_resource,
            },
            sender,
            (request.limit > 0).then_some(request.limit),
        );
        let include = request.include_resource;
        let forwarding = async {
            while let Some(item) = items.recv().await {
                let event = event_of(item, schema, identity, include);
                if events.send(event).await.is_err() {
                    // Dropping the items tells the listing that no more are wanted.
                    break;
                }
            }
            drop(items);
        };
        let (diagnostics, ()) = tokio::join!(listing, forwarding);
        if !diagnostics.is_empty() {
            let _ = events.send(ListEvent::messages(diagnostics)).await;
        }
    }
}

fn event_of(
    item: ListItem<Value>,
    schema: &Schema,
    identity: &IdentitySchema,
    include_resource: bool,
) -> ListEvent {
    let mut diagnostics = item.diagnostics;
    let mut state = item.state;
    settle_unknowns(&mut state, &Value::Null);
    finish_state(&schema.block, &mut state, &Value::Null);
    let identity = identity.of_state(&state).unwrap_or_else(|| {
        diagnostics.push(Diagnostic::bug(
            "Listed object without an identity",
            format!(
                "{:?} was found, but not what identifies it.",
                item.display_name
            ),
        ));
        Value::Null
    });
    ListEvent {
        identity,
        display_name: item.display_name,
        resource_object: include_resource.then_some(state),
        diagnostics,
    }
}
