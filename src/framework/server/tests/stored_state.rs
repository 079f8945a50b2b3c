//! State of older versions and of other resource types.

use serde_json::json;

use super::harness::{TestServer, thing, thing_server, told, with};
use super::oracle::state_errors;
use super::thing::{Thing, schema};
use crate::framework::diag::Diagnostic;
use crate::framework::resource::{StateMove, StateUpgrade};
use crate::framework::server::{MoveStateRequest, StoredStateResponse};
use crate::framework::value::Value;

fn renamed(mut state: serde_json::Value) -> Result<serde_json::Value, Diagnostic> {
    let Some(name) = state.get("title").cloned() else {
        return Err(Diagnostic::error("No title", "x"));
    };
    state["name"] = name;
    Ok(state)
}

fn server() -> TestServer {
    thing_server(Thing {
        upgrades: vec![
            StateUpgrade {
                from: 0,
                upgrade: renamed,
            },
            StateUpgrade {
                from: 1,
                upgrade: |_| Ok(serde_json::Value::Null),
            },
        ],
        moves: vec![
            StateMove {
                provider: "acme/test",
                type_name: "test_object",
                change: renamed,
            },
            StateMove {
                provider: "acme/test",
                type_name: "test_lost",
                change: |_| Ok(json!([])),
            },
        ],
        ..Thing::default()
    })
}

fn upgrade(version: i64, state: serde_json::Value) -> StoredStateResponse {
    server().upgrade_resource_state("test_thing", version, state)
}

#[test]
fn the_current_version_stays_as_it_is() {
    let state = json!({"name": "a", "unheard_of": 1});
    let response = upgrade(2, state.clone());
    assert_eq!(response.state, Some(state));
    assert!(response.diagnostics.is_empty());
}

#[test]
fn an_older_version_is_upgraded_in_one_step() {
    let response = upgrade(0, json!({"title": "a"}));
    assert_eq!(response.state, Some(json!({"title": "a", "name": "a"})));
    let response = upgrade(0, json!({}));
    assert_eq!(response.state, None);
    assert_eq!(told(&response.diagnostics), "Error: No title\nx");
}

#[test]
fn versions_without_an_upgrade_are_refused() {
    for version in [3, -1] {
        let response = upgrade(version, json!({}));
        assert_eq!(response.state, None);
        assert!(response.diagnostics.has_error());
    }
    insta::assert_snapshot!(told(&upgrade(3, json!({})).diagnostics), @"
    Error: Stored state of a test_thing has an unknown version
    The state was written under schema version 3; this provider has version 2 and no upgrade from that one.

    Use the version of the provider that wrote the state, or a newer one.
    ");
}

#[test]
fn what_is_no_state_is_refused() {
    for (version, broken) in [(2, json!(null)), (0, json!([])), (2, json!("x"))] {
        let response = upgrade(version, broken);
        assert_eq!(response.state, None);
        insta::allow_duplicates! {
            insta::assert_snapshot!(told(&response.diagnostics), @"
            Error: Stored state of a test_thing cannot be read
            What the state file holds for it is not an object.

            The state file may have been edited by hand; restore it from a backup.
            ");
        }
    }
}

/// A core takes the absence of a state for the absence of the object.
#[test]
fn an_upgrade_that_loses_the_state_is_an_error() {
    let response = upgrade(1, json!({"name": "a"}));
    assert_eq!(response.state, None);
    insta::assert_snapshot!(told(&response.diagnostics), @"
    Error: Stored state of a test_thing was lost
    Bringing it to the current schema left nothing.

    This is a bug in the provider. Please report it with the configuration that led here.
    ");
}

fn moved(address: &str, type_name: &str, state: serde_json::Value) -> StoredStateResponse {
    server().move_resource_state(MoveStateRequest {
        source_provider_address: address.to_owned(),
        source_type_name: type_name.to_owned(),
        source_state: state,
        target_type_name: "test_thing".to_owned(),
    })
}

#[test]
fn state_moves_from_any_host() {
    for address in [
        "registry.terraform.io/acme/test",
        "registry.opentofu.org/acme/test",
        "mirror.example:8443/acme/test",
        "acme/test",
    ] {
        let response = moved(address, "test_object", json!({"title": "a"}));
        assert_eq!(
            response.state,
            Some(json!({"title": "a", "name": "a"})),
            "{address}"
        );
    }
}

#[test]
fn moves_from_elsewhere_are_refused_and_the_possible_ones_told() {
    let response = moved("host/acme/test", "test_other", json!({}));
    insta::assert_snapshot!(told(&response.diagnostics), @"
    Error: Cannot move state to a test_thing
    State of test_other of acme/test cannot be taken over.

    It can be taken over from: test_object of acme/test, test_lost of acme/test.
    ");
    let response = moved("host/other/test", "test_object", json!({}));
    assert!(response.state.is_none());
    insta::assert_snapshot!(told(&response.diagnostics), @"
    Error: Cannot move state to a test_thing
    State of test_object of other/test cannot be taken over.

    It can be taken over from: test_object of acme/test, test_lost of acme/test.
    ");

    let request = MoveStateRequest {
        source_provider_address: "test".to_owned(),
        source_type_name: "test_object".to_owned(),
        source_state: json!({}),
        target_type_name: "test_thing".to_owned(),
    };
    let response = thing_server(Thing::default()).move_resource_state(request.clone());
    insta::assert_snapshot!(told(&response.diagnostics), @"
    Error: Cannot move state to a test_thing
    State of test_object of test cannot be taken over.

    No other resource type can become this one. Use a removed block and an import block instead.
    ");

    let request = MoveStateRequest {
        target_type_name: "test_thnig".to_owned(),
        ..request
    };
    assert!(
        server()
            .move_resource_state(request)
            .diagnostics
            .has_error()
    );
}

#[test]
fn a_move_that_loses_the_state_is_an_error() {
    let response = moved("host/acme/test", "test_lost", json!({}));
    assert!(response.state.is_none());
    insta::assert_snapshot!(told(&response.diagnostics), @"
    Error: Stored state of a test_thing was lost
    Bringing it to the current schema left nothing.

    This is a bug in the provider. Please report it with the configuration that led here.
    ");
    let response = moved("host/acme/test", "test_object", json!(null));
    insta::assert_snapshot!(told(&response.diagnostics), @"
    Error: Stored state of a test_object cannot be read
    What the state file holds for it is not an object.

    The state file may have been edited by hand; restore it from a backup.
    ");
}

#[test]
fn a_state_from_storage_is_completed() {
    let server = server();
    let mut state = with(
        &thing([("id", "i".into()), ("secret", "hunter2".into())]),
        [("pool", Value::Null), ("options", Value::Null)],
    );
    server.adopt_stored_state("test_thing", &mut state).unwrap();
    assert_eq!(state_errors(&schema().block, &state), Vec::<String>::new());
    assert_eq!(state, thing([("id", "i".into())]));
    let identity = server.identity_of_state("test_thing", &state);
    assert_eq!(identity.member("id"), &"i".into());
    let without = server.identity_of_state("test_thing", &thing([]));
    assert_eq!(without, Value::Null);
    assert!(server.adopt_stored_state("test_thnig", &mut state).is_err());
}
