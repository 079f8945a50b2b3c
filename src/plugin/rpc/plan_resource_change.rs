//! `PlanResourceChange`: what an apply would make of an object.

use super::Shared;
use super::call::Unary;
use super::convert::{decode, decode_identity, encode, encode_identity};
use crate::framework::diag::Diagnostic;
use crate::framework::provider::Provider;
use crate::framework::server::{Call, Kind, PlanRequest};
use crate::plugin::wire::proto::tfplugin6::plan_resource_change::{Request, Response};
use crate::plugin::wire::{capabilities, diagnostic, path};

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
        let request = PlanRequest {
            type_name: type_name.to_owned(),
            prior_state: value(self.prior_state.as_ref(), "prior state")?,
            proposed_new_state: value(self.proposed_new_state.as_ref(), "proposed new state")?,
            config: value(self.config.as_ref(), "configuration")?,
            prior_private: self.prior_private.into(),
            prior_identity: decode_identity(
                self.prior_identity.as_ref(),
                identity_schema,
                type_name,
            )?,
            client: capabilities::client(self.client_capabilities.as_ref()),
        };
        let plan = server.plan_resource_change(call, request).await;
        let mut diagnostics = plan.diagnostics;
        let what = format!("planned state of {type_name}");
        let planned_state = encode(&plan.planned_state, &ty, &what, &mut diagnostics);
        let identity = &plan.planned_identity;
        let planned_identity =
            encode_identity(identity, identity_schema, type_name, &mut diagnostics);
        Ok(Response {
            planned_state,
            requires_replace: plan.requires_replace.iter().map(path::encode).collect(),
            planned_private: plan.planned_private.into(),
            diagnostics: diagnostic::encode(diagnostics),
            legacy_type_system: false,
            deferred: plan.deferred.map(capabilities::deferred),
            planned_identity,
        })
    }
}
