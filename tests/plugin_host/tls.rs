//! Who may connect: the host that started the plugin, and nobody else.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use terraform_provider_camunda::plugin::wire::proto::tfplugin6::get_provider_schema;

use crate::BINARY;
use crate::plugin_client::{Identity, Launch, Plugin, patiently};

/// Connects and reads: the server's refusal, or its first bytes of HTTP/2.
async fn first_answer(plugin: &Plugin, identity: Option<&Identity>) -> std::io::Result<usize> {
    let mut stream = plugin.handshake.dial_tls(identity).await?;
    patiently(stream.read(&mut [0; 64])).await
}

async fn assert_still_serving(plugin: &Plugin) {
    plugin
        .provider()
        .await
        .get_provider_schema(get_provider_schema::Request::default())
        .await
        .unwrap();
}

#[tokio::test]
async fn the_host_is_let_in_and_http2_agreed() {
    let plugin = Launch::new(BINARY).start().await;
    let stream = plugin
        .handshake
        .dial_tls(plugin.identity.as_ref())
        .await
        .unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    assert!(
        first_answer(&plugin, plugin.identity.as_ref())
            .await
            .unwrap()
            > 0
    );
}

#[tokio::test]
async fn another_certificate_is_refused() {
    let plugin = Launch::new(BINARY).start().await;
    let error = first_answer(&plugin, Some(&Identity::generate())).await;
    insta::assert_snapshot!(error.unwrap_err(), @"received fatal alert: AccessDenied");
    assert_still_serving(&plugin).await;
}

#[tokio::test]
async fn no_certificate_is_refused() {
    let plugin = Launch::new(BINARY).start().await;
    let error = first_answer(&plugin, None).await;
    insta::assert_snapshot!(error.unwrap_err(), @"received fatal alert: CertificateRequired");
    assert_still_serving(&plugin).await;
}

#[tokio::test]
async fn the_right_certificate_without_its_key_is_refused() {
    let plugin = Launch::new(BINARY).start().await;
    let seen = plugin.identity.as_ref().unwrap();
    let thief = seen.with_key_of(&Identity::generate());
    let error = first_answer(&plugin, Some(&thief)).await;
    insta::assert_snapshot!(error.unwrap_err(), @"received fatal alert: DecryptError");
    assert_still_serving(&plugin).await;
}

#[tokio::test]
async fn tls_1_2_lets_in_the_host_alone_too() {
    let plugin = Launch::new(BINARY).start().await;
    let versions = &[&rustls::version::TLS12];
    let line = &plugin.handshake;

    let host = line.dial_tls_version(plugin.identity.as_ref(), versions);
    let stream = host.await.unwrap();
    assert_eq!(
        stream.get_ref().1.protocol_version(),
        Some(rustls::ProtocolVersion::TLSv1_2)
    );
    let stranger = Identity::generate();
    for other in [None, Some(&stranger)] {
        let refused = line.dial_tls_version(other, versions).await;
        assert!(refused.is_err());
    }
}

#[tokio::test]
async fn refusals_are_logged() {
    let plugin = Launch::new(BINARY).env("TF_LOG", "WARN").start().await;
    first_answer(&plugin, None).await.unwrap_err();
    let line = plugin.process.stderr_line("refused a connection").await;
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    insta::assert_snapshot!(line["error"], @r#""peer sent no certificates""#);
    assert_eq!(line["@level"], "warn");
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the limit is one of real time")]
async fn clients_that_stall_or_talk_nonsense_cost_the_host_nothing() {
    let plugin = Launch::new(BINARY).start().await;
    let started = Instant::now();
    let mut open = Vec::new();
    for bytes in [&b""[..], b"\x16", b"GET / HTTP/1.1\r\n\r\n", &[0xff; 4096]] {
        let mut wire = plugin.handshake.dial().await.unwrap();
        wire.write_all(bytes).await.unwrap();
        open.push(wire);
        assert_still_serving(&plugin).await;
    }
    let silent = plugin.handshake.dial_tls(plugin.identity.as_ref());
    let _silent = silent.await.unwrap();
    assert_still_serving(&plugin).await;
    // After ten seconds the stalled clients are dropped, so that waiting for them would end, too.
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn nonsense_in_plain_text_costs_the_host_nothing() {
    let plugin = Launch::new(BINARY).plain().start().await;
    let mut wire = plugin.handshake.dial().await.unwrap();
    wire.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    assert_still_serving(&plugin).await;
}
