//! The oracle itself: for each of its rules one thing that it must refuse.

use super::harness::{object, thing, with};
use super::oracle::{plan_errors, replace_errors, result_errors, state_errors};
use super::thing::schema;
use crate::framework::path::Path;
use crate::framework::value::Value;

fn refused(prior: &Value, config: &Value, planned: &Value) -> String {
    plan_errors(&schema().block, prior, config, planned).join("\n")
}

#[test]
fn plans_against_the_configuration_are_refused() {
    let config = thing([("name", "a".into()), ("secret", "hunter2".into())]);
    let good = with(&config, [("secret", Value::Null), ("id", Value::UNKNOWN)]);
    assert_eq!(refused(&Value::Null, &config, &good), "");
    let network = object([
        ("host", "h".into()),
        ("port", Value::Null),
        ("address", Value::Null),
    ]);
    let pool = object([("name", "p".into()), ("size", Value::Null)]);
    let peer = object([("host", "p".into()), ("fingerprint", Value::Null)]);
    let bad = [
        ("name", "b".into()),
        ("name", Value::UNKNOWN),
        ("note", "made up".into()),
        ("note", Value::UNKNOWN),
        ("secret", "hunter2".into()),
        ("size", "text".into()),
        ("network", network),
        (
            "server",
            Value::object([("address", "s"), ("certificate", "c")].map(|(k, v)| (k, v.into()))),
        ),
        ("options", Value::Null),
        ("pool", Value::Null),
        ("pool", Value::UNKNOWN),
        ("pool", Value::List(vec![pool])),
        ("peer", Value::set([Value::UNKNOWN])),
        ("peer", Value::set([peer])),
    ];
    let refusals: Vec<String> = bad
        .into_iter()
        .map(|member| refused(&Value::Null, &config, &with(&good, [member])))
        .collect();
    insta::assert_snapshot!(refusals.join("\n"), @r#"
    name: planned value does not match config value
    name: planned value does not match config value
    note: planned a value for a non-computed attribute
    note: planned a value for a non-computed attribute
    secret: planned a write-only value
    size: String("text") is not of Number
    network: planned a value for a non-computed attribute
    server: planned to exist, configured for absence
    options: blocks must be empty, not null
    pool: blocks must be empty, not null
    pool: planned blocks as unknown
    pool: other blocks planned than configured
    peer: a block must not be unknown itself
    peer: planned element not configured: Unknown(None)
    peer: planned element not configured: Object({"fingerprint": Null, "host": String("p")})
    "#);
    insta::assert_snapshot!(refused(&Value::Null, &config, &Value::Null), @": planned for absence, configured to exist");
}

#[test]
fn nested_plans_against_the_configuration_are_refused() {
    let rule = |label: Value| {
        object([
            ("label", label),
            ("priority", Value::Null),
            ("rule_id", Value::Null),
        ])
    };
    let member = |user: &str| {
        let rest = ["role", "level", "member_id", "realm"].map(|name| (name, Value::Null));
        Value::object([("user", user.into())].into_iter().chain(rest))
    };
    let config = thing([
        ("name", "a".into()),
        ("rules", Value::List(vec![rule("r".into())])),
        ("members", Value::set([member("m"), member("n")])),
    ]);
    let bad = [
        ("rules", Value::Null),
        ("rules", Value::UNKNOWN),
        ("rules", Value::List(vec![])),
        ("rules", Value::List(vec![rule(Value::UNKNOWN)])),
        ("members", Value::set([member("m")])),
        ("members", Value::set([member("m"), member("o")])),
    ];
    let refusals: Vec<String> = bad
        .into_iter()
        .map(|member| refused(&Value::Null, &config, &with(&config, [member])))
        .collect();
    insta::assert_snapshot!(refusals.join("\n"), @r#"
    rules: planned for absence, configured to exist
    rules: planned unknown for a configured value
    rules: other elements planned than configured
    rules["0"].label: planned value does not match config value
    members: other count of elements planned than configured
    members: configured element not in the plan: Object({"level": Null, "member_id": Null, "realm": Null, "role": Null, "user": String("n")})
    members: configured element not in the plan: Object({"level": Null, "member_id": Null, "realm": Null, "role": Null, "user": String("n")})
    members: planned element not configured: Object({"level": Null, "member_id": Null, "realm": Null, "role": Null, "user": String("o")})
    "#);
}

#[test]
fn a_prior_value_is_accepted_only_against_another_configured_one() {
    let prior = thing([("name", "old".into()), ("note", "old".into())]);
    let config = thing([("name", "new".into())]);
    assert_eq!(
        refused(&prior, &config, &with(&config, [("name", "old".into())])),
        ""
    );
    let kept = with(&config, [("note", "old".into())]);
    assert_eq!(
        refused(&prior, &config, &kept),
        "note: planned a value for a non-computed attribute"
    );
}

#[test]
fn results_against_the_plan_are_refused() {
    let planned = thing([
        ("id", Value::UNKNOWN),
        ("name", "a".into()),
        ("tags", Value::set(["x".into(), Value::UNKNOWN])),
        ("pool", Value::List(vec![object([("name", "p".into())])])),
    ]);
    let good = with(
        &planned,
        [
            ("id", "i".into()),
            ("tags", Value::set(["x".into(), "y".into()])),
        ],
    );
    assert_eq!(result_errors(&planned, &good), Vec::<String>::new());
    let fewer = with(&good, [("tags", Value::set(["x".into()]))]);
    assert_eq!(result_errors(&planned, &fewer), Vec::<String>::new());
    let bad = [
        ("name", "b".into()),
        ("name", Value::Null),
        ("name", Value::UNKNOWN),
        ("note", "made up".into()),
        ("tags", Value::set(["y".into()])),
        ("tags", Value::set(["x".into(), "y".into(), "z".into()])),
        ("pool", Value::List(vec![])),
    ];
    let refusals: Vec<String> = bad
        .into_iter()
        .map(|member| result_errors(&planned, &with(&good, [member])).join("\n"))
        .collect();
    insta::assert_snapshot!(refusals.join("\n"), @r#"
    name: was String("a"), but now String("b")
    name: was String("a"), but now Null
    name: was known, but now unknown
    note: was Null, but now String("made up")
    tags: set elements do not correlate
    tags: set elements do not correlate
    pool: elements vanished or appeared
    pool["0"]: was Object({"name": String("p")}), but now Null
    "#);
}

#[test]
fn states_that_break_the_rules_are_refused() {
    let block = schema().block;
    let good = thing([("name", "a".into())]);
    assert_eq!(state_errors(&block, &good), Vec::<String>::new());
    let bad = [
        ("id", Value::UNKNOWN),
        ("secret", "hunter2".into()),
        ("pool", Value::Null),
        ("options", Value::Null),
        ("size", "text".into()),
    ];
    let refusals: Vec<String> = bad
        .into_iter()
        .map(|member| state_errors(&block, &with(&good, [member])).join("\n"))
        .collect();
    insta::assert_snapshot!(refusals.join("\n"), @r#"
    a value is unknown
    secret: write-only, but not null
    pool: null instead of empty
    options: null instead of empty
    size: String("text") is not of Number
    "#);
}

#[test]
fn paths_that_lead_nowhere_are_refused() {
    let state = thing([("name", "a".into())]);
    let paths = [Path::of("name"), Path::of("network").attribute("host")];
    let refusals = replace_errors(&state, &state, &paths);
    assert_eq!(
        refusals,
        ["network.host: neither in the prior nor in the planned state"]
    );
}
