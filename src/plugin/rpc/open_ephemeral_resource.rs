//! `OpenEphemeralResource`: fetches or creates a value that is never stored.

use super::Shared;
use super::call::Unary;
use super::convert::{decode, encode, private, timestamp};
use crate::framework::diag::Diagnostic;
use crate::framework::provider::Provider;
use crate::framework::server::{Call, Kind};
use crate::plugin::wire::proto::tfplugin6::open_ephemeral_resource::{Request, Response};
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
        let ty = server
            .schema(Kind::EphemeralResource, type_name)?
            .object_type();
        let what = format!("configuration of {type_name}");
        let config = decode(self.config.as_ref(), &ty, &what)?;
        let client = capabilities::client(self.client_capabilities.as_ref());
        let opened = server
            .open_ephemeral_resource(call, type_name, config, client)
            .await;
        let mut diagnostics = opened.diagnostics;
        let what = format!("result of {type_name}");
        let result = encode(&opened.result, &ty, &what, &mut diagnostics);
        Ok(Response {
            diagnostics: diagnostic::encode(diagnostics),
            renew_at: opened.renew_at.map(timestamp),
            result,
            private: private(opened.private),
            deferred: opened.deferred.map(capabilities::deferred),
        })
    }
}
