//! Every environment variable the provider's configuration reads, one documented constant each, and
//! the one place that reads them.

use std::collections::BTreeMap;

/// Client id of organization-level credentials.
pub const CLIENT_ID: &str = "CAMUNDA_CONSOLE_CLIENT_ID";
/// Client secret of organization-level credentials.
pub const CLIENT_SECRET: &str = "CAMUNDA_CONSOLE_CLIENT_SECRET";
/// A ready-made access token.
pub const ACCESS_TOKEN: &str = "CAMUNDA_OAUTH_TOKEN";
/// Base address of the Administration API.
pub const API_URL: &str = "CAMUNDA_CONSOLE_BASE_URL";
/// Address of the token endpoint.
pub const TOKEN_URL: &str = "CAMUNDA_OAUTH_URL";
/// Audience of requested tokens.
pub const AUDIENCE: &str = "CAMUNDA_CONSOLE_OAUTH_AUDIENCE";
/// Any non-empty value switches the files shared with other processes off.
pub const TOKEN_DISK_CACHE_DISABLE: &str = "CAMUNDA_TOKEN_DISK_CACHE_DISABLE";
/// Folder of the files shared with other processes.
pub const TOKEN_CACHE_DIR: &str = "CAMUNDA_TOKEN_CACHE_DIR";
/// Path of a PEM file with further certificate authorities.
pub const CUSTOM_ROOT_CERTIFICATE: &str = "CAMUNDA_CUSTOM_ROOT_CERT_PATH";
/// The usual name for the same on many systems; used if the one above is not set.
pub const SSL_CERT_FILE: &str = "SSL_CERT_FILE";
/// First pause between two looks at something that takes time, as a duration such as `2s`. Later
/// pauses grow to ten times as much.
pub const POLL_INTERVAL: &str = "CAMUNDA_POLL_INTERVAL";
/// Text appended to the `User-Agent` header; read by all Terraform providers.
pub const APPEND_USER_AGENT: &str = "TF_APPEND_USER_AGENT";
/// The user's folder for caches, as desktop systems define it.
pub const XDG_CACHE_HOME: &str = "XDG_CACHE_HOME";
/// The user's folder.
pub const HOME: &str = "HOME";
/// The user's folder for caches on Windows.
pub const LOCAL_APP_DATA: &str = "LOCALAPPDATA";

/// The variable that stands in for an attribute of the provider block, if there is one.
#[must_use]
pub fn of_attribute(attribute: &str) -> Option<&'static str> {
    Some(match attribute {
        "client_id" => CLIENT_ID,
        "client_secret" => CLIENT_SECRET,
        "access_token" => ACCESS_TOKEN,
        "api_url" => API_URL,
        "token_url" => TOKEN_URL,
        "audience" => AUDIENCE,
        "ca_certificate" => CUSTOM_ROOT_CERTIFICATE,
        _ => return None,
    })
}

const ALL: [&str; 15] = [
    CLIENT_ID,
    CLIENT_SECRET,
    ACCESS_TOKEN,
    API_URL,
    TOKEN_URL,
    AUDIENCE,
    TOKEN_DISK_CACHE_DISABLE,
    TOKEN_CACHE_DIR,
    CUSTOM_ROOT_CERTIFICATE,
    SSL_CERT_FILE,
    POLL_INTERVAL,
    APPEND_USER_AGENT,
    XDG_CACHE_HOME,
    HOME,
    LOCAL_APP_DATA,
];

/// The environment as it was when the process started. Its `Debug` shows names alone, because
/// values may be secret.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<&'static str, String>);

impl Environment {
    /// The environment of this process.
    #[must_use]
    pub fn of_process() -> Self {
        Self(
            ALL.into_iter()
                .filter_map(|name| Some((name, std::env::var(name).ok()?)))
                .collect(),
        )
    }

    /// An environment with just these variables.
    #[must_use]
    pub fn with(variables: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        Self(variables.into_iter().collect())
    }

    /// The value of a variable. An empty one counts as unset.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
