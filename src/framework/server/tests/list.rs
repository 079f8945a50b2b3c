//! Listing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::mpsc;

use super::harness::{Data, TestServer, object, server, told, unconfigured};
use super::thing::{Thing, ThingModel};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::list::{ListItem, ListItems, ListRequest, ListResource};
use crate::framework::object::Field;
use crate::framework::operation::Context;
use crate::framework::provider::Registry;
use crate::framework::schema::{Attribute, Schema};
use crate::framework::server::{ListEvent, ListResourceRequest};
use crate::framework::value::Value;

crate::model! {
    struct Filter {
        prefix: Field<String>,
    }
}

/// Lists a thousand things, and counts how many it was asked for.
#[derive(Clone, Default)]
struct Things {
    pushed: Arc<AtomicU64>,
    broken: bool,
}

impl ListResource<Data> for Things {
    type Config = Filter;
    type Model = ThingModel;

    fn type_name(&self) -> &'static str {
        "test_thing"
    }

    fn schema(&self) -> Schema {
        let prefix = Attribute::string("prefix").optional();
        Schema::new("x", [prefix.description("x")])
    }

    async fn list(
        &self,
        _context: &Context<Data>,
        request: ListRequest<Filter>,
        items: &mut ListItems<ThingModel>,
    ) -> Diagnostics {
        let prefix = request.config.prefix.as_str().unwrap_or("thing").to_owned();
        for number in 0..1_000 {
            let mut state = ThingModel {
                id: format!("{prefix}-{number}").as_str().into(),
                secret: Field::Known("hunter2".to_owned().into()),
                ..ThingModel::default()
            };
            if request.include_resource {
                state.name = "whole".into();
            }
            if self.broken && number == 1 {
                state.id = Field::Null;
            }
            self.pushed.fetch_add(1, Ordering::Relaxed);
            let item = ListItem {
                state,
                display_name: format!("Thing {number}"),
                diagnostics: Diagnostics::new(),
            };
            if !items.push(item).await {
                return Diagnostics::new();
            }
        }
        Diagnostic::warning("Not all", "There may be more.").into()
    }
}

fn listing(things: &Things) -> TestServer {
    let things = things.clone();
    server(move || {
        Registry::new()
            .resource(Thing::default())
            .list_resource(things.clone())
    })
}

fn request(limit: u64, include_resource: bool) -> ListResourceRequest {
    ListResourceRequest {
        type_name: "test_thing".to_owned(),
        config: object([("prefix", "p".into())]),
        include_resource,
        limit,
    }
}

async fn events(server: &TestServer, request: ListResourceRequest) -> Vec<ListEvent> {
    let (sender, mut receiver) = mpsc::channel(1);
    let call = server.call();
    let collect = async {
        let mut events = Vec::new();
        while let Some(event) = receiver.recv().await {
            events.push(event);
        }
        events
    };
    let ((), events) = tokio::join!(server.list_resource(&call, request, sender), collect);
    events
}

#[tokio::test]
async fn objects_come_with_identity_and_name() {
    let server = listing(&Things::default());
    assert_eq!(server.self_check(), Vec::<String>::new());
    let events = events(&server, request(0, false)).await;
    assert_eq!(events.len(), 1_001);
    let first = &events[0];
    assert_eq!(
        first.identity,
        object([("id", "p-0".into()), ("zone", Value::Null)])
    );
    assert_eq!(first.display_name, "Thing 0");
    assert!(first.resource_object.is_none() && first.diagnostics.is_empty());
    // What is to be said about the listing comes last, without an object.
    let last = &events[1_000];
    assert_eq!(
        told(&last.diagnostics),
        "Warning: Not all\nThere may be more."
    );
    assert_eq!(last.identity, Value::Null);
}

#[tokio::test]
async fn whole_objects_come_when_asked_for() {
    let events = events(&listing(&Things::default()), request(1, true)).await;
    let object = events[0].resource_object.as_ref().unwrap();
    assert_eq!(object.member("name"), &"whole".into());
    let errors = super::oracle::state_errors(&super::thing::schema().block, object);
    assert_eq!(errors, Vec::<String>::new());
}

#[tokio::test]
async fn the_limit_ends_the_listing() {
    let things = Things::default();
    let events = events(&listing(&things), request(3, false)).await;
    assert_eq!(events.len(), 3);
    assert_eq!(things.pushed.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn a_receiver_that_leaves_ends_the_listing() {
    let things = Things::default();
    let server = listing(&things);
    let (sender, mut receiver) = mpsc::channel(1);
    let call = server.call();
    let leave = async {
        let first = receiver.recv().await;
        drop(receiver);
        first
    };
    let ((), first) = tokio::join!(
        server.list_resource(&call, request(0, false), sender),
        leave
    );
    assert!(first.is_some());
    assert!(things.pushed.load(Ordering::Relaxed) < 100);
}

#[tokio::test]
async fn an_object_without_identity_is_an_error_of_its_own() {
    let things = Things {
        broken: true,
        ..Things::default()
    };
    let events = events(&listing(&things), request(3, true)).await;
    assert_eq!(events.len(), 3);
    assert_eq!(events[1].identity, Value::Null);
    insta::assert_snapshot!(told(&events[1].diagnostics), @r#"
    Error: Listed object without an identity
    "Thing 1" was found, but not what identifies it.

    This is a bug in the provider. Please report it with the configuration that led here.
    "#);
    assert!(events[2].diagnostics.is_empty());
}

#[tokio::test]
async fn nothing_is_listed_without_a_type_or_a_configured_provider() {
    let without = server(|| Registry::new().resource(Thing::default()));
    let events_without = events(&without, request(0, false)).await;
    assert_eq!(events_without.len(), 1);
    insta::assert_snapshot!(told(&events_without[0].diagnostics), @r#"
    Error: Unknown list resource type "test_thing"
    This version of the provider has no list resource of this type.

    Check the spelling, or update the provider: a newer version may have it.
    "#);
    let bare = unconfigured(|| {
        Registry::new()
            .resource(Thing::default())
            .list_resource(Things::default())
    });
    let events = events(&bare, request(0, false)).await;
    assert_eq!(events.len(), 1);
    assert!(events[0].diagnostics.has_error());
}
