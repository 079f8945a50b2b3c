//! `ImportResourceState`: finds an existing object by id or identity; a read follows.

use super::Shared;
use super::call::Unary;
use super::convert::{decode_identity, encode, encode_identity};
use crate::framework::diag::Diagnostic;
use crate::framework::provider::Provider;
use crate::framework::server::{Call, ImportRequest, ImportTarget, Kind};
use crate::plugin::wire::proto::tfplugin6::import_resource_state::{
    ImportedResource, Request, Response,
};
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
        let identity = decode_identity(self.identity.as_ref(), identity_schema, type_name)?;
        let request = ImportRequest {
            type_name: type_name.to_owned(),
            target: if identity.is_null() {
                ImportTarget::Id(self.id)
            } else {
                ImportTarget::Identity(identity)
            },
            client: capabilities::client(self.client_capabilities.as_ref()),
        };
        let imported = server.import_resource_state(call, request).await;
        let mut diagnostics = imported.diagnostics;
        let what = format!("imported state of {type_name}");
        let state = imported
            .state
            .and_then(|state| encode(&state, &ty, &what, &mut diagnostics));
        let identity = &imported.identity;
        let identity = encode_identity(identity, identity_schema, type_name, &mut diagnostics);
        let imported_resource = state.map(|state| ImportedResource {
            type_name: type_name.to_owned(),
            state: Some(state),
            private: imported.private.into(),
            identity,
        });
        Ok(Response {
            imported_resources: imported_resource.into_iter().collect(),
            diagnostics: diagnostic::encode(diagnostics),
            deferred: None,
        })
    }
}
