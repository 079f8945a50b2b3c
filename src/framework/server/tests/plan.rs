//! Planning, attribute by attribute.

use super::harness::{Core, Object, at, existing, object, thing, told, with};
use super::thing::Thing;
use crate::framework::value::Value;

/// The smallest configuration.
fn config() -> Value {
    thing([("name", "a".into())])
}

#[test]
fn the_test_resource_is_a_good_one() {
    let core = Core::things(Thing::default());
    assert_eq!(core.server.self_check(), Vec::<String>::new());
}

#[tokio::test]
async fn create_plans_configuration_defaults_and_unknowns() {
    let core = Core::things(Thing::default());
    let plan = core.plan(&Object::none(), &config()).await;
    let planned = &plan.planned_state;
    assert_eq!(planned.member("name"), &"a".into());
    assert_eq!(planned.member("mode"), &"standard".into());
    assert_eq!(planned.member("note"), &Value::Null);
    assert_eq!(at(planned, "options.verbose"), &false.into());
    for computed in ["id", "token", "size", "updated_at", "zone", "status"] {
        assert_eq!(planned.member(computed), &Value::UNKNOWN, "{computed}");
    }
    assert_eq!(plan.requires_replace, []);
    assert_eq!(plan.planned_identity, Value::Null);
}

#[tokio::test]
async fn an_update_that_changes_nothing_stays_one() {
    let config = with(
        &config(),
        [
            ("url", "http://host".into()),
            (
                "network",
                object([
                    ("host", "h".into()),
                    ("port", Value::Null),
                    ("address", Value::Null),
                ]),
            ),
            (
                "pool",
                Value::List(vec![object([("name", "p".into()), ("size", Value::Null)])]),
            ),
            (
                "peer",
                Value::set([object([("host", "p".into()), ("fingerprint", Value::Null)])]),
            ),
        ],
    );
    let (core, object) = existing(&config).await;
    core.assert_settled(&object, &config).await;
}

#[tokio::test]
async fn an_update_leaves_open_what_only_the_provider_knows() {
    let (core, object) = existing(&config()).await;
    let plan = core
        .plan(&object, &with(&config(), [("note", "new".into())]))
        .await;
    let (planned, prior) = (&plan.planned_state, &object.state);
    for open in ["size", "updated_at", "status"] {
        assert_eq!(planned.member(open), &Value::UNKNOWN, "{open}");
    }
    // These keep their state.
    for kept in ["id", "token", "zone", "mode"] {
        assert_eq!(planned.member(kept), prior.member(kept), "{kept}");
    }
    assert_eq!(plan.planned_identity, object.identity);
}

#[tokio::test]
async fn a_default_comes_back_when_the_argument_goes() {
    let set = with(&config(), [("mode", "turbo".into())]);
    let (core, object) = existing(&set).await;
    assert_eq!(object.state.member("mode"), &"turbo".into());
    let plan = core.plan(&object, &config()).await;
    assert_eq!(plan.planned_state.member("mode"), &"standard".into());
    let object = core.settle(&object, &config()).await;
    core.assert_settled(&object, &config()).await;
}

#[tokio::test]
async fn unknown_configuration_stays_as_it_is() {
    let config = with(
        &config(),
        [
            ("name", Value::UNKNOWN),
            ("mode", Value::UNKNOWN),
            ("size", Value::UNKNOWN),
            ("zone", Value::UNKNOWN),
            ("tags", Value::set(["a".into(), Value::UNKNOWN])),
            ("network", Value::UNKNOWN),
            ("rules", Value::List(vec![Value::UNKNOWN])),
            ("limits", Value::UNKNOWN),
            ("pool", Value::UNKNOWN),
            ("peer", Value::UNKNOWN),
            ("route", Value::UNKNOWN),
            ("server", Value::UNKNOWN),
        ],
    );
    let (core, object) = existing(&self::config()).await;
    for prior in [Object::none(), object] {
        let plan = core.plan(&prior, &config).await;
        assert!(plan.diagnostics.is_empty(), "{}", told(&plan.diagnostics));
        let planned = &plan.planned_state;
        for name in [
            "name", "mode", "size", "zone", "tags", "network", "rules", "limits", "pool", "peer",
            "route", "server",
        ] {
            assert_eq!(planned.member(name), config.member(name), "{name}");
        }
    }
}

#[tokio::test]
async fn write_only_values_are_never_planned() {
    let limit = object([
        ("max", 1.into()),
        ("used", Value::Null),
        ("key", "hunter3".into()),
    ]);
    let config = with(
        &config(),
        [
            ("secret", "hunter2".into()),
            ("secret_version", 1.into()),
            ("limits", Value::Map([("a".to_owned(), limit)].into())),
        ],
    );
    let (core, object) = existing(&config).await;
    let plan = core.plan(&Object::none(), &config).await;
    assert!(!format!("{:?}", plan.planned_state).contains("hunter"));
    assert!(!format!("{:?}", object.state).contains("hunter"));
    // A value that only configuration has is no change.
    core.assert_settled(&object, &config).await;
    let next = with(&config, [("secret", "hunter4".into())]);
    core.assert_settled(&object, &next).await;
    let next = with(&config, [("secret_version", 2.into())]);
    let plan = core.plan(&object, &next).await;
    assert_eq!(plan.planned_state.member("updated_at"), &Value::UNKNOWN);
}

#[tokio::test]
async fn another_spelling_of_the_same_is_no_change() {
    let (core, object) = existing(&with(&config(), [("url", "http://Host".into())])).await;
    let respelled = with(&config(), [("url", "http://host/".into())]);
    core.assert_settled(&object, &respelled).await;
    // Something else is a change, and replaces.
    let other = with(&config(), [("url", "http://other".into())]);
    let plan = core.plan(&object, &other).await;
    assert_eq!(plan.planned_state.member("url"), &"http://other".into());
    assert_eq!(
        plan.requires_replace,
        [crate::framework::path::Path::of("url")]
    );
    // To leave it out is a change too, and so is to begin with it.
    let plan = core.plan(&object, &config()).await;
    assert_eq!(plan.planned_state.member("url"), &Value::Null);
    let (core, object) = existing(&config()).await;
    let plan = core.plan(&object, &respelled).await;
    assert_eq!(plan.planned_state.member("url"), &"http://host/".into());
}

#[tokio::test]
async fn a_destroy_echoes_private_state_and_identity() {
    let (core, mut object) = existing(&config()).await;
    object.private = b"{ \"odd\" : 1 }".to_vec();
    let plan = core.plan(&object, &Value::Null).await;
    assert!(plan.diagnostics.is_empty());
    assert_eq!(plan.planned_state, Value::Null);
    assert_eq!(plan.planned_private, object.private);
    assert_eq!(plan.planned_identity, object.identity);
    assert_eq!(plan.requires_replace, []);

    // Private state of another provider is not ours to drop.
    object.private = b"not ours".to_vec();
    let plan = core.plan(&object, &Value::Null).await;
    assert_eq!(plan.planned_private, b"not ours");
}

#[tokio::test]
async fn state_without_an_identity_gets_one_when_planned() {
    let (core, object) = existing(&config()).await;
    let identity = object.identity.clone();
    assert_eq!(identity.member("id"), object.state.member("id"));
    let blank = object_of_two("id", "zone", &Value::Null);
    for none in [Value::Null, blank] {
        let old = Object {
            identity: none,
            ..object.clone()
        };
        for config in [config(), Value::Null] {
            let plan = core.plan(&old, &config).await;
            assert_eq!(plan.planned_identity, identity);
        }
    }
}

fn object_of_two(a: &str, b: &str, value: &Value) -> Value {
    object([(a, value.clone()), (b, value.clone())])
}

#[tokio::test]
async fn the_plan_of_a_replacement_has_no_identity_yet() {
    let (core, old) = existing(&config()).await;
    let next = with(&config(), [("name", "b".into())]);
    let first = core.plan(&old, &next).await;
    assert!(!first.requires_replace.is_empty());
    assert_eq!(first.planned_identity, old.identity);
    // The core asks again, for the new object, with what the first plan left.
    let second = Object {
        state: Value::Null,
        private: first.planned_private,
        identity: first.planned_identity,
    };
    let plan = core.plan(&second, &next).await;
    assert_eq!(plan.planned_identity, Value::Null);
    assert_eq!(plan.planned_state.member("id"), &Value::UNKNOWN);
    assert_eq!(plan.requires_replace, []);
}

#[tokio::test]
async fn an_identity_may_not_change_in_place() {
    let (core, object) = existing(&with(&config(), [("zone", "z1".into())])).await;
    let mut stale = object.clone();
    stale.identity = with(&object.identity, [("zone", "z0".into())]);
    let plan = core
        .plan(&stale, &with(&config(), [("zone", "z1".into())]))
        .await;
    insta::assert_snapshot!(told(&plan.diagnostics), @"
    Error: Identity changed
    The identity of a test_thing never changes during its life, but this operation gave it another one.

    This is a bug in the provider. Please report it with the configuration that led here.
    ");
}

#[tokio::test]
async fn an_unknown_type_is_an_error() {
    let mut core = Core::things(Thing::default());
    core.type_name = "test_thnig";
    let plan = core.plan(&Object::none(), &config()).await;
    insta::assert_snapshot!(told(&plan.diagnostics), @r#"
    Error: Unknown resource type "test_thnig"
    This version of the provider has no resource of this type.

    Check the spelling, or update the provider: a newer version may have it.
    "#);
}

#[tokio::test]
async fn an_unconfigured_provider_plans_nothing() {
    let thing = || crate::framework::provider::Registry::new().resource(Thing::default());
    let core = Core {
        server: std::sync::Arc::new(super::harness::unconfigured(thing)),
        ..Core::things(Thing::default())
    };
    let plan = core.plan(&Object::none(), &config()).await;
    insta::assert_snapshot!(told(&plan.diagnostics), @"
    Error: Provider is not configured
    An operation that needs the provider's configuration came before it.

    This is a bug in the provider. Please report it with the configuration that led here.
    ");
}
