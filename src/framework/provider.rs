//! The provider itself: its configuration, and the list of what it offers.

use super::action::{Action, ErasedAction};
use super::data_source::{DataSource, ErasedDataSource};
use super::diag::Diagnostics;
use super::ephemeral::{EphemeralResource, ErasedEphemeralResource};
use super::function::Function;
use super::list::{ErasedListResource, ListResource};
use super::object::Model;
use super::operation::ClientCapabilities;
use super::resource::{ErasedResource, Resource};
use super::schema::Schema;

/// What `configure` gets.
#[derive(Debug)]
pub struct Configure<C> {
    /// The configuration. Values may be unknown while planning.
    pub config: C,
    /// The version of the Terraform or OpenTofu that calls.
    pub terraform_version: String,
    /// What the core understands.
    pub client: ClientCapabilities,
}

/// A provider.
pub trait Provider: Send + Sync + 'static {
    /// The Rust mirror of the schema.
    type Config: Model;
    /// What configuration becomes: every operation gets it.
    type Data: Send + Sync + 'static;

    /// The schema of the provider block.
    fn schema(&self) -> Schema;

    /// Checks rules over several attributes. Unknown values must not fail a check.
    fn validate(&self, _config: &Self::Config) -> Diagnostics {
        Diagnostics::new()
    }

    /// Takes the configuration. Makes no network call and tolerates unknown values. May be called
    /// again with another configuration.
    ///
    /// # Errors
    /// The configuration cannot work; the messages say why. Warnings alone are returned beside the
    /// data.
    fn configure(
        &self,
        request: Configure<Self::Config>,
    ) -> Result<(Self::Data, Diagnostics), Diagnostics>;

    /// What the provider offers.
    fn registry(&self) -> Registry<Self::Data>;
}

/// The list of what a provider offers.
pub struct Registry<D> {
    pub(super) resources: Vec<Box<dyn ErasedResource<D>>>,
    pub(super) data_sources: Vec<Box<dyn ErasedDataSource<D>>>,
    pub(super) ephemeral_resources: Vec<Box<dyn ErasedEphemeralResource<D>>>,
    pub(super) functions: Vec<Box<dyn Function>>,
    pub(super) list_resources: Vec<Box<dyn ErasedListResource<D>>>,
    pub(super) actions: Vec<Box<dyn ErasedAction<D>>>,
}

impl<D> Default for Registry<D> {
    fn default() -> Self {
        Self {
            resources: Vec::new(),
            data_sources: Vec::new(),
            ephemeral_resources: Vec::new(),
            functions: Vec::new(),
            list_resources: Vec::new(),
            actions: Vec::new(),
        }
    }
}

impl<D> std::fmt::Debug for Registry<D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registry").finish_non_exhaustive()
    }
}

impl<D: Send + Sync + 'static> Registry<D> {
    /// An empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a managed resource.
    #[must_use]
    pub fn resource(mut self, resource: impl Resource<D>) -> Self {
        self.resources.push(Box::new(resource));
        self
    }

    /// Adds a data source.
    #[must_use]
    pub fn data_source(mut self, data_source: impl DataSource<D>) -> Self {
        self.data_sources.push(Box::new(data_source));
        self
    }

    /// Adds an ephemeral resource.
    #[must_use]
    pub fn ephemeral_resource(mut self, resource: impl EphemeralResource<D>) -> Self {
        self.ephemeral_resources.push(Box::new(resource));
        self
    }

    /// Adds a function.
    #[must_use]
    pub fn function(mut self, function: impl Function) -> Self {
        self.functions.push(Box::new(function));
        self
    }

    /// Adds a list resource.
    #[must_use]
    pub fn list_resource(mut self, resource: impl ListResource<D>) -> Self {
        self.list_resources.push(Box::new(resource));
        self
    }

    /// Adds an action.
    #[must_use]
    pub fn action(mut self, action: impl Action<D>) -> Self {
        self.actions.push(Box::new(action));
        self
    }
}
