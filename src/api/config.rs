//! What a client is made of: endpoints, credentials, timeouts, retry settings.
//!
//! Plain structs and the checks on them. Must not know where the values come from: nothing here
//! reads the environment, a file or the network.

use std::fmt;
use std::time::Duration;

use reqwest::Url;
use url_host::is_loopback;

use super::secret::{SecretString, fits_header};

/// Settings of a [`Client`](super::Client).
#[derive(Clone, Debug)]
pub struct Config {
    /// Base of every operation's path; may itself have a path. `https`, or `http` to this machine.
    pub api_url: String,
    /// The whole address of the token endpoint. `https`, or `http` to this machine.
    pub token_url: String,
    /// Audience asked for; `None` for the host of `api_url`, which is what Camunda expects.
    pub audience: Option<String>,
    /// Who we are.
    pub credentials: Credentials,
    /// Value of the `User-Agent` header. Characters a header cannot carry are left out.
    pub user_agent: String,
    /// Certificate authorities trusted besides the system's: one or several in PEM text.
    pub ca_certificate: Option<String>,
    /// Time limits.
    pub timeouts: Timeouts,
    /// How often a failed try is repeated.
    pub retry: RetrySettings,
    /// Calls per second this process makes at most with these credentials at this API; more than 0.
    /// Shorter bursts of up to one second's worth are let through.
    pub requests_per_second: f64,
}

impl Config {
    /// Camunda's public installation.
    pub const DEFAULT_API_URL: &str = "https://api.cloud.camunda.io";
    /// Token endpoint of Camunda's public installation.
    pub const DEFAULT_TOKEN_URL: &str = "https://login.cloud.camunda.io/oauth/token";
    /// The service publishes no limit; this keeps a large refresh quick and a small one unnoticed.
    pub const DEFAULT_REQUESTS_PER_SECOND: f64 = 10.0;

    /// The defaults, with these credentials.
    #[must_use]
    pub fn new(credentials: Credentials) -> Self {
        Self {
            api_url: Self::DEFAULT_API_URL.to_owned(),
            token_url: Self::DEFAULT_TOKEN_URL.to_owned(),
            audience: None,
            credentials,
            user_agent: concat!("camunda-administration-api/", env!("CARGO_PKG_VERSION"))
                .to_owned(),
            ca_certificate: None,
            timeouts: Timeouts::default(),
            retry: RetrySettings::default(),
            requests_per_second: Self::DEFAULT_REQUESTS_PER_SECOND,
        }
    }
}

/// Who we are.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// Organization-level client credentials; tokens are fetched and renewed as needed.
    ClientSecret {
        /// Public part.
        client_id: String,
        /// Secret part.
        client_secret: SecretString,
    },
    /// A ready-made access token: used as is, never renewed.
    AccessToken(SecretString),
    /// None: only what the API tells everybody can be asked for.
    None,
}

/// Time limits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timeouts {
    /// For opening a connection, TLS included.
    pub connect: Duration,
    /// For one try: from connecting to the last byte of the answer. The token service answers
    /// refused credentials only after about 30 seconds when it has seen them before, so a
    /// smaller value can hide a wrong secret behind a timeout.
    pub request: Duration,
    /// For a whole call with all its tries and waits, where the caller sets no deadline.
    pub call: Duration,
}

impl Default for Timeouts {
    /// 10 seconds, 60 seconds, 5 minutes.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            request: Duration::from_secs(60),
            call: Duration::from_secs(300),
        }
    }
}

/// How often a failed try is repeated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RetrySettings {
    /// Tries after the first one; 0 switches repeating off. What may be repeated at all is not a
    /// setting.
    pub max_retries: u32,
}

impl Default for RetrySettings {
    /// 6 more tries: without `Retry-After` about 16, at most 32 seconds of waiting.
    fn default() -> Self {
        Self { max_retries: 6 }
    }
}

/// A member of [`Config`] that cannot be used.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ConfigField {
    /// [`Config::api_url`]
    ApiUrl,
    /// [`Config::token_url`]
    TokenUrl,
    /// [`Config::audience`]
    Audience,
    /// [`Credentials::ClientSecret::client_id`]
    ClientId,
    /// [`Credentials::ClientSecret::client_secret`]
    ClientSecret,
    /// [`Credentials::AccessToken`]
    AccessToken,
    /// [`Config::ca_certificate`]
    CaCertificate,
    /// [`Timeouts::connect`], [`Timeouts::request`] or [`Timeouts::call`]
    Timeouts,
    /// [`Config::requests_per_second`]
    RequestsPerSecond,
}

impl ConfigField {
    /// The member's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ApiUrl => "api_url",
            Self::TokenUrl => "token_url",
            Self::Audience => "audience",
            Self::ClientId => "client_id",
            Self::ClientSecret => "client_secret",
            Self::AccessToken => "access_token",
            Self::CaCertificate => "ca_certificate",
            Self::Timeouts => "timeouts",
            Self::RequestsPerSecond => "requests_per_second",
        }
    }
}

/// One thing wrong with a [`Config`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConfigProblem {
    /// Which member.
    pub field: ConfigField,
    /// What is wrong and what would be right: a sentence. Never holds a secret.
    pub reason: String,
}

/// Everything wrong with a [`Config`], so that it can be put right in one go.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub struct ConfigError {
    /// At least one.
    pub problems: Vec<ConfigProblem>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { " " };
            write!(
                f,
                "{separator}{}: {}",
                problem.field.as_str(),
                problem.reason
            )?;
        }
        Ok(())
    }
}

/// The addresses of a [`Config`] after the checks.
#[derive(Clone, Debug)]
pub(crate) struct Endpoints {
    /// No query, no fragment, no trailing slash in the path.
    pub(crate) api: Url,
    pub(crate) token: Url,
    pub(crate) audience: String,
}

impl Endpoints {
    /// The address of an operation's path, which is percent-encoded already and starts with `/`.
    pub(crate) fn operation(&self, path: &str) -> String {
        format!("{}{path}", self.api.as_str().trim_end_matches('/'))
    }
}

/// Checks everything that can be checked without the network.
pub(crate) fn check(config: &Config) -> Result<Endpoints, ConfigError> {
    let mut problems = Vec::new();
    let mut report = |field, reason: String| problems.push(ConfigProblem { field, reason });

    let api = parse_url(&config.api_url)
        .map_err(|reason| report(ConfigField::ApiUrl, reason))
        .ok();
    let token = parse_url(&config.token_url)
        .map_err(|reason| report(ConfigField::TokenUrl, reason))
        .ok();
    if config
        .audience
        .as_deref()
        .is_some_and(|audience| audience.trim().is_empty())
    {
        report(
            ConfigField::Audience,
            "The audience is empty. Leave it out to use the host of the API.".to_owned(),
        );
    }
    check_credentials(&config.credentials, &mut report);
    if let Some(reason) = config
        .ca_certificate
        .as_deref()
        .and_then(certificate_problem)
    {
        report(ConfigField::CaCertificate, reason);
    }
    let timeouts = config.timeouts;
    if [timeouts.connect, timeouts.request, timeouts.call].contains(&Duration::ZERO) {
        report(
            ConfigField::Timeouts,
            "A timeout must be longer than zero.".to_owned(),
        );
    }
    if !(config.requests_per_second.is_finite() && config.requests_per_second > 0.0) {
        report(
            ConfigField::RequestsPerSecond,
            format!("{} is not a number above 0.", config.requests_per_second),
        );
    }

    match (api, token) {
        (Some(api), Some(token)) if problems.is_empty() => {
            let audience = config
                .audience
                .clone()
                .unwrap_or_else(|| api.host_str().unwrap_or_default().to_owned());
            Ok(Endpoints {
                api,
                token,
                audience,
            })
        }
        _ => Err(ConfigError { problems }),
    }
}

fn check_credentials(credentials: &Credentials, report: &mut impl FnMut(ConfigField, String)) {
    use secrecy::ExposeSecret as _;
    match credentials {
        Credentials::ClientSecret {
            client_id,
            client_secret,
        } => {
            if client_id.trim().is_empty() {
                report(ConfigField::ClientId, "The client id is empty.".to_owned());
            }
            if client_secret.expose_secret().trim().is_empty() {
                report(
                    ConfigField::ClientSecret,
                    "The client secret is empty.".to_owned(),
                );
            }
        }
        Credentials::AccessToken(token) => {
            if !fits_header(token) {
                report(
                    ConfigField::AccessToken,
                    "The access token is empty, or holds a blank, a line break or another character \
                     that no token has. Give the token alone, without `Bearer` before it."
                        .to_owned(),
                );
            }
        }
        Credentials::None => {}
    }
}

fn parse_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text);
    // Shown without the user name and password an address may hold.
    let text = text.rsplit_once('@').map_or(text, |(_, rest)| rest);
    let url = url.map_err(|cause| {
        format!("`{text}` is not an address: {cause}. Expected something like `https://api.example.com`.")
    })?;
    let shown = format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default());
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!(
            "The address of `{shown}` holds a user name or a password; neither is sent. Leave them out."
        ));
    }
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(format!("`{text}` is not an `https` address with a host."));
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        return Err(format!(
            "`{text}` is not encrypted: it would carry the credentials in clear text. Use `https`; `http` is \
             accepted only for this machine (`localhost`, `127.0.0.1`, `[::1]`)."
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!(
            "`{shown}` is followed by a query or a fragment (`?` or `#`). Leave it out."
        ));
    }
    Ok(url)
}

fn certificate_problem(pem: &str) -> Option<String> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;

    let mut store = rustls::RootCertStore::empty();
    let mut found = 0_usize;
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        found += 1;
        let added = match certificate {
            Ok(certificate) => store.add(certificate).map_err(|cause| cause.to_string()),
            Err(cause) => Err(cause.to_string()),
        };
        if let Err(cause) = added {
            return Some(format!(
                "Certificate {found} in the PEM text cannot be used: {cause}."
            ));
        }
    }
    (found == 0).then(|| {
        "No certificate found. Expected PEM text with at least one `-----BEGIN CERTIFICATE-----` block.".to_owned()
    })
}

/// Which hosts are this machine.
pub(crate) mod url_host {
    use std::net::IpAddr;

    use reqwest::Url;

    /// Whether the address leads to this machine by its very name, without asking anybody.
    pub(crate) fn is_loopback(url: &Url) -> bool {
        let Some(host) = url.host_str() else {
            return false;
        };
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        match bare.parse::<IpAddr>() {
            Ok(address) => address.to_canonical().is_loopback(),
            Err(_) => bare == "localhost" || bare.ends_with(".localhost"),
        }
    }
}

#[cfg(test)]
mod tests;
