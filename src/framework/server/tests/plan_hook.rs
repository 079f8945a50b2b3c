//! What a resource may do to its own plan.

use std::sync::Arc;

use super::harness::{Core, Object, existing, object, thing, told, with};
use super::thing::{Thing, ThingModel, private};
use crate::framework::diag::Diagnostic;
use crate::framework::operation::{ClientCapabilities, DeferredReason};
use crate::framework::path::Path;
use crate::framework::private::Private;
use crate::framework::resource::PlanChange;
use crate::framework::value::Value;

fn config() -> Value {
    thing([("name", "a".into()), ("note", "n".into())])
}

fn planning(plan: impl Fn(&mut PlanChange<ThingModel>) + Send + Sync + 'static) -> Core {
    Core::things(Thing {
        plan: Arc::new(plan),
        ..Thing::default()
    })
}

#[tokio::test]
async fn it_sees_and_changes_the_plan() {
    let (_, object) = existing(&config()).await;
    let core = planning(|change| {
        assert!(!change.is_create() && !change.is_destroy() && change.is_replace());
        assert!(change.has_changes() && change.changes("name") && !change.changes("note"));
        assert_eq!(change.replace_paths(), [Path::of("name")]);
        assert_eq!(change.prior.as_ref().unwrap().name.as_str(), Some("a"));
        assert_eq!(change.config.as_ref().unwrap().name.as_str(), Some("b"));
        assert_eq!(change.planned().unwrap().unwrap().name.as_str(), Some("b"));
        change.set(&Path::of("size"), 7.into());
        change.set_unknown("token");
        change.keep(&Path::of("name"));
        change.require_replace(Path::of("mode"));
        change.private.set("planned", true);
        // A place that the plan does not have.
        change.set(&Path::of("network").attribute("port"), 7.into());
        change.diagnostics.push(Diagnostic::warning("Careful", "x"));
    });
    let plan = core
        .plan(&object, &with(&config(), [("name", "b".into())]))
        .await;
    assert_eq!(told(&plan.diagnostics), "Warning: Careful\nx");
    assert_eq!(plan.planned_state.member("size"), &7.into());
    assert_eq!(plan.planned_state.member("token"), &Value::UNKNOWN);
    assert_eq!(plan.planned_state.member("network"), &Value::Null);
    assert_eq!(plan.requires_replace, [Path::of("mode")]);
    assert_eq!(plan.planned_private, private("planned", true).encode());
}

#[tokio::test]
async fn it_is_asked_about_creates_and_destroys_too() {
    let (_, object) = existing(&config()).await;
    let core = planning(|change| {
        assert!(change.is_create() && change.prior.is_none() && !change.is_replace());
    });
    core.plan(&Object::none(), &config()).await;

    let core = planning(|change| {
        assert!(change.is_destroy() && change.config.is_none());
        assert!(change.planned().unwrap().is_none());
        change.diagnostics.push(Diagnostic::error("Protected", "x"));
    });
    let plan = core.plan(&object, &Value::Null).await;
    assert_eq!(told(&plan.diagnostics), "Error: Protected\nx");
    assert_eq!(plan.planned_state, Value::Null);
    assert_eq!(plan.planned_private, object.private);
}

#[tokio::test]
async fn paths_are_sorted_and_told_once() {
    let (_, object) = existing(&config()).await;
    let core = planning(|change| {
        for path in ["note", "mode", "name", "mode"] {
            change.require_replace(Path::of(path));
        }
        // Leads nowhere in this state: a core would refuse it.
        change.require_replace(Path::of("network").attribute("host"));
        // Leads into a set: a core knows no such path.
        change.require_replace(Path::of("tags").element("x".into()));
    });
    let plan = core.plan(&object, &config()).await;
    let paths: Vec<String> = plan.requires_replace.iter().map(Path::to_string).collect();
    assert_eq!(paths, ["mode", "name", "note", "tags"]);
}

#[tokio::test]
async fn mistakes_are_named() {
    let (_, object) = existing(&config()).await;
    let core = planning(|change| change.require_replace(Path::of("nmae")));
    let plan = core.plan(&object, &config()).await;
    insta::assert_snapshot!(told(&plan.diagnostics), @"
    Error: Replacement because of nothing
    The plan replaces the object because of nmae, which it does not have.

    This is a bug in the provider. Please report it with the configuration that led here.
    ");

    let core = planning(|change| change.set(&Path::root(), Value::Null));
    let plan = core.plan(&object, &config()).await;
    insta::assert_snapshot!(told(&plan.diagnostics), @"
    Error: Plan turned into something else
    A planned destroy must stay one, and nothing else may become one.

    This is a bug in the provider. Please report it with the configuration that led here.
    ");

    let core = planning(|change| change.set(&Path::root(), thing([("name", "a".into())])));
    let plan = core.plan(&object, &Value::Null).await;
    assert_eq!(plan.planned_state, Value::Null);
    assert!(plan.diagnostics.has_error());

    let core = planning(|change| change.set(&Path::of("id"), "other".into()));
    let plan = core.plan(&object, &config()).await;
    insta::assert_snapshot!(told(&plan.diagnostics), @"
    Error: Identity changed
    The identity of a test_thing never changes during its life, but this operation gave it another one.

    This is a bug in the provider. Please report it with the configuration that led here.
    ");
    assert_eq!(plan.planned_identity, object.identity);
}

#[tokio::test]
async fn a_new_identity_is_right_for_a_replacement() {
    let (_, object) = existing(&config()).await;
    let core = planning(|change| {
        change.set(&Path::of("id"), "other".into());
        change.require_replace(Path::of("name"));
    });
    let plan = core
        .plan(&object, &with(&config(), [("name", "b".into())]))
        .await;
    assert!(plan.diagnostics.is_empty(), "{}", told(&plan.diagnostics));
}

#[tokio::test]
async fn deferral_needs_permission() {
    let core = planning(|change| change.deferred = Some(DeferredReason::ResourceConfigUnknown));
    let client = ClientCapabilities {
        deferral_allowed: true,
        ..ClientCapabilities::default()
    };
    let plan = core.plan_with(&Object::none(), &config(), client).await;
    assert_eq!(plan.deferred, Some(DeferredReason::ResourceConfigUnknown));
    assert!(plan.diagnostics.is_empty());
    let plan = core.plan(&Object::none(), &config()).await;
    assert_eq!(plan.deferred, None);
    insta::assert_snapshot!(told(&plan.diagnostics), @"
    Error: Plan deferred without permission
    The resource asked to be planned in a later run, which this core cannot do.

    This is a bug in the provider. Please report it with the configuration that led here.
    ");
}

#[tokio::test]
async fn a_null_where_the_model_has_no_place_is_a_message() {
    let core = Core::things(Thing::default());
    let config = with(&config(), [("tags", Value::set([Value::Null]))]);
    let plan = core.plan(&Object::none(), &config).await;
    insta::assert_snapshot!(told(&plan.diagnostics), @"
    Error at tags[*]: Null where a value is needed
    tags[*] must not be null: every element of a collection needs a value.
    ");
}

#[tokio::test]
async fn unknown_parts_do_not_stop_it() {
    let core = planning(|change| {
        let config = change.config.as_ref().unwrap();
        assert!(config.tags.is_unknown() && config.network.is_unknown());
        let rules = config.rules.known().unwrap();
        assert!(rules[0].label.is_unknown() && rules[0].priority.is_null());
    });
    let rule = object([
        ("label", Value::UNKNOWN),
        ("priority", Value::Null),
        ("rule_id", Value::Null),
    ]);
    let config = with(
        &config(),
        [
            ("tags", Value::set(["a".into(), Value::UNKNOWN])),
            ("network", Value::UNKNOWN),
            ("rules", Value::List(vec![rule])),
        ],
    );
    let plan = core.plan(&Object::none(), &config).await;
    assert!(plan.diagnostics.is_empty(), "{}", told(&plan.diagnostics));
    assert_eq!(Private::decode(&plan.planned_private), Private::default());
}
