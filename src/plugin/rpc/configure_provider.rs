//! `ConfigureProvider`: takes the configuration for the calls that follow.

use super::Shared;
use super::call::Unary;
use super::convert::decode;
use crate::framework::diag::Diagnostic;
use crate::framework::provider::Provider;
use crate::framework::server::{Call, ConfigureRequest};
use crate::plugin::wire::proto::tfplugin6::configure_provider::{Request, Response};
use crate::plugin::wire::{capabilities, diagnostic};

impl Unary for Request {
    type Reply = Response;

    async fn handle<P: Provider>(
        self,
        shared: &Shared<P>,
        _call: &Call,
    ) -> Result<Response, Diagnostic> {
        let ty = shared.server.provider_schema().object_type();
        let config = decode(self.config.as_ref(), &ty, "provider configuration")?;
        let diagnostics = shared.server.configure_provider(ConfigureRequest {
            config,
            terraform_version: self.terraform_version,
            client: capabilities::client(self.client_capabilities.as_ref()),
        });
        Ok(Response {
            diagnostics: diagnostic::encode(diagnostics),
        })
    }
}
