//! `ValidateListResourceConfig`: whether the `config` block of a list makes sense. Values may be
//! unknown.

use super::Shared;
use super::call::Unary;
use super::convert::decode;
use crate::framework::diag::Diagnostic;
use crate::framework::operation::ClientCapabilities;
use crate::framework::provider::Provider;
use crate::framework::server::{Call, Kind};
use crate::framework::types::Type;
use crate::plugin::wire::diagnostic;
use crate::plugin::wire::proto::tfplugin6::validate_list_resource_config::{Request, Response};

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
            .schema(Kind::ListResource, type_name)?
            .object_type();
        let what = format!("configuration of {type_name}");
        let config = decode(self.config.as_ref(), &ty, &what)?;
        // The framework has no rules for these two, but who sends garbage should hear of it.
        let include = self.include_resource_object.as_ref();
        decode(include, &Type::Bool, "include_resource_object")?;
        decode(self.limit.as_ref(), &Type::Number, "limit")?;
        let client = ClientCapabilities::default();
        let diagnostics =
            shared
                .server
                .validate_config(Kind::ListResource, type_name, &config, client);
        Ok(Response {
            diagnostics: diagnostic::encode(diagnostics),
        })
    }
}
