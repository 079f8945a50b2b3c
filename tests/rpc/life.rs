//! A managed resource's life: good requests, there and back.

use bytes::Bytes;
use terraform_provider_camunda::framework::value::Value;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::*;

use crate::provider::{SECRET, thing};
use crate::support::client::{Instance, raw_state, render};
use crate::{configured, create, with};

fn full(name: &str) -> Value {
    let part =
        |label: &str, count: Value| Value::object([("label", label.into()), ("count", count)]);
    let config = with(&thing(name), "size", Value::Number("0.1".parse().unwrap()));
    let config = with(&config, "tags", Value::set(["b".into(), "a".into()]));
    let config = with(&config, "token", SECRET);
    let parts = vec![part("x", 1.into()), part("y", Value::Null)];
    with(&config, "parts", Value::List(parts))
}

#[tokio::test]
async fn a_thing_is_created_read_changed_and_deleted() {
    let (client, remote) = configured().await;
    let config = full("one");
    assert!(
        client
            .validate_resource("test_thing", &config)
            .await
            .is_empty()
    );

    let plan = client
        .plan("test_thing", &Instance::none(), &config, &config)
        .await;
    assert_eq!(plan.planned.state.member("id"), &Value::UNKNOWN);
    assert_eq!(plan.planned.state.member("token"), &Value::Null);
    assert_eq!(plan.planned.identity, Value::Null);

    let created = create(&client, &config).await;
    let stored = with(&with(&config, "token", Value::Null), "id", "id-one");
    let identity = Value::object([("id", "id-one".into())]);
    assert_eq!(created.state, stored);
    assert_eq!(created.identity, identity);
    assert_eq!(created.private, r#"{"made":true}"#);

    // A read hands back what is to stay: state, private data and identity.
    let read = client.read("test_thing", &created).await;
    assert!(read.diagnostics.is_empty());
    assert_eq!(read.instance, created);

    let config = with(&config, "size", 2);
    let proposed = with(&with(&config, "id", "id-one"), "token", SECRET);
    let plan = client
        .plan("test_thing", &created, &config, &proposed)
        .await;
    assert_eq!(plan.requires_replace, Vec::<String>::new());
    assert_eq!(plan.planned.identity, identity);
    assert_eq!(plan.planned.private, created.private);
    let reply = client
        .apply("test_thing", &created.state, &config, &plan.planned)
        .await;
    assert_eq!(reply.instance.state.member("size"), &2.into());
    assert_eq!(reply.instance.identity, identity);
    assert_eq!(reply.instance.private, created.private);

    let plan = client
        .plan("test_thing", &reply.instance, &Value::Null, &Value::Null)
        .await;
    assert_eq!(plan.planned.state, Value::Null);
    assert_eq!(plan.planned.identity, identity, "the delete needs it");
    let state = &reply.instance.state;
    let reply = client
        .apply("test_thing", state, &Value::Null, &plan.planned)
        .await;
    assert_eq!(reply.instance, Instance::none());
    assert!(remote.things.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_change_that_replaces_says_where() {
    let (client, _) = configured().await;
    let created = create(&client, &thing("one")).await;
    let config = thing("two");
    let proposed = with(&config, "id", "id-one");
    let plan = client
        .plan("test_thing", &created, &config, &proposed)
        .await;
    assert_eq!(plan.requires_replace, ["name"]);
}

#[tokio::test]
async fn an_object_that_is_gone_is_null() {
    let (client, remote) = configured().await;
    let created = create(&client, &thing("one")).await;
    remote.things.lock().unwrap().clear();
    let read = client.read("test_thing", &created).await;
    assert!(read.diagnostics.is_empty());
    assert_eq!(read.instance, Instance::none());
}

#[tokio::test]
async fn messages_point_at_their_argument() {
    let (client, _) = configured().await;
    let said = client.validate_resource("test_thing", &thing("")).await;
    insta::assert_snapshot!(render(&said), @"
    Error: Empty name
      at name
    A thing needs a name.
    ");
}

#[tokio::test]
async fn a_core_without_write_only_support_is_told() {
    let (mut client, _) = configured().await;
    client.capabilities.write_only_attributes_allowed = false;
    let said = client.validate_resource("test_thing", &full("one")).await;
    assert!(render(&said).contains("at token"), "{}", render(&said));
}

#[tokio::test]
async fn an_import_by_id_and_by_identity_leads_to_the_same_object() {
    let (client, _) = configured().await;
    let created = create(&client, &thing("one")).await;
    let by_id = client.import("test_thing", "id-one").await.unwrap();
    let by_identity = client
        .import_identity("test_thing", &created.identity)
        .await
        .unwrap();
    assert_eq!(by_id, by_identity);
    assert_eq!(by_id.identity, created.identity);
    let read = client.read("test_thing", &by_id).await;
    assert_eq!(read.instance.state, created.state);
    assert_eq!(read.instance.identity, created.identity);
    let refused = client.import("test_thing", "").await.unwrap_err();
    assert!(render(&refused).contains("Empty id"));
}

#[tokio::test]
async fn stored_state_is_upgraded() {
    let (client, _) = configured().await;
    let expected = with(
        &with(&thing("one"), "id", "1"),
        "size",
        Value::Number("1.5".parse().unwrap()),
    );
    let current = r#"{ "id": "1", "name": "one", "size": 1.5, "gone": [1] }"#;
    assert_eq!(
        client.upgrade("test_thing", 1, current).await,
        Ok(expected.clone())
    );
    let old = r#"{"id":"1","title":"one","size":"1.5","token":"hunter2"}"#;
    assert_eq!(client.upgrade("test_thing", 0, old).await, Ok(expected));
    let errors = [
        client.upgrade("test_thing", 7, "{}").await.unwrap_err(),
        client
            .upgrade("test_thing", 0, r#"{"title":"lost"}"#)
            .await
            .unwrap_err(),
        client.upgrade("test_thing", 1, "").await.unwrap_err(),
        client
            .upgrade("test_thing", 1, r#"{"size":"hunter2"}"#)
            .await
            .unwrap_err(),
    ];
    let texts: Vec<String> = errors.iter().map(|error| render(error)).collect();
    insta::assert_snapshot!(texts.join("\n----\n"), @"
    Error: Stored state of a test_thing has an unknown version
    The state was written under schema version 7; this provider has version 1 and no upgrade from that one.

    Use the version of the provider that wrote the state, or a newer one.
    ----
    Error: Stored state of a test_thing was lost
    Bringing it to the current schema left nothing.

    This is a bug in the provider. Please report it with the configuration that led here.
    ----
    Error: Missing stored state of test_thing
    The stored state of test_thing was not sent as JSON. State that was last written before Terraform 0.12 is not supported.
    ----
    Error: Malformed stored state of test_thing
      at size
    The stored state of test_thing does not fit the provider's schema: at size: not a number that can be represented.

    Make sure that everybody uses the same version of the provider. If they do, please report this as a bug of the provider.
    ");
}

#[tokio::test]
async fn a_stored_identity_is_upgraded_and_a_missing_one_is_none() {
    let (client, _) = configured().await;
    let identity = client
        .upgrade_identity("test_thing", 0, r#"{"id":"1"}"#)
        .await;
    assert_eq!(identity, Ok(Value::object([("id", "1".into())])));
    // What an older version had and this one has not.
    let json = r#"{"id":"1","region":"north"}"#;
    let identity = client.upgrade_identity("test_thing", 0, json).await;
    assert_eq!(identity, Ok(Value::object([("id", "1".into())])));
    let none = client.upgrade_identity("test_thing", 0, "").await;
    assert_eq!(none, Ok(Value::Null));
}

#[tokio::test]
async fn state_is_moved_from_another_provider() {
    let (client, _) = configured().await;
    let json = r#"{"id":"1","name":"one","more":true}"#;
    let moved = client
        .move_state(
            "registry.opentofu.org/acme/other",
            "other_thing",
            json,
            "test_thing",
        )
        .await
        .unwrap();
    assert_eq!(moved.state, with(&thing("one"), "id", "1"));
    assert_eq!(moved.identity, Value::object([("id", "1".into())]));
    assert_eq!(moved.private, Bytes::new());
    let refused = client
        .move_state(
            "registry.opentofu.org/acme/other",
            "stranger",
            json,
            "test_thing",
        )
        .await;
    assert!(refused.is_err());
    let request = move_resource_state::Request {
        source_provider_address: "acme/other".to_owned(),
        source_type_name: "other_thing".to_owned(),
        source_state: Some(RawState {
            flatmap: [("id".to_owned(), "1".to_owned())].into(),
            ..raw_state("")
        }),
        target_type_name: "test_thing".to_owned(),
        ..Default::default()
    };
    let reply = client
        .raw()
        .move_resource_state(request)
        .await
        .unwrap()
        .into_inner();
    insta::assert_snapshot!(render(&reply.diagnostics), @"
    Error: Missing stored state of other_thing
    The stored state of other_thing was not sent as JSON. State that was last written before Terraform 0.12 is not supported.
    ");
    assert_eq!(reply.target_state, None);
}

#[tokio::test]
async fn a_configuration_is_generated() {
    let (client, _) = configured().await;
    let created = create(&client, &full("one")).await;
    let config = client.generate_config("test_thing", &created.state).await;
    assert_eq!(config, Ok(with(&full("one"), "token", Value::Null)));
    let empty = client.generate_config("test_thing", &Value::Null).await;
    assert_eq!(empty, Ok(with(&thing(""), "name", Value::Null)));
}

#[tokio::test]
async fn a_large_value_passes_in_both_directions() {
    let (client, _) = configured().await;
    let tags = (0..9).map(|index| Value::from(format!("{index}").repeat(1 << 20)));
    let config = with(&thing("large"), "tags", Value::set(tags));
    let created = create(&client, &config).await;
    assert_eq!(created.state.member("tags"), config.member("tags"));
}
