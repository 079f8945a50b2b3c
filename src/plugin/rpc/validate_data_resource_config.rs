//! `ValidateDataResourceConfig`: whether the configuration of a data source makes sense. Values may
//! be unknown.

use super::Shared;
use super::call::Unary;
use super::convert::decode;
use crate::framework::diag::Diagnostic;
use crate::framework::operation::ClientCapabilities;
use crate::framework::provider::Provider;
use crate::framework::server::{Call, Kind};
use crate::plugin::wire::diagnostic;
use crate::plugin::wire::proto::tfplugin6::validate_data_resource_config::{Request, Response};

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
            .schema(Kind::DataSource, type_name)?
            .object_type();
        let what = format!("configuration of {type_name}");
        let config = decode(self.config.as_ref(), &ty, &what)?;
        let client = ClientCapabilities::default();
        let diagnostics =
            shared
                .server
                .validate_config(Kind::DataSource, type_name, &config, client);
        Ok(Response {
            diagnostics: diagnostic::encode(diagnostics),
        })
    }
}
