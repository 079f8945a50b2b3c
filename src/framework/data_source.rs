//! Data sources: the trait, and its form behind a trait object.

use std::future::Future;

use super::diag::{Diagnostic, Diagnostics};
use super::docs::Facts;
use super::object::{Model, ValueType as _};
use super::operation::{BoxFuture, Context, Outcome};
use super::schema::Schema;
use super::types::Type;
use super::value::Value;

/// A data source. `D` is what the provider made of its configuration.
pub trait DataSource<D: Send + Sync + 'static>: Send + Sync + 'static {
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

    /// Reads. The outcome must have a state unless it has an error; configured attributes are
    /// echoed as they are.
    fn read(
        &self,
        context: &Context<D>,
        config: Self::Model,
    ) -> impl Future<Output = Outcome<Self::Model>> + Send;
}

/// A data source behind a trait object.
pub(super) trait ErasedDataSource<D>: Send + Sync {
    fn type_name(&self) -> &'static str;
    fn schema(&self) -> Schema;
    fn facts(&self) -> Facts;
    fn model_type(&self) -> Type;
    fn validate(&self, config: &Value) -> Diagnostics;
    fn read<'a>(&'a self, context: &'a Context<D>, config: Value) -> BoxFuture<'a, Outcome<Value>>;
}

impl<D: Send + Sync + 'static, S: DataSource<D>> ErasedDataSource<D> for S {
    fn type_name(&self) -> &'static str {
        DataSource::type_name(self)
    }

    fn schema(&self) -> Schema {
        DataSource::schema(self)
    }

    fn facts(&self) -> Facts {
        DataSource::facts(self)
    }

    fn model_type(&self) -> Type {
        S::Model::value_type()
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        match S::Model::read(config) {
            Ok(config) => DataSource::validate(self, &config),
            Err(error) => Diagnostic::from(error).into(),
        }
    }

    fn read<'a>(&'a self, context: &'a Context<D>, config: Value) -> BoxFuture<'a, Outcome<Value>> {
        Box::pin(async move {
            match S::Model::read(&config) {
                Ok(config) => DataSource::read(self, context, config)
                    .await
                    .map(|model| model.to_value()),
                Err(error) => Outcome::failed(Diagnostic::from(error)),
            }
        })
    }
}
