//! Good requests about everything that is not a managed resource, there and back.

use std::sync::Arc;

use terraform_provider_camunda::clock::Clock;
use terraform_provider_camunda::framework::types::Type;
use terraform_provider_camunda::framework::value::Value;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::*;

use crate::provider::{Remote, SECRET, TestProvider, ring, thing};
use crate::support::client::{Client, render};
use crate::{configured, create, with};

#[tokio::test]
async fn a_data_source_is_read() {
    let (client, _) = configured().await;
    let any = Value::Dynamic(Box::new((
        Type::list(Type::Bool),
        Value::List(vec![true.into()]),
    )));
    let config = Value::object([
        ("any", any),
        ("text", "hello".into()),
        ("echo", Value::Null),
    ]);
    assert!(
        client
            .validate_data_source("test_echo", &config)
            .await
            .is_empty()
    );
    let (state, diagnostics) = client.read_data_source("test_echo", &config).await;
    assert!(diagnostics.is_empty(), "{}", render(&diagnostics));
    assert_eq!(state, with(&config, "echo", "hello"));
}

#[tokio::test(start_paused = true)]
async fn an_ephemeral_resource_is_opened_renewed_and_closed() {
    let remote = Remote::new();
    let clock = Clock::starting_at("1969-12-31T23:58:59.25Z".parse().unwrap());
    let provider = TestProvider(Arc::clone(&remote));
    let config = Value::object([("endpoint", Value::Null)]);
    let client = Client::configured(provider, clock, config).await;
    let config = Value::object([("scope", "all".into()), ("value", Value::Null)]);
    let (result, opened) = client.open_ephemeral("test_token", &config).await;
    assert_eq!(result, with(&config, "value", SECRET));
    assert_eq!(opened.private.as_deref(), Some(&br#"{"handle":"h"}"#[..]));
    let renew_at = opened.renew_at.unwrap();
    assert_eq!((renew_at.seconds, renew_at.nanos), (-1, 250_000_000));

    let request = renew_ephemeral_resource::Request {
        type_name: "test_token".to_owned(),
        private: opened.private.clone(),
    };
    let renewed = client
        .raw()
        .renew_ephemeral_resource(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(renewed.private, opened.private);
    assert_eq!(renewed.renew_at, None);
    let request = close_ephemeral_resource::Request {
        type_name: "test_token".to_owned(),
        private: renewed.private,
    };
    let closed = client
        .raw()
        .close_ephemeral_resource(request)
        .await
        .unwrap();
    assert!(closed.into_inner().diagnostics.is_empty());
    assert_eq!(
        remote.noted()[1..],
        [r#"renewed Some("h")"#, r#"closed Some("h")"#]
    );

    let config = with(&config, "scope", "nothing to close");
    let (_, opened) = client.open_ephemeral("test_token", &config).await;
    assert_eq!(opened.private, None, "nothing is not an empty something");
}

#[tokio::test]
async fn a_function_is_called_without_configuration() {
    let client = Client::connect(TestProvider(Remote::new()), Clock::system()).await;
    let call = |arguments: Vec<Value>| {
        let client = client.clone();
        async move { client.call("join", &arguments).await }
    };
    assert_eq!(
        call(vec!["-".into(), "a".into(), "b".into()]).await,
        Ok("a-b".into())
    );
    assert_eq!(
        call(vec![Value::Null, "a".into(), "b".into()]).await,
        Ok("ab".into())
    );
    assert_eq!(
        call(vec!["-".into(), Value::UNKNOWN]).await,
        Ok(Value::UNKNOWN)
    );
    let errors = [
        call(vec![]).await.unwrap_err(),
        call(vec!["-".into(), Value::Null]).await.unwrap_err(),
        call(vec!["-".into(), "refuse".into()]).await.unwrap_err(),
        call(vec!["-".into(), "mistake".into()]).await.unwrap_err(),
    ];
    let texts: Vec<String> = errors
        .iter()
        .map(|error| format!("{:?}: {}", error.function_argument, error.text))
        .collect();
    insta::assert_snapshot!(texts.join("\n"), @"
    None: join takes at least 1 argument, not 0.
    Some(1): texts must not be null.
    Some(1): That text is refused.
    None: The result of join that the provider made does not fit its own schema: expected a string, found a bool.

    This is a bug in the provider. Please report it with the configuration that led here.
    ");
}

#[tokio::test]
async fn things_are_listed() {
    let (client, _) = configured().await;
    for name in ["one", "other", "two"] {
        create(&client, &thing(name)).await;
    }
    let config = Value::object([("prefix", "o".into())]);
    let listed = client.list("test_thing", &config, false, 0).await;
    let names: Vec<&str> = listed
        .iter()
        .map(|event| event.display_name.as_str())
        .collect();
    assert_eq!(names, ["one", "other", ""]);
    assert_eq!(listed[0].identity, Value::object([("id", "id-one".into())]));
    assert_eq!(listed[0].object, None);
    assert_eq!(
        render(&listed[2].diagnostics),
        "Warning: Listed\nThat was all."
    );

    let listed = client.list("test_thing", &config, true, 1).await;
    assert_eq!(listed[0].object, Some(with(&thing("one"), "id", "id-one")));
    assert_eq!(
        listed
            .iter()
            .filter(|event| !event.identity.is_null())
            .count(),
        1
    );
}

#[tokio::test]
async fn an_action_is_planned_and_invoked() {
    let (client, remote) = configured().await;
    assert!(client.plan_action("test_ring", None).await.is_empty());
    assert!(
        client
            .plan_action("test_ring", Some(&ring(Value::UNKNOWN)))
            .await
            .is_empty()
    );
    let said = client.plan_action("test_ring", Some(&ring(0.into()))).await;
    assert_eq!(
        render(&said),
        "Warning: Silent bell\nIt would not ring at all."
    );
    let (progress, diagnostics) = client.invoke("test_ring", &ring(40.into())).await;
    assert_eq!(progress.len(), 40);
    assert_eq!(progress[39], "ring 40");
    assert!(diagnostics.is_empty());
    assert_eq!(
        remote.noted().last().unwrap(),
        "rang 40 times, stopped: false"
    );
}
