//! A provider with one resource of any schema, whose remote side is a value in memory. What is
//! unknown in a plan, it makes up.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use core_oracle::msgpack;
use core_oracle::schema::Resource as OracleResource;
use terraform_provider_camunda::framework::diag::{Diagnostic, Diagnostics};
use terraform_provider_camunda::framework::object::{
    ConversionError, Model, NoAttributes, ValueType,
};
use terraform_provider_camunda::framework::operation::{Context, Outcome};
use terraform_provider_camunda::framework::path::Path;
use terraform_provider_camunda::framework::provider::{Configure, Provider, Registry};
use terraform_provider_camunda::framework::resource::{Create, Delete, Read, Resource, Update};
use terraform_provider_camunda::framework::schema::{IdentitySchema, Schema};
use terraform_provider_camunda::framework::types::Type;
use terraform_provider_camunda::framework::value::Value;
use terraform_provider_camunda::plugin::wire::dynamic_value;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::DynamicValue;

/// The one resource.
pub(super) const TYPE_NAME: &str = "test_any";

/// The remote side.
#[derive(Debug, Default)]
pub(super) struct Remote {
    object: Mutex<Option<Value>>,
    made: AtomicU64,
    fails: AtomicBool,
}

impl Remote {
    /// Changes the object behind the provider's back.
    pub(super) fn put(&self, state: &core_oracle::Value, resource: &OracleResource) {
        let message = DynamicValue {
            msgpack: msgpack::encode(state, &resource.ty).into(),
            ..DynamicValue::default()
        };
        // The type travels as everything else does.
        let ty = terraform_provider_camunda::plugin::wire::type_constraint::decode(
            resource.ty.to_json().as_bytes(),
        );
        let state = dynamic_value::decode(Some(&message), &ty.unwrap()).unwrap();
        *self.object.lock().unwrap() = Some(state);
    }

    /// From now on, changes are begun and not finished.
    pub(super) fn goes_wrong(&self, fails: bool) {
        self.fails.store(fails, Ordering::Relaxed);
    }

    pub(super) fn exists(&self) -> bool {
        self.object.lock().unwrap().is_some()
    }

    /// Makes what is planned, or as much of it as is possible.
    fn make(
        &self,
        plan: &Value,
        schema: &Schema,
        private: terraform_provider_camunda::framework::private::Private,
    ) -> Outcome<Anything> {
        let made = self.fill(plan, &schema.object_type());
        *self.object.lock().unwrap() = Some(made.clone());
        if self.fails.load(Ordering::Relaxed) {
            // Where it was, nobody knows.
            let partly = Anything(plan.clone());
            return Outcome::present(partly, private)
                .with(Diagnostic::error("Gone wrong", "Nobody knows why."));
        }
        Outcome::present(Anything(made), private)
    }

    /// The value with something in every unknown place, every text another one. Where there could be
    /// nothing, there is nothing at times.
    fn fill(&self, value: &Value, ty: &Type) -> Value {
        match (value, ty) {
            (Value::Unknown(_), Type::Dynamic) => {
                Value::Dynamic(Box::new((Type::String, self.some(&Type::String))))
            }
            (Value::Unknown(_), ty) => self.some(ty),
            (Value::List(elements), Type::List(ty)) => {
                Value::List(elements.iter().map(|e| self.fill(e, ty)).collect())
            }
            (Value::Set(elements), Type::Set(ty)) => {
                Value::set(elements.iter().map(|e| self.fill(e, ty)))
            }
            (Value::List(elements), Type::Tuple(types)) => {
                let typed = elements.iter().zip(types);
                Value::List(typed.map(|(e, ty)| self.fill(e, ty)).collect())
            }
            (Value::Map(members), Type::Map(ty)) => {
                let members = members.iter();
                Value::Map(
                    members
                        .map(|(k, m)| (k.clone(), self.fill(m, ty)))
                        .collect(),
                )
            }
            (Value::Object(members), Type::Object(types)) => {
                let members = members.iter();
                Value::object(members.map(|(n, m)| (n.clone(), self.member(n, m, &types[n]))))
            }
            (value, _) => value.clone(),
        }
    }

    fn member(&self, name: &str, value: &Value, ty: &Type) -> Value {
        let is_nothing = name != "id" && self.made.load(Ordering::Relaxed) % 5 == 4;
        if value.is_unknown() && is_nothing {
            self.made.fetch_add(1, Ordering::Relaxed);
            return Value::Null;
        }
        self.fill(value, ty)
    }

    fn some(&self, ty: &Type) -> Value {
        let made = self.made.fetch_add(1, Ordering::Relaxed) + 1;
        match ty {
            Type::String => Value::String(format!("made-{made}")),
            Type::Number => i64::try_from(made).unwrap().into(),
            Type::Bool => made.is_multiple_of(2).into(),
            Type::Dynamic => Value::Dynamic(Box::new((Type::Bool, true.into()))),
            Type::List(ty) => Value::List(vec![self.some(ty)]),
            Type::Set(ty) => Value::set([self.some(ty)]),
            Type::Map(ty) => Value::Map([("made".to_owned(), self.some(ty))].into()),
            Type::Tuple(types) => Value::List(types.iter().map(|ty| self.some(ty)).collect()),
            Type::Object(types) => {
                Value::object(types.iter().map(|(n, ty)| (n.clone(), self.some(ty))))
            }
        }
    }
}

/// A model of no shape: the schema is known at run time alone.
#[derive(Debug, Clone)]
pub(super) struct Anything(Value);

impl ValueType for Anything {
    fn value_type() -> Type {
        Type::Dynamic
    }

    fn from_value(value: &Value, _: &Path) -> Result<Self, ConversionError> {
        Ok(Self(value.clone()))
    }

    fn to_value(&self) -> Value {
        self.0.clone()
    }
}

impl Model for Anything {}

/// The provider.
#[derive(Debug, Clone)]
pub(super) struct Fixture {
    schema: Schema,
    remote: Arc<Remote>,
}

impl Fixture {
    pub(super) fn new(schema: Schema, remote: Arc<Remote>) -> Self {
        Self { schema, remote }
    }
}

impl Provider for Fixture {
    type Config = NoAttributes;
    type Data = Remote;

    fn schema(&self) -> Schema {
        Schema::new("A provider of anything.", [])
    }

    fn configure(
        &self,
        _: Configure<NoAttributes>,
    ) -> Result<(Self::Data, Diagnostics), Diagnostics> {
        Ok((Remote::default(), Diagnostics::new()))
    }

    fn registry(&self) -> Registry<Self::Data> {
        Registry::new().resource(self.clone())
    }
}

impl Resource<Remote> for Fixture {
    type Model = Anything;

    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn schema(&self) -> Schema {
        self.schema.clone()
    }

    fn identity(&self) -> IdentitySchema {
        let attributes = &self.schema.block.attributes;
        if attributes.iter().any(|attribute| attribute.name == "id") {
            IdentitySchema::new().required("id", "Its id.")
        } else {
            IdentitySchema::new()
        }
    }

    async fn create(&self, _: &Context<Remote>, request: Create<Anything>) -> Outcome<Anything> {
        let mut private = request.private;
        private.set("made", true);
        self.remote.make(&request.plan.0, &self.schema, private)
    }

    async fn read(&self, _: &Context<Remote>, request: Read<Anything>) -> Outcome<Anything> {
        match &*self.remote.object.lock().unwrap() {
            Some(object) => Outcome::present(Anything(object.clone()), request.private),
            None => Outcome::absent(),
        }
    }

    async fn update(&self, _: &Context<Remote>, request: Update<Anything>) -> Outcome<Anything> {
        self.remote
            .make(&request.plan.0, &self.schema, request.private)
    }

    async fn delete(&self, _: &Context<Remote>, _: Delete<Anything>) -> Diagnostics {
        *self.remote.object.lock().unwrap() = None;
        Diagnostics::new()
    }

    async fn import(&self, _: &Context<Remote>, id: &str) -> Result<Anything, Diagnostic> {
        let Value::Object(mut members) = self.schema.block.empty() else {
            panic!("a block is an object");
        };
        members.insert("id".to_owned(), id.into());
        Ok(Anything(Value::Object(members)))
    }
}
