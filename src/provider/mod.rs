//! The Camunda provider: its configuration, what it offers, and what all its objects share.

pub mod action;
pub mod address;
pub mod backup;
pub mod client_address;
pub mod client_creation;
pub mod client_scopes;
pub mod cluster_filter;
pub mod cluster_view;
pub mod config;
pub mod data;
pub mod environment;
pub mod errors;
pub mod health;
pub mod import_id;
pub mod ip_allowlist;
pub mod journal;
pub mod listing;
pub mod lookup;
pub mod offered;
pub mod page;
pub mod registry;
pub mod selection;
pub mod upgrade;
pub mod validators;
pub mod wait;
pub mod wake;

use std::sync::Arc;

pub use environment::Environment;

use crate::api;
use crate::clock::Clock;
use crate::framework::diag::Diagnostics;
use crate::framework::provider::{Configure, Provider, Registry};
use crate::framework::schema::Schema;
use config::ProviderConfig;
use data::ProviderData;

/// Says in one line of the log what this process has done at the API, if anything.
pub fn log_summary() {
    let summary = api::summary();
    if !summary.is_empty() {
        tracing::info!("{summary}");
    }
}

/// The provider.
#[derive(Clone)]
pub struct Camunda {
    environment: Environment,
    clock: Clock,
    more_log: Arc<dyn Fn() + Send + Sync>,
}

impl Camunda {
    /// A provider that takes from `environment` what its block leaves out. `more_log` is called when
    /// the block asks for a more talkative log.
    pub fn new(
        environment: Environment,
        clock: Clock,
        more_log: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        Self {
            environment,
            clock,
            more_log: Arc::new(more_log),
        }
    }
}

impl std::fmt::Debug for Camunda {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Camunda").finish_non_exhaustive()
    }
}

impl Provider for Camunda {
    type Config = ProviderConfig;
    type Data = ProviderData;

    fn schema(&self) -> Schema {
        config::schema()
    }

    fn validate(&self, config: &ProviderConfig) -> Diagnostics {
        config::validate(config)
    }

    fn configure(
        &self,
        request: Configure<ProviderConfig>,
    ) -> Result<(ProviderData, Diagnostics), Diagnostics> {
        if request.config.debug.known() == Some(&true) {
            (self.more_log)();
        }
        let settings = config::resolve(
            &request.config,
            &self.environment,
            &request.terraform_version,
        )?;
        Ok((
            ProviderData::new(settings, self.clock.clone()),
            Diagnostics::new(),
        ))
    }

    fn registry(&self) -> Registry<ProviderData> {
        registry::registry()
    }
}
