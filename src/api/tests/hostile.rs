//! Identifiers, names and addresses that are made to reach another operation, another header or
//! another host. They come from configurations, states and import ids, and from the service itself.

use std::collections::BTreeSet;

use crate::api::test_server::{Reaction, TestServer};
use crate::api::test_transport::{FakeService, Reply, free};
use crate::api::{Client, Config, Credentials, Error, RetrySettings, SecretString, UpdateCluster};

/// What would leave the place of one identifier in a path, or the path, or the line.
const LEADING_ELSEWHERE: [&str; 12] = [
    "../members",
    "..%2fmembers",
    "a/../../members",
    "/members",
    "//example.com/members",
    "a?b=c",
    "a#b",
    "a b",
    "a\r\nhost: example.com\r\n\r\nDELETE /clusters/b HTTP/1.1",
    "a\\..\\members",
    "a;b=c",
    "@example.com",
];

/// Every kind of call with an identifier in its path, and how many parts such a path has.
async fn call_everything(client: &Client, id: &str) -> Vec<(usize, Error)> {
    let context = &free();
    let roles = BTreeSet::new();
    let changes = UpdateCluster::default();
    let value = SecretString::from("value");
    let mut ended = Vec::new();
    macro_rules! call {
        ($parts:tt $call:ident($($argument:expr),*)) => {
            if let Err(error) = client.$call(context, $($argument),*).await {
                ended.push(($parts, error));
            }
        };
    }
    call!(2 get_cluster(id));
    call!(2 update_cluster(id, &changes));
    call!(2 delete_cluster(id));
    call!(3 upgrade_cluster(id));
    call!(3 wake_cluster(id));
    call!(3 list_clients(id));
    call!(4 get_client_connection(id, id));
    call!(4 delete_client(id, id));
    call!(3 list_connector_secrets(id));
    call!(4 update_connector_secret(id, id, &value));
    call!(4 delete_connector_secret(id, id));
    call!(3 replace_ip_allowlist(id, &[]));
    call!(3 list_backups(id));
    call!(4 delete_backup(id, id));
    call!(4 get_backup_schedule(id));
    call!(4 put_backup_schedule(id, "0 0 * * *"));
    call!(4 delete_backup_schedule(id));
    call!(3 get_secure_connectivity(id));
    call!(3 deactivate_secure_connectivity(id));
    call!(4 get_monitoring(id));
    call!(3 deactivate_monitoring(id));
    call!(6 rotate_monitoring_client(id, id));
    call!(5 delete_monitoring_client(id, id));
    call!(2 set_member_roles(id, &roles));
    call!(2 delete_member(id));
    ended
}

#[tokio::test(start_paused = true)]
async fn no_identifier_leaves_its_place_in_the_path() {
    for id in LEADING_ELSEWHERE {
        let service = FakeService::default();
        service.then((0..25).map(|_| Reply::status(400)));
        let ended = call_everything(&service.client(), id).await;
        let sent = service.api_requests();
        assert_eq!((ended.len(), sent.len()), (25, 25), "{id:?}");
        for (request, (parts, error)) in sent.iter().zip(&ended) {
            let uri = &request.uri;
            let path = uri.strip_prefix("https://api.cloud.camunda.io/").unwrap();
            assert_eq!(path.split('/').count(), *parts, "{uri}");
            assert!(
                path.bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-._~%/".contains(&byte)),
                "{uri}"
            );
            // What is shown of it in messages and logs is the same.
            assert!(error.path().ends_with(path), "{}", error.path());
        }
    }
}

#[tokio::test]
async fn nothing_in_a_value_becomes_a_header() {
    const BREAK: &str = "x\r\nx-evil: 1\r\n\r\nGET /evil HTTP/1.1\r\n";
    let server = TestServer::start([
        Reaction::json(r#"{"access_token":"t","expires_in":60}"#),
        Reaction::json("{}"),
        Reaction::json("{}"),
        Reaction::json("{}"),
    ])
    .await;
    let client = Client::new(Config {
        api_url: server.url(""),
        token_url: server.url("/oauth/token"),
        audience: Some(BREAK.to_owned()),
        user_agent: format!("agent {BREAK}"),
        retry: RetrySettings { max_retries: 0 },
        ..Config::new(Credentials::ClientSecret {
            client_id: BREAK.to_owned(),
            client_secret: SecretString::from(BREAK),
        })
    })
    .unwrap();
    let named = UpdateCluster {
        name: Some(BREAK.to_owned()),
        ..UpdateCluster::default()
    };
    client.update_cluster(&free(), "c", &named).await.unwrap();
    let roles = BTreeSet::from([BREAK.to_owned()]);
    let email = format!("a@example.com{BREAK}");
    client
        .set_member_roles(&free(), &email, &roles)
        .await
        .unwrap();
    client.delete_member(&free(), &email).await.unwrap();
    let sent = server.requests();
    assert_eq!(sent.len(), 4);
    for request in sent {
        let evil = |line: &str| line.starts_with("x-evil") || line.starts_with("GET /evil");
        assert!(!request.lines().any(evil), "{request}");
        assert_eq!(request.matches("\r\n\r\n").count(), 1, "{request}");
    }
}

/// A token is a header, and comes from a service that may be another one than was meant.
#[tokio::test(start_paused = true)]
async fn a_token_that_would_break_its_header_is_none() {
    for token in [r"a\r\nx-evil: 1", r"a b", r"\u00e4", ""] {
        let service = FakeService::answering([]).tokens([Reply::token(token, 60)]);
        let error = service.client().list_clusters(&free()).await.unwrap_err();
        assert!(error.is_token_unavailable(), "{token}: {error}");
        assert!(service.api_requests().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_redirect_is_followed_by_neither_token_nor_request() {
    for status in [301, 302, 303, 307, 308] {
        let away = || Reply::status(status).header("location", "https://evil.example.com/x");
        let service = FakeService::answering([away()]);
        let error = service.client().list_clusters(&free()).await.unwrap_err();
        assert!(error.to_string().contains("evil.example.com"), "{error}");
        assert_eq!(service.api_requests().len(), 1);

        let service = FakeService::answering([]).tokens([away()]);
        service.client().list_clusters(&free()).await.unwrap_err();
        assert_eq!(service.token_requests().len(), 1);
        assert!(service.api_requests().is_empty());
    }
}

/// A login page, say, with what it was sent in its title. Found by fuzzing.
#[tokio::test(start_paused = true)]
async fn a_page_that_repeats_secrets_does_not_show_them() {
    for status in [200, 202, 403, 502] {
        let page = "<html><title>no token-1 with client-secret-4711 for value-4711</title></html>";
        let pages = || (0..7).map(|_| Reply::status(status).body(page));
        let service = FakeService::answering(pages());
        let value = SecretString::from("value-4711");
        let client = service.client();
        let error = client
            .update_connector_secret(&free(), "c", "n", &value)
            .await
            .unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(
            shown.contains("no [secret] with [secret] for [secret]"),
            "{shown}"
        );
    }
}
