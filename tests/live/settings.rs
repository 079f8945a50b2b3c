//! What a live run is told: by the environment variables of the provider, which say where the
//! organisation is, and by some of its own. Knows nothing of what is done with it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::support::Service;

/// Shorter prefixes could be the beginning of somebody's names.
pub(crate) const SHORTEST_PREFIX: usize = 6;
/// Names have the prefix and some letters of their own, and 50 characters at most.
const LONGEST_PREFIX: usize = 24;
/// As long as the provider waits by default.
const POLL_INTERVAL: Duration = Duration::from_secs(5);

/// Of the provider: handed on to it as they are.
const HANDED_ON: [&str; 15] = [
    "CAMUNDA_CONSOLE_CLIENT_ID",
    "CAMUNDA_CONSOLE_CLIENT_SECRET",
    "CAMUNDA_OAUTH_TOKEN",
    "CAMUNDA_CONSOLE_BASE_URL",
    "CAMUNDA_OAUTH_URL",
    "CAMUNDA_CONSOLE_OAUTH_AUDIENCE",
    "CAMUNDA_CUSTOM_ROOT_CERT_PATH",
    "CAMUNDA_POLL_INTERVAL",
    "SSL_CERT_FILE",
    "TF_APPEND_USER_AGENT",
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "NO_PROXY",
    "no_proxy",
];

/// How to get in.
#[derive(Clone)]
pub(crate) enum Credentials {
    /// A token at hand.
    Token(String),
    /// What a token is to be had for.
    Client { id: String, secret: String },
}

/// See the module. No `Debug`: there is a secret in it.
pub(crate) struct Settings {
    /// Begins the name of everything that the run makes.
    pub(crate) prefix: String,
    /// Where the tests of the run meet.
    pub(crate) folder: PathBuf,
    /// Name in `.tools/`, or path.
    pub(crate) cli: String,
    /// A cluster to use instead of making one.
    pub(crate) cluster: Option<String>,
    /// What to make clusters of, by name or id.
    pub(crate) plan_type: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) channel: Option<String>,
    /// Members are invited below this domain.
    pub(crate) mail_domain: Option<String>,
    /// Who may use the endpoint service of the test of AWS PrivateLink.
    pub(crate) aws_principal: Option<String>,
    pub(crate) api_url: String,
    pub(crate) token_url: String,
    pub(crate) audience: String,
    pub(crate) credentials: Credentials,
    /// A file with further certificate authorities.
    pub(crate) authorities: Option<PathBuf>,
    /// Pause between two looks.
    pub(crate) poll_interval: Duration,
    provider: BTreeMap<String, String>,
}

impl Settings {
    /// Those of this process. What is missing fails the test, all of it at once.
    pub(crate) fn of_process() -> Self {
        match Self::read(|name| std::env::var(name).ok()) {
            Ok(settings) => settings,
            Err(missing) => panic!("{missing}"),
        }
    }

    /// Reads them from variables. The error says everything that is missing or wrong.
    pub(crate) fn read(look: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let get = |name: &str| look(name).filter(|value| !value.is_empty());
        let mut faults = Vec::new();
        if get("TF_ACC").is_none_or(|value| value == "0") {
            faults.push(
                "TF_ACC=1 is not set. It is your consent: clusters are made, which may cost money."
                    .to_owned(),
            );
        }
        let mut needed = |name: &str, why: &str| {
            get(name).unwrap_or_else(|| {
                faults.push(format!("{name} is not set: {why}."));
                String::new()
            })
        };
        let credentials = match get("CAMUNDA_OAUTH_TOKEN") {
            Some(token) => Credentials::Token(token),
            None => Credentials::Client {
                id: needed(
                    "CAMUNDA_CONSOLE_CLIENT_ID",
                    "the client ID of API credentials, made in the Console under Organization > \
                     Administration API",
                ),
                secret: needed(
                    "CAMUNDA_CONSOLE_CLIENT_SECRET",
                    "the secret that goes with it",
                ),
            },
        };
        let started = "`make test-live` sets it, and `make test-live TEST=name` runs one test";
        let prefix = needed("CAMUNDA_TEST_PREFIX", started);
        let folder = needed("CAMUNDA_TEST_FOLDER", started);
        let cli = needed("CAMUNDA_TEST_CLI", started);
        if !prefix.is_empty()
            && let Err(fault) = check_prefix(&prefix)
        {
            faults.push(fault);
        }
        if !faults.is_empty() {
            return Err(format!("not run:\n  {}", faults.join("\n  ")));
        }
        let poll_interval = get("CAMUNDA_POLL_INTERVAL");
        let authorities = get("CAMUNDA_CUSTOM_ROOT_CERT_PATH").or_else(|| get("SSL_CERT_FILE"));
        let api_url = get("CAMUNDA_CONSOLE_BASE_URL");
        Ok(Self {
            prefix,
            folder: folder.into(),
            cli,
            cluster: get("CAMUNDA_TEST_CLUSTER_ID"),
            plan_type: get("CAMUNDA_TEST_PLAN_TYPE"),
            region: get("CAMUNDA_TEST_REGION"),
            channel: get("CAMUNDA_TEST_CHANNEL"),
            mail_domain: get("CAMUNDA_TEST_MAIL_DOMAIN"),
            aws_principal: get("CAMUNDA_TEST_AWS_PRINCIPAL"),
            // The defaults of the provider, as its page has them.
            api_url: api_url.unwrap_or_else(|| "https://api.cloud.camunda.io".to_owned()),
            token_url: get("CAMUNDA_OAUTH_URL")
                .unwrap_or_else(|| "https://login.cloud.camunda.io/oauth/token".to_owned()),
            audience: get("CAMUNDA_CONSOLE_OAUTH_AUDIENCE")
                .unwrap_or_else(|| "api.cloud.camunda.io".to_owned()),
            credentials,
            authorities: authorities.map(PathBuf::from),
            poll_interval: poll_interval
                .and_then(|text| duration(&text))
                .unwrap_or(POLL_INTERVAL),
            provider: HANDED_ON
                .into_iter()
                .filter_map(|name| Some((name.to_owned(), get(name)?)))
                .collect(),
        })
    }

    /// The service, as the provider is told of it. All CLIs of the run share one folder of tokens.
    pub(crate) fn service(&self) -> Service {
        let tokens = self.folder.join("tokens").display().to_string();
        let more = [("CAMUNDA_TOKEN_CACHE_DIR".to_owned(), tokens)];
        Service::new(self.provider.clone().into_iter().chain(more))
    }

    /// A name of this run.
    pub(crate) fn name(&self, what: &str) -> String {
        let hyphen = if self.prefix.ends_with('-') { "" } else { "-" };
        format!("{}{hyphen}{what}", self.prefix)
    }
}

/// A prefix has to be nobody else's, and fit into every name.
pub(crate) fn check_prefix(prefix: &str) -> Result<(), String> {
    let length = prefix.chars().count();
    if length < SHORTEST_PREFIX {
        return Err(format!(
            "the prefix {prefix:?} has {length} characters, and needs {SHORTEST_PREFIX} at least: what \
             begins with it is deleted, and a shorter one could begin somebody's names."
        ));
    }
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    if length > LONGEST_PREFIX
        || !prefix.chars().all(|letter| plain(letter) || letter == '-')
        || !prefix.starts_with(plain)
    {
        return Err(format!(
            "the prefix {prefix:?} does not fit into all names: small letters, digits and hyphens are \
             allowed, {LONGEST_PREFIX} at most, the first not a hyphen."
        ));
    }
    Ok(())
}

/// `200ms` or `5s`; others are for the provider to refuse.
fn duration(text: &str) -> Option<Duration> {
    if let Some(number) = text.strip_suffix("ms") {
        return number.parse().ok().map(Duration::from_millis);
    }
    let number = text.strip_suffix('s')?;
    number.parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Settings, String> {
        let variables: BTreeMap<&str, &str> = variables.iter().copied().collect();
        Settings::read(|name| variables.get(name).map(|value| (*value).to_owned()))
    }

    fn fault(variables: &[(&str, &str)]) -> String {
        match read(variables) {
            Ok(_) => panic!("nothing is wrong"),
            Err(fault) => fault,
        }
    }

    #[test]
    fn all_that_is_missing_is_said_at_once() {
        insta::assert_snapshot!(fault(&[]), @"
        not run:
          TF_ACC=1 is not set. It is your consent: clusters are made, which may cost money.
          CAMUNDA_CONSOLE_CLIENT_ID is not set: the client ID of API credentials, made in the Console under Organization > Administration API.
          CAMUNDA_CONSOLE_CLIENT_SECRET is not set: the secret that goes with it.
          CAMUNDA_TEST_PREFIX is not set: `make test-live` sets it, and `make test-live TEST=name` runs one test.
          CAMUNDA_TEST_FOLDER is not set: `make test-live` sets it, and `make test-live TEST=name` runs one test.
          CAMUNDA_TEST_CLI is not set: `make test-live` sets it, and `make test-live TEST=name` runs one test.
        ");
    }

    #[test]
    fn without_credentials_nothing_runs() {
        insta::assert_snapshot!(fault(&[
            ("TF_ACC", "1"),
            ("CAMUNDA_CONSOLE_CLIENT_ID", "somebody"),
            ("CAMUNDA_CONSOLE_CLIENT_SECRET", ""),
            ("CAMUNDA_TEST_PREFIX", "tf-acc-1"),
            ("CAMUNDA_TEST_FOLDER", "/tmp/x"),
            ("CAMUNDA_TEST_CLI", "terraform-1.11.4"),
        ]), @"
        not run:
          CAMUNDA_CONSOLE_CLIENT_SECRET is not set: the secret that goes with it.
        ");
    }

    #[test]
    fn prefixes_are_long_and_plain() {
        let texts = [
            "tf-ac",
            "-tf-acc",
            "tf acc 1",
            "Tf-acc-1",
            "tf-acc-12345678901234567890",
        ];
        let faults: Vec<String> = texts
            .into_iter()
            .map(|text| check_prefix(text).unwrap_err())
            .collect();
        insta::assert_snapshot!(faults.join("\n"), @r#"
        the prefix "tf-ac" has 5 characters, and needs 6 at least: what begins with it is deleted, and a shorter one could begin somebody's names.
        the prefix "-tf-acc" does not fit into all names: small letters, digits and hyphens are allowed, 24 at most, the first not a hyphen.
        the prefix "tf acc 1" does not fit into all names: small letters, digits and hyphens are allowed, 24 at most, the first not a hyphen.
        the prefix "Tf-acc-1" does not fit into all names: small letters, digits and hyphens are allowed, 24 at most, the first not a hyphen.
        the prefix "tf-acc-12345678901234567890" does not fit into all names: small letters, digits and hyphens are allowed, 24 at most, the first not a hyphen.
        "#);
        assert_eq!(check_prefix("tf-acc"), Ok(()));
        assert_eq!(check_prefix("tf-acc-0123456789abcdef-"), Ok(()));
    }

    #[test]
    fn what_the_provider_knows_it_is_told() {
        let settings = read(&[
            ("TF_ACC", "1"),
            ("CAMUNDA_OAUTH_TOKEN", "token"),
            ("CAMUNDA_CONSOLE_BASE_URL", "https://api.example.com"),
            ("CAMUNDA_POLL_INTERVAL", "200ms"),
            ("CAMUNDA_TEST_PREFIX", "tf-acc-1"),
            ("CAMUNDA_TEST_FOLDER", "/tmp/x"),
            ("CAMUNDA_TEST_CLI", "terraform-1.11.4"),
        ]);
        let settings = settings.unwrap_or_else(|fault| panic!("{fault}"));
        let told = settings.service();
        let told: Vec<String> = told
            .environment()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        insta::assert_snapshot!(told.join("\n"), @"
        CAMUNDA_CONSOLE_BASE_URL=https://api.example.com
        CAMUNDA_OAUTH_TOKEN=token
        CAMUNDA_POLL_INTERVAL=200ms
        CAMUNDA_TOKEN_CACHE_DIR=/tmp/x/tokens
        ");
        assert_eq!(settings.poll_interval, Duration::from_millis(200));
        assert_eq!(settings.name("orders"), "tf-acc-1-orders");
        assert_eq!(
            settings.token_url,
            "https://login.cloud.camunda.io/oauth/token"
        );
    }
}
