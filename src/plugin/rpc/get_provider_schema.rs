//! `GetProviderSchema`: the schemas of everything the provider offers.
//!
//! Newer cores ask only once and keep the answer, so no other call may rely on this one.

use std::collections::HashMap;

use super::call::Unary;
use super::{Shared, get_functions};
use crate::framework::diag::Diagnostic;
use crate::framework::provider::Provider;
use crate::framework::server::{Call, Kind, Server};
use crate::plugin::wire::proto::tfplugin6::get_provider_schema::{Request, Response};
use crate::plugin::wire::proto::tfplugin6::{ActionSchema, Schema};
use crate::plugin::wire::{capabilities, schema};

impl Unary for Request {
    type Reply = Response;

    async fn handle<P: Provider>(
        self,
        shared: &Shared<P>,
        _call: &Call,
    ) -> Result<Response, Diagnostic> {
        let server = &shared.server;
        let reply = shared.provider_schema.get_or_init(|| Response {
            provider: Some(schema::encode(server.provider_schema())),
            resource_schemas: schemas(server, Kind::Resource),
            data_source_schemas: schemas(server, Kind::DataSource),
            functions: get_functions::functions(server),
            ephemeral_resource_schemas: schemas(server, Kind::EphemeralResource),
            list_resource_schemas: schemas(server, Kind::ListResource),
            state_store_schemas: HashMap::new(),
            action_schemas: schemas(server, Kind::Action)
                .into_iter()
                .map(|(name, schema)| {
                    let schema = Some(schema);
                    (name, ActionSchema { schema })
                })
                .collect(),
            diagnostics: Vec::new(),
            provider_meta: None,
            server_capabilities: Some(capabilities::server()),
        });
        Ok(reply.clone())
    }
}

fn schemas<P: Provider>(server: &Server<P>, kind: Kind) -> HashMap<String, Schema> {
    let names = server.type_names(kind).into_iter();
    names
        .filter_map(|name| {
            let found = server.schema(kind, name).ok()?;
            Some((name.to_owned(), schema::encode(found)))
        })
        .collect()
}
