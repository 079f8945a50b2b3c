//! The Camunda 8 Administration API: typed calls, tokens, retries, limits.
//!
//! Start with [`Config`] and [`Client`]. Each call takes a [`CallContext`] and fails with an
//! [`Error`], whose predicates say what happened. Must not know who calls: imports nothing but the
//! clock.

mod access_token;
mod activity;
mod backup_schedules;
mod backups;
mod clients;
mod clusters;
mod coalesce;
mod config;
mod connector_secrets;
mod context;
mod create_backup;
mod create_client;
mod create_cluster;
mod create_monitoring;
mod egress;
mod error;
#[doc(hidden)]
pub mod fuzzing;
mod ip_allowlists;
pub mod ip_ranges;
mod lenient;
mod limit;
mod members;
mod merge_allowlist;
mod message;
mod monitoring;
mod parameters;
pub mod private_files;
mod request;
mod retry;
mod secret;
mod secure_connectivity;
mod send;
mod shared;
mod statistics;
mod token;
mod token_file;
mod token_pace;
mod token_request;
mod transport;
mod turns;

#[cfg(test)]
mod test_server;
#[cfg(test)]
mod test_transport;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use tokio::sync::OwnedMutexGuard;

pub use self::access_token::AccessToken;
pub use self::activity::ActivityEvent;
pub use self::backup_schedules::{BackupSchedule, ScheduleNotCreated};
pub use self::backups::{Backup, BackupStatus};
pub use self::clients::{ClientConnection, CreateZeebeClient, CreatedZeebeClient, ZeebeClient};
pub use self::clusters::{
    AllowlistEntry, Cluster, ClusterEncryption, ClusterHealth, ClusterLinks, ClusterStatus,
    CreateCluster, CreatedCluster, EncryptionType, GenerationUpgrade, NamedRef, UpdateCluster,
};
pub use self::config::{
    Config, ConfigError, ConfigField, ConfigProblem, Credentials, RetrySettings, Timeouts,
};
pub use self::connector_secrets::{ConnectorSecrets, SecretNotCreated};
pub use self::context::{CallContext, Freshness};
pub use self::create_backup::comes_too_soon;
pub use self::create_monitoring::MonitoringNotActivated;
#[cfg(test)]
pub(crate) use self::error::Subject;
pub use self::error::{Error, ErrorKind};
pub use self::members::{ASSIGNABLE_ROLES, Member};
pub use self::merge_allowlist::MergeError;
pub use self::monitoring::{Monitoring, MonitoringClient, MonitoringCredentials};
pub use self::parameters::{BackupLocation, Channel, CloudRegion, Generation, Parameters, Region};
pub use self::secret::{ExposeSecret, SecretString};
pub use self::secure_connectivity::{ActivateSecureConnectivity, NotActivated, SecureConnectivity};
pub use self::statistics::Summary;

use self::coalesce::Arrival;
use self::limit::Pace;
use self::request::Request;
use self::secret::SecretDigest;
use self::send::{BadBody, Sender, Tokens};
use self::shared::{CallerKey, Shared};
use self::token::{Sharing, TokenKey, TokenSource};
use self::token_file::{TokenFile, TokenFolder};
use self::token_pace::TokenPace;
use self::token_request::Issuer;
use self::transport::{Answer, HttpTransport, Transport};
use crate::clock::Clock;

/// The time from an answer that something is not there to the look that settles it.
const BEFORE_SECOND_LOOK: Duration = Duration::from_secs(1);

/// What this process has done at the API so far.
#[must_use]
pub fn summary() -> Summary {
    Shared::of_the_process().statistics.summary()
}

/// The API, with one set of credentials. Cheap to clone; clones share everything.
///
/// Clients made from equal endpoints and credentials, anywhere in the process, share tokens and
/// limits; others never do.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    sender: Sender,
    caller: CallerKey,
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
        let caller = CallerKey::new(&endpoints, &config.credentials);
        let limiter = shared.api_limiter(&caller);
        let tokens = match config.credentials {
            Credentials::None => Tokens::None,
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
                let host = endpoints.token.authority().to_owned();
                let sharing = config.token_folder.map(|folder| {
                    let folder = TokenFolder::new(&folder, clock.clone());
                    Sharing {
                        file: TokenFile::new(folder.clone(), &key),
                        pace: TokenPace::new(folder, &host, clock.clone()),
                    }
                });
                Tokens::Renewable(Box::new(TokenSource {
                    cell: shared.tokens.cell(key),
                    host: shared.tokens.host(host),
                    sharing,
                    statistics: Arc::clone(&shared.statistics),
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
                }))
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
            statistics: Arc::clone(&shared.statistics),
            clock,
        };
        Ok(Self(Arc::new(Inner {
            sender,
            caller,
            shared,
        })))
    }

    /// For operations that answer with JSON.
    async fn call<T: DeserializeOwned>(
        &self,
        context: &CallContext,
        request: Request,
    ) -> Result<T, Error> {
        self.send(context, &request, json).await
    }

    /// For reads that many callers make at the same moment: they share one answer. It is never older
    /// than the last write of this process to the same place, nor than the caller's [`Freshness`] allows.
    ///
    /// What is not found is looked for once more: on [`Error::is_not_found`] an object leaves the state,
    /// and with it secrets that are told only once, and a proxy can say so as well as the service.
    async fn recent<T: DeserializeOwned + Send + Sync + 'static>(
        &self,
        context: &CallContext,
        request: Request,
    ) -> Result<Arc<T>, Error> {
        let Inner {
            sender,
            caller,
            shared,
        } = &*self.0;
        let clock = &sender.clock;
        let arrived = Arrival {
            at: clock.instant(),
            freshness: context.freshness,
        };
        let context = sender.bounded(context);
        let read = shared.recent.of(caller, &request.path, arrived.at);
        // Whoever gives up lets the next one read.
        let mut latest = sender.run(&context, &request, read.latest.lock()).await?;
        if let Some(answer) = read.answer(latest.as_ref(), arrived, clock.instant()) {
            shared.statistics.shared_read();
            tracing::debug!(
                operation = request.operation,
                path = request.path,
                "shared a recent answer"
            );
            return answer;
        }
        let mut begun = read.begin(clock.instant());
        let mut answer = self.call(&context, request.clone()).await.map(Arc::new);
        if answer.as_ref().is_err_and(Error::is_not_found) {
            tracing::debug!(path = request.path, "not found: looking once more");
            sender
                .run(&context, &request, clock.sleep(BEFORE_SECOND_LOOK))
                .await?;
            begun = read.begin(clock.instant());
            answer = self.call(&context, request).await.map(Arc::new);
        }
        *latest = begun.ended(clock.instant(), &answer);
        answer
    }

    /// Waits until it is the caller's turn among all callers of this process with the same subject.
    /// The turn ends when the guard is dropped.
    async fn turn(
        &self,
        context: &CallContext,
        request: &Request,
        subject: String,
    ) -> Result<OwnedMutexGuard<()>, Error> {
        let Inner { sender, shared, .. } = &*self.0;
        let queue = shared
            .turns
            .queue(format!("{} {subject}", self.0.caller.api()));
        sender.run(context, request, queue.lock_owned()).await
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
        self.send(context, &request, decode).await
    }

    /// For operations that answer with nothing worth reading.
    async fn call_for_nothing(&self, context: &CallContext, request: Request) -> Result<(), Error> {
        self.send(context, &request, |_| Ok(())).await
    }

    async fn send<T>(
        &self,
        context: &CallContext,
        request: &Request,
        decode: impl Fn(&Answer) -> Result<T, BadBody>,
    ) -> Result<T, Error> {
        let Inner {
            sender,
            caller,
            shared,
        } = &*self.0;
        let _touching =
            (!request.is_read()).then(|| shared.recent.touching(caller.api(), &request.path));
        sender.send(context, request, decode).await
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
