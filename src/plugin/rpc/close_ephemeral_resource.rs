//! `CloseEphemeralResource`: removes what opening created.

use super::Shared;
use super::call::Unary;
use crate::framework::diag::Diagnostic;
use crate::framework::provider::Provider;
use crate::framework::server::Call;
use crate::plugin::wire::diagnostic;
use crate::plugin::wire::proto::tfplugin6::close_ephemeral_resource::{Request, Response};

impl Unary for Request {
    type Reply = Response;

    async fn handle<P: Provider>(
        self,
        shared: &Shared<P>,
        call: &Call,
    ) -> Result<Response, Diagnostic> {
        let private = self.private.unwrap_or_default();
        let diagnostics = shared
            .server
            .close_ephemeral_resource(call, &self.type_name, &private)
            .await;
        Ok(Response {
            diagnostics: diagnostic::encode(diagnostics),
        })
    }
}
