//! The handshake line and the socket it names.

use terraform_provider_camunda::plugin::wire::proto::tfplugin6::get_provider_schema;

use crate::BINARY;
use crate::plugin_client::Launch;

#[tokio::test]
async fn a_host_gets_a_line_and_then_a_schema() {
    let directory = tempfile::tempdir().unwrap();
    let plugin = Launch::new(BINARY)
        .env("TMPDIR", directory.path())
        .start()
        .await;

    assert_eq!(plugin.handshake.host_protocol, 1);
    assert_eq!(plugin.handshake.plugin_protocol, 6);
    assert_eq!(plugin.handshake.network, "unix");
    assert_eq!(plugin.handshake.transport, "grpc");
    assert_eq!(plugin.handshake.multiplexing, None);
    assert_eq!(plugin.socket().parent(), Some(directory.path()));
    let name = plugin.socket().file_name().unwrap().to_owned();
    assert!(name.to_str().unwrap().starts_with("plugin"), "{name:?}");

    let schema = plugin
        .provider()
        .await
        .get_provider_schema(get_provider_schema::Request::default())
        .await
        .unwrap()
        .into_inner();
    assert!(schema.provider.unwrap().block.is_some());

    let ended = plugin.shut_down().await;
    assert_eq!(ended.stdout, "", "only the handshake line is on stdout");
    assert_eq!(ended.stderr, "");
}

#[tokio::test]
async fn every_process_has_its_own_socket() {
    let directory = tempfile::tempdir().unwrap();
    let launch = || Launch::new(BINARY).env("TMPDIR", directory.path());
    let (first, second) = tokio::join!(launch().start(), launch().start());
    assert_ne!(first.socket(), second.socket());
    assert_ne!(first.handshake.certificate, second.handshake.certificate);
}

#[tokio::test]
async fn the_version_announced_is_ours_whatever_the_host_offers() {
    for offered in ["5,6", "6,5", "6", "5", ""] {
        let plugin = Launch::new(BINARY)
            .env("PLUGIN_PROTOCOL_VERSIONS", offered)
            .start()
            .await;
        assert_eq!(plugin.handshake.plugin_protocol, 6, "{offered}");
    }
    let plugin = Launch::new(BINARY)
        .env_remove("PLUGIN_PROTOCOL_VERSIONS")
        .start()
        .await;
    assert_eq!(plugin.handshake.plugin_protocol, 6);
}

#[tokio::test]
async fn the_seventh_field_is_for_hosts_that_ask() {
    let plugin = Launch::new(BINARY)
        .env("PLUGIN_MULTIPLEX_GRPC", "true")
        .start()
        .await;
    assert_eq!(plugin.handshake.multiplexing.as_deref(), Some("false"));
    plugin.provider().await;
}

#[tokio::test]
async fn without_a_client_certificate_the_plugin_speaks_plain_text() {
    let plugin = Launch::new(BINARY).plain().start().await;
    assert_eq!(plugin.handshake.certificate, None);
    plugin
        .provider()
        .await
        .get_provider_schema(get_provider_schema::Request::default())
        .await
        .unwrap();
}

#[tokio::test]
async fn the_socket_goes_where_the_host_wants_it() {
    let directory = tempfile::tempdir().unwrap();
    let plugin = Launch::new(BINARY)
        .env("PLUGIN_UNIX_SOCKET_DIR", directory.path())
        .start()
        .await;
    assert_eq!(plugin.socket().parent(), Some(directory.path()));
    plugin.provider().await;
}

#[tokio::test]
async fn a_socket_that_cannot_be_made_stops_the_start() {
    let (process, _) = Launch::new(BINARY)
        .env("PLUGIN_UNIX_SOCKET_DIR", "/no/such/place")
        .spawn();
    let ended = process.ended().await;
    assert_eq!(ended.status.code(), Some(1));
    assert_eq!(ended.stdout, "");
    insta::with_settings!({filters => [(r"plugin\d+", "plugin0")]}, {
        insta::assert_snapshot!(ended.stderr, @"terraform-provider-camunda cannot run: cannot make the socket /no/such/place/plugin0: No such file or directory (os error 2). Set TMPDIR, or PLUGIN_UNIX_SOCKET_DIR, to a directory in which this user may make files");
    });
}

#[tokio::test]
async fn a_certificate_that_is_none_stops_the_start() {
    let (process, _) = Launch::new(BINARY)
        .env("PLUGIN_CLIENT_CERT", "not a certificate")
        .spawn();
    let ended = process.ended().await;
    assert_eq!(ended.status.code(), Some(1));
    assert_eq!(ended.stdout, "");
    insta::assert_snapshot!(ended.stderr, @"terraform-provider-camunda cannot run: PLUGIN_CLIENT_CERT holds no certificate in PEM form: no items found");
}
