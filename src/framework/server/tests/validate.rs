//! Validation, offline and on configurations full of unknowns.

use super::harness::{TestServer, map, object, thing, told, unconfigured, with};
use super::thing::Thing;
use crate::framework::operation::ClientCapabilities;
use crate::framework::provider::Registry;
use crate::framework::server::Kind;
use crate::framework::value::Value;

fn server() -> TestServer {
    unconfigured(|| Registry::new().resource(Thing::default()))
}

fn validated(config: &Value, write_only_attributes_allowed: bool) -> String {
    let client = ClientCapabilities {
        write_only_attributes_allowed,
        ..ClientCapabilities::default()
    };
    told(&server().validate_config(Kind::Resource, "test_thing", config, client))
}

fn config() -> Value {
    thing([("name", "a".into())])
}

fn rule(label: Value) -> Value {
    object([
        ("label", label),
        ("priority", Value::Null),
        ("rule_id", Value::Null),
    ])
}

fn member(user: Value) -> Value {
    let rest = ["role", "level", "member_id", "realm"].map(|name| (name, Value::Null));
    Value::object([("user", user)].into_iter().chain(rest))
}

#[test]
fn every_configured_value_is_asked_about_with_its_path() {
    assert_eq!(validated(&config(), true), "");
    let bad = || "a b".into();
    let config = with(
        &config(),
        [
            ("name", bad()),
            ("rules", Value::List(vec![rule("fine".into()), rule(bad())])),
            ("members", Value::set([member(bad())])),
            (
                "server",
                object([("address", bad()), ("certificate", Value::Null)]),
            ),
        ],
    );
    insta::assert_snapshot!(validated(&config, true), @r#"
    Error at name: Value with a space
    "a b" has a space.
    ----
    Error at rules[1].label: Value with a space
    rules[1].label: "a b" has a space.
    ----
    Error at members[*].user: Value with a space
    members[*].user: "a b" has a space.
    ----
    Error at server.address: Value with a space
    server.address: "a b" has a space.
    "#);
}

#[test]
fn null_and_unknown_are_not_asked_about() {
    let unknown = with(
        &config(),
        [
            ("name", Value::UNKNOWN),
            (
                "rules",
                Value::List(vec![Value::UNKNOWN, rule(Value::UNKNOWN)]),
            ),
            (
                "members",
                Value::set([Value::UNKNOWN, member(Value::UNKNOWN)]),
            ),
            ("limits", Value::UNKNOWN),
            ("network", Value::UNKNOWN),
            ("server", Value::UNKNOWN),
            ("pool", Value::UNKNOWN),
        ],
    );
    assert_eq!(validated(&unknown, true), "");
    // Nothing inside what is unknown is known to be write-only and set.
    assert_eq!(validated(&unknown, false), "");
    assert_eq!(validated(&Value::Null, true), "");
    assert_eq!(validated(&Value::UNKNOWN, true), "");
}

#[test]
fn rules_over_several_attributes_are_asked_too() {
    let config = with(&config(), [("secret", "hunter2".into())]);
    insta::assert_snapshot!(validated(&config, true), @"
    Error: Secret without a version
    A secret takes effect only with a version.
    ");
}

#[test]
fn write_only_values_are_refused_where_they_would_be_stored() {
    let limit = object([
        ("max", 1.into()),
        ("used", Value::Null),
        ("key", "hunter3".into()),
    ]);
    let config = with(
        &config(),
        [
            ("secret", Value::UNKNOWN),
            ("secret_version", 1.into()),
            ("limits", map([("cpu", limit)])),
        ],
    );
    assert_eq!(validated(&config, true), "");
    insta::assert_snapshot!(validated(&config, false), @r#"
    Error at secret: Write-only argument secret is not supported here
    secret is write-only: its value must not be stored. The command line in use does not know write-only arguments and would write it into the state.

    Use Terraform 1.11 or later, or OpenTofu 1.11 or later.
    ----
    Error at limits["cpu"].key: Write-only argument key is not supported here
    limits["cpu"].key is write-only: its value must not be stored. The command line in use does not know write-only arguments and would write it into the state.

    Use Terraform 1.11 or later, or OpenTofu 1.11 or later.
    "#);
}

#[test]
fn a_value_without_a_place_in_the_model_is_a_message() {
    let config = with(&config(), [("tags", Value::set([Value::Null]))]);
    insta::assert_snapshot!(validated(&config, true), @"
    Error at tags[*]: Null where a value is needed
    tags[*] must not be null: every element of a collection needs a value.
    ");
}

#[test]
fn an_unknown_type_is_an_error() {
    let none = ClientCapabilities::default();
    let told = |kind| told(&server().validate_config(kind, "test_nothing", &config(), none));
    insta::assert_snapshot!(told(Kind::DataSource), @r#"
    Error: Unknown data source type "test_nothing"
    This version of the provider has no data source of this type.

    Check the spelling, or update the provider: a newer version may have it.
    "#);
    for kind in [
        Kind::Resource,
        Kind::EphemeralResource,
        Kind::ListResource,
        Kind::Action,
    ] {
        assert!(told(kind).contains("test_nothing"));
    }
}

#[test]
fn the_provider_block_is_validated() {
    let server = server();
    let block = |endpoint: Value| object([("endpoint", endpoint), ("retry", Value::List(vec![]))]);
    for fine in [
        block(Value::Null),
        block(Value::UNKNOWN),
        Value::Null,
        Value::UNKNOWN,
    ] {
        assert!(server.validate_provider_config(&fine).is_empty());
    }
    let diagnostics = server.validate_provider_config(&block("nowhere".into()));
    assert_eq!(
        told(&diagnostics),
        "Error: No such endpoint\nIt leads nowhere."
    );
}
