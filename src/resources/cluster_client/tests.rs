//! What plans and states of an API client are made of, without a service.

use super::*;
use crate::framework::object::ValueType as _;
use crate::framework::private::Private;

fn set(scopes: &[&str]) -> BTreeSet<String> {
    scopes.iter().map(|&scope| scope.to_owned()).collect()
}

fn words(scopes: &[&str]) -> Vec<String> {
    scopes.iter().map(|&scope| scope.to_owned()).collect()
}

/// The scopes of a state after the service has shown others.
fn merged(state: Field<BTreeSet<String>>, shown: &[&str]) -> BTreeSet<String> {
    let mut state = state;
    scopes::merge(&mut state, &words(shown), &mut Private::default());
    state.into_known().unwrap()
}

#[test]
fn scopes_that_mean_the_same_keep_their_spelling() {
    for (state, shown) in [
        (&["Operate", "Zeebe"][..], &["Zeebe"][..]),
        (&["Zeebe"], &["Zeebe", "Operate", "Tasklist"]),
        (&["Tasklist", "Secrets"], &["Secrets", "Zeebe"]),
        (&["Optimize", "Zeebe"], &["Zeebe", "Optimize"]),
    ] {
        assert_eq!(
            merged(Field::Known(set(state)), shown),
            set(state),
            "{shown:?}"
        );
    }
}

#[test]
fn scopes_that_differ_are_taken_over() {
    for (state, shown) in [
        (&["Secrets", "Zeebe"][..], &["Zeebe"][..]),
        (&["Zeebe"], &["Zeebe", "Optimize"]),
        (&["Zeebe"], &["Zeebe", "Future"]),
        (&["Optimize"], &[]),
    ] {
        assert_eq!(
            merged(Field::Known(set(state)), shown),
            set(shown),
            "{state:?}"
        );
    }
    assert_eq!(merged(Field::Null, &["Zeebe"]), set(&["Zeebe"]));
    assert_eq!(merged(Field::Unknown, &[]), set(&[]));
}

#[test]
fn import_ids_are_taken_apart() {
    let context = |id: &str| {
        let part = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11";
        (part.to_owned(), format!("{part}/{id}"))
    };
    let (cluster, id) = context("Qm7x~2/y");
    let state = ClusterClientModel {
        cluster_id: Field::Known(cluster),
        zeebe_client_id: "Qm7x~2/y".into(),
        ..ClusterClientModel::default()
    };
    let (cluster_id, client_id) = keys(&state);
    assert_eq!(composite_id(cluster_id, client_id), id);
    // Nothing is known of its name yet.
    insta::assert_snapshot!(spoken(&state), @r#""Qm7x~2/y" in cluster 6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"#);
}

#[test]
fn the_secret_is_in_the_state_and_in_no_debug_output() {
    let state = ClusterClientModel {
        secret: Field::Known("once-only".into()),
        ..ClusterClientModel::default()
    };
    assert!(!format!("{state:?}").contains("once-only"));
    assert_eq!(
        state.to_value().member("secret").as_str(),
        Some("once-only")
    );
    let schema = schema();
    let secret = schema
        .block
        .attributes
        .iter()
        .find(|it| it.name == "secret");
    assert!(secret.is_some_and(|secret| secret.sensitive));
}

#[test]
fn state_of_the_community_provider_is_taken_over_as_it_is() {
    let moves = ClusterClient.moves();
    let source = &moves[0];
    assert_eq!(
        (source.provider, source.type_name),
        ("camunda-community-hub/camunda", "camunda_cluster_client")
    );
    let state = serde_json::json!({ "id": "u", "scopes": null, "secret": "once-only" });
    assert_eq!((source.change)(state.clone()), Ok(state));
}

/// A core may hand what was noted about a client to the creation of the one that replaces it.
#[test]
fn what_was_noted_about_clients_before_can_be_forgotten() {
    let state = ClusterClientModel::default();
    let mut private = Private::default();
    private.set("superseded", ["Qm7x"]);
    private.set(rotation::LOST, true);
    assert!(rotation::has_others(&state, &private));
    rotation::forget(&mut private);
    assert!(!rotation::has_others(&state, &private));
    assert_eq!(private, Private::default());
}

#[test]
fn an_import_takes_the_name_of_a_successor_apart() {
    let taken_over = |name: Field<String>, remote: Field<String>, found: &str| {
        let mut state = ClusterClientModel {
            name,
            remote_name: remote,
            ..ClusterClientModel::default()
        };
        rotation::take_over_name(&mut state, found);
        let text = |field: Field<String>| field.into_known().unwrap_or_default();
        let version = state.rotation_version.into_known();
        (
            text(state.name),
            text(state.remote_name),
            version.and_then(|it| it.to_i64()),
        )
    };
    let called = |name: &str, remote: &str, version| (name.to_owned(), remote.to_owned(), version);
    // An import knows no name.
    let import = |found| taken_over(Field::Null, Field::Null, found);
    assert_eq!(import("workers"), called("workers", "", None));
    assert_eq!(
        import("workers-r2"),
        called("workers", "workers-r2", Some(2))
    );
    // A state does, and what it says of the number is its own.
    let state = |remote: Field<String>, found| taken_over("workers".into(), remote, found);
    assert_eq!(state(Field::Null, "workers"), called("workers", "", None));
    assert_eq!(
        state("workers-r2".into(), "workers-r2"),
        called("workers", "workers-r2", None)
    );
    // Renamed by hand.
    assert_eq!(
        state("workers-r2".into(), "workers-r3"),
        called("workers-r3", "", None)
    );
}
