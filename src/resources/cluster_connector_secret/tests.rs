//! What is allowed, what is sent, and what is said.

use super::*;
use crate::framework::object::Model as _;
use crate::framework::value::Value;

const UNKNOWN: Field<SecretString> = Field::Unknown;

fn known(text: &str) -> Field<SecretString> {
    Field::Known(SecretString::from(text))
}

fn version(number: i64) -> Field<Number> {
    Field::Known(Number::from(number))
}

fn model(
    value: Field<SecretString>,
    value_wo: Field<SecretString>,
    value_wo_version: Field<Number>,
) -> ClusterConnectorSecretModel {
    ClusterConnectorSecretModel {
        cluster_id: "c".into(),
        name: "A".into(),
        value,
        value_wo,
        value_wo_version,
        ..ClusterConnectorSecretModel::default()
    }
}

fn problems(config: &ClusterConnectorSecretModel) -> String {
    ClusterConnectorSecret
        .validate(config)
        .iter()
        .map(|diagnostic| {
            let path = diagnostic.path.clone().unwrap_or_default();
            format!(
                "[{path}] {}\n{}\n",
                diagnostic.summary,
                diagnostic.full_detail()
            )
        })
        .collect()
}

#[test]
fn one_value_at_most_is_set() {
    insta::assert_snapshot!(problems(&model(known("a"), known("b"), version(1))), @r"
    [value] Exactly one value is needed
    Both value and value_wo are set.

    Set value, which the state holds, or value_wo and value_wo_version, with which nothing is stored (Terraform 1.11 or later, OpenTofu 1.11 or later).
    ");
    insta::assert_snapshot!(problems(&model(Field::Null, known("a"), Field::Null)), @r"
    [value_wo] Write-only value without a version
    value_wo is not stored, so that a new value cannot be told from the old one: value_wo_version says when to send it.

    Set value_wo_version, to 1 for example, and raise it with every new value.
    ");
    insta::assert_snapshot!(problems(&model(known("a"), Field::Null, version(1))), @"
    [value_wo_version] Version without a write-only value
    value_wo_version belongs to value_wo, which is not set.

    Remove value_wo_version, or set value_wo.
    ");
    for fine in [
        model(known("a"), Field::Null, Field::Null),
        model(Field::Null, known("a"), version(1)),
        // Whether a secret is there already, planning knows.
        model(Field::Null, Field::Null, Field::Null),
        // What is not known yet may turn out to be null, or not.
        model(UNKNOWN, Field::Null, Field::Null),
        model(UNKNOWN, known("a"), version(1)),
        model(known("a"), UNKNOWN, version(1)),
        model(Field::Null, known("a"), Field::Unknown),
        model(Field::Null, UNKNOWN, version(1)),
        model(UNKNOWN, UNKNOWN, Field::Unknown),
    ] {
        assert_eq!(problems(&fine), "", "{fine:?}");
    }
}

#[test]
fn a_value_is_sent_when_it_is_another_one() {
    let sent = |config: &ClusterConnectorSecretModel, prior: &ClusterConnectorSecretModel| {
        let plan = ClusterConnectorSecretModel {
            value_wo: Field::Null,
            ..config.clone()
        };
        is_to_be_sent(config, &plan, prior)
    };
    let plain = |text: &str| model(known(text), Field::Null, Field::Null);
    let write_only = |number| model(Field::Null, known("a"), version(number));
    let stored = |number| model(Field::Null, Field::Null, version(number));
    assert!(!sent(&plain("a"), &plain("a")), "only timeouts change");
    assert!(sent(&plain("b"), &plain("a")));
    assert!(!sent(&write_only(1), &stored(1)), "only timeouts change");
    assert!(sent(&write_only(2), &stored(1)));
    assert!(
        sent(&write_only(1), &plain("a")),
        "even the same one: nobody knows"
    );
    assert!(sent(&plain("a"), &stored(1)));
}

#[test]
fn a_model_does_not_tell_its_values() {
    let model = model(known("hunter2"), known("hunter3"), version(1));
    let shown = format!("{model:?}");
    assert!(!shown.contains("hunter"), "{shown}");
}

/// As the community provider has written it.
#[test]
fn state_without_an_id_is_read() {
    let state = Value::object([
        ("id", Value::Null),
        ("cluster_id", "c".into()),
        ("name", "A".into()),
        ("value", "example".into()),
        ("value_wo", Value::Null),
        ("value_wo_version", Value::Null),
        ("timeouts", Value::Null),
    ]);
    let model = ClusterConnectorSecretModel::read(&state).unwrap();
    assert_eq!(composite_id(&model), "c/A");
    assert_eq!(spoken(&model), r#""A" in cluster c"#);
}
