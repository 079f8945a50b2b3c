//! `ApplyResourceChange`: creates, updates or deletes.

use super::Shared;
use super::call::Unary;
use super::convert::{decode, decode_identity, encode, encode_identity};
use crate::framework::diag::Diagnostic;
use crate::framework::provider::Provider;
use crate::framework::server::{ApplyRequest, Call, Kind};
use crate::plugin::wire::diagnostic;
use crate::plugin::wire::proto::tfplugin6::apply_resource_change::{Request, Response};

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
        let value = |message, part| decode(message, &ty, &format!("{part} of {type_name}"));
        let request = ApplyRequest {
            type_name: type_name.to_owned(),
            prior_state: value(self.prior_state.as_ref(), "prior state")?,
            planned_state: value(self.planned_state.as_ref(), "planned state")?,
            config: value(self.config.as_ref(), "configuration")?,
            planned_private: self.planned_private.into(),
            planned_identity: decode_identity(
                self.planned_identity.as_ref(),
                identity_schema,
                type_name,
            )?,
        };
        let applied = server.apply_resource_change(call, request).await;
        let mut diagnostics = applied.diagnostics;
        let what = format!("new state of {type_name}");
        let new_state = encode(&applied.new_state, &ty, &what, &mut diagnostics);
        let identity = &applied.new_identity;
        let new_identity = encode_identity(identity, identity_schema, type_name, &mut diagnostics);
        Ok(Response {
            new_state,
            private: applied.private.into(),
            diagnostics: diagnostic::encode(diagnostics),
            legacy_type_system: false,
            new_identity,
        })
    }
}
