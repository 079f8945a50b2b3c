//! Ephemeral resources: values that exist during a run and are never stored.

use std::future::Future;

use jiff::Timestamp;

use super::diag::{Diagnostic, Diagnostics};
use super::docs::Facts;
use super::object::{Model, ValueType as _};
use super::operation::{BoxFuture, Context, Outcome};
use super::private::Private;
use super::schema::Schema;
use super::types::Type;
use super::value::Value;

/// What opening leaves.
#[derive(Debug)]
pub struct Opened<M> {
    /// The result, the private data for renewal and closing, and messages. What was created stays
    /// in `private` even if opening failed half-way.
    pub outcome: Outcome<M>,
    /// When to renew; `None` for never.
    pub renew_at: Option<Timestamp>,
}

/// Opened for the length of the run, whatever that is: never renewed.
impl<M> From<Outcome<M>> for Opened<M> {
    fn from(outcome: Outcome<M>) -> Self {
        Self {
            outcome,
            renew_at: None,
        }
    }
}

/// What renewing leaves.
#[derive(Debug)]
pub struct Renewed {
    /// Private data for the next renewal and for closing. Terraform closes with the private data of
    /// opening, OpenTofu with the latest: what closing needs must be in both.
    pub private: Private,
    /// When to renew again; `None` for never.
    pub renew_at: Option<Timestamp>,
    /// Messages.
    pub diagnostics: Diagnostics,
}

/// An ephemeral resource type. `D` is what the provider made of its configuration.
pub trait EphemeralResource<D: Send + Sync + 'static>: Send + Sync + 'static {
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

    /// Checks rules over several attributes. Unknown values must not fail a check.
    fn validate(&self, _config: &Self::Model) -> Diagnostics {
        Diagnostics::new()
    }

    /// Opens: fetches or creates the value. The result equals the configuration where that is set.
    fn open(
        &self,
        context: &Context<D>,
        config: Self::Model,
    ) -> impl Future<Output = Opened<Self::Model>> + Send;

    /// Renews. The default has nothing to renew.
    fn renew(
        &self,
        _context: &Context<D>,
        private: Private,
    ) -> impl Future<Output = Renewed> + Send {
        std::future::ready(Renewed {
            private,
            renew_at: None,
            diagnostics: Diagnostics::new(),
        })
    }

    /// Closes: removes what opening created. "Already gone" is success. The default does nothing.
    fn close(
        &self,
        _context: &Context<D>,
        _private: Private,
    ) -> impl Future<Output = Diagnostics> + Send {
        std::future::ready(Diagnostics::new())
    }
}

/// An ephemeral resource behind a trait object.
pub(super) trait ErasedEphemeralResource<D>: Send + Sync {
    fn type_name(&self) -> &'static str;
    fn schema(&self) -> Schema;
    fn facts(&self) -> Facts;
    fn model_type(&self) -> Type;
    fn validate(&self, config: &Value) -> Diagnostics;
    fn open<'a>(&'a self, context: &'a Context<D>, config: Value) -> BoxFuture<'a, Opened<Value>>;
    fn renew<'a>(&'a self, context: &'a Context<D>, private: Private) -> BoxFuture<'a, Renewed>;
    fn close<'a>(&'a self, context: &'a Context<D>, private: Private)
    -> BoxFuture<'a, Diagnostics>;
}

impl<D: Send + Sync + 'static, E: EphemeralResource<D>> ErasedEphemeralResource<D> for E {
    fn type_name(&self) -> &'static str {
        EphemeralResource::type_name(self)
    }

    fn schema(&self) -> Schema {
        EphemeralResource::schema(self)
    }

    fn facts(&self) -> Facts {
        EphemeralResource::facts(self)
    }

    fn model_type(&self) -> Type {
        E::Model::value_type()
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        match E::Model::read(config) {
            Ok(config) => EphemeralResource::validate(self, &config),
            Err(error) => Diagnostic::from(error).into(),
        }
    }

    fn open<'a>(&'a self, context: &'a Context<D>, config: Value) -> BoxFuture<'a, Opened<Value>> {
        Box::pin(async move {
            match E::Model::read(&config) {
                Ok(config) => {
                    let opened = EphemeralResource::open(self, context, config).await;
                    Opened {
                        outcome: opened.outcome.map(|model| model.to_value()),
                        renew_at: opened.renew_at,
                    }
                }
                Err(error) => Opened {
                    outcome: Outcome::failed(Diagnostic::from(error)),
                    renew_at: None,
                },
            }
        })
    }

    fn renew<'a>(&'a self, context: &'a Context<D>, private: Private) -> BoxFuture<'a, Renewed> {
        Box::pin(EphemeralResource::renew(self, context, private))
    }

    fn close<'a>(
        &'a self,
        context: &'a Context<D>,
        private: Private,
    ) -> BoxFuture<'a, Diagnostics> {
        Box::pin(EphemeralResource::close(self, context, private))
    }
}
