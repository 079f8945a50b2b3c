//! `GetResourceIdentitySchemas`: what identifies an object of each resource type.

use super::Shared;
use super::call::Unary;
use crate::framework::diag::Diagnostic;
use crate::framework::provider::Provider;
use crate::framework::server::{Call, Kind};
use crate::plugin::wire::proto::tfplugin6::get_resource_identity_schemas::{Request, Response};
use crate::plugin::wire::schema;

impl Unary for Request {
    type Reply = Response;

    async fn handle<P: Provider>(
        self,
        shared: &Shared<P>,
        _call: &Call,
    ) -> Result<Response, Diagnostic> {
        let names = shared.server.type_names(Kind::Resource).into_iter();
        Ok(Response {
            identity_schemas: names
                .filter_map(|name| {
                    let identity = shared.server.identity_schema(name).ok()?;
                    Some((name.to_owned(), schema::encode_identity(identity)))
                })
                .collect(),
            diagnostics: Vec::new(),
        })
    }
}
