//! Creating, updating and deleting, and what stays in the state when they fail.

use std::sync::Arc;

use super::harness::{Core, Object, element, existing, object, thing, told, with};
use super::thing::{Thing, ThingModel, made, private};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::object::Field;
use crate::framework::operation::Outcome;
use crate::framework::private::Private;
use crate::framework::resource::{Create, Update};
use crate::framework::server::ApplyResponse;
use crate::framework::value::Value;

fn config() -> Value {
    thing([("name", "a".into()), ("note", "n".into())])
}

fn creating(
    create: impl Fn(Create<ThingModel>) -> Outcome<ThingModel> + Send + Sync + 'static,
) -> Core {
    Core::things(Thing {
        create: Arc::new(create),
        ..Thing::default()
    })
}

fn updating(
    update: impl Fn(Update<ThingModel>) -> Outcome<ThingModel> + Send + Sync + 'static,
) -> Core {
    Core::things(Thing {
        update: Arc::new(update),
        ..Thing::default()
    })
}

async fn planned_and_applied(core: &Core, prior: &Object, config: &Value) -> ApplyResponse {
    let plan = core.plan(prior, config).await;
    assert!(plan.diagnostics.is_empty(), "{}", told(&plan.diagnostics));
    core.apply(prior, config, plan).await
}

#[tokio::test]
async fn create_gets_the_plan_and_leaves_an_object() {
    let core = creating(|request| {
        use secrecy::ExposeSecret as _;
        // The plan has no write-only value, the configuration has.
        assert!(request.plan.secret.is_null());
        let secret = request.config.secret.known().unwrap();
        assert_eq!(secret.expose_secret(), "hunter2");
        assert!(request.plan.id.is_unknown());
        let mut state = made(&request.plan);
        state.secret = request.config.secret;
        Outcome::present(state, private("created", true))
    });
    let config = with(
        &config(),
        [("secret", "hunter2".into()), ("secret_version", 1.into())],
    );
    let applied = planned_and_applied(&core, &Object::none(), &config).await;
    assert!(
        applied.diagnostics.is_empty(),
        "{}",
        told(&applied.diagnostics)
    );
    assert_eq!(applied.new_state.member("secret"), &Value::Null);
    assert_eq!(applied.private, private("created", true).encode());
    let state = &applied.new_state;
    let identity = object([
        ("id", state.member("id").clone()),
        ("zone", state.member("zone").clone()),
    ]);
    assert_eq!(applied.new_identity, identity);
}

fn broken() -> Diagnostic {
    Diagnostic::error("Broken", "It broke.")
}

#[tokio::test]
async fn a_create_that_failed_at_once_leaves_nothing() {
    let core = creating(|_| Outcome::failed(broken()));
    let applied = planned_and_applied(&core, &Object::none(), &config()).await;
    assert_eq!(told(&applied.diagnostics), "Error: Broken\nIt broke.");
    assert_eq!(applied.new_state, Value::Null);
    assert_eq!(applied.new_identity, Value::Null);
}

#[tokio::test]
async fn a_create_that_failed_half_way_leaves_what_exists() {
    let core = creating(|request| {
        let mut state = request.plan;
        state.id = "id-1".into();
        Outcome::present(state, private("unfinished", true)).with(broken())
    });
    let applied = planned_and_applied(&core, &Object::none(), &config()).await;
    assert_eq!(told(&applied.diagnostics), "Error: Broken\nIt broke.");
    let state = &applied.new_state;
    assert_eq!(state.member("id"), &"id-1".into());
    assert_eq!(state.member("name"), &"a".into());
    assert_eq!(state.member("token"), &Value::Null);
    assert_eq!(applied.private, private("unfinished", true).encode());
    assert_eq!(applied.new_identity.member("id"), &"id-1".into());
}

/// No error: the core does not mark the object as broken, and the next run goes on with it.
#[tokio::test]
async fn a_create_that_was_interrupted_leaves_an_object_and_a_warning() {
    let warning = Diagnostic::warning("Interrupted", "x");
    let with_nulls = creating({
        let warning = warning.clone();
        move |request| {
            let state = ThingModel {
                id: "id-1".into(),
                name: request.plan.name,
                note: request.plan.note,
                mode: request.plan.mode,
                options: request.plan.options,
                ..ThingModel::default()
            };
            Outcome::present(state, Private::default()).with(warning.clone())
        }
    });
    let with_unknowns = creating(move |mut request| {
        request.plan.id = "id-1".into();
        Outcome::present(request.plan, Private::default()).with(warning.clone())
    });
    for core in [with_nulls, with_unknowns] {
        let applied = planned_and_applied(&core, &Object::none(), &config()).await;
        assert_eq!(told(&applied.diagnostics), "Warning: Interrupted\nx");
        assert_eq!(applied.new_state.member("token"), &Value::Null);
        assert_eq!(applied.new_state.member("id"), &"id-1".into());
    }
}

#[tokio::test]
async fn mistakes_of_a_create_are_named_and_lose_nothing() {
    let core = creating(|mut request| {
        request.plan.id = "id-1".into();
        Outcome::present(request.plan, Private::default())
    });
    let applied = planned_and_applied(&core, &Object::none(), &config()).await;
    assert_eq!(applied.new_state.member("id"), &"id-1".into());
    insta::assert_snapshot!(told(&applied.diagnostics), @"
    Error: Unknown value after apply
    test_thing was applied, but left a value unknown. What is known was saved.

    This is a bug in the provider. Please report it with the configuration that led here.
    ");

    let core = creating(|_| Outcome::absent());
    let applied = planned_and_applied(&core, &Object::none(), &config()).await;
    insta::assert_snapshot!(told(&applied.diagnostics), @"
    Error: No state after apply
    test_thing was applied without an error, but left no state.

    This is a bug in the provider. Please report it with the configuration that led here.
    ");

    let core = creating(|request| {
        let mut state = made(&request.plan);
        state.id = Field::Null;
        Outcome::present(state, Private::default())
    });
    let applied = planned_and_applied(&core, &Object::none(), &config()).await;
    insta::assert_snapshot!(told(&applied.diagnostics), @"
    Error: Object without an identity
    A test_thing came back without the attributes that identify it.

    This is a bug in the provider. Please report it with the configuration that led here.
    ");
}

#[tokio::test]
async fn update_gets_before_and_after() {
    let (_, object) = existing(&config()).await;
    let core = updating(|request| {
        assert_eq!(request.prior.note.as_str(), Some("n"));
        assert_eq!(request.plan.note.as_str(), Some("m"));
        assert_eq!(request.config.note.as_str(), Some("m"));
        assert_eq!(request.plan.id.as_str(), request.prior.id.as_str());
        Outcome::present(made(&request.plan), request.private)
    });
    let next = with(&config(), [("note", "m".into())]);
    let updated = core.settle(&object, &next).await;
    assert_eq!(updated.identity, object.identity);
    core.assert_settled(&updated, &next).await;
}

#[tokio::test]
async fn an_update_that_failed_keeps_what_was() {
    let (_, mut object) = existing(&config()).await;
    object.private = private("kept", true).encode();
    let core = updating(|_| Outcome::failed(broken()));
    let next = with(&config(), [("note", "m".into())]);
    let applied = planned_and_applied(&core, &object, &next).await;
    assert_eq!(told(&applied.diagnostics), "Error: Broken\nIt broke.");
    assert_eq!(applied.new_state, object.state);
    assert_eq!(applied.private, object.private);
    assert_eq!(applied.new_identity, object.identity);
}

#[tokio::test]
async fn an_update_that_failed_half_way_keeps_what_it_could_not_learn() {
    let (_, object) = existing(&config()).await;
    let core = updating(|request| Outcome::present(request.plan, request.private).with(broken()));
    let next = with(&config(), [("note", "m".into())]);
    let applied = planned_and_applied(&core, &object, &next).await;
    assert_eq!(
        applied.new_state,
        with(&object.state, [("note", "m".into())])
    );
}

#[tokio::test]
async fn mistakes_of_an_update_are_named() {
    let (_, object) = existing(&config()).await;
    let next = with(&config(), [("note", "m".into())]);
    let core = updating(|_| Outcome::absent());
    let applied = planned_and_applied(&core, &object, &next).await;
    assert_eq!(applied.new_state, object.state);
    insta::assert_snapshot!(told(&applied.diagnostics), @"
    Error: No state after apply
    test_thing was applied without an error, but left no state.

    This is a bug in the provider. Please report it with the configuration that led here.
    ");

    let core = updating(|request| {
        let mut state = made(&request.plan);
        state.id = "other".into();
        Outcome::present(state, request.private)
    });
    let applied = planned_and_applied(&core, &object, &next).await;
    assert_eq!(applied.new_identity, object.identity);
    insta::assert_snapshot!(told(&applied.diagnostics), @"
    Error: Identity changed
    The identity of a test_thing never changes during its life, but this operation gave it another one.

    This is a bug in the provider. Please report it with the configuration that led here.
    ");
}

/// Where the schema allows it, an update gives the object another identity. The plan has the old one:
/// cores take no unknown parts.
#[tokio::test]
async fn a_mutable_identity_follows_the_state() {
    let (_, object) = existing(&config()).await;
    let next = with(&config(), [("note", "m".into())]);
    let core = Core::things(Thing {
        update: Arc::new(|request| {
            let mut state = made(&request.plan);
            state.id = "other".into();
            Outcome::present(state, request.private)
        }),
        plan: Arc::new(|change| change.set_unknown("id")),
        has_mutable_identity: true,
        ..Thing::default()
    });
    let plan = core.plan(&object, &next).await;
    assert!(plan.diagnostics.is_empty(), "{}", told(&plan.diagnostics));
    assert_eq!(plan.planned_identity, object.identity);
    let applied = core.apply(&object, &next, plan).await;
    assert!(
        applied.diagnostics.is_empty(),
        "{}",
        told(&applied.diagnostics)
    );
    assert_eq!(applied.new_identity.member("id"), &"other".into());

    // What is known already is no mistake either.
    let core = Core::things(Thing {
        plan: Arc::new(|change| {
            change.set(&crate::framework::path::Path::of("id"), "other".into())
        }),
        has_mutable_identity: true,
        ..Thing::default()
    });
    let plan = core.plan(&object, &next).await;
    assert!(plan.diagnostics.is_empty(), "{}", told(&plan.diagnostics));
}

#[tokio::test]
async fn a_replacement_gets_an_identity_of_its_own() {
    let (core, old) = existing(&config()).await;
    let next = with(&config(), [("name", "b".into()), ("zone", "z9".into())]);
    let first = core.plan(&old, &next).await;
    assert!(!first.requires_replace.is_empty());
    let gone = Object {
        state: Value::Null,
        private: first.planned_private,
        identity: first.planned_identity,
    };
    let new = core.settle(&gone, &next).await;
    assert_eq!(new.identity.member("zone"), &"z9".into());
}

#[tokio::test]
async fn delete_leaves_nothing_or_everything() {
    let (core, mut object) = existing(&config()).await;
    object.private = private("kept", true).encode();
    let applied = planned_and_applied(&core, &object, &Value::Null).await;
    assert!(applied.diagnostics.is_empty());
    assert_eq!(applied.new_state, Value::Null);
    assert_eq!(applied.new_identity, Value::Null);
    assert_eq!(applied.private, b"");

    let core = Core::things(Thing {
        delete: Arc::new(|request| {
            assert_eq!(request.state.name.as_str(), Some("a"));
            assert_eq!(request.private.get("kept"), Some(true));
            broken().into()
        }),
        ..Thing::default()
    });
    let applied = planned_and_applied(&core, &object, &Value::Null).await;
    assert_eq!(told(&applied.diagnostics), "Error: Broken\nIt broke.");
    assert_eq!(applied.new_state, object.state);
    assert_eq!(applied.private, object.private);
    assert_eq!(applied.new_identity, object.identity);

    let core = Core::things(Thing {
        delete: Arc::new(|_| Diagnostics::from(Diagnostic::warning("Left-overs", "x"))),
        ..Thing::default()
    });
    let applied = planned_and_applied(&core, &object, &Value::Null).await;
    assert_eq!(told(&applied.diagnostics), "Warning: Left-overs\nx");
    assert_eq!(applied.new_state, Value::Null);
}

#[tokio::test]
async fn the_planned_spelling_stays() {
    let core = creating(|request| {
        let mut state = made(&request.plan);
        state.url = "HTTP://HOST".into();
        Outcome::present(state, request.private)
    });
    let config = with(&config(), [("url", "http://host/".into())]);
    let object = core.settle(&Object::none(), &config).await;
    assert_eq!(object.state.member("url"), &"http://host/".into());
    core.assert_settled(&object, &config).await;
}

#[tokio::test]
async fn the_planned_spelling_stays_inside_sets() {
    use super::harness::at;
    use super::schema_only::SchemaOnly;
    use crate::framework::schema::{Attribute, Nesting, Schema};

    let same = |a: &Value, b: &Value| {
        let lower = |value: &Value| value.as_str().map(str::to_lowercase);
        lower(a) == lower(b)
    };
    let element_schema = [
        Attribute::string("url")
            .required()
            .equivalent_when(same)
            .description("x"),
        Attribute::string("id")
            .computed()
            .use_state()
            .description("x"),
    ];
    let set = Attribute::nested("set", Nesting::Set, element_schema)
        .optional()
        .description("x");
    let core = SchemaOnly::core(Schema::new("x", [set]));
    let config = |urls: [&str; 2]| {
        let elements = urls.map(|url| object([("url", url.into()), ("id", Value::Null)]));
        object([("set", Value::set(elements))])
    };
    let planned = core.settle(&Object::none(), &config(["a", "b"])).await;
    // What a read brings back in other letters is the same element.
    let read = core.read_as(&planned, |state| {
        let url = |url: &str, of: &str| {
            let id = element(state.member("set"), "url", of).member("id");
            object([("url", url.into()), ("id", id.clone())])
        };
        object([("set", Value::set([url("A", "a"), url("B", "b")]))])
    });
    assert_eq!(read, planned.state);
    // Spelled otherwise in configuration it is planned as configured, and keeps its id.
    let plan = core.plan(&planned, &config(["A", "b"])).await;
    let set = at(&plan.planned_state, "set");
    let ids = |set: &Value, url: &str| element(set, "url", url).member("id").clone();
    assert_eq!(ids(set, "A"), ids(planned.state.member("set"), "a"));
}

#[tokio::test]
async fn what_cannot_be_applied_changes_nothing() {
    let (mut core, object) = existing(&config()).await;
    let plan = core.plan(&object, &config()).await;
    core.type_name = "test_thnig";
    let applied = core.apply(&object, &config(), plan).await;
    assert_eq!(applied.new_state, object.state);
    insta::assert_snapshot!(told(&applied.diagnostics), @r#"
    Error: Unknown resource type "test_thnig"
    This version of the provider has no resource of this type.

    Check the spelling, or update the provider: a newer version may have it.
    "#);
}
