//! Calls about types that the provider does not have, state stores among them.
#![expect(
    clippy::needless_update,
    reason = "one macro makes messages with any number of members"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use terraform_provider_camunda::plugin::wire::proto::tfplugin6::*;

use crate::complaint::{Complaint as _, Said, call, completed, listed};
use crate::configured;
use crate::support::client::{has_error, raw_state, render};

#[tokio::test]
async fn unknown_types_are_answered_with_a_message() {
    let (client, _) = configured().await;
    let name = || "test_nothing".to_owned();
    let mut said = Said::new();
    /// Makes calls that have nothing but the name of a type.
    macro_rules! calls {
        ($($method:ident($messages:ident.$name:ident)),* $(,)?) => {
            $(call!(said, client, stringify!($method) => $method($messages { $name: name() }));)*
        };
    }
    calls! {
        validate_resource_config(validate_resource_config.type_name),
        upgrade_resource_identity(upgrade_resource_identity.type_name),
        read_resource(read_resource.type_name),
        plan_resource_change(plan_resource_change.type_name),
        apply_resource_change(apply_resource_change.type_name),
        import_resource_state(import_resource_state.type_name),
        generate_resource_config(generate_resource_config.type_name),
        validate_data_resource_config(validate_data_resource_config.type_name),
        read_data_source(read_data_source.type_name),
        validate_ephemeral_resource_config(validate_ephemeral_resource_config.type_name),
        open_ephemeral_resource(open_ephemeral_resource.type_name),
        renew_ephemeral_resource(renew_ephemeral_resource.type_name),
        close_ephemeral_resource(close_ephemeral_resource.type_name),
        validate_list_resource_config(validate_list_resource_config.type_name),
        call_function(call_function.name),
        validate_action_config(validate_action_config.type_name),
        plan_action(plan_action.action_type),
        validate_state_store_config(validate_state_store.type_name),
        configure_state_store(configure_state_store.type_name),
        lock_state(lock_state.type_name),
        unlock_state(unlock_state.type_name),
        get_states(get_states.type_name),
        delete_state(delete_state.type_name),
    }
    call!(said, client, "upgrade_resource_state" => upgrade_resource_state(upgrade_resource_state {
        type_name: name(),
        raw_state: Some(raw_state("{}")),
    }));
    call!(said, client, "move_resource_state" => move_resource_state(move_resource_state {
        target_type_name: name(),
        source_state: Some(raw_state("{}")),
    }));
    let request = list_resource::Request {
        type_name: name(),
        ..Default::default()
    };
    let events = client.raw().list_resource(request).await.unwrap();
    said.push(("list_resource", listed(events.into_inner()).await));
    let request = invoke_action::Request {
        action_type: name(),
        ..Default::default()
    };
    let events = client.raw().invoke_action(request).await.unwrap();
    said.push(("invoke_action", completed(events.into_inner()).await));
    for (call, diagnostics) in &said {
        assert!(has_error(diagnostics), "{call}: {}", render(diagnostics));
        let text = render(diagnostics);
        assert!(text.contains("test_nothing"), "{call}: {text}");
    }
}

#[tokio::test]
async fn state_bytes_are_refused_in_both_directions() {
    let (client, _) = configured().await;
    let request = read_state_bytes::Request {
        type_name: "test_store".to_owned(),
        state_id: "default".to_owned(),
    };
    let events = client.raw().read_state_bytes(request).await.unwrap();
    let mut events = events.into_inner();
    let event = events.message().await.unwrap().unwrap();
    assert_eq!(events.message().await.unwrap(), None);
    insta::assert_snapshot!(render(&event.diagnostics), @r#"
    Error: Unknown state store type "test_store"
    This provider offers no state stores.

    Keep the state in a backend.
    "#);

    // More than the pipe holds: the answer comes when everything has been taken.
    let chunk = |meta: Option<RequestChunkMeta>| write_state_bytes::RequestChunk {
        meta,
        bytes: vec![0; 1 << 20].into(),
        ..Default::default()
    };
    let meta = RequestChunkMeta {
        type_name: "test_store".to_owned(),
        state_id: "default".to_owned(),
    };
    let taken = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&taken);
    let first = std::iter::once(chunk(Some(meta)));
    let chunks = first
        .chain(std::iter::repeat_with(move || chunk(None)).take(9))
        .inspect(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        });
    let reply = client
        .raw()
        .write_state_bytes(tokio_stream::iter(chunks))
        .await;
    let diagnostics = reply.unwrap().into_inner().diagnostics;
    assert_eq!(render(&diagnostics), render(&event.diagnostics));
    assert_eq!(taken.load(Ordering::Relaxed), 10);
}
