//! The provider service, driven through the protocol over an in-memory pipe.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod complaint;
mod garbage;
mod hang_up;
mod life;
mod listing;
mod objects;
mod panics;
mod provider;
mod schemas;
mod unknown;
mod visible;

use std::sync::Arc;

use provider::{Remote, TestProvider};
use support::client::{Client, Instance, render};
use terraform_provider_camunda::clock::Clock;
use terraform_provider_camunda::framework::value::Value;

/// A configured provider, and its remote side.
async fn configured() -> (Client, Arc<Remote>) {
    let remote = Remote::new();
    let config = Value::object([("endpoint", Value::Null)]);
    let provider = TestProvider(Arc::clone(&remote));
    let client = Client::configured(provider, Clock::system(), config).await;
    (client, remote)
}

/// `object` with one member changed.
fn with(object: &Value, name: &str, value: impl Into<Value>) -> Value {
    let Value::Object(mut members) = object.clone() else {
        panic!("not an object");
    };
    members.insert(name.to_owned(), value.into());
    Value::Object(members)
}

/// Plans and creates a thing, which must succeed.
async fn create(client: &Client, config: &Value) -> Instance {
    let plan = client
        .plan("test_thing", &Instance::none(), config, config)
        .await;
    assert!(plan.diagnostics.is_empty(), "{}", render(&plan.diagnostics));
    let reply = client
        .apply("test_thing", &Value::Null, config, &plan.planned)
        .await;
    assert!(
        reply.diagnostics.is_empty(),
        "{}",
        render(&reply.diagnostics)
    );
    reply.instance
}
