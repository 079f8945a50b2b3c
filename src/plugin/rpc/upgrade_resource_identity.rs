//! `UpgradeResourceIdentity`: a stored identity as identity of the current schema. Also asked, with
//! nothing, for objects that have no identity yet.

use super::Shared;
use super::call::Unary;
use super::convert::{encode_identity, malformed};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::provider::Provider;
use crate::framework::server::Call;
use crate::plugin::wire::proto::tfplugin6::upgrade_resource_identity::{Request, Response};
use crate::plugin::wire::{diagnostic, json};

impl Unary for Request {
    type Reply = Response;

    async fn handle<P: Provider>(
        self,
        shared: &Shared<P>,
        _call: &Call,
    ) -> Result<Response, Diagnostic> {
        let type_name = self.type_name.as_str();
        let schema = shared.server.identity_schema(type_name)?;
        let raw = self.raw_identity.unwrap_or_default();
        if raw.json.is_empty() {
            return Ok(Response::default());
        }
        // Identities follow from the state, so the next read completes what an older version did
        // not have.
        let identity = json::decode(&raw.json, &schema.object_type(), json::Mode::Lenient)
            .map_err(|error| malformed(&format!("stored identity of {type_name}"), error))?;
        let mut diagnostics = Diagnostics::new();
        let upgraded_identity = encode_identity(&identity, schema, type_name, &mut diagnostics);
        Ok(Response {
            upgraded_identity,
            diagnostics: diagnostic::encode(diagnostics),
        })
    }
}
