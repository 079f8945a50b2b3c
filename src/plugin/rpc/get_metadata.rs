//! `GetMetadata`: the names of everything the provider offers.

use super::Shared;
use super::call::Unary;
use crate::framework::diag::Diagnostic;
use crate::framework::provider::Provider;
use crate::framework::server::{Call, Kind};
use crate::plugin::wire::capabilities;
use crate::plugin::wire::proto::tfplugin6::get_metadata::{
    ActionMetadata, DataSourceMetadata, EphemeralMetadata, FunctionMetadata, ListResourceMetadata,
    Request, ResourceMetadata, Response,
};

impl Unary for Request {
    type Reply = Response;

    async fn handle<P: Provider>(
        self,
        shared: &Shared<P>,
        _call: &Call,
    ) -> Result<Response, Diagnostic> {
        let names = |kind| {
            let names = shared.server.type_names(kind).into_iter();
            names.map(str::to_owned)
        };
        Ok(Response {
            server_capabilities: Some(capabilities::server()),
            diagnostics: Vec::new(),
            data_sources: names(Kind::DataSource)
                .map(|type_name| DataSourceMetadata { type_name })
                .collect(),
            resources: names(Kind::Resource)
                .map(|type_name| ResourceMetadata { type_name })
                .collect(),
            functions: shared
                .server
                .functions()
                .keys()
                .map(|name| FunctionMetadata {
                    name: (*name).to_owned(),
                })
                .collect(),
            ephemeral_resources: names(Kind::EphemeralResource)
                .map(|type_name| EphemeralMetadata { type_name })
                .collect(),
            list_resources: names(Kind::ListResource)
                .map(|type_name| ListResourceMetadata { type_name })
                .collect(),
            state_stores: Vec::new(),
            actions: names(Kind::Action)
                .map(|type_name| ActionMetadata { type_name })
                .collect(),
        })
    }
}
