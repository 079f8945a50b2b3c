//! List resources: the objects of a type that exist remotely, for queries and adoption.

use std::future::Future;

use tokio::sync::mpsc;

use super::diag::{Diagnostic, Diagnostics};
use super::docs::Facts;
use super::object::{Model, ValueType as _};
use super::operation::{BoxFuture, Context};
use super::schema::Schema;
use super::types::Type;
use super::value::Value;

/// What a listing gets.
#[derive(Debug)]
pub struct ListRequest<C> {
    /// Scope and filters.
    pub config: C,
    /// Whether whole objects are wanted, not identities alone.
    pub include_resource: bool,
}

/// One found object.
#[derive(Debug)]
pub struct ListItem<M> {
    /// The state: whole if that was asked for, else at least the attributes of the identity. Never
    /// with a secret.
    pub state: M,
    /// A name that a person recognises.
    pub display_name: String,
    /// Messages about this object alone.
    pub diagnostics: Diagnostics,
}

/// Where a listing puts what it finds.
#[derive(Debug)]
pub struct ListItems<M> {
    sender: mpsc::Sender<ListItem<Value>>,
    remaining: Option<u64>,
    model: std::marker::PhantomData<fn(M)>,
}

impl<M: Model> ListItems<M> {
    /// Hands over one object. Returns whether more are wanted; a listing stops when not.
    pub async fn push(&mut self, item: ListItem<M>) -> bool {
        let item = ListItem {
            state: item.state.to_value(),
            display_name: item.display_name,
            diagnostics: item.diagnostics,
        };
        if self.remaining == Some(0) || self.sender.send(item).await.is_err() {
            return false;
        }
        if let Some(remaining) = &mut self.remaining {
            *remaining -= 1;
        }
        self.remaining != Some(0)
    }
}

/// A list resource. `D` is what the provider made of its configuration.
pub trait ListResource<D: Send + Sync + 'static>: Send + Sync + 'static {
    /// The Rust mirror of the schema of the `config` block.
    type Config: Model;
    /// The model of the managed resource that is listed.
    type Model: Model;

    /// The type name: that of the managed resource, which must have an identity.
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

    /// Lists, in a stable order. The returned messages are about the listing as a whole.
    fn list(
        &self,
        context: &Context<D>,
        request: ListRequest<Self::Config>,
        items: &mut ListItems<Self::Model>,
    ) -> impl Future<Output = Diagnostics> + Send;
}

/// A list resource behind a trait object.
pub(super) trait ErasedListResource<D>: Send + Sync {
    fn type_name(&self) -> &'static str;
    fn schema(&self) -> Schema;
    fn facts(&self) -> Facts;
    fn config_type(&self) -> Type;
    fn model_type(&self) -> Type;
    fn validate(&self, config: &Value) -> Diagnostics;
    fn list<'a>(
        &'a self,
        context: &'a Context<D>,
        request: ListRequest<Value>,
        sender: mpsc::Sender<ListItem<Value>>,
        limit: Option<u64>,
    ) -> BoxFuture<'a, Diagnostics>;
}

impl<D: Send + Sync + 'static, L: ListResource<D>> ErasedListResource<D> for L {
    fn type_name(&self) -> &'static str {
        ListResource::type_name(self)
    }

    fn schema(&self) -> Schema {
        ListResource::schema(self)
    }

    fn facts(&self) -> Facts {
        ListResource::facts(self)
    }

    fn config_type(&self) -> Type {
        L::Config::value_type()
    }

    fn model_type(&self) -> Type {
        L::Model::value_type()
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        match L::Config::read(config) {
            Ok(config) => ListResource::validate(self, &config),
            Err(error) => Diagnostic::from(error).into(),
        }
    }

    fn list<'a>(
        &'a self,
        context: &'a Context<D>,
        request: ListRequest<Value>,
        sender: mpsc::Sender<ListItem<Value>>,
        limit: Option<u64>,
    ) -> BoxFuture<'a, Diagnostics> {
        Box::pin(async move {
            let config = match L::Config::read(&request.config) {
                Ok(config) => config,
                Err(error) => return Diagnostic::from(error).into(),
            };
            let request = ListRequest {
                config,
                include_resource: request.include_resource,
            };
            let mut items = ListItems {
                sender,
                remaining: limit,
                model: std::marker::PhantomData,
            };
            ListResource::list(self, context, request, &mut items).await
        })
    }
}
