//! `PlanAction`: whether an action can be done. Values may be unknown.

use super::Shared;
use super::call::Unary;
use super::convert::decode;
use crate::framework::diag::Diagnostic;
use crate::framework::provider::Provider;
use crate::framework::server::{Call, Kind};
use crate::plugin::wire::proto::tfplugin6::plan_action::{Request, Response};
use crate::plugin::wire::{capabilities, diagnostic};

impl Unary for Request {
    type Reply = Response;

    async fn handle<P: Provider>(
        self,
        shared: &Shared<P>,
        call: &Call,
    ) -> Result<Response, Diagnostic> {
        let type_name = self.action_type.as_str();
        let ty = shared.server.schema(Kind::Action, type_name)?.object_type();
        let what = format!("configuration of {type_name}");
        let config = decode(self.config.as_ref(), &ty, &what)?;
        let client = capabilities::client(self.client_capabilities.as_ref());
        let diagnostics = shared
            .server
            .plan_action(call, type_name, config, client)
            .await;
        Ok(Response {
            diagnostics: diagnostic::encode(diagnostics),
            deferred: None,
        })
    }
}
