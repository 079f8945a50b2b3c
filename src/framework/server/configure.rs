//! `ConfigureProvider`: takes the configuration, without a network call.

use std::sync::{Arc, PoisonError};

use super::Server;
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::object::Model as _;
use crate::framework::operation::ClientCapabilities;
use crate::framework::provider::{Configure, Provider};
use crate::framework::value::Value;

/// What a core asks for.
#[derive(Debug, Clone)]
pub struct ConfigureRequest {
    /// The provider block; parts may be unknown while planning.
    pub config: Value,
    /// The version of the Terraform or OpenTofu that calls.
    pub terraform_version: String,
    /// What the core understands.
    pub client: ClientCapabilities,
}

impl<P: Provider> Server<P> {
    /// Configures the provider, or configures it anew: a process that serves several runs is
    /// configured by each.
    pub fn configure_provider(&self, request: ConfigureRequest) -> Diagnostics {
        let config = if request.config.is_null() {
            self.provider_schema().block.empty()
        } else {
            request.config
        };
        let result = match P::Config::read(&config) {
            Ok(config) => self.provider.configure(Configure {
                config,
                terraform_version: request.terraform_version,
                client: request.client,
            }),
            Err(error) => Err(Diagnostic::from(error).into()),
        };
        let (data, diagnostics) = match result {
            Ok((data, diagnostics)) => (Some(Arc::new(data)), diagnostics),
            Err(diagnostics) => (None, diagnostics),
        };
        *self
            .configured
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = data;
        diagnostics
    }
}
