//! Plan modifiers, and which paths replace an object.

use std::sync::Arc;

use super::harness::{Core, Object, at, element, existing, object, thing, told, with};
use super::schema_only::SchemaOnly;
use crate::framework::diag::Diagnostic;
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Nesting, PlanModifier, Schema};
use crate::framework::value::Value;

fn config() -> Value {
    thing([("name", "a".into())])
}

async fn replaced_by(core: &Core, object: &Object, config: &Value) -> String {
    let plan = core.plan(object, config).await;
    assert!(plan.diagnostics.is_empty(), "{}", told(&plan.diagnostics));
    let paths: Vec<String> = plan.requires_replace.iter().map(Path::to_string).collect();
    paths.join(" ")
}

#[tokio::test]
async fn a_change_replaces_only_what_exists_and_stays() {
    let (core, object) = existing(&config()).await;
    let renamed = with(&config(), [("name", "b".into())]);
    assert_eq!(replaced_by(&core, &object, &renamed).await, "name");
    assert_eq!(replaced_by(&core, &Object::none(), &renamed).await, "");
    assert_eq!(replaced_by(&core, &object, &config()).await, "");
    assert_eq!(replaced_by(&core, &object, &Value::Null).await, "");
    // Not known yet may be a change.
    let unknown = with(&config(), [("name", Value::UNKNOWN)]);
    assert_eq!(replaced_by(&core, &object, &unknown).await, "name");
}

#[tokio::test]
async fn replacement_if_configured_spares_what_is_left_to_the_provider() {
    let (core, object) = existing(&with(&config(), [("zone", "z1".into())])).await;
    let moved = with(&config(), [("zone", "z2".into())]);
    assert_eq!(replaced_by(&core, &object, &moved).await, "zone");
    assert_eq!(replaced_by(&core, &object, &config()).await, "");
}

#[tokio::test]
async fn replacement_by_condition() {
    let tier = |tier: i64| with(&config(), [("tier", tier.into())]);
    let (core, object) = existing(&tier(5)).await;
    assert_eq!(replaced_by(&core, &object, &tier(4)).await, "tier");
    assert_eq!(replaced_by(&core, &object, &tier(6)).await, "");
}

#[tokio::test]
async fn paths_lead_into_nested_attributes_and_end_at_sets() {
    let network = |host: &str| {
        let port = Value::Null;
        object([
            ("host", host.into()),
            ("port", port),
            ("address", Value::Null),
        ])
    };
    let (core, object) = existing(&with(&config(), [("network", network("h"))])).await;
    let next = with(&config(), [("network", network("i"))]);
    assert_eq!(replaced_by(&core, &object, &next).await, "network.host");
    // A parent that comes brings its children with it.
    let (core, bare) = existing(&config()).await;
    assert_eq!(replaced_by(&core, &bare, &next).await, "network.host");
    // One that goes has no children to ask.
    assert_eq!(replaced_by(&core, &object, &config()).await, "");

    let members = |realm: &str| with(&config(), [("members", Value::set([member("m", realm)]))]);
    let (core, object) = existing(&members("r")).await;
    assert_eq!(replaced_by(&core, &object, &members("s")).await, "members");
}

fn member(user: &str, realm: &str) -> Value {
    object([
        ("user", user.into()),
        ("role", Value::Null),
        ("level", Value::Null),
        ("member_id", Value::Null),
        ("realm", realm.into()),
    ])
}

#[tokio::test]
async fn state_is_used_only_for_what_existed() {
    let rule = |label: &str| {
        object([
            ("label", label.into()),
            ("priority", Value::Null),
            ("rule_id", Value::Null),
        ])
    };
    let one = with(&config(), [("rules", Value::List(vec![rule("a")]))]);
    let (core, object) = existing(&one).await;
    let two = with(
        &config(),
        [("rules", Value::List(vec![rule("a"), rule("b")]))],
    );
    let plan = core.plan(&object, &two).await;
    let planned = &plan.planned_state;
    assert_eq!(
        at(planned, "rules.0.rule_id"),
        at(&object.state, "rules.0.rule_id")
    );
    assert_eq!(at(planned, "rules.1.rule_id"), &Value::UNKNOWN);
    assert_eq!(at(planned, "rules.1.priority"), &10.into());
}

#[tokio::test]
async fn a_new_element_of_a_set_takes_nothing_from_the_old_ones() {
    let set = |users: &[&str]| {
        let members = users.iter().map(|user| member(user, "r"));
        with(&config(), [("members", Value::set(members))])
    };
    let (core, object) = existing(&set(&["b"])).await;
    let plan = core.plan(&object, &set(&["a", "b", "c"])).await;
    let planned = plan.planned_state.member("members");
    let old = element(object.state.member("members"), "user", "b");
    assert_eq!(element(planned, "user", "b"), old);
    for user in ["a", "c"] {
        assert_eq!(
            element(planned, "user", user).member("member_id"),
            &Value::UNKNOWN
        );
    }
    let object = core.settle(&object, &set(&["a", "c"])).await;
    core.assert_settled(&object, &set(&["a", "c"])).await;
}

fn text(name: &str) -> Attribute {
    Attribute::string(name).description("x")
}

#[tokio::test]
async fn use_state_copies_even_null() {
    let schema = Schema::new(
        "x",
        [
            text("note").optional(),
            text("kept").computed().use_state(),
            text("later").computed().plan(PlanModifier::UseNonNullState),
        ],
    );
    let core = SchemaOnly::core(schema);
    let state = |note: &str| {
        object([
            ("note", note.into()),
            ("kept", Value::Null),
            ("later", Value::Null),
        ])
    };
    let plan = core.plan(&Object::of(state("a")), &state("b")).await;
    assert_eq!(plan.planned_state.member("kept"), &Value::Null);
    assert_eq!(plan.planned_state.member("later"), &Value::UNKNOWN);
}

#[tokio::test]
async fn modifiers_see_their_predecessors_and_other_attributes_as_they_were() {
    let set_one = PlanModifier::Custom(Arc::new(|plan| *plan.planned = "one".into()));
    let extend = PlanModifier::Custom(Arc::new(|plan| {
        let text = plan.planned.as_str().unwrap_or("nothing").to_owned();
        *plan.planned = format!("{text} more").into();
    }));
    let peek = PlanModifier::Custom(Arc::new(|plan| {
        assert_eq!(plan.path, &Path::of("z"));
        assert_eq!(plan.whole_config.member("a"), &Value::Null);
        assert_eq!(plan.whole_plan.member("a"), &Value::UNKNOWN);
        *plan.planned = "seen".into();
    }));
    let schema = Schema::new(
        "x",
        [
            text("a").computed().plan(set_one).plan(extend),
            text("z").computed().plan(peek),
        ],
    );
    let core = SchemaOnly::core(schema);
    let config = object([("a", Value::Null), ("z", Value::Null)]);
    let plan = core.plan(&Object::none(), &config).await;
    assert_eq!(
        plan.planned_state,
        object([("a", "one more".into()), ("z", "seen".into())])
    );
}

#[tokio::test]
async fn the_first_error_ends_planning() {
    let fail = |text: &'static str| {
        PlanModifier::Custom(Arc::new(move |plan| {
            let path = plan.path.clone();
            plan.diagnostics.push(Diagnostic::error(text, "x").at(path));
        }))
    };
    let inner = text("inner").optional().plan(fail("not reached"));
    let schema = Schema::new(
        "x",
        [
            text("first")
                .optional()
                .plan(fail("first"))
                .plan(fail("not reached")),
            text("second").optional().plan(fail("not reached")),
            Attribute::nested("third", Nesting::Single, [inner])
                .optional()
                .description("x"),
        ],
    );
    let core = SchemaOnly::core(schema);
    let config = object([
        ("first", "x".into()),
        ("second", "x".into()),
        ("third", object([("inner", "x".into())])),
    ]);
    let plan = core.plan(&Object::none(), &config).await;
    insta::assert_snapshot!(told(&plan.diagnostics), @"
    Error at first: first
    x
    ");
}

#[tokio::test]
async fn warnings_of_modifiers_reach_the_user() {
    let warn = PlanModifier::Custom(Arc::new(|plan| {
        plan.diagnostics.push(Diagnostic::warning("Careful", "x"));
    }));
    let core = SchemaOnly::core(Schema::new("x", [text("a").optional().plan(warn)]));
    let plan = core
        .plan(&Object::none(), &object([("a", "x".into())]))
        .await;
    assert_eq!(told(&plan.diagnostics), "Warning: Careful\nx");
    assert_eq!(plan.planned_state.member("a"), &"x".into());
}
