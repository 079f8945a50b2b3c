//! Debug mode: started by a person, used by whoever is told to attach.

use terraform_provider_camunda::plugin::wire::proto::tfplugin6::get_provider_schema;

use crate::BINARY;
use crate::plugin_client::{HandshakeLine, Launch, Process};

/// Starts debug mode and returns the printed text up to its last line.
async fn start() -> (Process, String) {
    let launch = Launch::new(BINARY).plain().arg("-debug");
    let (mut process, _) = launch.env_remove("TF_PLUGIN_MAGIC_COOKIE").spawn();
    let mut text = String::new();
    while !text.contains("Ctrl-C") {
        let line = process.stdout_line().await;
        assert!(!line.is_empty(), "ended after {text}");
        text.push_str(&line);
    }
    (process, text)
}

fn reattach_providers(text: &str) -> serde_json::Value {
    let command = text
        .lines()
        .find(|line| line.contains("TF_REATTACH_PROVIDERS="))
        .unwrap();
    let json = command.split('\'').nth(1).unwrap();
    serde_json::from_str(json).unwrap()
}

#[tokio::test]
async fn the_user_is_told_how_to_attach_and_several_hosts_may() {
    let (process, text) = start().await;
    insta::with_settings!({filters => [
        (r#"/[^"]*/plugin\d+"#, "[SOCKET]"),
        (env!("CARGO_PKG_VERSION"), "[VERSION]"),
        (r"process \d+", "process [ID]"),
        (r#""Pid":\d+"#, r#""Pid":[ID]"#),
    ]}, {
        insta::assert_snapshot!(text, @r#"
        terraform-provider-camunda [VERSION] runs in debug mode as process [ID].
        To use it, run Terraform or OpenTofu in another shell, after this command:

            export TF_REATTACH_PROVIDERS='{"registry.opentofu.org/camunda-rs/camunda":{"Addr":{"Network":"unix","String":"[SOCKET]"},"Pid":[ID],"Protocol":"grpc","ProtocolVersion":6,"Test":true},"registry.terraform.io/camunda-rs/camunda":{"Addr":{"Network":"unix","String":"[SOCKET]"},"Pid":[ID],"Protocol":"grpc","ProtocolVersion":6,"Test":true}}'

        Ctrl-C ends it.
        "#);
    });

    let providers = reattach_providers(&text);
    for registry in ["registry.terraform.io", "registry.opentofu.org"] {
        let entry = &providers[format!("{registry}/camunda-rs/camunda")];
        assert_eq!(entry["Pid"], process.id());
        assert_eq!(entry["ProtocolVersion"], 6);
        assert_eq!(entry["Test"], true);
        let address = HandshakeLine {
            host_protocol: 1,
            plugin_protocol: 6,
            network: entry["Addr"]["Network"].as_str().unwrap().to_owned(),
            address: entry["Addr"]["String"].as_str().unwrap().to_owned(),
            transport: "grpc".to_owned(),
            certificate: None,
            multiplexing: None,
        };
        let channel = address.connect(None).await.unwrap();
        terraform_provider_camunda::plugin::wire::proto::tfplugin6::provider_client::ProviderClient::new(channel)
            .get_provider_schema(get_provider_schema::Request::default())
            .await
            .unwrap();
    }
}

#[cfg(unix)]
#[tokio::test]
async fn interrupt_and_terminate_end_it_cleanly() {
    for signal in ["INT", "TERM"] {
        let (process, text) = start().await;
        let providers = reattach_providers(&text);
        let entry = &providers["registry.terraform.io/camunda-rs/camunda"];
        let socket = std::path::PathBuf::from(entry["Addr"]["String"].as_str().unwrap());
        assert!(socket.exists());
        process.signal(signal);
        let ended = process.ended().await;
        assert_eq!(ended.status.code(), Some(0), "{signal}");
        assert!(ended.directory.path().exists() && !socket.exists());
    }
}
