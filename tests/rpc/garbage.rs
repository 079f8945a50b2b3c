//! Values that make no sense. Every one is answered with a message in the call's own reply: never a
//! gRPC error, never silence, and the provider goes on.
#![expect(
    clippy::needless_update,
    reason = "one macro makes messages with any number of members"
)]

use bytes::Bytes;
use terraform_provider_camunda::framework::value::Value;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::*;

use crate::complaint::{Complaint as _, Said, call, completed, listed};
use crate::configured;
use crate::provider::{garbage, thing};
use crate::support::client::{Client, Instance, has_error, message, render};

/// A value, the same as JSON, and who to send them to.
struct Probe<'a> {
    client: &'a Client,
    bad: &'a DynamicValue,
    json: &'a [u8],
}

impl Probe<'_> {
    fn value(&self) -> Option<DynamicValue> {
        Some(self.bad.clone())
    }

    fn identity(&self) -> Option<ResourceIdentityData> {
        Some(ResourceIdentityData {
            identity_data: self.value(),
        })
    }

    fn state(&self) -> Option<RawState> {
        Some(RawState {
            json: Bytes::copy_from_slice(self.json),
            ..RawState::default()
        })
    }

    /// Makes every call that takes values, with the bad value in each place in turn.
    async fn everywhere(&self) -> Said {
        let mut said = self.in_provider().await;
        said.extend(self.in_state().await);
        said.extend(self.in_change().await);
        said.extend(self.in_other_objects().await);
        said.extend(self.in_streams().await);
        said
    }

    async fn in_provider(&self) -> Said {
        let mut said = Said::new();
        call!(said, self.client, "validate provider" => validate_provider_config(
            validate_provider_config { config: self.value() }
        ));
        call!(said, self.client, "configure" => configure_provider(
            configure_provider { config: self.value() }
        ));
        call!(said, self.client, "function" => call_function(call_function {
            name: "join".to_owned(),
            arguments: vec![DynamicValue::default(), self.bad.clone()],
        }));
        said
    }

    async fn in_state(&self) -> Said {
        let mut said = Said::new();
        let type_name = || "test_thing".to_owned();
        call!(said, self.client, "upgrade" => upgrade_resource_state(upgrade_resource_state {
            type_name: type_name(),
            version: 1,
            raw_state: self.state(),
        }));
        call!(said, self.client, "upgrade identity" => upgrade_resource_identity(
            upgrade_resource_identity { type_name: type_name(), raw_identity: self.state() }
        ));
        call!(said, self.client, "read" => read_resource(read_resource {
            type_name: type_name(),
            current_state: self.value(),
        }));
        call!(said, self.client, "read, identity" => read_resource(read_resource {
            type_name: type_name(),
            current_state: good(self.client),
            current_identity: self.identity(),
        }));
        call!(said, self.client, "import" => import_resource_state(import_resource_state {
            type_name: type_name(),
            identity: self.identity(),
        }));
        call!(said, self.client, "move" => move_resource_state(move_resource_state {
            source_provider_address: "registry.terraform.io/acme/other".to_owned(),
            source_type_name: "other_thing".to_owned(),
            target_type_name: type_name(),
            source_state: self.state(),
        }));
        call!(said, self.client, "generate" => generate_resource_config(
            generate_resource_config { type_name: type_name(), state: self.value() }
        ));
        said
    }

    async fn in_change(&self) -> Said {
        let mut said = Said::new();
        let type_name = || "test_thing".to_owned();
        let good = || good(self.client);
        call!(said, self.client, "validate" => validate_resource_config(
            validate_resource_config { type_name: type_name(), config: self.value() }
        ));
        // One of the values is bad, the others are in order.
        let planned = |bad| plan_resource_change::Request {
            type_name: type_name(),
            prior_state: if bad == 0 { self.value() } else { None },
            proposed_new_state: if bad == 1 { self.value() } else { good() },
            config: if bad == 2 { self.value() } else { good() },
            prior_identity: if bad == 3 { self.identity() } else { None },
            ..Default::default()
        };
        let applied = |bad| apply_resource_change::Request {
            type_name: type_name(),
            prior_state: if bad == 0 { self.value() } else { None },
            planned_state: if bad == 1 { self.value() } else { good() },
            config: if bad == 2 { self.value() } else { good() },
            planned_identity: if bad == 3 { self.identity() } else { None },
            ..Default::default()
        };
        for (bad, label) in ["prior", "planned", "config", "identity"]
            .into_iter()
            .enumerate()
        {
            let reply = self.client.raw().plan_resource_change(planned(bad)).await;
            said.push((label, reply.expect(label).into_inner().complaint()));
            let reply = self.client.raw().apply_resource_change(applied(bad)).await;
            said.push((label, reply.expect(label).into_inner().complaint()));
        }
        said
    }

    async fn in_other_objects(&self) -> Said {
        let mut said = Said::new();
        let (echo, token) = ("test_echo".to_owned(), "test_token".to_owned());
        call!(said, self.client, "validate data source" => validate_data_resource_config(
            validate_data_resource_config { type_name: echo.clone(), config: self.value() }
        ));
        call!(said, self.client, "data source" => read_data_source(
            read_data_source { type_name: echo, config: self.value() }
        ));
        call!(said, self.client, "validate ephemeral" => validate_ephemeral_resource_config(
            validate_ephemeral_resource_config { type_name: token.clone(), config: self.value() }
        ));
        call!(said, self.client, "open" => open_ephemeral_resource(
            open_ephemeral_resource { type_name: token, config: self.value() }
        ));
        let list = || "test_thing".to_owned();
        call!(said, self.client, "validate list" => validate_list_resource_config(
            validate_list_resource_config { type_name: list(), config: self.value() }
        ));
        call!(said, self.client, "validate list, include" => validate_list_resource_config(
            validate_list_resource_config {
                type_name: list(),
                include_resource_object: self.value(),
            }
        ));
        call!(said, self.client, "validate list, limit" => validate_list_resource_config(
            validate_list_resource_config { type_name: list(), limit: self.value() }
        ));
        let ring = || "test_ring".to_owned();
        call!(said, self.client, "validate action" => validate_action_config(
            validate_action_config { type_name: ring(), config: self.value() }
        ));
        call!(said, self.client, "plan action" => plan_action(
            plan_action { action_type: ring(), config: self.value() }
        ));
        said
    }

    async fn in_streams(&self) -> Said {
        let request = list_resource::Request {
            type_name: "test_thing".to_owned(),
            config: self.value(),
            ..Default::default()
        };
        let events = self.client.raw().list_resource(request).await.unwrap();
        let list = listed(events.into_inner()).await;
        let request = invoke_action::Request {
            action_type: "test_ring".to_owned(),
            config: self.value(),
            ..Default::default()
        };
        let events = self.client.raw().invoke_action(request).await.unwrap();
        let invoke = completed(events.into_inner()).await;
        vec![("list", list), ("invoke", invoke)]
    }
}

fn good(client: &Client) -> Option<DynamicValue> {
    Some(message(&thing("a"), client.resource_type("test_thing")))
}

async fn probe(client: &Client, bad: &DynamicValue, json: &[u8]) -> Said {
    Probe { client, bad, json }.everywhere().await
}

#[tokio::test]
async fn garbage_in_any_place_is_answered_with_a_message() {
    let (client, remote) = configured().await;
    for msgpack in garbage() {
        let bad = DynamicValue {
            // A string is a good argument of the function.
            msgpack: msgpack.clone(),
            json: Bytes::new(),
        };
        let good_argument = msgpack.as_ref() == b"\xa7hunter2";
        for (place, diagnostics) in probe(&client, &bad, &msgpack).await {
            if good_argument && place == "function" {
                continue;
            }
            assert!(has_error(&diagnostics), "{place} with {msgpack:?}");
            let text = render(&diagnostics);
            assert!(!text.contains("hunter2"), "{place}: {text}");
        }
    }
    assert_eq!(remote.noted(), ["configured by 1.13.5"]);
    let made = client.read("test_thing", &Instance::none()).await;
    assert!(made.diagnostics.is_empty(), "the provider goes on");
}

#[tokio::test]
async fn garbage_in_json_is_answered_with_a_message() {
    let (client, _) = configured().await;
    for json in [&b"{"[..], b"\xff", b"[1]", br#"{"id":{"x":1}}"#] {
        let bad = DynamicValue {
            msgpack: Bytes::new(),
            json: Bytes::from_static(json),
        };
        for (place, diagnostics) in probe(&client, &bad, json).await {
            assert!(has_error(&diagnostics), "{place} with {json:?}");
        }
    }
}

#[tokio::test]
async fn the_message_names_the_value_and_the_place_but_not_the_content() {
    let (client, _) = configured().await;
    let request = plan_resource_change::Request {
        type_name: "test_thing".to_owned(),
        prior_state: Some(DynamicValue {
            msgpack: Bytes::from_static(b"\x81\xa4name\x07"),
            json: Bytes::new(),
        }),
        ..Default::default()
    };
    let reply = client.raw().plan_resource_change(request).await.unwrap();
    insta::assert_snapshot!(render(&reply.into_inner().diagnostics), @"
    Error: Malformed prior state of test_thing
      at name
    The prior state of test_thing does not fit the provider's schema: at name: expected a string, found a number.

    Make sure that everybody uses the same version of the provider. If they do, please report this as a bug of the provider.
    ");
    let request = call_function::Request {
        name: "join".to_owned(),
        arguments: vec![
            DynamicValue::default(),
            DynamicValue {
                msgpack: Bytes::from_static(b"\x07"),
                json: Bytes::new(),
            },
        ],
    };
    let reply = client.raw().call_function(request).await.unwrap();
    let error = reply.into_inner().error.unwrap();
    assert_eq!(error.function_argument, Some(1));
    insta::assert_snapshot!(error.text, @"The argument texts does not fit the provider's schema: expected a string, found a number.");
}

#[tokio::test]
async fn no_message_at_all_is_null() {
    let (client, _) = configured().await;
    let request = read_resource::Request {
        type_name: "test_thing".to_owned(),
        ..Default::default()
    };
    let reply = client
        .raw()
        .read_resource(request)
        .await
        .unwrap()
        .into_inner();
    assert!(reply.diagnostics.is_empty());
    let ty = client.resource_type("test_thing");
    assert_eq!(reply.new_state, Some(message(&Value::Null, ty)));
    let request = configure_provider::Request::default();
    let reply = client.raw().configure_provider(request).await.unwrap();
    assert!(reply.into_inner().diagnostics.is_empty());
}
