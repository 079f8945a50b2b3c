//! A provider behind an in-memory pipe, and a client that talks to it as a core would: in the
//! protocol's messages, with types worked out from the schemas it was sent.
//!
//! Requests and replies are [`Value`]s. For messages by hand there is [`Client::raw`].
//!
//! ```text
//! let client = Client::configured(provider, Clock::system(), config).await;
//! let plan = client.plan("test_thing", &Instance::none(), &config, &config).await;
//! let reply = client.apply("test_thing", &Value::Null, &config, &plan.planned).await;
//! assert!(reply.diagnostics.is_empty(), "{}", render(&reply.diagnostics));
//! ```

pub mod config;
mod messages;
mod objects;
mod resource;

pub use messages::{has_error, message, path_text, raw_state, render, value};
pub use resource::{Instance, Reply};

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use hyper_util::rt::TokioIo;
use terraform_provider_camunda::clock::Clock;
use terraform_provider_camunda::framework::provider::Provider;
use terraform_provider_camunda::framework::server::Server;
use terraform_provider_camunda::framework::types::Type;
use terraform_provider_camunda::framework::value::Value;
use terraform_provider_camunda::plugin::host::MESSAGE_LIMIT;
use terraform_provider_camunda::plugin::rpc::ProviderService;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::provider_client::ProviderClient;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::provider_server::ProviderServer;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::*;
use tonic::transport::{Channel, Endpoint};

use super::implied_type;

/// How much the pipe holds before a writer has to wait.
const PIPE: usize = 1 << 20;

/// A core's end of the pipe. Cheap to clone; clones share one connection.
#[derive(Clone)]
pub struct Client {
    rpc: ProviderClient<Channel>,
    schemas: Arc<Schemas>,
    /// What this core says it can do.
    pub capabilities: ClientCapabilities,
}

/// The types of everything the provider offers.
struct Schemas {
    provider: Type,
    resources: BTreeMap<String, Type>,
    identities: BTreeMap<String, Type>,
    data_sources: BTreeMap<String, Type>,
    ephemeral_resources: BTreeMap<String, Type>,
    list_resources: BTreeMap<String, Type>,
    actions: BTreeMap<String, Type>,
    functions: BTreeMap<String, Function>,
}

/// Serves `provider` on an in-memory pipe and returns the bare client of its other end.
pub async fn pipe<P: Provider>(provider: P, clock: Clock) -> ProviderClient<Channel> {
    let (client_end, server_end) = tokio::io::duplex(PIPE);
    let service = ProviderServer::new(ProviderService::new(Server::new(provider, clock)))
        .max_decoding_message_size(MESSAGE_LIMIT)
        .max_encoding_message_size(MESSAGE_LIMIT);
    let server = tonic::transport::Server::builder()
        .add_service(service)
        .serve_with_incoming(tokio_stream::once(Ok::<_, io::Error>(server_end)));
    tokio::spawn(server);
    let mut client_end = Some(client_end);
    let channel = Endpoint::from_static("http://pipe")
        .connect_with_connector(tower::service_fn(move |_| {
            let end = client_end.take().map(TokioIo::new);
            async move { end.ok_or_else(|| io::Error::other("the pipe connects once")) }
        }))
        .await
        .expect("the pipe is open");
    ProviderClient::new(channel)
        .max_decoding_message_size(MESSAGE_LIMIT)
        .max_encoding_message_size(MESSAGE_LIMIT)
}

impl Client {
    /// Serves `provider` and asks it for its schemas.
    pub async fn connect<P: Provider>(provider: P, clock: Clock) -> Self {
        Self::over(pipe(provider, clock).await).await
    }

    /// Asks the provider at the other end for its schemas.
    pub async fn over(mut rpc: ProviderClient<Channel>) -> Self {
        let schemas = rpc
            .get_provider_schema(get_provider_schema::Request {})
            .await
            .expect("schemas")
            .into_inner();
        assert!(schemas.diagnostics.is_empty(), "{:?}", schemas.diagnostics);
        let identities = rpc
            .get_resource_identity_schemas(get_resource_identity_schemas::Request {})
            .await
            .expect("identity schemas")
            .into_inner()
            .identity_schemas;
        let types = |schemas: std::collections::HashMap<String, Schema>| {
            schemas
                .into_iter()
                .map(|(name, schema)| (name, implied_type::of_schema(&schema)))
                .collect()
        };
        let actions = schemas.action_schemas.into_iter().map(|(name, action)| {
            let schema = action.schema.expect("every action has a schema");
            (name, implied_type::of_schema(&schema))
        });
        let schemas = Schemas {
            provider: implied_type::of_schema(&schemas.provider.expect("a provider schema")),
            resources: types(schemas.resource_schemas),
            identities: identities
                .into_iter()
                .map(|(name, schema)| (name, implied_type::of_identity(&schema)))
                .collect(),
            data_sources: types(schemas.data_source_schemas),
            ephemeral_resources: types(schemas.ephemeral_resource_schemas),
            list_resources: types(schemas.list_resource_schemas),
            actions: actions.collect(),
            functions: schemas.functions.into_iter().collect(),
        };
        Self {
            rpc,
            schemas: Arc::new(schemas),
            capabilities: ClientCapabilities {
                write_only_attributes_allowed: true,
                ..ClientCapabilities::default()
            },
        }
    }

    /// The same core on another connection, to a process whose schemas it knows.
    #[must_use]
    pub fn on(&self, rpc: ProviderClient<Channel>) -> Self {
        Self {
            rpc,
            ..self.clone()
        }
    }

    /// The same, and configures the provider, which must succeed.
    pub async fn configured<P: Provider>(provider: P, clock: Clock, config: Value) -> Self {
        let client = Self::connect(provider, clock).await;
        let diagnostics = client.configure(&config).await;
        assert!(diagnostics.is_empty(), "{}", render(&diagnostics));
        client
    }

    /// The bare client, for messages by hand.
    pub fn raw(&self) -> ProviderClient<Channel> {
        self.rpc.clone()
    }

    /// The type of the provider block.
    pub fn provider_type(&self) -> &Type {
        &self.schemas.provider
    }

    /// The type of a resource.
    pub fn resource_type(&self, type_name: &str) -> &Type {
        &self.schemas.resources[type_name]
    }

    /// The type of a resource's identity.
    pub fn identity_type(&self, type_name: &str) -> &Type {
        &self.schemas.identities[type_name]
    }

    /// `ValidateProviderConfig`.
    pub async fn validate_provider(&self, config: &Value) -> Vec<Diagnostic> {
        let request = validate_provider_config::Request {
            config: Some(message(config, &self.schemas.provider)),
        };
        let reply = self.raw().validate_provider_config(request).await;
        reply.expect("a reply").into_inner().diagnostics
    }

    /// `ConfigureProvider`.
    pub async fn configure(&self, config: &Value) -> Vec<Diagnostic> {
        let request = configure_provider::Request {
            terraform_version: "1.13.5".to_owned(),
            config: Some(message(config, &self.schemas.provider)),
            client_capabilities: Some(self.capabilities),
        };
        let reply = self.raw().configure_provider(request).await;
        reply.expect("a reply").into_inner().diagnostics
    }

    /// `ConfigureProvider` with a block in which nothing is set.
    pub async fn configure_from_environment(&self) -> Vec<Diagnostic> {
        let Type::Object(members) = &self.schemas.provider else {
            panic!("a provider block is an object");
        };
        let unset = members.keys().map(|name| (name.as_str(), Value::Null));
        self.configure(&Value::object(unset)).await
    }

    /// `StopProvider`.
    pub async fn stop(&self) {
        let reply = self.raw().stop_provider(stop_provider::Request {}).await;
        assert_eq!(reply.expect("a reply").into_inner().error, "");
    }

    fn identity_message(&self, type_name: &str, identity: &Value) -> Option<ResourceIdentityData> {
        (!identity.is_null()).then(|| ResourceIdentityData {
            identity_data: Some(message(identity, self.identity_type(type_name))),
        })
    }

    fn identity(&self, type_name: &str, message: Option<&ResourceIdentityData>) -> Value {
        let data = message.map(|message| {
            let data = message.identity_data.as_ref();
            data.expect("an identity has data")
        });
        data.map_or(Value::Null, |data| {
            value(Some(data), self.identity_type(type_name))
        })
    }
}
