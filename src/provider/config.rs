//! The provider block: its schema, its rules, and how block, environment and defaults together
//! become settings. Nothing here touches the network.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use super::environment as variable;
use super::environment::Environment;
use super::validators;
use crate::api;
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::number::Number;
use crate::framework::object::Field;
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Schema};

crate::model! {
    /// The provider block.
    pub struct ProviderConfig {
        pub client_id: Field<String>,
        pub client_secret: Field<SecretString>,
        pub access_token: Field<SecretString>,
        pub api_url: Field<String>,
        pub token_url: Field<String>,
        pub audience: Field<String>,
        pub token_disk_cache: Field<bool>,
        pub token_cache_dir: Field<String>,
        pub organization_id: Field<String>,
        pub max_retries: Field<Number>,
        pub request_timeout: Field<String>,
        pub requests_per_second: Field<Number>,
        pub ca_certificate: Field<String>,
        pub debug: Field<bool>,
    }
}

/// The schema of the provider block.
#[must_use]
pub fn schema() -> Schema {
    let from = |name: &str| format!("Environment variable: `{name}`.");
    Schema::new(
        "Manages an organisation in Camunda 8 SaaS through its Administration API: clusters and \
         what belongs to them. Credentials are created in the Console, under Organization > \
         Administration API.",
        [
            Attribute::string("client_id").optional().description(format!(
                "Client ID of credentials for the Administration API. {} No default.",
                from(variable::CLIENT_ID)
            )),
            Attribute::string("client_secret")
                .optional()
                .sensitive()
                .description(format!(
                    "Client secret of those credentials. {} No default.",
                    from(variable::CLIENT_SECRET)
                )),
            Attribute::string("access_token")
                .optional()
                .sensitive()
                .description(format!(
                    "A ready-made access token, used as it is and never renewed, instead of \
                     `client_id` and `client_secret`. {} No default.",
                    from(variable::ACCESS_TOKEN)
                )),
            Attribute::string("api_url").optional().description(format!(
                "Base address of the Administration API; `https`, except on this machine. {} \
                 Default: `{}`.",
                from(variable::API_URL),
                api::Config::DEFAULT_API_URL
            )),
            Attribute::string("token_url").optional().description(format!(
                "Address of the token endpoint; `https`, except on this machine. {} Default: `{}`.",
                from(variable::TOKEN_URL),
                api::Config::DEFAULT_TOKEN_URL
            )),
            Attribute::string("audience").optional().description(format!(
                "Audience of the requested tokens. {} Default: the host of `api_url`.",
                from(variable::AUDIENCE)
            )),
            Attribute::bool("token_disk_cache").optional().description(format!(
                "Whether files in `token_cache_dir` may carry knowledge from one run to the next and \
                 between runs at the same time: access tokens, refused credentials (for two minutes) \
                 and the pace of token requests, so that many runs together ask for one token; and \
                 notes about creations that have begun, without which a run after a killed one could \
                 not know its own cluster.\n\nThe files are readable by their owner alone. Whatever is \
                 wrong with them, runs go on without. Environment variable: `{}` (any non-empty value \
                 means `false`). Default: `true`.",
                variable::TOKEN_DISK_CACHE_DISABLE
            )),
            Attribute::string("token_cache_dir").optional().description(format!(
                "Folder for those files. Tokens are kept in `tokens` in it, and only if neither folder \
                 is a link, belongs to another user or can be written by everybody. {} Default: `terraform-provider-camunda` in the user's \
                 cache folder.",
                from(variable::TOKEN_CACHE_DIR)
            )),
            Attribute::string("organization_id").optional().description(
                "ID of the organisation the credentials must belong to. Before the first write the \
                 provider compares it with the owner of the organisation's clusters and refuses to \
                 go on when they differ. No default: not checked.",
            ),
            Attribute::number("max_retries")
                .optional()
                .validate(validators::whole_number(0, 20))
                .description(
                    "How often a failed request is repeated, where repeating is safe. From 0 to 20. \
                     Default: 6.",
                ),
            Attribute::string("request_timeout")
                .optional()
                .validate(validators::duration())
                .description(
                    "How long one try of one request may take, for example `30s`. Default: `60s`.",
                ),
            Attribute::number("requests_per_second")
                .optional()
                .validate(validators::positive_number())
                .description(
                    "How many requests per second this process sends at most. Default: 10.",
                ),
            Attribute::string("ca_certificate").optional().description(format!(
                "Further certificate authorities to trust: PEM text, or the path of a PEM file. \
                 Environment variables: `{}`, then `{}` (paths). Default: those of the system alone.",
                variable::CUSTOM_ROOT_CERTIFICATE,
                variable::SSL_CERT_FILE
            )),
            Attribute::bool("debug")
                .optional()
                .deprecated(
                    "Set the environment variable TF_LOG_PROVIDER=DEBUG instead. Will be \
                     removed in version 1.0.",
                )
                .description(
                    "Raises the level of the provider's own log to DEBUG. Never prints a secret.",
                ),
        ],
    )
}

/// Rules over several attributes of the block.
#[must_use]
pub fn validate(config: &ProviderConfig) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    // What is not known yet may turn out to be null.
    let client = config.client_id.known().is_some() || config.client_secret.known().is_some();
    if config.access_token.known().is_some() && client {
        diagnostics.push(
            Diagnostic::error(
                "Two kinds of credentials in the provider block",
                "access_token is used instead of client_id and client_secret, so only one of them \
                 can be set.",
            )
            .hint("Remove access_token, or client_id and client_secret.")
            .at(Path::of("access_token")),
        );
    }
    diagnostics
}

/// What the provider's operations need to know.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How to reach the API, or why that is not possible.
    pub access: Access,
    /// Where the credentials came from, for messages.
    pub credentials_from: String,
    /// The organisation the credentials must belong to.
    pub organization_id: Option<String>,
    /// First pause between two looks at something that takes time.
    pub poll_interval: Duration,
    /// Folder for what is carried from one run to the next; `None` when switched off or unknown.
    pub cache_folder: Option<PathBuf>,
}

/// Whether the API can be reached with this configuration.
#[derive(Debug, Clone)]
pub enum Access {
    /// Yes.
    Ready(Box<api::Config>),
    /// Not in this run: these attributes are not known yet.
    NotYetKnown(Vec<&'static str>),
    /// No: there are no credentials. What the API tells everybody can be had all the same.
    NoCredentials(Box<api::Config>),
}

/// Combines block, environment and defaults, attribute by attribute.
///
/// # Errors
/// Everything that is wrong, each with its attribute.
pub fn resolve(
    config: &ProviderConfig,
    environment: &Environment,
    terraform_version: &str,
) -> Result<Settings, Diagnostics> {
    let text = |field: &Field<String>, name: &str| {
        field
            .as_str()
            .or_else(|| environment.get(name))
            .map(str::to_owned)
    };
    let secret = |field: &Field<SecretString>, name: &str| {
        field
            .known()
            .cloned()
            .or_else(|| environment.get(name).map(SecretString::from))
    };
    let mut diagnostics = Diagnostics::new();
    let poll_interval = match environment.get(variable::POLL_INTERVAL) {
        None => Duration::from_secs(3),
        Some(text) => validators::parse_duration(text).unwrap_or_else(|reason| {
            diagnostics.push(Diagnostic::error(
                format!("Invalid value of {}", variable::POLL_INTERVAL),
                format!("{text:?} {reason}."),
            ));
            Duration::from_secs(3)
        }),
    };
    let mut settings = Settings {
        access: Access::NotYetKnown(Vec::new()),
        credentials_from: String::new(),
        organization_id: config.organization_id.as_str().map(str::to_owned),
        poll_interval,
        cache_folder: cache_folder(config, environment),
    };

    let unknown: Vec<&'static str> = [
        ("client_id", config.client_id.is_unknown()),
        ("client_secret", config.client_secret.is_unknown()),
        ("access_token", config.access_token.is_unknown()),
        ("api_url", config.api_url.is_unknown()),
        ("token_url", config.token_url.is_unknown()),
        ("audience", config.audience.is_unknown()),
        ("organization_id", config.organization_id.is_unknown()),
        ("max_retries", config.max_retries.is_unknown()),
        ("request_timeout", config.request_timeout.is_unknown()),
        (
            "requests_per_second",
            config.requests_per_second.is_unknown(),
        ),
        ("ca_certificate", config.ca_certificate.is_unknown()),
    ]
    .into_iter()
    .filter_map(|(name, unknown)| unknown.then_some(name))
    .collect();
    if !unknown.is_empty() {
        settings.access = Access::NotYetKnown(unknown);
        return if diagnostics.is_empty() {
            Ok(settings)
        } else {
            Err(diagnostics)
        };
    }

    // A block that names a client means that client, whatever token the environment holds.
    let block_has_client = !config.client_id.is_null() || !config.client_secret.is_null();
    let token = if block_has_client {
        None
    } else {
        secret(&config.access_token, variable::ACCESS_TOKEN)
    };
    let source = |in_block: bool, attribute: &str, name: &str| {
        if in_block {
            format!("{attribute} in the provider block")
        } else {
            format!("the environment variable {name}")
        }
    };
    let credentials = match (
        token,
        text(&config.client_id, variable::CLIENT_ID),
        secret(&config.client_secret, variable::CLIENT_SECRET),
    ) {
        (Some(token), _, _) => {
            settings.credentials_from = source(
                !config.access_token.is_null(),
                "access_token",
                variable::ACCESS_TOKEN,
            );
            Some(api::Credentials::AccessToken(token))
        }
        (None, Some(client_id), Some(client_secret)) => {
            settings.credentials_from =
                match (config.client_id.is_null(), config.client_secret.is_null()) {
                    (false, false) => {
                        "client_id and client_secret in the provider block".to_owned()
                    }
                    (true, true) => format!(
                        "the environment variables {} and {}",
                        variable::CLIENT_ID,
                        variable::CLIENT_SECRET
                    ),
                    (id_outside, secret_outside) => format!(
                        "{} and {}",
                        source(!id_outside, "client_id", variable::CLIENT_ID),
                        source(!secret_outside, "client_secret", variable::CLIENT_SECRET)
                    ),
                };
            Some(api::Credentials::ClientSecret {
                client_id,
                client_secret,
            })
        }
        _ => None,
    };
    // The rest is checked even without credentials: a wrong address is wrong in any case.
    let mut api = api::Config::new(credentials.unwrap_or(api::Credentials::None));
    if let Some(url) = text(&config.api_url, variable::API_URL) {
        api.api_url = url;
    }
    if let Some(url) = text(&config.token_url, variable::TOKEN_URL) {
        api.token_url = url;
    }
    api.audience = text(&config.audience, variable::AUDIENCE);
    api.token_folder.clone_from(&settings.cache_folder);
    api.user_agent = user_agent(environment, terraform_version);
    api.ca_certificate = certificate(config, environment, &mut diagnostics);
    if let Some(retries) = config.max_retries.known().and_then(Number::to_i64) {
        api.retry.max_retries = u32::try_from(retries).unwrap_or_default();
    }
    if let Some(text) = config.request_timeout.as_str()
        && let Ok(timeout) = validators::parse_duration(text)
    {
        api.timeouts.request = timeout;
    }
    if let Some(rate) = config.requests_per_second.known() {
        api.requests_per_second = rate.to_f64();
    }
    if let Err(error) = api::Client::new(api.clone()) {
        diagnostics.extend(
            error
                .problems
                .into_iter()
                .map(|problem| invalid(config, environment, problem)),
        );
    }
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    settings.access = match api.credentials {
        api::Credentials::None => Access::NoCredentials(Box::new(api)),
        _ => Access::Ready(Box::new(api)),
    };
    Ok(settings)
}

/// The message for a value the client does not take: at the attribute, or about the variable it came
/// from.
fn invalid(
    config: &ProviderConfig,
    environment: &Environment,
    problem: api::ConfigProblem,
) -> Diagnostic {
    use api::ConfigField;
    let from_environment: &[&str] = match problem.field {
        ConfigField::ApiUrl if config.api_url.is_null() => &[variable::API_URL],
        ConfigField::TokenUrl if config.token_url.is_null() => &[variable::TOKEN_URL],
        ConfigField::Audience if config.audience.is_null() => &[variable::AUDIENCE],
        ConfigField::ClientId if config.client_id.is_null() => &[variable::CLIENT_ID],
        ConfigField::ClientSecret if config.client_secret.is_null() => &[variable::CLIENT_SECRET],
        ConfigField::AccessToken if config.access_token.is_null() => &[variable::ACCESS_TOKEN],
        ConfigField::CaCertificate if config.ca_certificate.is_null() => {
            &[variable::CUSTOM_ROOT_CERTIFICATE, variable::SSL_CERT_FILE]
        }
        _ => &[],
    };
    let set = |name: &&&str| environment.get(name).is_some();
    match from_environment.iter().find(set) {
        Some(name) => Diagnostic::error(format!("Invalid value of {name}"), problem.reason),
        None => {
            let attribute = problem.field.as_str();
            let summary = format!("Invalid {attribute} in the provider block");
            Diagnostic::error(summary, problem.reason).at(Path::of(attribute))
        }
    }
}

/// The PEM text of further certificate authorities.
fn certificate(
    config: &ProviderConfig,
    environment: &Environment,
    diagnostics: &mut Diagnostics,
) -> Option<String> {
    let read = |path: &str| std::fs::read_to_string(path);
    if let Some(given) = config.ca_certificate.as_str() {
        if given.contains("-----BEGIN") {
            return Some(given.to_owned());
        }
        return match read(given) {
            Ok(pem) => Some(pem),
            Err(error) => {
                diagnostics.push(
                    Diagnostic::error(
                        "Cannot read ca_certificate",
                        format!(
                            "ca_certificate is neither PEM text nor the path of a file that can be \
                             read: {error}."
                        ),
                    )
                    .hint("Give the certificates themselves, or the path of a PEM file.")
                    .at(Path::of("ca_certificate")),
                );
                None
            }
        };
    }
    if let Some(path) = environment.get(variable::CUSTOM_ROOT_CERTIFICATE) {
        return match read(path) {
            Ok(pem) => Some(pem),
            Err(error) => {
                diagnostics.push(
                    Diagnostic::error(
                        format!(
                            "Cannot read the file named by {}",
                            variable::CUSTOM_ROOT_CERTIFICATE
                        ),
                        format!("{path:?} cannot be read: {error}."),
                    )
                    .hint("Correct the path, or unset the variable."),
                );
                None
            }
        };
    }
    // Set for other programs as well, so that it need not concern us: what cannot be read is left.
    environment.get(variable::SSL_CERT_FILE).and_then(|path| {
        read(path)
            .inspect_err(|error| tracing::warn!(path, %error, "cannot read SSL_CERT_FILE"))
            .ok()
    })
}

fn cache_folder(config: &ProviderConfig, environment: &Environment) -> Option<PathBuf> {
    let enabled = match config.token_disk_cache.known() {
        Some(enabled) => *enabled,
        None => environment
            .get(variable::TOKEN_DISK_CACHE_DISABLE)
            .is_none(),
    };
    if !enabled {
        return None;
    }
    if let Some(folder) = config
        .token_cache_dir
        .as_str()
        .or_else(|| environment.get(variable::TOKEN_CACHE_DIR))
    {
        return Some(PathBuf::from(folder));
    }
    let base = if let Some(folder) = environment.get(variable::XDG_CACHE_HOME) {
        PathBuf::from(folder)
    } else if cfg!(windows) {
        PathBuf::from(environment.get(variable::LOCAL_APP_DATA)?)
    } else {
        let home = PathBuf::from(environment.get(variable::HOME)?);
        if cfg!(target_os = "macos") {
            home.join("Library").join("Caches")
        } else {
            home.join(".cache")
        }
    };
    Some(base.join("terraform-provider-camunda"))
}

fn user_agent(environment: &Environment, terraform_version: &str) -> String {
    let mut text = format!(
        "terraform-provider-camunda/{} (+{}; {}_{}) Terraform/{}",
        env!("CARGO_PKG_VERSION"),
        env!("CARGO_PKG_REPOSITORY"),
        std::env::consts::OS,
        std::env::consts::ARCH,
        if terraform_version.is_empty() {
            "unknown"
        } else {
            terraform_version
        },
    );
    if let Some(more) = environment
        .get(variable::APPEND_USER_AGENT)
        .map(str::trim)
        .filter(|more| !more.is_empty())
    {
        text.push(' ');
        text.push_str(more);
    }
    text
}

#[cfg(test)]
mod tests;
