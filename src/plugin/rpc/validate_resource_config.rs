//! `ValidateResourceConfig`: whether the configuration of a resource makes sense. Values may be
//! unknown.

use super::Shared;
use super::call::Unary;
use super::convert::decode;
use crate::framework::diag::Diagnostic;
use crate::framework::provider::Provider;
use crate::framework::server::{Call, Kind};
use crate::plugin::wire::proto::tfplugin6::validate_resource_config::{Request, Response};
use crate::plugin::wire::{capabilities, diagnostic};

impl Unary for Request {
    type Reply = Response;

    async fn handle<P: Provider>(
        self,
        shared: &Shared<P>,
        _call: &Call,
    ) -> Result<Response, Diagnostic> {
        let type_name = self.type_name.as_str();
        let ty = shared
            .server
            .schema(Kind::Resource, type_name)?
            .object_type();
        let what = format!("configuration of {type_name}");
        let config = decode(self.config.as_ref(), &ty, &what)?;
        let client = capabilities::client(self.client_capabilities.as_ref());
        let diagnostics = shared
            .server
            .validate_config(Kind::Resource, type_name, &config, client);
        Ok(Response {
            diagnostics: diagnostic::encode(diagnostics),
        })
    }
}
