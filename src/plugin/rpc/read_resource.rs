//! `ReadResource`: what an object is now.

use super::Shared;
use super::call::Unary;
use super::convert::{decode, decode_identity, encode, encode_identity};
use crate::framework::diag::Diagnostic;
use crate::framework::provider::Provider;
use crate::framework::server::{Call, Kind, ReadRequest};
use crate::plugin::wire::proto::tfplugin6::read_resource::{Request, Response};
use crate::plugin::wire::{capabilities, diagnostic};

impl Unary for Request {
    type Reply = Response;

    async fn handle<P: Provider>(
        self,
        shared: &Shared<P>,
        call: &Call,
    ) -> Result<Response, Diagnostic> {
        let server = &shared.server;
        let type_name = self.type_name.as_str();
        let ty = server.schema(Kind::Resource, type_name)?.object_type();
        let identity_schema = server.identity_schema(type_name)?;
        let what = format!("state of {type_name}");
        let request = ReadRequest {
            type_name: type_name.to_owned(),
            current_state: decode(self.current_state.as_ref(), &ty, &what)?,
            private: self.private.into(),
            current_identity: decode_identity(
                self.current_identity.as_ref(),
                identity_schema,
                type_name,
            )?,
            client: capabilities::client(self.client_capabilities.as_ref()),
        };
        let read = server.read_resource(call, request).await;
        let mut diagnostics = read.diagnostics;
        let new_state = encode(&read.new_state, &ty, &what, &mut diagnostics);
        let identity = &read.new_identity;
        let new_identity = encode_identity(identity, identity_schema, type_name, &mut diagnostics);
        Ok(Response {
            new_state,
            diagnostics: diagnostic::encode(diagnostics),
            private: read.private.into(),
            deferred: read.deferred.map(capabilities::deferred),
            new_identity,
        })
    }
}
