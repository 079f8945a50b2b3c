//! `UpgradeResourceState`: stored state as state of the current schema. Asked for every object in
//! every run, also when the versions are the same.

use super::Shared;
use super::call::Unary;
use super::convert::{adopt, encode, stored_json};
use crate::framework::diag::Diagnostic;
use crate::framework::provider::Provider;
use crate::framework::server::{Call, Kind};
use crate::plugin::wire::diagnostic;
use crate::plugin::wire::proto::tfplugin6::upgrade_resource_state::{Request, Response};

impl Unary for Request {
    type Reply = Response;

    async fn handle<P: Provider>(
        self,
        shared: &Shared<P>,
        _call: &Call,
    ) -> Result<Response, Diagnostic> {
        let server = &shared.server;
        let type_name = self.type_name.as_str();
        let ty = server.schema(Kind::Resource, type_name)?.object_type();
        let what = format!("stored state of {type_name}");
        let json = stored_json(self.raw_state.as_ref(), &what)?;
        let upgraded = server.upgrade_resource_state(type_name, self.version, json);
        let (state, mut diagnostics) = adopt(server, type_name, upgraded);
        let upgraded_state = state.and_then(|state| encode(&state, &ty, &what, &mut diagnostics));
        Ok(Response {
            upgraded_state,
            diagnostics: diagnostic::encode(diagnostics),
        })
    }
}
