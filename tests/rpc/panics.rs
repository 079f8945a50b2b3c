//! Panics in objects: a message for the user, and the provider lives on.

use terraform_provider_camunda::framework::value::Value;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::*;

use crate::configured;
use crate::provider::{Remote, SECRET, TestProvider, ring, thing};
use crate::support::client::{Client, Instance, pipe, render};

/// Asserts that the messages are those of an internal error, and that the provider lives.
#[track_caller]
fn check(diagnostics: &[Diagnostic], subject: &str) {
    let text = render(diagnostics);
    assert!(text.contains("internal error"), "{text}");
    assert!(text.contains(subject), "{text}");
    assert!(!text.contains(SECRET), "{text}");
}

fn planned(name: &str) -> Instance {
    let Value::Object(mut state) = thing(name) else {
        panic!("not an object");
    };
    state.insert("id".to_owned(), Value::UNKNOWN);
    Instance {
        state: Value::Object(state),
        ..Instance::none()
    }
}

async fn create(client: &Client, name: &str) -> crate::support::client::Reply {
    client
        .apply("test_thing", &Value::Null, &thing(name), &planned(name))
        .await
}

#[tokio::test]
async fn a_panic_is_told_without_what_it_said() {
    let (client, _) = configured().await;
    let reply = create(&client, "panic").await;
    insta::assert_snapshot!(render(&reply.diagnostics), @"
    Error: Internal error in the provider
    The provider hit an internal error in ApplyResourceChange for test_thing and could not finish it. With TF_LOG=ERROR, the log says where.

    This is a bug in the provider. Please report it with the configuration that led here.
    ");
    assert_eq!(reply.instance, Instance::none());
}

#[tokio::test]
async fn after_a_panic_the_provider_lives_on() {
    let (client, remote) = configured().await;
    for _ in 0..20 {
        check(&create(&client, "panic").await.diagnostics, "test_thing");
    }
    let reply = create(&client, "good").await;
    assert!(reply.diagnostics.is_empty());
    assert_eq!(remote.noted().last().unwrap(), "created id-good");
}

#[tokio::test]
async fn a_panic_anywhere_is_told_in_the_reply_of_the_call() {
    let (client, _) = configured().await;
    let said = client
        .validate_resource("test_thing", &thing("panic in validate"))
        .await;
    check(&said, "ValidateResourceConfig for test_thing");
    let said = client
        .upgrade("test_thing", 0, r#"{"title":"panic"}"#)
        .await;
    check(&said.unwrap_err(), "UpgradeResourceState for test_thing");
    let created = create(&client, "panic in read").await.instance;
    let read = client.read("test_thing", &created).await;
    check(&read.diagnostics, "ReadResource for test_thing");
    let config = Value::object([
        ("any", Value::Null),
        ("text", "panic".into()),
        ("echo", Value::Null),
    ]);
    let (_, said) = client.read_data_source("test_echo", &config).await;
    check(&said, "ReadDataSource for test_echo");
    let config = Value::object([("scope", "panic".into()), ("value", Value::Null)]);
    let (_, reply) = client.open_ephemeral("test_token", &config).await;
    check(&reply.diagnostics, "OpenEphemeralResource for test_token");
    let error = client
        .call("join", &["".into(), "panic".into()])
        .await
        .unwrap_err();
    assert!(
        error.text.contains("CallFunction for join"),
        "{}",
        error.text
    );
    assert!(!error.text.contains(SECRET));
}

#[tokio::test]
async fn a_panic_in_a_listing_ends_the_stream_with_a_message() {
    let (client, _) = configured().await;
    create(&client, "panic").await;
    create(&client, "panicked").await;
    create(&client, "good").await;
    let config = Value::object([("prefix", "panic".into())]);
    let listed = client.list("test_thing", &config, false, 0).await;
    let last = listed.last().unwrap();
    assert_eq!(last.identity, Value::Null);
    check(&last.diagnostics, "ListResource for test_thing");
}

#[tokio::test]
async fn a_panic_in_an_action_completes_it_once() {
    let (client, _) = configured().await;
    let config = ring((-3).into());
    let (_, diagnostics) = client.invoke("test_ring", &config).await;
    check(&diagnostics, "InvokeAction for test_ring");
}

#[tokio::test]
async fn a_panic_in_configuration_leaves_the_provider_to_be_configured() {
    let provider = TestProvider(Remote::new());
    let client = Client::connect(provider, Default::default()).await;
    let panic = Value::object([("endpoint", "panic".into())]);
    check(&client.configure(&panic).await, "ConfigureProvider");
    let good = Value::object([("endpoint", Value::Null)]);
    assert!(client.configure(&good).await.is_empty());
    assert!(create(&client, "good").await.diagnostics.is_empty());
}

#[tokio::test]
async fn a_provider_that_is_not_configured_says_so() {
    let mut rpc = pipe(TestProvider(Remote::new()), Default::default()).await;
    let request = plan_action::Request {
        action_type: "test_ring".to_owned(),
        ..Default::default()
    };
    let reply = rpc.plan_action(request).await.unwrap().into_inner();
    assert!(render(&reply.diagnostics).contains("not configured"));
}
