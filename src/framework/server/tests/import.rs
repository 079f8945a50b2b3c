//! Importing by id and by identity.

use std::sync::Arc;

use super::harness::{TestServer, at, object, thing_server, told, unconfigured};
use super::oracle::state_errors;
use super::thing::{Thing, ThingModel, private, schema};
use crate::framework::diag::Diagnostic;
use crate::framework::object::Field;
use crate::framework::operation::{ClientCapabilities, Outcome};
use crate::framework::provider::Registry;
use crate::framework::server::read::IMPORT_MARK;
use crate::framework::server::{ImportRequest, ImportResponse, ImportTarget, ReadRequest};
use crate::framework::value::Value;

async fn import(server: &TestServer, target: ImportTarget) -> ImportResponse {
    let request = ImportRequest {
        type_name: "test_thing".to_owned(),
        target,
        client: ClientCapabilities::default(),
    };
    let response = server.import_resource_state(&server.call(), request).await;
    if let Some(state) = &response.state {
        let errors = state_errors(&schema().block, state);
        assert_eq!(errors, Vec::<String>::new());
    }
    response
}

fn by_id() -> ImportTarget {
    ImportTarget::Id("id-7".to_owned())
}

fn importing(
    import: impl Fn(String) -> Result<ThingModel, Diagnostic> + Send + Sync + 'static,
) -> TestServer {
    thing_server(Thing {
        import: Arc::new(import),
        ..Thing::default()
    })
}

#[tokio::test]
async fn an_id_becomes_the_beginning_of_a_state() {
    let server = importing(|id| {
        Ok(ThingModel {
            id: id.as_str().into(),
            secret: Field::Known("hunter2".to_owned().into()),
            ..ThingModel::default()
        })
    });
    let response = import(&server, by_id()).await;
    assert!(response.diagnostics.is_empty());
    let state = response.state.unwrap();
    assert_eq!(state.member("id"), &"id-7".into());
    assert_eq!(state.member("secret"), &Value::Null);
    assert_eq!(at(&state, "options.verbose"), &Value::Null);
    assert_eq!(state.member("pool"), &Value::List(vec![]));
    assert_eq!(response.private, private(IMPORT_MARK, true).encode());
    let identity = object([("id", "id-7".into()), ("zone", Value::Null)]);
    assert_eq!(response.identity, identity);
}

#[tokio::test]
async fn an_id_may_leave_the_identity_to_the_read() {
    let server = importing(|id| {
        Ok(ThingModel {
            name: id.as_str().into(),
            ..ThingModel::default()
        })
    });
    let response = import(&server, by_id()).await;
    assert!(response.diagnostics.is_empty());
    assert_eq!(response.identity, Value::Null);
}

#[tokio::test]
async fn an_identity_becomes_the_beginning_of_a_state() {
    let server = importing(|_| panic!("an identity needs no help"));
    let identity = object([("id", "id-7".into()), ("zone", Value::Null)]);
    let response = import(&server, ImportTarget::Identity(identity.clone())).await;
    assert!(response.diagnostics.is_empty());
    assert_eq!(response.state.unwrap().member("id"), &"id-7".into());
    assert_eq!(response.identity, identity);
}

#[tokio::test]
async fn an_identity_without_a_required_part_is_refused() {
    let server = thing_server(Thing::default());
    for missing in [Value::Null, "".into()] {
        let identity = object([("id", missing), ("zone", "z".into())]);
        let response = import(&server, ImportTarget::Identity(identity)).await;
        assert!(response.state.is_none());
        insta::allow_duplicates! {
            insta::assert_snapshot!(told(&response.diagnostics), @"
            Error: Incomplete identity of a test_thing
            The import's identity lacks a value for id.

            Set every required attribute of the identity in the import block.
            ");
        }
    }
    let response = import(&server, ImportTarget::Identity(Value::Null)).await;
    assert!(response.diagnostics.has_error());
}

#[tokio::test]
async fn the_read_that_follows_completes_it() {
    let server = thing_server(Thing {
        read: Arc::new(|mut request| {
            assert!(request.importing && request.state.name.is_null());
            request.state.name = "found".into();
            request.state.zone = "z".into();
            Outcome::present(request.state, request.private)
        }),
        ..Thing::default()
    });
    let imported = import(&server, by_id()).await;
    let request = ReadRequest {
        type_name: "test_thing".to_owned(),
        current_state: imported.state.unwrap(),
        private: imported.private,
        current_identity: imported.identity,
        client: ClientCapabilities::default(),
    };
    let read = server.read_resource(&server.call(), request).await;
    assert!(read.diagnostics.is_empty(), "{}", told(&read.diagnostics));
    let identity = object([("id", "id-7".into()), ("zone", "z".into())]);
    assert_eq!(read.new_identity, identity);
    assert_eq!(read.private, b"");
}

#[tokio::test]
async fn a_bad_id_and_mistakes_are_named() {
    let server = importing(|id| Err(Diagnostic::error("Bad id", format!("{id:?} is no id."))));
    let response = import(&server, by_id()).await;
    assert_eq!(
        told(&response.diagnostics),
        "Error: Bad id\n\"id-7\" is no id."
    );
    assert!(response.state.is_none());
    assert_eq!(response.private, b"");

    let server = importing(|_| Ok(ThingModel::default()));
    let response = import(&server, by_id()).await;
    assert!(response.state.is_none());
    insta::assert_snapshot!(told(&response.diagnostics), @"
    Error: Import without a result
    The import id of a test_thing was accepted, but not used.

    This is a bug in the provider. Please report it with the configuration that led here.
    ");

    // An unknown value says as much as none.
    let server = importing(|_| {
        Ok(ThingModel {
            id: Field::Unknown,
            ..ThingModel::default()
        })
    });
    assert!(import(&server, by_id()).await.diagnostics.has_error());

    let server = unconfigured(|| Registry::new().resource(Thing::default()));
    let response = import(&server, by_id()).await;
    assert!(response.diagnostics.has_error());
}
