//! The managed resource.

use std::collections::BTreeSet;
use std::sync::Arc;

use secrecy::SecretString;
use terraform_provider_camunda::framework::diag::{Diagnostic, Diagnostics};
use terraform_provider_camunda::framework::number::Number;
use terraform_provider_camunda::framework::object::Field;
use terraform_provider_camunda::framework::operation::{Context, Outcome};
use terraform_provider_camunda::framework::path::Path;
use terraform_provider_camunda::framework::private::Private;
use terraform_provider_camunda::framework::resource::{
    Create, Delete, Read, Resource, StateMove, StateUpgrade, Update,
};
use terraform_provider_camunda::framework::schema::{Attribute, IdentitySchema, Nesting, Schema};
use terraform_provider_camunda::framework::types::Type;
use terraform_provider_camunda::framework::value::Value;
use terraform_provider_camunda::model;

use super::{Remote, SECRET};

model! {
    pub(crate) struct Thing {
        pub(crate) id: Field<String>,
        pub(crate) name: Field<String>,
        pub(crate) size: Field<Number>,
        pub(crate) tags: Field<BTreeSet<String>>,
        pub(crate) token: Field<SecretString>,
        pub(crate) parts: Field<Vec<Part>>,
    }
}

model! {
    pub(crate) struct Part {
        label: Field<String>,
        count: Field<Number>,
    }
}

pub(crate) struct Things;

impl Resource<Arc<Remote>> for Things {
    type Model = Thing;

    fn type_name(&self) -> &'static str {
        "test_thing"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "A thing.",
            [
                Attribute::string("id")
                    .computed()
                    .use_state()
                    .description("Its id."),
                Attribute::string("name")
                    .required()
                    .requires_replace()
                    .description("Its name."),
                Attribute::number("size")
                    .optional()
                    .description("Its size."),
                Attribute::set("tags", Type::String)
                    .optional()
                    .description("Its tags."),
                Attribute::string("token")
                    .optional()
                    .write_only()
                    .sensitive()
                    .description("Its secret."),
                Attribute::nested(
                    "parts",
                    Nesting::List,
                    [
                        Attribute::string("label").required().description("A text."),
                        Attribute::number("count")
                            .optional()
                            .description("A number."),
                    ],
                )
                .optional()
                .description("Its parts."),
            ],
        )
        .version(1)
    }

    fn identity(&self) -> IdentitySchema {
        IdentitySchema::new().required("id", "Its id.")
    }

    fn validate(&self, config: &Thing) -> Diagnostics {
        match config.name.as_str() {
            Some("panic in validate") => panic!("{SECRET}"),
            Some("") => Diagnostic::error("Empty name", "A thing needs a name.")
                .at(Path::of("name"))
                .into(),
            _ => Diagnostics::new(),
        }
    }

    async fn create(
        &self,
        context: &Context<Arc<Remote>>,
        request: Create<Thing>,
    ) -> Outcome<Thing> {
        let remote = &context.data;
        let mut state = request.plan;
        state.id = Field::Known(format!("id-{}", request.config.name.as_str().unwrap()));
        let mut diagnostics = Diagnostics::new();
        match request.config.name.as_str() {
            Some("panic") => panic!("{SECRET}"),
            Some("meet") => {
                remote.meeting.wait().await;
            }
            Some("slow") => {
                remote.begun.notify_one();
                context.cancellation.cancelled().await;
                diagnostics.push(Diagnostic::error(
                    "Interrupted",
                    "The thing exists, but is not ready.",
                ));
            }
            _ => {}
        }
        remote.note(format!("created {}", state.id.as_str().unwrap()));
        let id = state.id.as_str().unwrap().to_owned();
        remote.things.lock().unwrap().insert(id, state.clone());
        remote.ended.notify_one();
        let mut private = Private::default();
        private.set("made", true);
        let mut outcome = Outcome::present(state, private);
        outcome.diagnostics = diagnostics;
        outcome
    }

    async fn read(&self, context: &Context<Arc<Remote>>, request: Read<Thing>) -> Outcome<Thing> {
        let things = context.data.things.lock().unwrap();
        let found = request.state.id.as_str().and_then(|id| things.get(id));
        match found {
            Some(thing) if thing.name.as_str() == Some("panic in read") => panic!("{SECRET}"),
            Some(thing) => Outcome::present(thing.clone(), request.private),
            None => Outcome::absent(),
        }
    }

    async fn update(
        &self,
        context: &Context<Arc<Remote>>,
        request: Update<Thing>,
    ) -> Outcome<Thing> {
        let id = request.prior.id.as_str().unwrap().to_owned();
        let mut things = context.data.things.lock().unwrap();
        things.insert(id, request.plan.clone());
        Outcome::present(request.plan, request.private)
    }

    async fn delete(&self, context: &Context<Arc<Remote>>, request: Delete<Thing>) -> Diagnostics {
        let id = request.state.id.as_str().unwrap();
        context.data.things.lock().unwrap().remove(id);
        Diagnostics::new()
    }

    async fn import(&self, _context: &Context<Arc<Remote>>, id: &str) -> Result<Thing, Diagnostic> {
        if id.is_empty() {
            return Err(Diagnostic::error(
                "Empty id",
                "A thing is imported by its id.",
            ));
        }
        Ok(Thing {
            id: id.into(),
            ..Thing::default()
        })
    }

    fn upgrades(&self) -> Vec<StateUpgrade> {
        vec![StateUpgrade {
            from: 0,
            upgrade: |mut state| match state["title"].take() {
                serde_json::Value::String(title) if title == "lost" => Ok(serde_json::Value::Null),
                serde_json::Value::String(title) if title == "panic" => panic!("{SECRET}"),
                title => {
                    state["name"] = title;
                    Ok(state)
                }
            },
        }]
    }

    fn moves(&self) -> Vec<StateMove> {
        vec![StateMove {
            provider: "acme/other",
            type_name: "other_thing",
            change: Ok,
        }]
    }
}

/// A thing's configuration with this name and nothing else.
pub(crate) fn thing(name: &str) -> Value {
    Value::object([
        ("id", Value::Null),
        ("name", name.into()),
        ("size", Value::Null),
        ("tags", Value::Null),
        ("token", Value::Null),
        ("parts", Value::Null),
    ])
}
