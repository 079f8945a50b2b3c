//! Callers that go away, runs that are stopped, and many calls at once.

use std::time::Duration;

use terraform_provider_camunda::framework::types::Type;
use terraform_provider_camunda::framework::value::Value;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::*;

use crate::provider::{MEETING, ring, thing};
use crate::support::client::{Client, Instance, Reply, message, render};
use crate::{configured, with};

/// Fails a test that would otherwise wait for ever.
const PATIENCE: Duration = Duration::from_secs(60);

async fn create(client: Client, name: &str) -> Reply {
    let Value::Object(mut state) = thing(name) else {
        panic!("not an object");
    };
    state.insert("id".to_owned(), Value::UNKNOWN);
    let planned = Instance {
        state: Value::Object(state),
        ..Instance::none()
    };
    client
        .apply("test_thing", &Value::Null, &thing(name), &planned)
        .await
}

#[tokio::test]
async fn a_caller_that_hangs_up_ends_the_wait_but_not_the_work() {
    let (client, remote) = configured().await;
    let call = tokio::spawn(create(client.clone(), "slow"));
    remote.begun.notified().await;
    call.abort();
    tokio::time::timeout(PATIENCE, remote.ended.notified())
        .await
        .expect("the operation is told, and carries on to its end");
    assert!(remote.things.lock().unwrap().contains_key("id-slow"));
    let reply = create(client, "next").await;
    assert!(reply.diagnostics.is_empty());
}

#[tokio::test]
async fn stopping_ends_waits_and_keeps_what_exists() {
    let (client, remote) = configured().await;
    let call = tokio::spawn(create(client.clone(), "slow"));
    remote.begun.notified().await;
    client.stop().await;
    let reply = tokio::time::timeout(PATIENCE, call).await.unwrap().unwrap();
    assert!(render(&reply.diagnostics).contains("Interrupted"));
    assert_eq!(reply.instance.state.member("id").as_str(), Some("id-slow"));
    // The server goes on, and later calls are not stopped.
    let later = tokio::spawn(create(client.clone(), "slow"));
    remote.begun.notified().await;
    assert!(!later.is_finished());
    client.stop().await;
    tokio::time::timeout(PATIENCE, later)
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn as_many_calls_as_a_core_makes_run_at_once() {
    let (client, _) = configured().await;
    let calls: Vec<_> = (0..MEETING)
        .map(|_| tokio::spawn(create(client.clone(), "meet")))
        .collect();
    for call in calls {
        let reply = tokio::time::timeout(PATIENCE, call)
            .await
            .expect("none waits for another to end");
        assert!(reply.unwrap().diagnostics.is_empty());
    }
}

#[tokio::test]
async fn a_listing_that_nobody_reads_any_more_ends() {
    let (client, remote) = configured().await;
    let config = Value::object([("prefix", "endless".into())]);
    let ty = Type::object([("prefix", Type::String)]);
    let request = list_resource::Request {
        type_name: "test_thing".to_owned(),
        config: Some(message(&config, &ty)),
        include_resource_object: false,
        limit: 0,
    };
    let events = client.raw().list_resource(request).await.unwrap();
    let mut events = events.into_inner();
    assert_eq!(
        events.message().await.unwrap().unwrap().display_name,
        "endless-0"
    );
    drop(events);
    tokio::time::timeout(PATIENCE, remote.ended.notified())
        .await
        .expect("the listing is told");
    assert_eq!(remote.noted().last().unwrap(), "listing ended early");
}

#[tokio::test]
async fn an_action_that_nobody_watches_is_told_and_carries_on() {
    let (client, remote) = configured().await;
    let config = with(&ring(1.into()), "wait", true);
    let ty = Type::object([("times", Type::Number), ("wait", Type::Bool)]);
    let request = invoke_action::Request {
        action_type: "test_ring".to_owned(),
        config: Some(message(&config, &ty)),
        client_capabilities: None,
    };
    let events = client.raw().invoke_action(request).await.unwrap();
    let mut events = events.into_inner();
    events.message().await.unwrap().unwrap();
    remote.begun.notified().await;
    drop(events);
    tokio::time::timeout(PATIENCE, remote.ended.notified())
        .await
        .expect("the action is told, and carries on to its end");
    assert_eq!(
        remote.noted().last().unwrap(),
        "rang 1 times, stopped: true"
    );
}

/// Terraform 1.14 and 1.15 crash on a line of progress when they are about to stop.
#[tokio::test]
async fn an_action_that_is_stopped_says_nothing_more_but_its_end() {
    let (client, remote) = configured().await;
    let config = with(&ring(1.into()), "wait", true);
    let call = {
        let client = client.clone();
        tokio::spawn(async move { client.invoke("test_ring", &config).await })
    };
    remote.begun.notified().await;
    client.stop().await;
    let ended = tokio::time::timeout(PATIENCE, call).await.unwrap();
    let (progress, diagnostics) = ended.unwrap();
    assert_eq!(progress, ["ring 1"]);
    assert!(diagnostics.is_empty());
    assert_eq!(
        remote.noted().last().unwrap(),
        "rang 1 times, stopped: true"
    );
}
