//! A client that leads a provider through a resource's life as a core does, and refuses what a core
//! refuses.
//!
//! It keeps what a core keeps between commands ([`Instance`]), computes what a core computes (the
//! proposed new state, the action, what replaces an object), asks in the order in which a core asks,
//! and checks every answer. Transport is whatever carries gRPC: a process, a pipe, or the service
//! itself.

mod apply;
mod plan;
mod read;

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use tonic::body::Body;
use tonic::client::GrpcService;
use tonic::codegen::{Body as HttpBody, StdError};

pub use apply::Applied;
pub use plan::{Plan, Planned};

use crate::msgpack;
use crate::proto::provider_client::ProviderClient;
use crate::proto::{self, DynamicValue, ResourceIdentityData};
use crate::rules;
use crate::schema::{Block, Identity, Resource};
use crate::types::Type;
use crate::value::Value;
use crate::violation::{Rule, Violation, told};

/// As much as a core takes in one message.
const MESSAGE_LIMIT: usize = 256 << 20;

/// What a core keeps of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// The object.
    pub state: Value,
    /// What the provider keeps with it.
    pub private: Bytes,
    /// How it is identified; null if it is not.
    pub identity: Value,
    /// Whether its creation went wrong, so that it is to be replaced.
    pub is_tainted: bool,
}

/// Why a step did not get to its end.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// The provider did what a core refuses: a bug of the provider.
    Violations(Vec<Violation>),
    /// The provider said that it cannot.
    Refused(Vec<proto::Diagnostic>),
    /// There was no answer.
    NoAnswer(String),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Violations(violations) => f.write_str(&told(violations)),
            Self::Refused(messages) => {
                let told = messages.iter().map(|message| {
                    let path = message.attribute.as_ref();
                    let path = path.map_or(String::new(), |path| format!(" at {path:?}"));
                    format!("{}{path}: {}", message.summary, message.detail)
                });
                f.write_str(&told.collect::<Vec<_>>().join("\n"))
            }
            Self::NoAnswer(error) => write!(f, "no answer: {error}"),
        }
    }
}

impl From<Vec<Violation>> for Failure {
    fn from(violations: Vec<Violation>) -> Self {
        Self::Violations(violations)
    }
}

impl From<Violation> for Failure {
    fn from(violation: Violation) -> Self {
        Self::Violations(vec![violation])
    }
}

impl From<tonic::Status> for Failure {
    fn from(status: tonic::Status) -> Self {
        Self::NoAnswer(status.to_string())
    }
}

/// What carries calls to a provider.
pub trait Transport:
    GrpcService<
        Body,
        ResponseBody: HttpBody<Data = Bytes, Error: Into<StdError> + Send> + Send + 'static,
        Future: Send,
    > + Clone
    + Send
    + Sync
    + 'static
{
}

impl<T> Transport for T
where
    T: GrpcService<Body> + Clone + Send + Sync + 'static,
    T::ResponseBody: HttpBody<Data = Bytes> + Send + 'static,
    <T::ResponseBody as HttpBody>::Error: Into<StdError> + Send,
    T::Future: Send,
{
}

/// A core with a provider. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Core<T> {
    rpc: ProviderClient<T>,
    schemas: Arc<Schemas>,
    /// What this core can do.
    pub capabilities: proto::ClientCapabilities,
    /// The types whose objects may be identified otherwise after a change.
    pub may_change_identity: &'static [&'static str],
}

/// What the provider offers.
#[derive(Debug)]
struct Schemas {
    provider: Block,
    resources: BTreeMap<String, Resource>,
}

/// What an answer is about, for messages.
type What = &'static str;

impl<T: Transport> Core<T> {
    /// Asks the provider what it offers, and checks it.
    ///
    /// # Errors
    /// A core would not work with this provider.
    pub async fn connect(transport: T) -> Result<Self, Failure> {
        let mut rpc = ProviderClient::new(transport)
            .max_decoding_message_size(MESSAGE_LIMIT)
            .max_encoding_message_size(MESSAGE_LIMIT);
        let offered = rpc.get_provider_schema(proto::get_provider_schema::Request {});
        let offered = offered.await?.into_inner();
        accept(&offered.diagnostics)?;
        let identities = rpc
            .get_resource_identity_schemas(proto::get_resource_identity_schemas::Request {})
            .await?
            .into_inner();
        accept(&identities.diagnostics)?;

        let provider = offered.provider.unwrap_or_default();
        let mut violations = rules::schema(&provider);
        let others = [
            &offered.resource_schemas,
            &offered.data_source_schemas,
            &offered.ephemeral_resource_schemas,
            &offered.list_resource_schemas,
        ];
        let actions = offered
            .action_schemas
            .values()
            .map(|action| action.schema.as_ref());
        let all = others
            .into_iter()
            .flat_map(|schemas| schemas.values().map(Some))
            .chain(actions);
        for schema in all {
            violations.extend(match schema {
                Some(schema) => rules::schema(schema),
                None => vec![Violation::new(Rule::SchemaWithoutBlock, "an action")],
            });
        }
        for schema in identities.identity_schemas.values() {
            violations.extend(rules::identity_schema(schema));
        }
        if !violations.is_empty() {
            return Err(violations.into());
        }
        let unreadable = |error: String| Violation::new(Rule::AttributeType, error);
        let provider = provider.block.unwrap_or_default();
        let provider = Block::read(&provider).map_err(unreadable)?;
        let mut resources = BTreeMap::new();
        for (name, schema) in &offered.resource_schemas {
            let mut resource = Resource::read(name, schema).map_err(unreadable)?;
            let identity = identities.identity_schemas.get(name);
            // One without attributes identifies nothing.
            let identity = identity.filter(|schema| !schema.identity_attributes.is_empty());
            let identity = identity.map(Identity::read).transpose();
            resource.identity = identity.map_err(unreadable)?;
            resources.insert(name.clone(), resource);
        }
        let schemas = Arc::new(Schemas {
            provider,
            resources,
        });
        Ok(Self {
            rpc,
            schemas,
            capabilities: proto::ClientCapabilities {
                write_only_attributes_allowed: true,
                ..proto::ClientCapabilities::default()
            },
            may_change_identity: &[],
        })
    }

    /// The same core with another process of the same provider, whose schemas it remembers.
    #[must_use]
    pub fn again(&self, transport: T) -> Self {
        let rpc = ProviderClient::new(transport)
            .max_decoding_message_size(MESSAGE_LIMIT)
            .max_encoding_message_size(MESSAGE_LIMIT);
        Self {
            rpc,
            schemas: Arc::clone(&self.schemas),
            capabilities: self.capabilities,
            may_change_identity: self.may_change_identity,
        }
    }

    fn same_identity(
        &self,
        resource: &Resource,
        before: &Value,
        after: &Value,
    ) -> Option<Violation> {
        let may_change = self.may_change_identity.contains(&resource.name.as_str());
        if may_change || before.is_null() || after.is_null() || before == after {
            return None;
        }
        let what = format!("was {before:?}, is {after:?}");
        Some(Violation::new(Rule::IdentityChanged, what))
    }

    /// What the provider says about a resource type.
    ///
    /// # Panics
    /// There is no such type: a mistake of the test.
    #[must_use]
    pub fn resource(&self, type_name: &str) -> &Resource {
        let resource = self.schemas.resources.get(type_name);
        resource.unwrap_or_else(|| unreachable!("there is no {type_name}"))
    }

    /// The resource types.
    pub fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.schemas.resources.values()
    }

    /// A provider block with these arguments.
    #[must_use]
    pub fn provider_config(&self, arguments: Vec<(&str, Value)>) -> Value {
        let nothing = crate::proposed::empty(&self.schemas.provider);
        let arguments = arguments.into_iter();
        arguments.fold(nothing, |block, (name, value)| block.with(name, value))
    }

    /// Configures the provider, as at the beginning of every command.
    ///
    /// # Errors
    /// The provider refuses the configuration.
    pub async fn configure(&self, config: &Value) -> Result<(), Failure> {
        let ty = self.schemas.provider.ty();
        let request = proto::validate_provider_config::Request {
            config: Some(message(config, &ty)),
        };
        let answer = self.rpc.clone().validate_provider_config(request).await?;
        accept(&answer.into_inner().diagnostics)?;
        let request = proto::configure_provider::Request {
            terraform_version: "1.15.5".to_owned(),
            config: Some(message(config, &ty)),
            client_capabilities: Some(self.capabilities),
        };
        let answer = self.rpc.clone().configure_provider(request).await?;
        accept(&answer.into_inner().diagnostics)
    }

    /// Asks whether a configuration is right.
    ///
    /// # Errors
    /// It is not.
    pub async fn validate(&self, type_name: &str, config: &Value) -> Result<(), Failure> {
        let request = proto::validate_resource_config::Request {
            type_name: type_name.to_owned(),
            config: Some(message(config, &self.resource(type_name).ty)),
            client_capabilities: Some(self.capabilities),
        };
        let answer = self.rpc.clone().validate_resource_config(request).await?;
        accept(&answer.into_inner().diagnostics)
    }

    /// Tells the provider that the user has had enough.
    ///
    /// # Errors
    /// There is no answer.
    pub async fn stop(&self) -> Result<(), Failure> {
        let request = proto::stop_provider::Request {};
        self.rpc.clone().stop_provider(request).await?;
        Ok(())
    }
}

/// The message for a value.
fn message(value: &Value, ty: &Type) -> DynamicValue {
    DynamicValue {
        msgpack: msgpack::encode(value, ty).into(),
        json: Bytes::new(),
    }
}

/// The value in an answer. No message is null.
fn value(message: Option<&DynamicValue>, ty: &Type, what: What) -> Result<Value, Violation> {
    let Some(message) = message else {
        return Ok(Value::Null);
    };
    if message.msgpack.is_empty() {
        return if message.json.is_empty() {
            Ok(Value::Null)
        } else {
            Err(Violation::new(Rule::Encoding, format!("{what}: JSON")))
        };
    }
    let value = msgpack::decode(&message.msgpack, ty);
    value.map_err(|error| Violation::new(Rule::Conformance, format!("{what}: {error}")))
}

impl Resource {
    fn identity_message(&self, identity: &Value) -> Option<ResourceIdentityData> {
        let schema = self.identity.as_ref()?;
        (!identity.is_null()).then(|| ResourceIdentityData {
            identity_data: Some(message(identity, &schema.ty)),
        })
    }

    fn identity(&self, message: Option<&ResourceIdentityData>) -> Result<Value, Violation> {
        match (&self.identity, message) {
            (_, None) => Ok(Value::Null),
            (Some(schema), Some(message)) => {
                value(message.identity_data.as_ref(), &schema.ty, "identity")
            }
            (None, Some(_)) => Err(Violation::new(
                Rule::Identity,
                "an identity, and no schema for it",
            )),
        }
    }
}

/// Goes on if nothing in the messages is an error.
fn accept(diagnostics: &[proto::Diagnostic]) -> Result<(), Failure> {
    let is_silent = |message: &&proto::Diagnostic| {
        message.severity() == proto::diagnostic::Severity::Invalid || message.summary.is_empty()
    };
    if let Some(silent) = diagnostics.iter().find(is_silent) {
        return Err(Violation::new(Rule::Message, format!("{silent:?}")).into());
    }
    if has_error(diagnostics) {
        return Err(Failure::Refused(diagnostics.to_vec()));
    }
    Ok(())
}

fn has_error(diagnostics: &[proto::Diagnostic]) -> bool {
    let mut diagnostics = diagnostics.iter();
    diagnostics.any(|message| message.severity() == proto::diagnostic::Severity::Error)
}

fn no_deferral(deferred: Option<&proto::Deferred>) -> Result<(), Violation> {
    match deferred {
        None => Ok(()),
        Some(deferred) => Err(Violation::new(Rule::Deferred, format!("{deferred:?}"))),
    }
}
