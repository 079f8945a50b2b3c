//! Actions.

use tokio::sync::mpsc;

use super::harness::{Data, TestServer, object, server, told, unconfigured};
use crate::framework::action::{Action, Progress};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::object::Field;
use crate::framework::operation::{ClientCapabilities, Context};
use crate::framework::provider::Registry;
use crate::framework::schema::{Attribute, BlockNesting, NestedBlock, Schema};
use crate::framework::server::Kind;
use crate::framework::value::Value;

crate::model! {
    struct Target {
        host: Field<String>,
    }
}

crate::model! {
    struct PurgeConfig {
        zone: Field<String>,
        target: Field<Vec<Target>>,
    }
}

struct Purge;

impl Action<Data> for Purge {
    type Config = PurgeConfig;

    fn type_name(&self) -> &'static str {
        "test_purge"
    }

    fn schema(&self) -> Schema {
        let zone = Attribute::string("zone").optional().description("x");
        let host = Attribute::string("host").required().description("x");
        let nesting = BlockNesting::List { min: 0, max: 0 };
        Schema::new("x", [zone]).block(NestedBlock::new("target", nesting, "x", [host]))
    }

    fn validate(&self, config: &PurgeConfig) -> Diagnostics {
        let targets = config
            .target
            .known()
            .is_some_and(|target| target.is_empty());
        if config.zone.is_null() && targets {
            return Diagnostic::error("Nothing to purge", "Set zone or target.").into();
        }
        Diagnostics::new()
    }

    async fn plan(&self, _context: &Context<Data>, config: &PurgeConfig) -> Diagnostics {
        match &config.zone {
            Field::Unknown => Diagnostic::warning("Zone not known yet", "x").into(),
            Field::Null => Diagnostic::error("No zone", "x").into(),
            Field::Known(_) => Diagnostics::new(),
        }
    }

    async fn invoke(
        &self,
        _context: &Context<Data>,
        config: PurgeConfig,
        progress: Progress,
    ) -> Diagnostics {
        let zone = config.zone.as_str().unwrap_or("everything").to_owned();
        for step in ["looking at", "purging"] {
            progress.report(format!("{step} {zone}")).await;
        }
        match zone.as_str() {
            "broken" => Diagnostic::error("Broken zone", "x").into(),
            _ => Diagnostics::new(),
        }
    }
}

fn purge() -> TestServer {
    server(|| Registry::new().action(Purge))
}

fn config(zone: Value) -> Value {
    object([("zone", zone), ("target", Value::List(vec![]))])
}

async fn planned(server: &TestServer, config: Value) -> String {
    let call = server.call();
    let client = ClientCapabilities::default();
    told(
        &server
            .plan_action(&call, "test_purge", config, client)
            .await,
    )
}

async fn invoked(server: &TestServer, config: Value) -> (Vec<String>, String) {
    let (sender, mut receiver) = mpsc::channel(1);
    let call = server.call();
    let client = ClientCapabilities::default();
    let listen = async {
        let mut lines = Vec::new();
        while let Some(line) = receiver.recv().await {
            lines.push(line);
        }
        lines
    };
    let (diagnostics, lines) = tokio::join!(
        server.invoke_action(&call, "test_purge", config, client, sender),
        listen
    );
    (lines, told(&diagnostics))
}

#[tokio::test]
async fn a_plan_looks_at_the_configuration() {
    let server = purge();
    assert_eq!(server.self_check(), Vec::<String>::new());
    assert_eq!(planned(&server, config("z".into())).await, "");
    let unknown = planned(&server, config(Value::UNKNOWN)).await;
    assert_eq!(unknown, "Warning: Zone not known yet\nx");
    // Without a config block nothing is set.
    assert_eq!(planned(&server, Value::Null).await, "Error: No zone\nx");
}

#[tokio::test]
async fn an_invocation_reports_and_ends_with_messages() {
    let server = purge();
    let (lines, told) = invoked(&server, config("z".into())).await;
    assert_eq!(lines, ["looking at z", "purging z"]);
    assert_eq!(told, "");
    let (lines, told) = invoked(&server, config("broken".into())).await;
    assert_eq!(lines.len(), 2);
    assert_eq!(told, "Error: Broken zone\nx");
    let (lines, _) = invoked(&server, Value::Null).await;
    assert_eq!(lines, ["looking at everything", "purging everything"]);
}

#[tokio::test]
async fn it_is_carried_through_when_nobody_listens() {
    let server = purge();
    let (sender, receiver) = mpsc::channel(1);
    drop(receiver);
    let call = server.call();
    let client = ClientCapabilities::default();
    let diagnostics = server
        .invoke_action(&call, "test_purge", config("broken".into()), client, sender)
        .await;
    assert_eq!(told(&diagnostics), "Error: Broken zone\nx");
}

#[test]
fn a_missing_config_block_is_validated_as_an_empty_one() {
    let server = unconfigured(|| Registry::new().action(Purge));
    let validated = |config: &Value| {
        let client = ClientCapabilities::default();
        told(&server.validate_config(Kind::Action, "test_purge", config, client))
    };
    assert_eq!(validated(&config("z".into())), "");
    let error = "Error: Nothing to purge\nSet zone or target.";
    assert_eq!(validated(&config(Value::Null)), error);
    assert_eq!(validated(&Value::Null), error);
}

#[tokio::test]
async fn nothing_works_without_a_type_or_a_configured_provider() {
    for server in [
        server(Registry::new),
        unconfigured(|| Registry::new().action(Purge)),
    ] {
        assert!(
            planned(&server, config("z".into()))
                .await
                .starts_with("Error")
        );
        let (lines, told) = invoked(&server, config("z".into())).await;
        assert!(lines.is_empty() && told.starts_with("Error"));
    }
}
