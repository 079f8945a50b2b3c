//! Log lines as the host reads them.

use tokio::io::AsyncReadExt as _;

use crate::BINARY;
use crate::plugin_client::{Launch, patiently};

/// The log of one run with these variables: a refused connection, an accepted one, shutdown.
async fn log(variables: &[(&str, &str)], wait_for_refusal: bool) -> Vec<serde_json::Value> {
    let launch = variables
        .iter()
        .fold(Launch::new(BINARY), |launch, (name, value)| {
            launch.env(name, *value)
        });
    let plugin = launch.start().await;
    let mut refused = plugin.handshake.dial_tls(None).await.unwrap();
    patiently(refused.read(&mut [0; 1])).await.unwrap_err();
    if wait_for_refusal {
        plugin.process.stderr_line("refused").await;
    }
    let stderr = plugin.shut_down().await.stderr;
    stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn nothing_is_logged_unless_asked_for() {
    assert!(log(&[], false).await.is_empty());
    assert!(log(&[("TF_LOG_CORE", "TRACE")], false).await.is_empty());
    assert!(
        log(&[("TF_LOG", "TRACE"), ("TF_LOG_PROVIDER", "OFF")], false)
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn lines_have_the_keys_the_host_knows() {
    let lines = log(&[("TF_LOG", "DEBUG")], true).await;
    let line = lines
        .iter()
        .find(|line| line["@message"] == "the host asked for shutdown")
        .unwrap();
    assert_eq!(line["@level"], "debug");
    assert_eq!(line["@module"], "camunda.plugin.services");
    let timestamp = line["@timestamp"].as_str().unwrap();
    assert_eq!(
        timestamp.len(),
        "2026-01-02T03:04:05.000006Z".len(),
        "{timestamp}"
    );
    for line in &lines {
        for key in ["@level", "@message", "@module", "@timestamp"] {
            assert!(line[key].is_string(), "{line}");
        }
    }
}

#[tokio::test]
async fn libraries_stay_silent_at_every_level() {
    for line in log(&[("TF_LOG", "TRACE")], true).await {
        let module = line["@module"].as_str().unwrap();
        assert!(module.starts_with("camunda.plugin."), "{line}");
    }
}

#[tokio::test]
async fn a_level_hides_what_is_below_it() {
    let lines = log(
        &[("TF_LOG", "ERROR"), ("TF_LOG_PROVIDER_CAMUNDA", "warn")],
        true,
    )
    .await;
    let messages: Vec<_> = lines.iter().map(|line| &line["@message"]).collect();
    assert_eq!(messages, ["refused a connection to the plugin's socket"]);
}
