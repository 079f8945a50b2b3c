//! When a password is rotated.

use super::*;

fn with_version(version: Field<Number>) -> ClusterMonitoringClientModel {
    ClusterMonitoringClientModel {
        password_version: version,
        ..ClusterMonitoringClientModel::default()
    }
}

#[test]
fn another_number_rotates_and_nothing_else_does() {
    let number = |value: i64| Field::Known(Number::from(value));
    for (prior, plan, expected) in [
        (Field::Null, Field::Null, false),
        (Field::Null, number(1), true),
        (number(1), number(1), false),
        (number(1), number(2), true),
        (number(2), number(1), true),
        (number(1), Field::Null, false),
        (number(1), Field::Unknown, true),
    ] {
        let text = format!("{prior:?} -> {plan:?}");
        let (prior, plan) = (with_version(prior), with_version(plan));
        assert_eq!(rotates(&prior, &plan), expected, "{text}");
    }
}

#[test]
fn messages_name_the_user_and_the_cluster() {
    let state = ClusterMonitoringClientModel {
        cluster_id: "c1".into(),
        id: "u1".into(),
        ..ClusterMonitoringClientModel::default()
    };
    assert_eq!(spoken(&state), r#""u1" in cluster c1"#);
    let named = ClusterMonitoringClientModel {
        username: "prom".into(),
        ..state
    };
    assert_eq!(spoken(&named), r#""prom" in cluster c1"#);
}
