//! `MoveResourceState`: the state of an object of another type, or of another provider, as state of
//! one of ours.

use super::Shared;
use super::call::Unary;
use super::convert::{adopt, encode, encode_identity, stored_json};
use crate::framework::diag::Diagnostic;
use crate::framework::provider::Provider;
use crate::framework::server::{Call, Kind, MoveStateRequest};
use crate::plugin::wire::diagnostic;
use crate::plugin::wire::proto::tfplugin6::move_resource_state::{Request, Response};

impl Unary for Request {
    type Reply = Response;

    async fn handle<P: Provider>(
        self,
        shared: &Shared<P>,
        _call: &Call,
    ) -> Result<Response, Diagnostic> {
        let server = &shared.server;
        let type_name = self.target_type_name.as_str();
        let ty = server.schema(Kind::Resource, type_name)?.object_type();
        let identity_schema = server.identity_schema(type_name)?;
        let source = format!("stored state of {}", self.source_type_name);
        let moved = server.move_resource_state(MoveStateRequest {
            source_provider_address: self.source_provider_address,
            source_type_name: self.source_type_name,
            source_state: stored_json(self.source_state.as_ref(), &source)?,
            target_type_name: self.target_type_name.clone(),
        });
        let (state, mut diagnostics) = adopt(server, type_name, moved);
        let what = format!("moved state of {type_name}");
        let target_identity = state.as_ref().and_then(|state| {
            let identity = server.identity_of_state(type_name, state);
            encode_identity(&identity, identity_schema, type_name, &mut diagnostics)
        });
        let target_state = state.and_then(|state| encode(&state, &ty, &what, &mut diagnostics));
        Ok(Response {
            target_state,
            diagnostics: diagnostic::encode(diagnostics),
            // What another type keeps in private says nothing to this one.
            target_private: bytes::Bytes::new(),
            target_identity,
        })
    }
}
