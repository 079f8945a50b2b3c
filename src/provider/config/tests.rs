//! How block, environment and defaults become settings, and what users read when they do not.

use secrecy::ExposeSecret as _;

use super::*;
use crate::framework::diag::Severity;

/// A folder for caches, so that settings do not depend on the machine.
const HOME: (&str, &str) = (variable::HOME, "/home/ann");

fn known(text: &str) -> Field<String> {
    Field::from(text)
}

fn secret(text: &str) -> Field<SecretString> {
    Field::Known(text.into())
}

fn number(text: &str) -> Field<Number> {
    Field::Known(text.parse().unwrap())
}

fn environment(variables: &[(&'static str, &str)]) -> Environment {
    Environment::with(
        variables
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned())),
    )
}

fn settings(config: &ProviderConfig, variables: &[(&'static str, &str)]) -> Settings {
    resolve(config, &environment(variables), "1.14.0").unwrap()
}

fn ready(config: &ProviderConfig, variables: &[(&'static str, &str)]) -> api::Config {
    match settings(config, variables).access {
        Access::Ready(config) => *config,
        other => panic!("not ready: {other:?}"),
    }
}

/// Which credentials are used, and where they came from.
fn credentials(config: &ProviderConfig, variables: &[(&'static str, &str)]) -> String {
    let settings = settings(config, variables);
    let used = match settings.access {
        Access::Ready(config) => match config.credentials {
            api::Credentials::AccessToken(token) => format!("token {}", token.expose_secret()),
            api::Credentials::ClientSecret {
                client_id,
                client_secret,
            } => format!("client {client_id} {}", client_secret.expose_secret()),
            api::Credentials::None => return "none, yet ready".to_owned(),
        },
        Access::NoCredentials(_) => return "NoCredentials".to_owned(),
        other => return format!("{other:?}"),
    };
    format!("{used}: {}", settings.credentials_from)
}

fn texts(diagnostics: &Diagnostics) -> String {
    let texts: Vec<String> = diagnostics
        .iter()
        .map(|diagnostic| {
            assert_eq!(diagnostic.severity, Severity::Error);
            let path = diagnostic.path.clone().unwrap_or_default();
            format!(
                "[{path}] {}\n{}",
                diagnostic.summary,
                diagnostic.full_detail()
            )
        })
        .collect();
    texts.join("\n---\n")
}

fn problems(config: &ProviderConfig, variables: &[(&'static str, &str)]) -> String {
    texts(&resolve(config, &environment(variables), "1.14.0").unwrap_err())
}

fn client() -> ProviderConfig {
    ProviderConfig {
        client_id: known("id"),
        client_secret: secret("sssh"),
        ..ProviderConfig::default()
    }
}

#[test]
fn without_anything_the_defaults_hold() {
    let config = ready(&client(), &[]);
    let plain = api::Config::new(api::Credentials::AccessToken("x".into()));
    assert_eq!(config.api_url, api::Config::DEFAULT_API_URL);
    assert_eq!(config.token_url, api::Config::DEFAULT_TOKEN_URL);
    assert_eq!(config.audience, None);
    assert_eq!(config.retry.max_retries, plain.retry.max_retries);
    assert_eq!(config.timeouts.request, plain.timeouts.request);
    assert_eq!(config.requests_per_second, plain.requests_per_second);
    assert_eq!(config.ca_certificate, None);
    // What the descriptions promise.
    assert_eq!(plain.retry.max_retries, 6);
    assert_eq!(plain.timeouts.request, Duration::from_secs(60));
    assert_eq!(plain.requests_per_second, 10.0);
}

#[test]
fn the_block_comes_before_the_environment() {
    let variables = [
        (variable::API_URL, "https://env.example.com"),
        (variable::TOKEN_URL, "https://login.env.example.com/token"),
        (variable::AUDIENCE, "env"),
    ];
    let config = ready(&client(), &variables);
    assert_eq!(config.api_url, "https://env.example.com");
    assert_eq!(config.token_url, "https://login.env.example.com/token");
    assert_eq!(config.audience.as_deref(), Some("env"));
    let block = ProviderConfig {
        api_url: known("https://block.example.com"),
        token_url: known("https://login.block.example.com/token"),
        audience: known("block"),
        max_retries: number("2"),
        request_timeout: known("90s"),
        requests_per_second: number("0.5"),
        ..client()
    };
    let config = ready(&block, &variables);
    assert_eq!(config.api_url, "https://block.example.com");
    assert_eq!(config.token_url, "https://login.block.example.com/token");
    assert_eq!(config.audience.as_deref(), Some("block"));
    assert_eq!(config.retry.max_retries, 2);
    assert_eq!(config.timeouts.request, Duration::from_secs(90));
    assert_eq!(config.requests_per_second, 0.5);
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let config = ready(
        &client(),
        &[(variable::API_URL, ""), (variable::AUDIENCE, "")],
    );
    assert_eq!(config.api_url, api::Config::DEFAULT_API_URL);
    assert_eq!(config.audience, None);
    let variables = [(variable::CLIENT_ID, "id"), (variable::CLIENT_SECRET, "")];
    insta::assert_snapshot!(credentials(&ProviderConfig::default(), &variables), @"NoCredentials");
}

#[test]
fn credentials_are_put_together_attribute_by_attribute() {
    let all = [
        (variable::CLIENT_ID, "env-id"),
        (variable::CLIENT_SECRET, "env-secret"),
        (variable::ACCESS_TOKEN, "env-token"),
    ];
    let only_id = ProviderConfig {
        client_id: known("block-id"),
        ..ProviderConfig::default()
    };
    let token = ProviderConfig {
        access_token: secret("block-token"),
        ..ProviderConfig::default()
    };
    let none = ProviderConfig::default();
    insta::assert_snapshot!(credentials(&client(), &all), @"client id sssh: client_id and client_secret in the provider block");
    insta::assert_snapshot!(credentials(&only_id, &all), @"client block-id env-secret: client_id in the provider block and the environment variable CAMUNDA_CONSOLE_CLIENT_SECRET");
    insta::assert_snapshot!(credentials(&token, &all), @"token block-token: access_token in the provider block");
    insta::assert_snapshot!(credentials(&none, &all), @"token env-token: the environment variable CAMUNDA_OAUTH_TOKEN");
    insta::assert_snapshot!(credentials(&none, &all[..2]), @"client env-id env-secret: the environment variables CAMUNDA_CONSOLE_CLIENT_ID and CAMUNDA_CONSOLE_CLIENT_SECRET");
    insta::assert_snapshot!(credentials(&only_id, &[all[2]]), @"NoCredentials");
    insta::assert_snapshot!(credentials(&none, &[]), @"NoCredentials");
}

#[test]
fn unknown_values_put_the_api_off() {
    let config = ProviderConfig {
        client_secret: Field::Unknown,
        api_url: Field::Unknown,
        max_retries: Field::Unknown,
        // Neither concerns the API.
        token_cache_dir: Field::Unknown,
        debug: Field::Unknown,
        ..ProviderConfig::default()
    };
    insta::assert_debug_snapshot!(settings(&config, &[]).access, @r#"
    NotYetKnown(
        [
            "client_secret",
            "api_url",
            "max_retries",
        ],
    )
    "#);
    // What is unknown in the block is not taken from elsewhere.
    let variables = [
        (variable::CLIENT_ID, "id"),
        (variable::CLIENT_SECRET, "env"),
    ];
    let access = settings(&config, &variables).access;
    assert!(matches!(access, Access::NotYetKnown(_)), "{access:?}");
    for (name, config) in [
        (
            "client_id",
            ProviderConfig {
                client_id: Field::Unknown,
                ..client()
            },
        ),
        (
            "access_token",
            ProviderConfig {
                access_token: Field::Unknown,
                ..ProviderConfig::default()
            },
        ),
        (
            "token_url",
            ProviderConfig {
                token_url: Field::Unknown,
                ..client()
            },
        ),
        (
            "audience",
            ProviderConfig {
                audience: Field::Unknown,
                ..client()
            },
        ),
        (
            "organization_id",
            ProviderConfig {
                organization_id: Field::Unknown,
                ..client()
            },
        ),
        (
            "request_timeout",
            ProviderConfig {
                request_timeout: Field::Unknown,
                ..client()
            },
        ),
        (
            "requests_per_second",
            ProviderConfig {
                requests_per_second: Field::Unknown,
                ..client()
            },
        ),
        (
            "ca_certificate",
            ProviderConfig {
                ca_certificate: Field::Unknown,
                ..client()
            },
        ),
    ] {
        match settings(&config, &[]).access {
            Access::NotYetKnown(names) => assert_eq!(names, [name]),
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn everything_wrong_is_said_at_once_where_it_is() {
    let config = ProviderConfig {
        api_url: known("http://api.example.com"),
        token_url: known("not a url"),
        ca_certificate: known("/does/not/exist.pem"),
        ..client()
    };
    insta::assert_snapshot!(problems(&config, &[(variable::POLL_INTERVAL, "often")]), @r#"
    [] Invalid value of CAMUNDA_POLL_INTERVAL
    "often" is not a duration: write it with units, for example 90s, 30m or 1h30m.
    ---
    [ca_certificate] Cannot read ca_certificate
    ca_certificate is neither PEM text nor the path of a file that can be read: No such file or directory (os error 2).

    Give the certificates themselves, or the path of a PEM file.
    ---
    [api_url] Invalid api_url in the provider block
    `http://api.example.com` is not encrypted: it would carry the credentials in clear text. Use `https`; `http` is accepted only for this machine (`localhost`, `127.0.0.1`, `[::1]`).
    ---
    [token_url] Invalid token_url in the provider block
    `not a url` is not an address: relative URL without a base. Expected something like `https://api.example.com`.
    "#);
}

#[test]
fn a_wrong_value_from_the_environment_is_said_to_come_from_there() {
    let token = [(variable::ACCESS_TOKEN, "Bearer abc")];
    insta::assert_snapshot!(problems(&ProviderConfig::default(), &token), @"
    [] Invalid value of CAMUNDA_OAUTH_TOKEN
    The access token is empty, or holds a blank, a line break or another character that no token has. Give the token alone, without `Bearer` before it.
    ");
    let variables = [
        (variable::API_URL, "ftp://api.example.com"),
        (variable::TOKEN_URL, "nowhere"),
    ];
    insta::assert_snapshot!(problems(&client(), &variables), @"
    [] Invalid value of CAMUNDA_CONSOLE_BASE_URL
    `ftp://api.example.com` is not an `https` address with a host.
    ---
    [] Invalid value of CAMUNDA_OAUTH_URL
    `nowhere` is not an address: relative URL without a base. Expected something like `https://api.example.com`.
    ");
}

#[test]
fn a_wrong_address_is_wrong_without_credentials_too() {
    let config = ProviderConfig {
        api_url: known("http://api.example.com"),
        ..ProviderConfig::default()
    };
    assert!(resolve(&config, &environment(&[]), "1.14.0").is_err());
}

const PEM: &str = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

#[test]
fn certificates_are_pem_text_or_a_path() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (block, custom, system) = (file("a", "block"), file("b", "custom"), file("c", "system"));
    let with = |value: &str| ProviderConfig {
        ca_certificate: known(value),
        ..client()
    };
    let of = |config: &ProviderConfig, variables: &[(&'static str, &str)]| {
        let mut diagnostics = Diagnostics::new();
        let pem = certificate(config, &environment(variables), &mut diagnostics);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        pem.unwrap_or_default()
    };
    let both = [
        (variable::CUSTOM_ROOT_CERTIFICATE, custom.as_str()),
        (variable::SSL_CERT_FILE, system.as_str()),
    ];
    assert_eq!(of(&with(PEM), &both), PEM);
    assert_eq!(of(&with(&block), &both), "block");
    assert_eq!(of(&client(), &both), "custom");
    assert_eq!(of(&client(), &both[1..]), "system");
    assert_eq!(of(&client(), &[]), "");
    // The system's variable may be meant for others.
    assert_eq!(
        of(&client(), &[(variable::SSL_CERT_FILE, "/does/not/exist")]),
        ""
    );
    insta::assert_snapshot!(
        problems(&client(), &[(variable::CUSTOM_ROOT_CERTIFICATE, "/does/not/exist")]),
        @r#"
    [] Cannot read the file named by CAMUNDA_CUSTOM_ROOT_CERT_PATH
    "/does/not/exist" cannot be read: No such file or directory (os error 2).

    Correct the path, or unset the variable.
    "#
    );
    // A file that is no certificate at all.
    insta::assert_snapshot!(problems(&with(&block), &[]), @"
    [ca_certificate] Invalid ca_certificate in the provider block
    No certificate found. Expected PEM text with at least one `-----BEGIN CERTIFICATE-----` block.
    ");
}

#[test]
fn the_cache_folder_is_found_or_switched_off() {
    let of = |config: &ProviderConfig, variables: &[(&'static str, &str)]| {
        settings(config, variables)
            .cache_folder
            .map(|folder| folder.to_str().unwrap().to_owned())
    };
    let off = (variable::TOKEN_DISK_CACHE_DISABLE, "0");
    let folder = (variable::TOKEN_CACHE_DIR, "/env");
    let none = ProviderConfig::default();
    let in_block = ProviderConfig {
        token_cache_dir: known("/block"),
        ..ProviderConfig::default()
    };
    let switched = |on: bool| ProviderConfig {
        token_disk_cache: Field::Known(on),
        ..ProviderConfig::default()
    };
    assert_eq!(of(&in_block, &[folder]).as_deref(), Some("/block"));
    assert_eq!(of(&none, &[folder]).as_deref(), Some("/env"));
    assert_eq!(of(&none, &[folder, off]), None);
    assert_eq!(of(&switched(true), &[folder, off]).as_deref(), Some("/env"));
    assert_eq!(of(&switched(false), &[folder]), None);
    assert_eq!(of(&none, &[]), None, "nowhere to put it");
    let xdg = of(&none, &[HOME, (variable::XDG_CACHE_HOME, "/cache")]);
    assert_eq!(xdg.as_deref(), Some("/cache/terraform-provider-camunda"));
    if cfg!(target_os = "linux") {
        let home = of(&none, &[HOME]);
        assert_eq!(
            home.as_deref(),
            Some("/home/ann/.cache/terraform-provider-camunda")
        );
    }
}

#[test]
fn the_user_agent_says_who_asks() {
    let of = |variables: &[(&'static str, &str)], version: &str| {
        let system = format!("{}_{}", std::env::consts::OS, std::env::consts::ARCH);
        user_agent(&environment(variables), version)
            .replace(&system, "[system]")
            .replace(env!("CARGO_PKG_VERSION"), "[version]")
    };
    insta::assert_snapshot!(of(&[], "1.14.0"), @"terraform-provider-camunda/[version] (+https://github.com/camunda-rs/terraform-provider-camunda; [system]) Terraform/1.14.0");
    insta::assert_snapshot!(of(&[(variable::APPEND_USER_AGENT, " team/7 ")], ""), @"terraform-provider-camunda/[version] (+https://github.com/camunda-rs/terraform-provider-camunda; [system]) Terraform/unknown team/7");
    assert_eq!(
        of(&[(variable::APPEND_USER_AGENT, "  ")], "1.14.0"),
        of(&[], "1.14.0")
    );
}

#[test]
fn the_poll_interval_comes_from_the_environment() {
    let of = |variables: &[(&'static str, &str)]| settings(&client(), variables).poll_interval;
    assert_eq!(of(&[]), Duration::from_secs(3));
    assert_eq!(
        of(&[(variable::POLL_INTERVAL, "50ms")]),
        Duration::from_millis(50)
    );
    insta::assert_snapshot!(problems(&client(), &[(variable::POLL_INTERVAL, "0s")]), @r#"
    [] Invalid value of CAMUNDA_POLL_INTERVAL
    "0s" is no time at all: write it with units, for example 90s, 30m or 1h30m.
    "#);
}

#[test]
fn two_kinds_of_credentials_in_the_block_are_refused() {
    let both = ProviderConfig {
        access_token: secret("token"),
        ..client()
    };
    insta::assert_snapshot!(texts(&validate(&both)), @"
    [access_token] Two kinds of credentials in the provider block
    access_token is used instead of client_id and client_secret, so only one of them can be set.

    Remove access_token, or client_id and client_secret.
    ");
    let with_id = ProviderConfig {
        access_token: secret("token"),
        client_id: known("id"),
        ..ProviderConfig::default()
    };
    insta::assert_snapshot!(texts(&validate(&with_id)), @"
    [access_token] Two kinds of credentials in the provider block
    access_token is used instead of client_id and client_secret, so only one of them can be set.

    Remove access_token, or client_id and client_secret.
    ");
    assert!(validate(&client()).is_empty());
    // It may yet turn out to be null.
    let unknown = ProviderConfig {
        access_token: Field::Unknown,
        ..client()
    };
    assert!(validate(&unknown).is_empty());
}

#[test]
fn no_secret_is_ever_printed() {
    let config = ProviderConfig {
        access_token: secret("hunter2-token"),
        ..ProviderConfig::default()
    };
    let variables = [(variable::CLIENT_SECRET, "hunter2-env")];
    let both = ProviderConfig {
        client_id: known("id"),
        ..ProviderConfig::default()
    };
    let printed = format!(
        "{config:?} {:?} {:?} {:?}",
        settings(&config, &[]),
        settings(&both, &variables),
        environment(&variables)
    );
    assert!(!printed.contains("hunter2"), "{printed}");
    assert!(printed.contains(variable::CLIENT_SECRET), "{printed}");
}
