//! `ListResource`: a stream of the objects that exist.

use tokio::sync::mpsc;

use super::Shared;
use super::call::{Reply, Streaming};
use super::convert::{decode, encode, encode_identity};
use crate::framework::diag::Diagnostic;
use crate::framework::provider::Provider;
use crate::framework::schema::IdentitySchema;
use crate::framework::server::{Call, Kind, ListEvent, ListResourceRequest};
use crate::framework::types::Type;
use crate::plugin::visible;
use crate::plugin::wire::diagnostic;
use crate::plugin::wire::proto::tfplugin6::list_resource::{Event, Request};

/// How many found objects may wait to be converted.
const BUFFER: usize = 1;

impl Streaming for Request {
    type Event = Event;

    async fn handle<P: Provider>(
        self,
        shared: &Shared<P>,
        call: &Call,
        events: &mpsc::Sender<Event>,
    ) -> Result<(), Diagnostic> {
        let server = &shared.server;
        let type_name = self.type_name.as_str();
        let ty = server.schema(Kind::ListResource, type_name)?.object_type();
        let resource_type = server.schema(Kind::Resource, type_name)?.object_type();
        let identity_schema = server.identity_schema(type_name)?;
        let what = format!("configuration of list {type_name}");
        let request = ListResourceRequest {
            type_name: type_name.to_owned(),
            config: decode(self.config.as_ref(), &ty, &what)?,
            include_resource: self.include_resource_object,
            limit: u64::try_from(self.limit).unwrap_or(0),
        };
        let (sender, mut found) = mpsc::channel(BUFFER);
        let listing = server.list_resource(call, request, sender);
        let forwarding = async {
            while let Some(event) = found.recv().await {
                let event = message(event, type_name, &resource_type, identity_schema);
                if events.send(event).await.is_err() {
                    // The caller has seen enough. Dropping the receiver tells the listing.
                    break;
                }
            }
            drop(found);
        };
        tokio::join!(listing, forwarding);
        Ok(())
    }
}

impl Reply for Event {
    fn failed(diagnostic: Diagnostic) -> Self {
        Self {
            diagnostic: diagnostic::encode(diagnostic.into()),
            ..Self::default()
        }
    }
}

fn message(
    event: ListEvent,
    type_name: &str,
    resource_type: &Type,
    identity_schema: &IdentitySchema,
) -> Event {
    let mut diagnostics = event.diagnostics;
    let identity = encode_identity(
        &event.identity,
        identity_schema,
        type_name,
        &mut diagnostics,
    );
    let what = format!("listed state of {type_name}");
    let resource_object = event
        .resource_object
        .and_then(|object| encode(&object, resource_type, &what, &mut diagnostics));
    Event {
        identity,
        display_name: visible::line(event.display_name),
        resource_object,
        diagnostic: diagnostic::encode(diagnostics),
    }
}
