//! The Camunda 8 Administration API: typed calls, tokens, retries, limits.
//!
//! Start with [`Config`] and [`Client`]. Each call takes a [`CallContext`] and fails with an
//! [`Error`], whose predicates say what happened. Must not know who calls: imports nothing but the
//! clock.

mod clusters;
mod config;
mod context;
mod create_cluster;
mod error;
mod lenient;
mod limit;
mod message;
mod parameters;
mod request;
mod retry;
mod secret;
mod send;
mod shared;
mod token;
mod token_request;
mod transport;

#[cfg(test)]
mod test_server;
#[cfg(test)]
mod test_transport;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;

pub use self::clusters::{
    AllowlistEntry, Cluster, ClusterEncryption, ClusterHealth, ClusterLinks, ClusterStatus,
    CreateCluster, CreatedCluster, EncryptionType, GenerationUpgrade, NamedRef, UpdateCluster,
};
pub use self::config::{
    Config, ConfigError, ConfigField, ConfigProblem, Credentials, RetrySettings, Timeouts,
};
pub use self::context::CallContext;
#[cfg(test)]
pub(crate) use self::error::Subject;
pub use self::error::{Error, ErrorKind};
pub use self::parameters::{BackupLocation, Channel, CloudRegion, Generation, Parameters, Region};
pub use self::secret::{ExposeSecret, SecretString};

use self::limit::Pace;
use self::request::Request;
use self::secret::SecretDigest;
use self::send::{BadBody, Sender, Tokens};
use self::shared::Shared;
use self::token::{TokenKey, TokenSource};
use self::token_request::Issuer;
use self::transport::{Answer, HttpTransport, Transport};
use crate::clock::Clock;

/// The API, with one set of credentials. Cheap to clone; clones share everything.
///
/// Clients made from equal endpoints and credentials, anywhere in the process, share tokens and
/// limits; others never do.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    sender: Sender,
    shared: Arc<Shared>,
}

impl Client {
    /// Checks `config`. Opens no connection, reads no file, asks for no token.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        let transport = HttpTransport::new(
            &config.user_agent,
            config.ca_certificate.clone(),
            config.timeouts.connect,
        );
        Self::assemble(
            config,
            Arc::new(transport),
            Shared::of_the_process(),
            Clock::system(),
        )
    }

    fn assemble(
        config: Config,
        transport: Arc<dyn Transport>,
        shared: Arc<Shared>,
        clock: Clock,
    ) -> Result<Self, ConfigError> {
        let endpoints = config::check(&config)?;
        let limiter = shared.api_limiter(&endpoints, &config.credentials);
        let tokens = match config.credentials {
            Credentials::AccessToken(token) => Tokens::Ready(token),
            Credentials::ClientSecret {
                client_id,
                client_secret,
            } => {
                let key = TokenKey {
                    token_url: endpoints.token.to_string(),
                    audience: endpoints.audience.clone(),
                    client_id: client_id.clone(),
                    secret: SecretDigest::of(&client_secret),
                };
                Tokens::Renewable(TokenSource {
                    cell: shared.tokens.cell(key),
                    host: shared.tokens.host(endpoints.token.authority().to_owned()),
                    issuer: Issuer {
                        transport: Arc::clone(&transport),
                        clock: clock.clone(),
                        url: endpoints.token.clone(),
                        audience: endpoints.audience.clone(),
                        client_id,
                        client_secret,
                    },
                    request_timeout: config.timeouts.request,
                    max_retries: config.retry.max_retries,
                })
            }
        };
        let sender = Sender {
            endpoints,
            transport,
            tokens,
            limiter,
            pace: Pace::per_second(config.requests_per_second),
            timeouts: config.timeouts,
            retry: config.retry,
            clock,
        };
        Ok(Self(Arc::new(Inner { sender, shared })))
    }

    /// For operations that answer with JSON.
    async fn call<T: DeserializeOwned>(
        &self,
        context: &CallContext,
        request: Request,
    ) -> Result<T, Error> {
        self.0.sender.send(context, &request, json).await
    }

    /// For operations whose answer has a body only if the service feels like it. A success is a
    /// success: neither an empty body nor one that broke off takes it back.
    async fn call_for_anything<T: DeserializeOwned>(
        &self,
        context: &CallContext,
        request: Request,
    ) -> Result<Option<T>, Error> {
        let decode = |answer: &Answer| {
            if answer.fault.is_some() || answer.body.is_empty() {
                Ok(None)
            } else {
                json(answer).map(Some)
            }
        };
        self.0.sender.send(context, &request, decode).await
    }

    /// For operations that answer with nothing worth reading.
    async fn call_for_nothing(&self, context: &CallContext, request: Request) -> Result<(), Error> {
        self.0.sender.send(context, &request, |_| Ok(())).await
    }
}

fn json<T: DeserializeOwned>(answer: &Answer) -> Result<T, BadBody> {
    match &answer.fault {
        Some(fault) => Err(BadBody::Failure(fault.clone())),
        None => serde_json::from_slice(&answer.body).map_err(BadBody::Json),
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("api", &self.0.sender.endpoints.api.as_str())
            .finish_non_exhaustive()
    }
}
