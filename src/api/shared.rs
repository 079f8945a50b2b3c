//! What all clients of the process share: tokens, limits, and the clusters it has created.
//!
//! Must not know how any of these work.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use super::config::{Credentials, Endpoints};
use super::create_cluster::Creations;
use super::limit::Limiter;
use super::secret::SecretDigest;
use super::token::TokenCache;

/// Whose limit: an API and who calls it.
#[derive(PartialEq, Eq, Hash)]
struct CallerKey {
    api: String,
    caller: Caller,
}

#[derive(PartialEq, Eq, Hash)]
enum Caller {
    Client(String),
    Token(SecretDigest),
}

#[derive(Default)]
pub(crate) struct Shared {
    pub(crate) tokens: TokenCache,
    pub(crate) creations: Creations,
    limiters: Mutex<HashMap<CallerKey, Arc<Limiter>>>,
}

impl Shared {
    /// The one instance of this process.
    pub(crate) fn of_the_process() -> Arc<Self> {
        static PROCESS: LazyLock<Arc<Shared>> = LazyLock::new(Arc::default);
        Arc::clone(&PROCESS)
    }

    pub(crate) fn api_limiter(
        &self,
        endpoints: &Endpoints,
        credentials: &Credentials,
    ) -> Arc<Limiter> {
        let caller = match credentials {
            Credentials::ClientSecret { client_id, .. } => Caller::Client(client_id.clone()),
            Credentials::AccessToken(token) => Caller::Token(SecretDigest::of(token)),
        };
        let key = CallerKey {
            api: endpoints.api.to_string(),
            caller,
        };
        self.limiters
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(key)
            .or_default()
            .clone()
    }
}
