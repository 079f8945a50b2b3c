//! How the process ends, and how it does not.

use std::time::{Duration, Instant};

use tokio::io::AsyncReadExt as _;

use terraform_provider_camunda::plugin::wire::proto::plugin::{ConnInfo, Empty};
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::{
    get_provider_schema, stop_provider,
};

use crate::BINARY;
use crate::plugin_client::{Launch, Plugin, broker, controller, patiently, stdio};

async fn schema_is_served(plugin: &Plugin) {
    plugin
        .provider()
        .await
        .get_provider_schema(get_provider_schema::Request::default())
        .await
        .unwrap();
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the limit is one of real time")]
async fn shutdown_is_answered_and_ends_the_process_within_two_seconds() {
    let plugin = Launch::new(BINARY).start().await;
    let socket = plugin.socket();
    // As the host does it: one connection, with the two streams open.
    let channel = plugin.connect().await;
    let _stdio = stdio(channel.clone()).stream_stdio(()).await.unwrap();
    let _broker = broker(channel.clone())
        .start_stream(tokio_stream::pending::<ConnInfo>())
        .await
        .unwrap();
    assert!(socket.exists());

    let asked = Instant::now();
    controller(channel).shutdown(Empty {}).await.unwrap();
    let ended = plugin.process.ended().await;

    assert!(asked.elapsed() < Duration::from_secs(2));
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(ended.stdout, "");
    assert_eq!(ended.stderr, "");
    assert!(ended.directory.path().exists() && !socket.exists());
}

#[tokio::test]
async fn stop_provider_does_not_stop_the_process() {
    let plugin = Launch::new(BINARY).start().await;
    plugin
        .provider()
        .await
        .stop_provider(stop_provider::Request {})
        .await
        .unwrap();
    schema_is_served(&plugin).await;
    assert_eq!(plugin.shut_down().await.status.code(), Some(0));
}

#[cfg(unix)]
#[tokio::test]
async fn an_interrupt_is_survived() {
    let plugin = Launch::new(BINARY).env("TF_LOG", "INFO").start().await;
    for _ in 0..2 {
        plugin.process.signal("INT");
    }
    let line = plugin.process.stderr_line("interrupt").await;
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        line["@message"],
        "ignored an interrupt: the host decides when to stop"
    );
    schema_is_served(&plugin).await;
    assert_eq!(plugin.shut_down().await.status.code(), Some(0));
}

#[cfg(unix)]
#[tokio::test]
async fn terminate_ends_the_process_and_removes_the_socket() {
    let plugin = Launch::new(BINARY).start().await;
    let socket = plugin.socket();
    let _connected = plugin.provider().await;
    plugin.process.signal("TERM");
    let ended = plugin.process.ended().await;
    assert_eq!(ended.status.code(), Some(0));
    assert!(ended.directory.path().exists() && !socket.exists());
}

#[tokio::test]
async fn a_lost_connection_does_not_end_the_process() {
    let plugin = Launch::new(BINARY).start().await;
    drop(plugin.connect().await);
    schema_is_served(&plugin).await;
}

#[tokio::test]
async fn a_broken_stderr_is_survived() {
    let mut plugin = Launch::new(BINARY).env("TF_LOG", "TRACE").start().await;
    plugin.process.break_stderr().await;
    let mut refused = plugin.handshake.dial_tls(None).await.unwrap();
    // The lines about the refusal and about the shutdown have nowhere to go.
    patiently(refused.read(&mut [0; 1])).await.unwrap_err();
    schema_is_served(&plugin).await;
    assert_eq!(plugin.shut_down().await.status.code(), Some(0));
}
