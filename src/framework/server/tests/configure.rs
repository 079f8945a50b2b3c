//! Configuring, stopping, and the list of what there is.

use std::sync::Arc;

use super::harness::{TestServer, object, server, told, unconfigured};
use super::thing::Thing;
use crate::framework::operation::ClientCapabilities;
use crate::framework::provider::Registry;
use crate::framework::server::{ConfigureRequest, Kind};
use crate::framework::value::Value;

fn configure(server: &TestServer, config: Value) -> String {
    told(&server.configure_provider(ConfigureRequest {
        config,
        terraform_version: "1.15.5".to_owned(),
        client: ClientCapabilities::default(),
    }))
}

fn block(endpoint: Value) -> Value {
    object([("endpoint", endpoint), ("retry", Value::List(vec![]))])
}

fn endpoint(server: &TestServer) -> Option<String> {
    let context = server.context(&server.call(), ClientCapabilities::default());
    context
        .ok()
        .and_then(|context| context.data.endpoint.clone())
}

#[test]
fn the_last_configuration_counts() {
    let server = unconfigured(Registry::new);
    assert!(
        server
            .context(&server.call(), ClientCapabilities::default())
            .is_err()
    );
    assert_eq!(configure(&server, block("first".into())), "");
    assert_eq!(endpoint(&server).as_deref(), Some("first"));
    assert_eq!(configure(&server, block("second".into())), "");
    assert_eq!(endpoint(&server).as_deref(), Some("second"));
    // One that cannot work leaves none: the earlier one is not what the user asked for.
    assert_eq!(
        configure(&server, block("broken".into())),
        "Error: Broken endpoint\nIt cannot work."
    );
    assert!(
        server
            .context(&server.call(), ClientCapabilities::default())
            .is_err()
    );
}

#[test]
fn unknown_and_missing_configuration_is_fine() {
    let server = unconfigured(Registry::new);
    for config in [block(Value::UNKNOWN), block(Value::Null), Value::Null] {
        assert_eq!(configure(&server, config), "");
        assert_eq!(endpoint(&server), None);
    }
}

#[tokio::test]
async fn stopping_ends_the_waits_of_running_calls_only() {
    let server = Arc::new(server(Registry::new));
    let (running, other) = (server.call(), server.call());
    let wait = tokio::spawn(async move { running.cancellation.cancelled().await });
    server.stop();
    wait.await.unwrap();
    assert!(other.cancellation.is_cancelled());
    let later = server.call();
    assert!(!later.cancellation.is_cancelled());
    server.stop();
    assert!(later.cancellation.is_cancelled());
}

#[test]
fn a_caller_that_hangs_up_ends_no_call_but_its_own() {
    let server = server(Registry::new);
    let (one, other) = (server.call(), server.call());
    one.cancellation.cancel();
    assert!(!other.cancellation.is_cancelled());
    assert!(!server.call().cancellation.is_cancelled());
}

#[test]
fn types_are_listed_and_found() {
    let server = unconfigured(|| Registry::new().resource(Thing::default()));
    assert_eq!(server.type_names(Kind::Resource), ["test_thing"]);
    assert_eq!(server.type_names(Kind::Action), [""; 0]);
    assert_eq!(
        server.schema(Kind::Resource, "test_thing").unwrap().version,
        2
    );
    let identity = server.identity_schema("test_thing").unwrap();
    assert_eq!(identity.attributes.len(), 2);
    assert!(server.identity_schema("test_thnig").is_err());
    assert!(server.functions().is_empty());
}
