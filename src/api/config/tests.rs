//! What is accepted as settings, and what is said about the rest.

use super::*;

fn config() -> Config {
    Config::new(Credentials::ClientSecret {
        client_id: "id".to_owned(),
        client_secret: SecretString::from("hunter2-secret"),
    })
}

fn problems(config: &Config) -> String {
    check(config).unwrap_err().to_string()
}

#[test]
fn defaults_pass_and_the_audience_is_the_api_host() {
    let endpoints = check(&config()).unwrap();
    assert_eq!(endpoints.audience, "api.cloud.camunda.io");
    assert_eq!(
        endpoints.operation("/clusters"),
        "https://api.cloud.camunda.io/clusters"
    );
    let other = Config {
        api_url: "http://127.0.0.1:8080/base/".to_owned(),
        audience: Some("elsewhere".to_owned()),
        ..config()
    };
    let endpoints = check(&other).unwrap();
    assert_eq!(endpoints.audience, "elsewhere");
    assert_eq!(
        endpoints.operation("/clusters"),
        "http://127.0.0.1:8080/base/clusters"
    );
}

#[test]
fn plain_http_is_for_this_machine_only() {
    for local in [
        "http://localhost:1",
        "http://127.0.0.1",
        "http://127.8.8.8:80/x",
        "http://[::1]:8080",
        "http://api.localhost",
    ] {
        assert!(
            check(&Config {
                api_url: local.to_owned(),
                ..config()
            })
            .is_ok(),
            "{local}"
        );
    }
    for remote in [
        "http://api.example.com",
        "http://localhost.example.com",
        "http://10.0.0.1",
        "http://0.0.0.0",
    ] {
        assert!(
            check(&Config {
                api_url: remote.to_owned(),
                ..config()
            })
            .is_err(),
            "{remote}"
        );
    }
    insta::assert_snapshot!(
        problems(&Config { token_url: "http://login.example.com/token".to_owned(), ..config() }),
        @"token_url: `http://login.example.com/token` is not encrypted: it would carry the credentials in clear text. Use `https`; `http` is accepted only for this machine (`localhost`, `127.0.0.1`, `[::1]`)."
    );
}

#[test]
fn all_problems_come_at_once_and_hold_no_secret() {
    let broken = Config {
        api_url: "https://user:hunter2-secret@api.example.com/?x=1".to_owned(),
        token_url: "login.example.com".to_owned(),
        audience: Some(" ".to_owned()),
        credentials: Credentials::AccessToken(SecretString::from("Bearer hunter2-secret\n")),
        ca_certificate: Some("hello".to_owned()),
        timeouts: Timeouts {
            request: Duration::ZERO,
            ..Timeouts::default()
        },
        requests_per_second: 0.0,
        ..config()
    };
    let text = problems(&broken).replace(". ", ".\n");
    assert!(!text.contains("hunter2"));
    insta::assert_snapshot!(text, @"
    api_url: The address of `https://api.example.com` holds a user name or a password; neither is sent.
    Leave them out.
    token_url: `login.example.com` is not an address: relative URL without a base.
    Expected something like `https://api.example.com`.
    audience: The audience is empty.
    Leave it out to use the host of the API.
    access_token: The access token is empty, or holds a blank, a line break or another character that no token has.
    Give the token alone, without `Bearer` before it.
    ca_certificate: No certificate found.
    Expected PEM text with at least one `-----BEGIN CERTIFICATE-----` block.
    timeouts: A timeout must be longer than zero.
    requests_per_second: 0 is not a number above 0.
    ");
    insta::assert_snapshot!(
        problems(&Config {
            credentials: Credentials::ClientSecret {
                client_id: " ".to_owned(),
                client_secret: SecretString::from(""),
            },
            ca_certificate: Some("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_owned()),
            ..config()
        }),
        @"client_id: The client id is empty. client_secret: The client secret is empty. ca_certificate: Certificate 1 in the PEM text cannot be used: invalid peer certificate: BadEncoding."
    );
}

#[test]
fn debug_shows_no_secret() {
    let with_token = Config {
        credentials: Credentials::AccessToken(SecretString::from("hunter2-secret")),
        ..config()
    };
    assert!(!format!("{:?}{with_token:?}", config()).contains("hunter2"));
}
