//! `RenewEphemeralResource`: keeps an opened value valid.

use super::Shared;
use super::call::Unary;
use super::convert::{private, timestamp};
use crate::framework::diag::Diagnostic;
use crate::framework::provider::Provider;
use crate::framework::server::Call;
use crate::plugin::wire::diagnostic;
use crate::plugin::wire::proto::tfplugin6::renew_ephemeral_resource::{Request, Response};

impl Unary for Request {
    type Reply = Response;

    async fn handle<P: Provider>(
        self,
        shared: &Shared<P>,
        call: &Call,
    ) -> Result<Response, Diagnostic> {
        let given = self.private.unwrap_or_default();
        let renewed = shared
            .server
            .renew_ephemeral_resource(call, &self.type_name, &given)
            .await;
        Ok(Response {
            diagnostics: diagnostic::encode(renewed.diagnostics),
            renew_at: renewed.renew_at.map(timestamp),
            private: private(renewed.private),
        })
    }
}
