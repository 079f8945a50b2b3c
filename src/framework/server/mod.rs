//! What Terraform asks of a provider, operation by operation, in the framework's own types.
//!
//! One file per operation. Knows the rules by which cores accept answers; knows nothing of gRPC.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio_util::sync::CancellationToken;

use super::action::ErasedAction;
use super::data_source::ErasedDataSource;
use super::diag::Diagnostic;
use super::docs::Facts;
use super::ephemeral::ErasedEphemeralResource;
use super::function::Function;
use super::list::ErasedListResource;
use super::operation::{ClientCapabilities, Context};
use super::provider::Provider;
use super::resource::ErasedResource;
use super::schema::{IdentitySchema, Schema};
use crate::clock::Clock;

mod action;
mod apply;
mod configure;
mod data_source;
mod ephemeral;
mod function;
mod generate_config;
mod identity;
mod import;
mod list;
mod pairing;
mod plan;
mod plan_attributes;
mod propose;
mod read;
mod same_elements;
mod self_check;
mod stored_state;
#[cfg(test)]
mod tests;
mod validate;
mod values;

pub use apply::{ApplyRequest, ApplyResponse};
pub use configure::ConfigureRequest;
pub use data_source::{ReadDataSourceRequest, ReadDataSourceResponse};
pub use ephemeral::{OpenEphemeralResponse, RenewEphemeralResponse};
pub use import::{ImportRequest, ImportResponse, ImportTarget};
pub use list::{ListEvent, ListResourceRequest};
pub use plan::{PlanRequest, PlanResponse};
pub use read::{ReadRequest, ReadResponse};
pub use stored_state::{MoveStateRequest, StoredStateResponse};

/// A provider with everything it offers, ready to answer.
pub struct Server<P: Provider> {
    provider: P,
    clock: Clock,
    provider_schema: OnceLock<Schema>,
    resources: BTreeMap<&'static str, ResourceEntry<P::Data>>,
    data_sources: BTreeMap<&'static str, Entry<dyn ErasedDataSource<P::Data>>>,
    ephemeral_resources: BTreeMap<&'static str, Entry<dyn ErasedEphemeralResource<P::Data>>>,
    functions: BTreeMap<&'static str, Box<dyn Function>>,
    list_resources: BTreeMap<&'static str, Entry<dyn ErasedListResource<P::Data>>>,
    actions: BTreeMap<&'static str, Entry<dyn ErasedAction<P::Data>>>,
    configured: Mutex<Option<Arc<P::Data>>>,
    running: Mutex<CancellationToken>,
    open: ephemeral::OpenResources,
}

/// An object and its schema, which is made when it is first asked for: a process usually sees only
/// a few of the types.
struct Entry<O: ?Sized> {
    object: Box<O>,
    schema: OnceLock<Schema>,
}

struct ResourceEntry<D> {
    entry: Entry<dyn ErasedResource<D>>,
    identity: OnceLock<IdentitySchema>,
}

impl<O: ?Sized> Entry<O> {
    fn new(object: Box<O>) -> Self {
        Self {
            object,
            schema: OnceLock::new(),
        }
    }
}

/// One call of a core. Ends when the call is answered, is interrupted, or nobody waits any more.
#[derive(Debug, Clone)]
pub struct Call {
    /// Cancelled to end waits.
    pub cancellation: CancellationToken,
}

/// The kinds of objects that have a schema and are found by type name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Managed resources.
    Resource,
    /// Data sources.
    DataSource,
    /// Ephemeral resources.
    EphemeralResource,
    /// List resources.
    ListResource,
    /// Actions.
    Action,
}

impl Kind {
    fn noun(self) -> &'static str {
        match self {
            Self::Resource => "resource",
            Self::DataSource => "data source",
            Self::EphemeralResource => "ephemeral resource",
            Self::ListResource => "list resource",
            Self::Action => "action",
        }
    }
}

impl<P: Provider> Server<P> {
    /// A server for `provider`.
    pub fn new(provider: P, clock: Clock) -> Self {
        let registry = provider.registry();
        Self {
            provider,
            clock,
            provider_schema: OnceLock::new(),
            resources: registry
                .resources
                .into_iter()
                .map(|object| {
                    let name = object.type_name();
                    let entry = Entry::new(object);
                    let identity = OnceLock::new();
                    (name, ResourceEntry { entry, identity })
                })
                .collect(),
            data_sources: registry
                .data_sources
                .into_iter()
                .map(|object| (object.type_name(), Entry::new(object)))
                .collect(),
            ephemeral_resources: registry
                .ephemeral_resources
                .into_iter()
                .map(|object| (object.type_name(), Entry::new(object)))
                .collect(),
            functions: registry
                .functions
                .into_iter()
                .map(|function| (function.name(), function))
                .collect(),
            list_resources: registry
                .list_resources
                .into_iter()
                .map(|object| (object.type_name(), Entry::new(object)))
                .collect(),
            actions: registry
                .actions
                .into_iter()
                .map(|object| (object.type_name(), Entry::new(object)))
                .collect(),
            configured: Mutex::new(None),
            running: Mutex::new(CancellationToken::new()),
            open: ephemeral::OpenResources::default(),
        }
    }

    /// The schema of the provider block.
    pub fn provider_schema(&self) -> &Schema {
        self.provider_schema.get_or_init(|| self.provider.schema())
    }

    /// The names of all types of a kind, in alphabetical order.
    #[must_use]
    pub fn type_names(&self, kind: Kind) -> Vec<&'static str> {
        match kind {
            Kind::Resource => self.resources.keys().copied().collect(),
            Kind::DataSource => self.data_sources.keys().copied().collect(),
            Kind::EphemeralResource => self.ephemeral_resources.keys().copied().collect(),
            Kind::ListResource => self.list_resources.keys().copied().collect(),
            Kind::Action => self.actions.keys().copied().collect(),
        }
    }

    /// The functions by name.
    #[must_use]
    pub fn functions(&self) -> &BTreeMap<&'static str, Box<dyn Function>> {
        &self.functions
    }

    /// The schema of a type.
    ///
    /// # Errors
    /// The provider has no such type; the message says so.
    pub fn schema(&self, kind: Kind, type_name: &str) -> Result<&Schema, Diagnostic> {
        let schema = match kind {
            Kind::Resource => self
                .resources
                .get(type_name)
                .map(|r| r.entry.schema.get_or_init(|| r.entry.object.schema())),
            Kind::DataSource => self
                .data_sources
                .get(type_name)
                .map(|entry| entry.schema.get_or_init(|| entry.object.schema())),
            Kind::EphemeralResource => self
                .ephemeral_resources
                .get(type_name)
                .map(|entry| entry.schema.get_or_init(|| entry.object.schema())),
            Kind::ListResource => self
                .list_resources
                .get(type_name)
                .map(|entry| entry.schema.get_or_init(|| entry.object.schema())),
            Kind::Action => self
                .actions
                .get(type_name)
                .map(|entry| entry.schema.get_or_init(|| entry.object.schema())),
        };
        schema.ok_or_else(|| unknown_type(kind, type_name))
    }

    /// What the page of a type says beyond its schema.
    ///
    /// # Errors
    /// The provider has no such type.
    pub fn facts(&self, kind: Kind, type_name: &str) -> Result<Facts, Diagnostic> {
        let facts = match kind {
            Kind::Resource => self
                .resources
                .get(type_name)
                .map(|resource| resource.entry.object.facts()),
            Kind::DataSource => self
                .data_sources
                .get(type_name)
                .map(|entry| entry.object.facts()),
            Kind::EphemeralResource => self
                .ephemeral_resources
                .get(type_name)
                .map(|entry| entry.object.facts()),
            Kind::ListResource => self
                .list_resources
                .get(type_name)
                .map(|entry| entry.object.facts()),
            Kind::Action => self
                .actions
                .get(type_name)
                .map(|entry| entry.object.facts()),
        };
        facts.ok_or_else(|| unknown_type(kind, type_name))
    }

    /// The identity schema of a resource type.
    ///
    /// # Errors
    /// The provider has no such resource type.
    pub fn identity_schema(&self, type_name: &str) -> Result<&IdentitySchema, Diagnostic> {
        self.resources
            .get(type_name)
            .map(|resource| {
                resource
                    .identity
                    .get_or_init(|| resource.entry.object.identity())
            })
            .ok_or_else(|| unknown_type(Kind::Resource, type_name))
    }

    /// Begins a call of a core.
    #[must_use]
    pub fn call(&self) -> Call {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        Call {
            cancellation: running.child_token(),
        }
    }

    /// Ends the waits of all running operations. The server goes on: calls that come later run
    /// undisturbed.
    pub fn stop(&self) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *running).cancel();
    }

    /// The surroundings of an operation, if the provider is configured.
    fn context(
        &self,
        call: &Call,
        client: ClientCapabilities,
    ) -> Result<Context<P::Data>, Diagnostic> {
        let configured = self
            .configured
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let data = configured.clone().ok_or_else(|| {
            Diagnostic::bug(
                "Provider is not configured",
                "An operation that needs the provider's configuration came before it.",
            )
        })?;
        Ok(Context {
            data,
            cancellation: call.cancellation.clone(),
            clock: self.clock.clone(),
            client,
        })
    }

    fn resource(&self, type_name: &str) -> Result<&dyn ErasedResource<P::Data>, Diagnostic> {
        self.resources
            .get(type_name)
            .map(|resource| &*resource.entry.object)
            .ok_or_else(|| unknown_type(Kind::Resource, type_name))
    }

    fn resource_with_schema(
        &self,
        type_name: &str,
    ) -> Result<(&dyn ErasedResource<P::Data>, &Schema), Diagnostic> {
        Ok((
            self.resource(type_name)?,
            self.schema(Kind::Resource, type_name)?,
        ))
    }
}

impl<P: Provider> std::fmt::Debug for Server<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}

fn unknown_type(kind: Kind, type_name: &str) -> Diagnostic {
    let noun = kind.noun();
    Diagnostic::error(
        format!("Unknown {noun} type {type_name:?}"),
        format!("This version of the provider has no {noun} of this type."),
    )
    .hint("Check the spelling, or update the provider: a newer version may have it.")
}
