//! Actions: imperative steps without a lasting object.

use std::future::Future;

use tokio::sync::mpsc;

use super::diag::{Diagnostic, Diagnostics};
use super::docs::Facts;
use super::object::{Model, ValueType as _};
use super::operation::{BoxFuture, Context};
use super::schema::Schema;
use super::types::Type;
use super::value::Value;

/// Where an action says how far it is.
#[derive(Debug, Clone)]
pub struct Progress(mpsc::Sender<String>);

impl Progress {
    /// Lines that go to `receiver`.
    #[must_use]
    pub fn to(receiver: mpsc::Sender<String>) -> Self {
        Self(receiver)
    }

    /// Shows one line to the user. Nobody listening any more is no error.
    pub async fn report(&self, message: impl Into<String>) {
        let _ = self.0.send(message.into()).await;
    }
}

/// An action type. `D` is what the provider made of its configuration.
pub trait Action<D: Send + Sync + 'static>: Send + Sync + 'static {
    /// The Rust mirror of the schema of the `config` block.
    type Config: Model;

    /// The type name, with the provider's prefix.
    fn type_name(&self) -> &'static str;

    /// The schema of the `config` block.
    fn schema(&self) -> Schema;

    /// What its page says beyond the schema.
    fn facts(&self) -> Facts {
        Facts::default()
    }

    /// Checks rules over several attributes. Unknown values must not fail a check.
    fn validate(&self, _config: &Self::Config) -> Diagnostics {
        Diagnostics::new()
    }

    /// Looks at planning time whether the action can be done. Values may be unknown.
    fn plan(
        &self,
        _context: &Context<D>,
        _config: &Self::Config,
    ) -> impl Future<Output = Diagnostics> + Send {
        std::future::ready(Diagnostics::new())
    }

    /// Does it.
    fn invoke(
        &self,
        context: &Context<D>,
        config: Self::Config,
        progress: Progress,
    ) -> impl Future<Output = Diagnostics> + Send;
}

/// An action behind a trait object.
pub(super) trait ErasedAction<D>: Send + Sync {
    fn type_name(&self) -> &'static str;
    fn schema(&self) -> Schema;
    fn facts(&self) -> Facts;
    fn config_type(&self) -> Type;
    fn validate(&self, config: &Value) -> Diagnostics;
    fn plan<'a>(&'a self, context: &'a Context<D>, config: &'a Value)
    -> BoxFuture<'a, Diagnostics>;
    fn invoke<'a>(
        &'a self,
        context: &'a Context<D>,
        config: &'a Value,
        progress: Progress,
    ) -> BoxFuture<'a, Diagnostics>;
}

impl<D: Send + Sync + 'static, A: Action<D>> ErasedAction<D> for A {
    fn type_name(&self) -> &'static str {
        Action::type_name(self)
    }

    fn schema(&self) -> Schema {
        Action::schema(self)
    }

    fn facts(&self) -> Facts {
        Action::facts(self)
    }

    fn config_type(&self) -> Type {
        A::Config::value_type()
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        match A::Config::read(config) {
            Ok(config) => Action::validate(self, &config),
            Err(error) => Diagnostic::from(error).into(),
        }
    }

    fn plan<'a>(
        &'a self,
        context: &'a Context<D>,
        config: &'a Value,
    ) -> BoxFuture<'a, Diagnostics> {
        Box::pin(async move {
            match A::Config::read(config) {
                Ok(config) => Action::plan(self, context, &config).await,
                Err(error) => Diagnostic::from(error).into(),
            }
        })
    }

    fn invoke<'a>(
        &'a self,
        context: &'a Context<D>,
        config: &'a Value,
        progress: Progress,
    ) -> BoxFuture<'a, Diagnostics> {
        Box::pin(async move {
            match A::Config::read(config) {
                Ok(config) => Action::invoke(self, context, config, progress).await,
                Err(error) => Diagnostic::from(error).into(),
            }
        })
    }
}
