//! Whole sessions over a real socket, with everything that is logged written down and searched.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use crate::api::test_server::{Reaction, TestServer, run_alone};
use crate::api::test_transport::free;
use crate::api::{
    Client, Config, ConfigError, Credentials, RetrySettings, SecretString, UpdateCluster,
};

const CLIENT_SECRET: &str = "the-client-secret-42";
const FIRST_TOKEN: &str = "first-token-aaaa";
const SECOND_TOKEN: &str = "second-token-bbbb";

/// Writes down every event and span of every crate at every level.
#[derive(Clone, Default)]
struct Everything(Arc<Mutex<String>>);

struct Fields<'a>(&'a mut String);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl<S: Subscriber> Layer<S> for Everything {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut text = self.0.lock().unwrap();
        write!(
            text,
            "{} {}",
            event.metadata().level(),
            event.metadata().target()
        )
        .unwrap();
        event.record(&mut Fields(&mut text));
        text.push('\n');
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        attributes.record(&mut Fields(&mut self.0.lock().unwrap()));
    }

    fn on_record(&self, _: &Id, values: &Record<'_>, _: Context<'_, S>) {
        values.record(&mut Fields(&mut self.0.lock().unwrap()));
    }
}

fn token_answer(token: &str) -> Reaction {
    Reaction::json(&format!(
        r#"{{"access_token":"{token}","expires_in":3600}}"#
    ))
}

fn config(server: &TestServer, secret: &str) -> Config {
    Config {
        api_url: server.url(""),
        token_url: server.url("/oauth/token"),
        ca_certificate: server.authority.clone(),
        retry: RetrySettings { max_retries: 0 },
        ..Config::new(Credentials::ClientSecret {
            client_id: "session".to_owned(),
            client_secret: SecretString::from(secret),
        })
    }
}

/// In a process of its own: what is logged where is decided for all threads together, and other
/// tests going on at the same time can decide otherwise.
#[test]
fn no_log_at_any_level_holds_a_secret() {
    run_alone("api::tests::session::child_logs_no_secret", &[]);
}

#[tokio::test]
#[ignore = "run by the test before it, in a process of its own"]
async fn child_logs_no_secret() {
    let everything = Everything::default();
    // The runtime of this test has one thread, so what is set for it holds for all tasks.
    let _guard = tracing::subscriber::set_default(Registry::default().with(everything.clone()));

    let echo = format!("what is {SECOND_TOKEN} and {CLIENT_SECRET}?");
    let server = TestServer::start_encrypted([
        token_answer(FIRST_TOKEN),
        Reaction::answer("401 Unauthorized", "x-request-id: r-1\r\n", echo.as_bytes()),
        token_answer(SECOND_TOKEN),
        Reaction::json(r#"[{"uuid":"c1","name":"a name"}]"#),
        Reaction::answer("400 Bad Request", "", echo.as_bytes()),
        Reaction::cut_short("200 OK", 100, "{"),
    ])
    .await;
    let client = Client::new(config(&server, CLIENT_SECRET)).unwrap();
    client.list_clusters(&free()).await.unwrap();
    let changes = UpdateCluster {
        description: Some("a description".to_owned()),
        ..UpdateCluster::default()
    };
    let refused = client
        .update_cluster(&free(), "c1", &changes)
        .await
        .unwrap_err();
    let lost = client.get_parameters(&free()).await.unwrap_err();

    let log = everything.0.lock().unwrap().clone();
    assert!(
        log.contains("GetClusters") && log.contains("duration_ms") && log.contains("r-1"),
        "{log}"
    );
    assert!(log.contains("hyper"), "the layers below are heard as well");
    let shown = format!("{log}\n{client:?}\n{refused:?}\n{refused}\n{lost:?}\n{lost}");
    for secret in [CLIENT_SECRET, FIRST_TOKEN, SECOND_TOKEN] {
        assert!(!shown.contains(secret), "{secret} in:\n{shown}");
    }
    // Bodies are not logged either.
    assert!(!log.contains("a description") && !log.contains("a name"));
    let sent = server.requests().join("\n");
    assert!(
        sent.contains(CLIENT_SECRET) && sent.contains(SECOND_TOKEN),
        "they were in use, though"
    );
}

#[test]
fn debug_of_what_holds_a_secret_does_not_show_it() {
    let secret = || SecretString::from(CLIENT_SECRET);
    let credentials = [
        Credentials::AccessToken(secret()),
        Credentials::ClientSecret {
            client_id: "id".to_owned(),
            client_secret: secret(),
        },
    ];
    for credentials in credentials {
        let config = Config::new(credentials.clone());
        let client = Client::new(config.clone()).unwrap();
        let shown = format!("{credentials:?} {config:?} {client:?}");
        assert!(!shown.contains(CLIENT_SECRET), "{shown}");
    }
    let broken: ConfigError = Client::new(Config::new(Credentials::AccessToken(
        SecretString::from("the secret\n"),
    )))
    .unwrap_err();
    assert!(!format!("{broken:?}{broken}").contains("the secret"));
}

/// Clients made apart, as for two aliases, share what the process knows; other secrets do not.
#[tokio::test]
async fn clients_of_one_process_share_their_token() {
    let server = TestServer::start([
        token_answer(FIRST_TOKEN),
        Reaction::json("[]"),
        Reaction::json("[]"),
        Reaction::answer("401 Unauthorized", "", br#"{"error":"access_denied"}"#),
    ])
    .await;
    for _ in 0..2 {
        Client::new(config(&server, "shared"))
            .unwrap()
            .list_clusters(&free())
            .await
            .unwrap();
    }
    let other = Client::new(config(&server, "not shared")).unwrap();
    assert!(
        other
            .list_clusters(&free())
            .await
            .unwrap_err()
            .is_token_refused()
    );
    let first_lines: Vec<String> = server
        .requests()
        .iter()
        .map(|request| request.lines().next().unwrap().to_owned())
        .collect();
    assert_eq!(
        first_lines,
        [
            "POST /oauth/token HTTP/1.1",
            "GET /clusters HTTP/1.1",
            "GET /clusters HTTP/1.1",
            "POST /oauth/token HTTP/1.1"
        ]
    );
}
