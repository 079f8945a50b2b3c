//! `StopProvider`: the user wants the run to end. Waits end; the server goes on.

use super::Shared;
use super::call::{Reply, Unary};
use crate::framework::diag::Diagnostic;
use crate::framework::provider::Provider;
use crate::framework::server::Call;
use crate::plugin::wire::proto::tfplugin6::stop_provider::{Request, Response};

impl Unary for Request {
    type Reply = Response;

    async fn handle<P: Provider>(
        self,
        shared: &Shared<P>,
        _call: &Call,
    ) -> Result<Response, Diagnostic> {
        shared.server.stop();
        Ok(Response::default())
    }
}

impl Reply for Response {
    fn failed(diagnostic: Diagnostic) -> Self {
        Self {
            error: diagnostic.detail,
        }
    }
}
