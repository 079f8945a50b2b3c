//! A resource of any schema, without a model of its own: what a test needs when the schema is the
//! subject.

use std::sync::Arc;

use super::fill::fill;
use super::harness::{Core, Data, server};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::docs::Facts;
use crate::framework::operation::{BoxFuture, Context, Outcome};
use crate::framework::provider::Registry;
use crate::framework::resource::{
    Create, Delete, ErasedResource, Planned, Read, StateMove, StateUpgrade, Update,
};
use crate::framework::schema::{IdentitySchema, Schema};
use crate::framework::types::Type;
use crate::framework::value::Value;

/// The resource. What is unknown in a plan, it makes up.
#[derive(Clone)]
pub(super) struct SchemaOnly {
    pub(super) schema: Schema,
}

impl SchemaOnly {
    /// A core with a resource of this schema alone.
    pub(super) fn core(schema: Schema) -> Core {
        let block = schema.block.clone();
        let server = server(move || {
            let mut registry = Registry::new();
            let schema = schema.clone();
            registry.resources.push(Box::new(SchemaOnly { schema }));
            registry
        });
        Core {
            server: Arc::new(server),
            type_name: "test_schema",
            block,
        }
    }

    fn made(&self, plan: &Value) -> Value {
        fill(plan, &self.schema.object_type())
    }
}

impl ErasedResource<Data> for SchemaOnly {
    fn type_name(&self) -> &'static str {
        "test_schema"
    }

    fn schema(&self) -> Schema {
        self.schema.clone()
    }

    fn facts(&self) -> Facts {
        Facts::default()
    }

    fn identity(&self) -> IdentitySchema {
        IdentitySchema::new()
    }

    fn model_type(&self) -> Type {
        self.schema.object_type()
    }

    fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    fn plan<'a>(
        &'a self,
        _context: &'a Context<Data>,
        _prior: &'a Value,
        _config: &'a Value,
        planned: Planned,
    ) -> BoxFuture<'a, Planned> {
        Box::pin(std::future::ready(planned))
    }

    fn create<'a>(
        &'a self,
        _context: &'a Context<Data>,
        request: Create<Value>,
    ) -> BoxFuture<'a, Outcome<Value>> {
        let outcome = Outcome::present(self.made(&request.plan), request.private);
        Box::pin(std::future::ready(outcome))
    }

    fn read<'a>(
        &'a self,
        _context: &'a Context<Data>,
        request: Read<Value>,
    ) -> BoxFuture<'a, Outcome<Value>> {
        let outcome = Outcome::present(request.state, request.private);
        Box::pin(std::future::ready(outcome))
    }

    fn update<'a>(
        &'a self,
        _context: &'a Context<Data>,
        request: Update<Value>,
    ) -> BoxFuture<'a, Outcome<Value>> {
        let outcome = Outcome::present(self.made(&request.plan), request.private);
        Box::pin(std::future::ready(outcome))
    }

    fn delete<'a>(
        &'a self,
        _context: &'a Context<Data>,
        _request: Delete<Value>,
    ) -> BoxFuture<'a, Diagnostics> {
        Box::pin(std::future::ready(Diagnostics::new()))
    }

    fn import<'a>(
        &'a self,
        _context: &'a Context<Data>,
        _id: &'a str,
    ) -> BoxFuture<'a, Result<Value, Diagnostic>> {
        Box::pin(std::future::ready(Ok(self.schema.block.empty())))
    }

    fn upgrades(&self) -> Vec<StateUpgrade> {
        Vec::new()
    }

    fn moves(&self) -> Vec<StateMove> {
        Vec::new()
    }

    fn generate_config(&self, config: Value) -> Value {
        config
    }
}
