//! `ValidateProviderConfig`: whether the provider block makes sense. Values may be unknown.

use super::Shared;
use super::call::Unary;
use super::convert::decode;
use crate::framework::diag::Diagnostic;
use crate::framework::provider::Provider;
use crate::framework::server::Call;
use crate::plugin::wire::diagnostic;
use crate::plugin::wire::proto::tfplugin6::validate_provider_config::{Request, Response};

impl Unary for Request {
    type Reply = Response;

    async fn handle<P: Provider>(
        self,
        shared: &Shared<P>,
        _call: &Call,
    ) -> Result<Response, Diagnostic> {
        let ty = shared.server.provider_schema().object_type();
        let config = decode(self.config.as_ref(), &ty, "provider configuration")?;
        let diagnostics = shared.server.validate_provider_config(&config);
        Ok(Response {
            diagnostics: diagnostic::encode(diagnostics),
        })
    }
}
