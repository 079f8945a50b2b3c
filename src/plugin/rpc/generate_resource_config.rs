//! `GenerateResourceConfig`: a configuration that describes an existing object.

use super::Shared;
use super::call::Unary;
use super::convert::{decode, encode};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::provider::Provider;
use crate::framework::server::{Call, Kind};
use crate::plugin::wire::diagnostic;
use crate::plugin::wire::proto::tfplugin6::generate_resource_config::{Request, Response};

impl Unary for Request {
    type Reply = Response;

    async fn handle<P: Provider>(
        self,
        shared: &Shared<P>,
        _call: &Call,
    ) -> Result<Response, Diagnostic> {
        let server = &shared.server;
        let type_name = self.type_name.as_str();
        let ty = server.schema(Kind::Resource, type_name)?.object_type();
        let what = format!("state of {type_name}");
        let state = decode(self.state.as_ref(), &ty, &what)?;
        let config = server.generate_resource_config(type_name, &state)?;
        let mut diagnostics = Diagnostics::new();
        let what = format!("generated configuration of {type_name}");
        let config = encode(&config, &ty, &what, &mut diagnostics);
        Ok(Response {
            config,
            diagnostics: diagnostic::encode(diagnostics),
        })
    }
}
