//! `ReadDataSource`.

use super::Shared;
use super::call::Unary;
use super::convert::{decode, encode};
use crate::framework::diag::Diagnostic;
use crate::framework::provider::Provider;
use crate::framework::server::{Call, Kind, ReadDataSourceRequest};
use crate::plugin::wire::proto::tfplugin6::read_data_source::{Request, Response};
use crate::plugin::wire::{capabilities, diagnostic};

impl Unary for Request {
    type Reply = Response;

    async fn handle<P: Provider>(
        self,
        shared: &Shared<P>,
        call: &Call,
    ) -> Result<Response, Diagnostic> {
        let server = &shared.server;
        let type_name = self.type_name.as_str();
        let ty = server.schema(Kind::DataSource, type_name)?.object_type();
        let what = format!("configuration of {type_name}");
        let request = ReadDataSourceRequest {
            type_name: type_name.to_owned(),
            config: decode(self.config.as_ref(), &ty, &what)?,
            client: capabilities::client(self.client_capabilities.as_ref()),
        };
        let read = server.read_data_source(call, request).await;
        let mut diagnostics = read.diagnostics;
        let what = format!("result of {type_name}");
        let state = encode(&read.state, &ty, &what, &mut diagnostics);
        Ok(Response {
            state,
            diagnostics: diagnostic::encode(diagnostics),
            deferred: read.deferred.map(capabilities::deferred),
        })
    }
}
