//! What all clients of the process share: tokens, limits, recent reads, turns, and the clusters it has
//! created.
//!
//! Must not know how any of these work.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use super::coalesce::RecentReads;
use super::config::{Credentials, Endpoints};
use super::create_cluster::Creations;
use super::limit::Limiter;
use super::merge_allowlist::AllowlistChanges;
use super::secret::SecretDigest;
use super::token::TokenCache;
use super::turns::Turns;

/// An API and who calls it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct CallerKey {
    api: String,
    caller: Caller,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Caller {
    Client(String),
    Token(SecretDigest),
    Nobody,
}

impl CallerKey {
    pub(crate) fn new(endpoints: &Endpoints, credentials: &Credentials) -> Self {
        Self {
            api: endpoints.api.to_string(),
            caller: match credentials {
                Credentials::ClientSecret { client_id, .. } => Caller::Client(client_id.clone()),
                Credentials::AccessToken(token) => Caller::Token(SecretDigest::of(token)),
                Credentials::None => Caller::Nobody,
            },
        }
    }

    /// The base address of the API.
    pub(crate) fn api(&self) -> &str {
        &self.api
    }

    /// Whether the API is the one at this address.
    pub(crate) fn is_at(&self, api: &str) -> bool {
        self.api == api
    }
}

#[derive(Default)]
pub(crate) struct Shared {
    pub(crate) tokens: TokenCache,
    pub(crate) creations: Creations,
    pub(crate) recent: RecentReads,
    pub(crate) turns: Turns,
    pub(crate) allowlists: AllowlistChanges,
    limiters: Mutex<HashMap<CallerKey, Arc<Limiter>>>,
}

impl Shared {
    /// The one instance of this process.
    pub(crate) fn of_the_process() -> Arc<Self> {
        static PROCESS: LazyLock<Arc<Shared>> = LazyLock::new(Arc::default);
        Arc::clone(&PROCESS)
    }

    pub(crate) fn api_limiter(&self, caller: &CallerKey) -> Arc<Limiter> {
        self.limiters
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(caller.clone())
            .or_default()
            .clone()
    }
}
