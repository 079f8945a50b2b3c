//! What configuration becomes: the way to the API, made on first use, and what all objects of one
//! provider share during a run.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use super::config::{Access, Settings};
use super::environment as variable;
use super::errors;
use super::ip_allowlist::Plans as AllowlistPlans;
use super::journal::{Held, Journal};
use crate::api::{self, CallContext, Client, Parameters};
use crate::clock::{Clock, Instant};
use crate::framework::diag::Diagnostic;
use crate::framework::operation::{Context, DeferredReason, Outcome};

/// How long planning waits for the catalogue before it goes on without: the checks against it are a
/// convenience.
const CATALOGUE_PATIENCE: Duration = Duration::from_secs(20);

/// One configured provider.
#[derive(Debug)]
pub struct ProviderData {
    settings: Settings,
    clock: Clock,
    configured: Instant,
    client: OnceLock<Client>,
    catalogue: OnceCell<Result<Arc<Parameters>, api::Error>>,
    organization: OnceCell<()>,
    journal: Journal,
    held: Held,
    allowlist_plans: AllowlistPlans,
}

/// Why there is no way to the API.
#[derive(Debug)]
pub enum Unavailable {
    /// Parts of the provider's configuration are not known in this run.
    NotYetKnown(Diagnostic),
    /// Anything else.
    Error(Diagnostic),
}

impl Unavailable {
    /// The message for the user.
    #[must_use]
    pub fn into_diagnostic(self) -> Diagnostic {
        match self {
            Self::NotYetKnown(diagnostic) | Self::Error(diagnostic) => diagnostic,
        }
    }

    /// The outcome of an operation that cannot do without the API: postponed where the core can do
    /// that and the configuration is the reason, else the error.
    #[must_use]
    pub fn into_outcome<S, D>(self, context: &Context<D>) -> Outcome<S> {
        match self {
            Self::NotYetKnown(_) if context.client.deferral_allowed => {
                Outcome::deferred(DeferredReason::ProviderConfigUnknown)
            }
            other => Outcome::failed(other.into_diagnostic()),
        }
    }
}

impl ProviderData {
    /// A provider with these settings.
    #[must_use]
    pub fn new(settings: Settings, clock: Clock) -> Self {
        Self {
            journal: Journal::new(settings.cache_folder.clone(), clock.clone()),
            held: Held::default(),
            settings,
            configured: clock.instant(),
            clock,
            client: OnceLock::new(),
            catalogue: OnceCell::new(),
            organization: OnceCell::new(),
            allowlist_plans: AllowlistPlans::default(),
        }
    }

    /// The client for the API.
    ///
    /// # Errors
    /// There are no credentials, or parts of the configuration are not known yet.
    pub fn client(&self) -> Result<&Client, Unavailable> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        match &self.settings.access {
            Access::Ready(config) => {
                let client = new_client(config)?;
                Ok(self.client.get_or_init(|| client))
            }
            Access::NotYetKnown(attributes) => {
                Err(Unavailable::NotYetKnown(not_yet_known(attributes)))
            }
            Access::NoCredentials(_) => Err(Unavailable::Error(no_credentials())),
        }
    }

    /// A client for what the API tells everybody: it needs no credentials.
    ///
    /// # Errors
    /// Parts of the configuration are not known yet.
    pub fn public_client(&self) -> Result<Client, Unavailable> {
        match &self.settings.access {
            Access::NoCredentials(config) => new_client(config),
            _ => self.client().cloned(),
        }
    }

    /// For the calls of a refresh. The core configures a provider for each walk through the resources,
    /// and each walk refreshes them once: objects share what was read since then, however many they are.
    #[must_use]
    pub fn refresh(&self, cancel: &CancellationToken) -> CallContext {
        CallContext::new(cancel.clone()).since(self.configured)
    }

    /// First pause between two looks at something that takes time.
    #[must_use]
    pub fn poll_interval(&self) -> Duration {
        self.settings.poll_interval
    }

    /// The notes about creations that have begun.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The notes about what exists for the length of this run only.
    #[must_use]
    pub fn held(&self) -> &Held {
        &self.held
    }

    /// What was planned for the IP allowlists of clusters.
    #[must_use]
    pub fn allowlist_plans(&self) -> &AllowlistPlans {
        &self.allowlist_plans
    }

    /// What tells the organisation behind this provider from others, for the subjects of notes.
    #[must_use]
    pub fn account(&self) -> String {
        match &self.settings.access {
            Access::Ready(config) => {
                let client = match &config.credentials {
                    api::Credentials::ClientSecret { client_id, .. } => client_id,
                    api::Credentials::AccessToken(_) | api::Credentials::None => "",
                };
                format!("{} {client}", config.api_url)
            }
            _ => String::new(),
        }
    }

    /// The catalogue of what a cluster can be made of, read at most once per process: a failure is
    /// everybody's too, so that many readers do not multiply the requests to a service in trouble.
    ///
    /// # Errors
    /// Why it cannot be had.
    pub async fn catalogue(
        &self,
        client: &Client,
        cancel: &CancellationToken,
    ) -> Result<Arc<Parameters>, api::Error> {
        self.catalogue
            .get_or_init(|| async {
                let context = CallContext::new(cancel.clone());
                client.get_parameters(&context).await.map(Arc::new)
            })
            .await
            .clone()
    }

    /// The catalogue for planning, which checks against it for convenience. `None` if it cannot be
    /// had soon: the checks are then left out.
    pub async fn catalogue_for_checks(
        &self,
        cancel: &CancellationToken,
    ) -> Option<Arc<Parameters>> {
        let client = self.client().ok()?;
        let found = tokio::select! {
            found = self.catalogue(client, cancel) => Some(found),
            () = self.clock.sleep(CATALOGUE_PATIENCE) => None,
        };
        match found {
            Some(Ok(catalogue)) => Some(catalogue),
            Some(Err(error)) => {
                tracing::debug!(%error, "planning without the catalogue");
                None
            }
            None => {
                tracing::debug!("planning without the catalogue, which does not come");
                None
            }
        }
    }

    /// Makes sure, once per process and before its first write, that the credentials belong to the
    /// organisation the configuration names.
    ///
    /// An organisation without clusters does not say who it is; its first cluster is checked after
    /// it was created, with [`ProviderData::check_owner`].
    ///
    /// # Errors
    /// They belong to another organisation, or that could not be found out.
    pub async fn guard(&self, context: &CallContext) -> Result<(), Diagnostic> {
        if self.settings.organization_id.is_none() {
            return Ok(());
        }
        let client = self.client().map_err(Unavailable::into_diagnostic)?;
        self.organization
            .get_or_try_init(|| async {
                let clusters = client.list_clusters(context).await.map_err(|error| {
                    self.explain("Cannot check the organisation of the credentials", &error)
                })?;
                match clusters
                    .iter()
                    .find_map(|cluster| cluster.organization_id.as_deref())
                {
                    Some(owner) => self.check_owner(owner),
                    None => Ok(()),
                }
            })
            .await
            .copied()
    }

    /// The client, for an operation that writes: after the [guard](ProviderData::guard).
    ///
    /// # Errors
    /// There is no way to the API, or it leads to another organisation.
    pub async fn for_writing(&self, context: &CallContext) -> Result<&Client, Diagnostic> {
        let client = self.client().map_err(Unavailable::into_diagnostic)?;
        self.guard(context).await?;
        Ok(client)
    }

    /// Compares the owner of an object with the organisation the configuration names.
    ///
    /// # Errors
    /// They differ.
    pub fn check_owner(&self, owner: &str) -> Result<(), Diagnostic> {
        match self.settings.organization_id.as_deref() {
            Some(expected) if !expected.eq_ignore_ascii_case(owner) => Err(Diagnostic::error(
                "Credentials belong to another organisation",
                format!(
                    "The provider block names the organisation {expected}, but the credentials \
                     belong to the organisation {owner}. They came from {}.",
                    self.settings.credentials_from
                ),
            )
            .hint(
                "Use credentials of the organisation you mean, or correct organization_id in the \
                 provider block.",
            )),
            _ => Ok(()),
        }
    }

    /// The message for an API error. `summary` says what could not be done, to which object.
    #[must_use]
    pub fn explain(&self, summary: impl Into<String>, error: &api::Error) -> Diagnostic {
        let (token_url, audience) = match &self.settings.access {
            Access::Ready(config) => (config.token_url.as_str(), config.audience.as_deref()),
            _ => ("", None),
        };
        let origin = errors::Origin {
            credentials_from: &self.settings.credentials_from,
            token_url,
            audience,
        };
        errors::explain(summary.into(), error, &origin)
    }
}

fn new_client(config: &api::Config) -> Result<Client, Unavailable> {
    Client::new(config.clone()).map_err(|error| {
        Unavailable::Error(Diagnostic::error(
            "Invalid provider configuration",
            error.to_string(),
        ))
    })
}

fn not_yet_known(attributes: &[&str]) -> Diagnostic {
    let (verb, noun) = if attributes.len() == 1 {
        ("is", "value")
    } else {
        ("are", "values")
    };
    let variables: Vec<&str> = attributes
        .iter()
        .filter_map(|attribute| variable::of_attribute(attribute))
        .collect();
    let diagnostic = Diagnostic::error(
        "Provider configuration is not known yet",
        format!(
            "{} in the provider block {verb} known only after apply, but the {noun} would be needed \
             now to talk to Camunda.",
            attributes.join(", ")
        ),
    );
    let first = "apply first what the configuration of the provider is made from, for example with \
                 -target.";
    diagnostic.hint(if variables.len() == attributes.len() {
        format!(
            "Either leave out what is not known and set {} in the environment instead, or {first}",
            variables.join(" and ")
        )
    } else {
        format!("Either give the {noun} as such, or {first}")
    })
}

fn no_credentials() -> Diagnostic {
    Diagnostic::error(
        "No credentials for Camunda",
        format!(
            "Looked, in this order, at: access_token in the provider block; client_id and \
             client_secret in the provider block, either completed from the environment; the \
             environment variable {}; the environment variables {} and {}. None gives a complete \
             set.",
            variable::ACCESS_TOKEN,
            variable::CLIENT_ID,
            variable::CLIENT_SECRET
        ),
    )
    .hint(
        "Create credentials in the Console under Organization > Administration API and set the two \
         environment variables.",
    )
}

#[cfg(test)]
mod tests;
