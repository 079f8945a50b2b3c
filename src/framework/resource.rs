//! Managed resources: the trait, and its form behind a trait object.

use std::future::Future;

use super::diag::{Diagnostic, Diagnostics};
use super::docs::Facts;
use super::object::{ConversionError, Model, ValueType as _};
use super::operation::{BoxFuture, Context, DeferredReason, Outcome};
use super::path::Path;
use super::private::Private;
use super::schema::{IdentitySchema, Schema};
use super::value::Value;

/// What `create` gets.
#[derive(Debug)]
pub struct Create<M> {
    /// The configuration, wholly known, with write-only values.
    pub config: M,
    /// The planned state; what only the provider knows is unknown in it.
    pub plan: M,
    /// What planning kept.
    pub private: Private,
}

/// What `read` gets.
#[derive(Debug)]
pub struct Read<M> {
    /// The state as stored, or as far as an import knows it.
    pub state: M,
    /// What the provider kept with the object.
    pub private: Private,
    /// Whether this read completes an import, so that an absent value says nothing.
    pub importing: bool,
}

/// What `update` gets.
#[derive(Debug)]
pub struct Update<M> {
    /// The configuration, wholly known, with write-only values.
    pub config: M,
    /// The planned state.
    pub plan: M,
    /// The state before.
    pub prior: M,
    /// What planning kept.
    pub private: Private,
}

/// What `delete` gets.
#[derive(Debug)]
pub struct Delete<M> {
    /// The state before.
    pub state: M,
    /// What the provider kept with the object.
    pub private: Private,
}

/// A resource type. `D` is what the provider made of its configuration.
pub trait Resource<D: Send + Sync + 'static>: Send + Sync + 'static {
    /// The Rust mirror of the schema.
    type Model: Model;

    /// The type name, with the provider's prefix.
    fn type_name(&self) -> &'static str;

    /// The schema. Its texts are the documentation.
    fn schema(&self) -> Schema;

    /// What its page says beyond the schema.
    fn facts(&self) -> Facts {
        Facts::default()
    }

    /// The attributes that find an object again. Names and types as in the schema.
    fn identity(&self) -> IdentitySchema;

    /// Checks rules over several attributes. Unknown values must not fail a check. Works without
    /// network and without a configured provider.
    fn validate(&self, _config: &Self::Model) -> Diagnostics {
        Diagnostics::new()
    }

    /// Changes a plan after the schema's rules have made it. Also called for destroys, where it can
    /// only refuse.
    fn plan(
        &self,
        _context: &Context<D>,
        _change: &mut PlanChange<Self::Model>,
    ) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }

    /// Creates the object. The outcome has the state as soon as there is an id or a secret; what
    /// fails after that adds messages and removes nothing.
    fn create(
        &self,
        context: &Context<D>,
        request: Create<Self::Model>,
    ) -> impl Future<Output = Outcome<Self::Model>> + Send;

    /// Reads the object. [`Outcome::absent`]: it is gone.
    fn read(
        &self,
        context: &Context<D>,
        request: Read<Self::Model>,
    ) -> impl Future<Output = Outcome<Self::Model>> + Send;

    /// Changes the object in place.
    fn update(
        &self,
        context: &Context<D>,
        request: Update<Self::Model>,
    ) -> impl Future<Output = Outcome<Self::Model>> + Send;

    /// Deletes the object. No error means that it is gone.
    fn delete(
        &self,
        context: &Context<D>,
        request: Delete<Self::Model>,
    ) -> impl Future<Output = Diagnostics> + Send;

    /// Takes an import id apart into as much state as `read` needs. An import by identity needs no
    /// help: identity attributes are attributes of the resource.
    fn import(
        &self,
        context: &Context<D>,
        id: &str,
    ) -> impl Future<Output = Result<Self::Model, Diagnostic>> + Send;

    /// How states of older schema versions become states of the current one.
    fn upgrades(&self) -> Vec<StateUpgrade> {
        Vec::new()
    }

    /// The resource types of this or other providers whose state can be taken over.
    fn moves(&self) -> Vec<StateMove> {
        Vec::new()
    }

    /// Refines a generated configuration that the general rules have made from a state.
    fn generate_config(&self, config: Value) -> Value {
        config
    }
}

/// A change of a stored state's JSON.
pub type JsonChange = fn(serde_json::Value) -> Result<serde_json::Value, Diagnostic>;

/// How a state of an older version becomes a state of the current version, in one step.
#[derive(Debug, Clone)]
pub struct StateUpgrade {
    /// The version of the stored state.
    pub from: u64,
    /// Turns the stored JSON into JSON of the current schema. Members that are missing afterwards
    /// are null, those too many are ignored.
    pub upgrade: JsonChange,
}

/// A source that state can be moved from.
#[derive(Debug, Clone)]
pub struct StateMove {
    /// Namespace and type of the source provider, as in `camunda-community-hub/camunda`. The
    /// registry host is ignored: Terraform, OpenTofu and mirrors differ in it.
    pub provider: &'static str,
    /// The source resource type.
    pub type_name: &'static str,
    /// Turns the source's JSON into JSON of the target schema.
    pub change: JsonChange,
}

/// A plan in the making.
#[derive(Debug)]
pub struct PlanChange<M> {
    /// The state before; `None` when the object is to be created.
    pub prior: Option<M>,
    /// The configuration; `None` when the object is to be destroyed.
    pub config: Option<M>,
    /// What the provider keeps with the object.
    pub private: Private,
    /// Messages. An error refuses the plan.
    pub diagnostics: Diagnostics,
    /// Set when the change has to wait for a later run. Only if the core allows it.
    pub deferred: Option<DeferredReason>,
    planned: Value,
    prior_value: Value,
    replace: Vec<Path>,
}

impl<M: Model> PlanChange<M> {
    /// A plan as the schema's rules have made it.
    ///
    /// # Errors
    /// A value does not have the model's shape.
    pub(super) fn new(
        prior: &Value,
        config: &Value,
        planned: Value,
        replace: Vec<Path>,
        private: Private,
    ) -> Result<Self, ConversionError> {
        let read = |value: &Value| (!value.is_null()).then(|| M::read(value)).transpose();
        Ok(Self {
            prior: read(prior)?,
            config: read(config)?,
            private,
            diagnostics: Diagnostics::new(),
            deferred: None,
            planned,
            prior_value: prior.clone(),
            replace,
        })
    }

    /// The planned state so far; `None` when the object is to be destroyed.
    ///
    /// # Errors
    /// A value does not have the model's shape: a bug.
    pub fn planned(&self) -> Result<Option<M>, ConversionError> {
        (!self.planned.is_null())
            .then(|| M::read(&self.planned))
            .transpose()
    }

    /// Whether the object is to be created.
    #[must_use]
    pub fn is_create(&self) -> bool {
        self.prior_value.is_null()
    }

    /// Whether the object is to be destroyed and not replaced.
    #[must_use]
    pub fn is_destroy(&self) -> bool {
        self.planned.is_null()
    }

    /// Whether the object is to be replaced because of an attribute. A replacement that the user
    /// asks for on the command line is not known here.
    #[must_use]
    pub fn is_replace(&self) -> bool {
        !self.replace.is_empty()
    }

    /// The attributes whose change replaces the object.
    #[must_use]
    pub fn replace_paths(&self) -> &[Path] {
        &self.replace
    }

    /// Whether the plan changes anything.
    #[must_use]
    pub fn has_changes(&self) -> bool {
        self.planned != self.prior_value
    }

    /// Whether the plan changes the attribute `name`.
    #[must_use]
    pub fn changes(&self, name: &str) -> bool {
        self.planned.member(name) != self.prior_value.member(name)
    }

    /// Plans `value` for what is at `path`. Nothing happens where the plan has no such place.
    pub fn set(&mut self, path: &Path, value: Value) {
        if let Some(place) = self.planned.get_mut(path) {
            *place = value;
        }
    }

    /// Plans that the attribute `name` will be known after apply.
    pub fn set_unknown(&mut self, name: &str) {
        self.set(&Path::of(name), Value::UNKNOWN);
    }

    /// Replaces the object because of `path`.
    pub fn require_replace(&mut self, path: Path) {
        self.replace.push(path);
    }

    /// Takes back that a change of `path` replaces the object.
    pub fn keep(&mut self, path: &Path) {
        self.replace.retain(|other| other != path);
    }

    fn into_planned(self) -> Planned {
        Planned {
            state: self.planned,
            replace: self.replace,
            private: self.private,
            diagnostics: self.diagnostics,
            deferred: self.deferred,
        }
    }
}

/// A plan, as the server goes on with it.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) state: Value,
    pub(super) replace: Vec<Path>,
    pub(super) private: Private,
    pub(super) diagnostics: Diagnostics,
    pub(super) deferred: Option<DeferredReason>,
}

/// A resource behind a trait object: models become values.
pub(super) trait ErasedResource<D>: Send + Sync {
    fn type_name(&self) -> &'static str;
    fn schema(&self) -> Schema;
    fn facts(&self) -> Facts;
    fn identity(&self) -> IdentitySchema;
    fn model_type(&self) -> super::types::Type;
    fn validate(&self, config: &Value) -> Diagnostics;
    fn plan<'a>(
        &'a self,
        context: &'a Context<D>,
        prior: &'a Value,
        config: &'a Value,
        planned: Planned,
    ) -> BoxFuture<'a, Planned>;
    fn create<'a>(
        &'a self,
        context: &'a Context<D>,
        request: Create<Value>,
    ) -> BoxFuture<'a, Outcome<Value>>;
    fn read<'a>(
        &'a self,
        context: &'a Context<D>,
        request: Read<Value>,
    ) -> BoxFuture<'a, Outcome<Value>>;
    fn update<'a>(
        &'a self,
        context: &'a Context<D>,
        request: Update<Value>,
    ) -> BoxFuture<'a, Outcome<Value>>;
    fn delete<'a>(
        &'a self,
        context: &'a Context<D>,
        request: Delete<Value>,
    ) -> BoxFuture<'a, Diagnostics>;
    fn import<'a>(
        &'a self,
        context: &'a Context<D>,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Value, Diagnostic>>;
    fn upgrades(&self) -> Vec<StateUpgrade>;
    fn moves(&self) -> Vec<StateMove>;
    fn generate_config(&self, config: Value) -> Value;
}

impl<D: Send + Sync + 'static, R: Resource<D>> ErasedResource<D> for R {
    fn type_name(&self) -> &'static str {
        Resource::type_name(self)
    }

    fn schema(&self) -> Schema {
        Resource::schema(self)
    }

    fn facts(&self) -> Facts {
        Resource::facts(self)
    }

    fn identity(&self) -> IdentitySchema {
        Resource::identity(self)
    }

    fn model_type(&self) -> super::types::Type {
        R::Model::value_type()
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        match R::Model::read(config) {
            Ok(config) => Resource::validate(self, &config),
            Err(error) => Diagnostic::from(error).into(),
        }
    }

    fn plan<'a>(
        &'a self,
        context: &'a Context<D>,
        prior: &'a Value,
        config: &'a Value,
        planned: Planned,
    ) -> BoxFuture<'a, Planned> {
        Box::pin(async move {
            let change = PlanChange::new(
                prior,
                config,
                planned.state.clone(),
                planned.replace.clone(),
                planned.private.clone(),
            );
            match change {
                Ok(mut change) => {
                    change.diagnostics = planned.diagnostics;
                    Resource::plan(self, context, &mut change).await;
                    change.into_planned()
                }
                Err(error) => {
                    let mut planned = planned;
                    planned.diagnostics.push(error.into());
                    planned
                }
            }
        })
    }

    fn create<'a>(
        &'a self,
        context: &'a Context<D>,
        request: Create<Value>,
    ) -> BoxFuture<'a, Outcome<Value>> {
        Box::pin(async move {
            match (
                R::Model::read(&request.config),
                R::Model::read(&request.plan),
            ) {
                (Ok(config), Ok(plan)) => {
                    let private = request.private;
                    let request = Create {
                        config,
                        plan,
                        private,
                    };
                    let outcome = Resource::create(self, context, request).await;
                    outcome.map(|model| model.to_value())
                }
                (Err(error), _) | (_, Err(error)) => Outcome::failed(Diagnostic::from(error)),
            }
        })
    }

    fn read<'a>(
        &'a self,
        context: &'a Context<D>,
        request: Read<Value>,
    ) -> BoxFuture<'a, Outcome<Value>> {
        Box::pin(async move {
            match R::Model::read(&request.state) {
                Ok(state) => {
                    let request = Read {
                        state,
                        private: request.private,
                        importing: request.importing,
                    };
                    let outcome = Resource::read(self, context, request).await;
                    outcome.map(|model| model.to_value())
                }
                Err(error) => Outcome::failed(Diagnostic::from(error)),
            }
        })
    }

    fn update<'a>(
        &'a self,
        context: &'a Context<D>,
        request: Update<Value>,
    ) -> BoxFuture<'a, Outcome<Value>> {
        Box::pin(async move {
            let models = || -> Result<_, ConversionError> {
                Ok((
                    R::Model::read(&request.config)?,
                    R::Model::read(&request.plan)?,
                    R::Model::read(&request.prior)?,
                ))
            };
            match models() {
                Ok((config, plan, prior)) => {
                    let private = request.private;
                    let request = Update {
                        config,
                        plan,
                        prior,
                        private,
                    };
                    let outcome = Resource::update(self, context, request).await;
                    outcome.map(|model| model.to_value())
                }
                Err(error) => Outcome::failed(Diagnostic::from(error)),
            }
        })
    }

    fn delete<'a>(
        &'a self,
        context: &'a Context<D>,
        request: Delete<Value>,
    ) -> BoxFuture<'a, Diagnostics> {
        Box::pin(async move {
            match R::Model::read(&request.state) {
                Ok(state) => {
                    let private = request.private;
                    Resource::delete(self, context, Delete { state, private }).await
                }
                Err(error) => Diagnostic::from(error).into(),
            }
        })
    }

    fn import<'a>(
        &'a self,
        context: &'a Context<D>,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Value, Diagnostic>> {
        Box::pin(async move {
            let model = Resource::import(self, context, id).await?;
            Ok(model.to_value())
        })
    }

    fn upgrades(&self) -> Vec<StateUpgrade> {
        Resource::upgrades(self)
    }

    fn moves(&self) -> Vec<StateMove> {
        Resource::moves(self)
    }

    fn generate_config(&self, config: Value) -> Value {
        Resource::generate_config(self, config)
    }
}
