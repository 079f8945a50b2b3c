//! Access tokens: one per set of credentials, shared by the whole process and, through files, by all
//! processes of the user.
//!
//! Callers who need a token at the same time cause one request. Must not know what the token is
//! used for, nor how a token request looks (see `token_request`).

mod cell;
mod sharing;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use self::cell::Look;
pub(crate) use self::cell::{Token, TokenCell};
pub(crate) use self::sharing::Sharing;
use super::context::{Bounds, Interrupted};
use super::error::{Error, ErrorKind, duration_text};
use super::limit::{Denied, Limiter, Pace};
use super::retry::Backoff;
use super::secret::SecretDigest;
use super::statistics::Statistics;
use super::token_file::{Attempt, Lock};
use super::token_request::{IssueFailure, Issuer};
use crate::clock::{Clock, Instant};

/// The service allows about one token request per second and source address and then blocks the
/// address. The surplus makes up for requests that catch up with each other on the way.
pub(crate) const PACE: Duration = Duration::from_millis(1200);

/// Pause after an early renewal that failed, while the old token still works.
const EARLY_PAUSE: Duration = Duration::from_secs(30);

/// How long an early renewal may take: somebody with a working token is waiting for it.
const EARLY_TIMEOUT: Duration = Duration::from_secs(10);

/// Which token. Two sets of settings with equal keys share one.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct TokenKey {
    pub(crate) token_url: String,
    pub(crate) audience: String,
    pub(crate) client_id: String,
    pub(crate) secret: SecretDigest,
}

/// All tokens of the process, and the pace of the requests to each token host.
#[derive(Default)]
pub(crate) struct TokenCache {
    cells: Mutex<HashMap<TokenKey, Arc<TokenCell>>>,
    hosts: Mutex<HashMap<String, Arc<Limiter>>>,
}

impl TokenCache {
    pub(crate) fn cell(&self, key: TokenKey) -> Arc<TokenCell> {
        self.cells
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(key)
            .or_default()
            .clone()
    }

    /// `host` with its port: the limit is the host's, whoever asks.
    pub(crate) fn host(&self, host: String) -> Arc<Limiter> {
        self.hosts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(host)
            .or_default()
            .clone()
    }
}

/// Why a caller gets no token.
pub(crate) enum NoToken {
    /// The caller's own bounds; nothing is wrong with the token service as far as we know.
    Interrupted(Interrupted),
    Failed(Error),
}

impl From<Interrupted> for NoToken {
    fn from(interrupted: Interrupted) -> Self {
        Self::Interrupted(interrupted)
    }
}

/// Tokens for one set of credentials.
pub(crate) struct TokenSource {
    pub(crate) cell: Arc<TokenCell>,
    pub(crate) host: Arc<Limiter>,
    /// `None` where processes are to know nothing of each other.
    pub(crate) sharing: Option<Sharing>,
    pub(crate) issuer: Issuer,
    pub(crate) statistics: Arc<Statistics>,
    pub(crate) request_timeout: Duration,
    pub(crate) max_retries: u32,
}

impl TokenSource {
    /// A valid token: the one at hand, or a new one.
    pub(crate) async fn token(&self, bounds: &Bounds) -> Result<Arc<Token>, NoToken> {
        match self.cell.look(bounds.clock.instant()) {
            Look::Use(token) => {
                self.statistics.token_from_memory();
                Ok(token)
            }
            Look::RenewEarly(token) => {
                self.statistics.token_from_memory();
                Ok(self.renew_early(token, bounds).await)
            }
            Look::Refused(error) => Err(NoToken::Failed(error)),
            Look::Missing => self.fetch(bounds).await,
        }
    }

    /// Gives up a token the API did not take, so that the next one asked for is another. `false` if
    /// it is itself the fresh replacement of a refused one and stays.
    pub(crate) fn discard(&self, refused: &Token, now: Instant) -> bool {
        self.cell.discard(refused, now)
    }

    /// Waits in line, then asks: again and again while the failures look like passing ones.
    async fn fetch(&self, bounds: &Bounds) -> Result<Arc<Token>, NoToken> {
        let visit = Visit {
            bounds,
            arrived: bounds.clock.instant(),
            failures_before: self.cell.failures(),
        };
        loop {
            // Whoever has less time than the pause lasts need not stand in line to learn it.
            let paused_until = self.host.paused_until(bounds.clock.instant());
            if let Some(until) = paused_until.filter(|until| *until > bounds.deadline) {
                self.learn(&bounds.clock, None).await;
                let known = self.known(bounds.clock.instant());
                return known.unwrap_or_else(|| Err(self.denied(Denied::TooLate(until), &visit)));
            }
            let interrupted =
                |interrupted: Interrupted| self.denied(Denied::from(interrupted), &visit);
            let flight = bounds.run(self.cell.flight.lock()).await;
            let _flight = flight.map_err(interrupted)?;
            // Those before us in the line may have found out what we came for, or another process.
            if let Some(known) = self.known(bounds.clock.instant()) {
                return known;
            }
            let learned = bounds.run(self.learn(&bounds.clock, None)).await;
            learned.map_err(interrupted)?;
            if let Some(known) = self.known(bounds.clock.instant()) {
                return known;
            }
            if let Some(error) = self.cell.given_up(visit.failures_before, self.max_retries) {
                return Err(NoToken::Failed(self.explain(error, &visit)));
            }
            let turn = self.host.acquire(Pace::every(PACE), bounds).await;
            turn.map_err(|denied| self.denied(denied, &visit))?;
            let lock = self.lock(bounds).await.map_err(interrupted)?;
            let learned = bounds.run(self.learn(&bounds.clock, lock.as_ref())).await;
            learned.map_err(interrupted)?;
            if let Some(known) = self.known(bounds.clock.instant()) {
                return known;
            }
            if let Err(wait) = bounds.run(self.place()).await.map_err(interrupted)? {
                self.host.pause_until(bounds.clock.instant() + wait);
                continue;
            }
            let asked = self.ask(bounds, self.request_timeout, lock.as_ref()).await;
            if let Ok(token) = asked.map_err(interrupted)? {
                return Ok(token);
            }
        }
    }

    /// Sends one request, records what came of it, and tells the other processes if it has the lock.
    ///
    /// The inner error is recorded in the cell; the outer one is the caller's.
    async fn ask(
        &self,
        bounds: &Bounds,
        timeout: Duration,
        lock: Option<&Lock>,
    ) -> Result<Result<Arc<Token>, ()>, Interrupted> {
        self.statistics.token_requested();
        let clock = &bounds.clock;
        let asked = clock.instant();
        let result = bounds.run(self.issuer.request(timeout)).await?;
        let now = clock.instant();
        let failure = match result {
            Ok(issued) => {
                let lifetime = issued.lifetime;
                let token = self.cell.store(issued, asked, now);
                self.tell_issued(&token, lifetime, lock, clock).await;
                return Ok(Ok(token));
            }
            Err(failure) => failure,
        };
        match &failure {
            IssueFailure::Passing(error) => self.pause(error, clock).await,
            IssueFailure::Refused(error) => self.tell_refused(error, lock, clock).await,
            IssueFailure::Lasting(_) => {}
        }
        self.cell.record(failure, now);
        Ok(Err(()))
    }

    /// Keeps everybody from asking again too soon after a request that failed.
    async fn pause(&self, error: &Error, clock: &Clock) {
        let retry = self.cell.in_a_row();
        let backoff = if error.is_rate_limited() {
            let retry = retry.max(self.refused_in_a_row().await);
            Backoff::CAREFUL.half_jitter(retry, fastrand::f64())
        } else {
            Backoff::USUAL.full_jitter(retry, fastrand::f64())
        };
        let wait = error.retry_after().unwrap_or_default().max(backoff);
        self.host.pause_until(clock.instant() + wait);
        tracing::debug!(
            host = self.issuer.host(),
            wait_ms = wait.as_millis() as u64,
            "token requests paused"
        );
        if error.is_rate_limited() || error.retry_after().is_some() {
            self.tell_paused(wait).await;
        }
    }

    /// Renews a token that still works, unless somebody does already or it would mean to wait.
    /// Whatever goes wrong, the old token is used.
    async fn renew_early(&self, token: Arc<Token>, bounds: &Bounds) -> Arc<Token> {
        let Ok(_flight) = self.cell.flight.try_lock() else {
            return token;
        };
        let lock = match &self.sharing {
            None => None,
            Some(sharing) => match sharing.file.try_lock().await {
                Attempt::Locked(lock) => Some(lock),
                // Another process renews it.
                Attempt::Busy => {
                    self.learn(&bounds.clock, None).await;
                    return self.still_good(token, bounds);
                }
                Attempt::Impossible => None,
            },
        };
        self.learn(&bounds.clock, lock.as_ref()).await;
        match self.cell.look(bounds.clock.instant()) {
            Look::Use(newer) => return newer,
            Look::Missing | Look::Refused(_) => return token,
            Look::RenewEarly(_) => {}
        }
        let now = bounds.clock.instant();
        // Before the attempt, so that it also holds if the caller goes away in the middle of it.
        self.cell.no_early_renewal_before(now + EARLY_PAUSE);
        if !self.host.try_acquire(now, Pace::every(PACE)) || self.place().await.is_err() {
            return token;
        }
        let timeout = EARLY_TIMEOUT.min(self.request_timeout);
        match self.ask(bounds, timeout, lock.as_ref()).await {
            Ok(Ok(newer)) => newer,
            Ok(Err(())) | Err(_) => token,
        }
    }

    /// The token another process may have got meanwhile, or this one.
    fn still_good(&self, token: Arc<Token>, bounds: &Bounds) -> Arc<Token> {
        match self.cell.look(bounds.clock.instant()) {
            Look::Use(newer) | Look::RenewEarly(newer) => newer,
            Look::Missing | Look::Refused(_) => token,
        }
    }

    /// The caller's time ran out, or does not suffice: if that is because the token service fails,
    /// that is the news.
    fn denied(&self, denied: Denied, visit: &Visit<'_>) -> NoToken {
        let now = visit.bounds.clock.instant();
        let error = match denied {
            Denied::TooLate(until) => {
                let left = visit.bounds.deadline.saturating_duration_since(now);
                let (wait, left) = (duration_text(until - now), duration_text(left));
                self.last_failure().with_note(format!(
                    "The next token request may be sent in {wait}, which is longer than the {left} left for this operation"
                ))
            }
            Denied::Interrupted(Interrupted::DeadlineExceeded)
                if self.cell.failures() > visit.failures_before =>
            {
                self.last_failure()
            }
            Denied::Interrupted(interrupted) => return NoToken::Interrupted(interrupted),
        };
        NoToken::Failed(self.explain(error, visit))
    }

    /// The last failure of these credentials. There is none if others brought the pause about.
    fn last_failure(&self) -> Error {
        self.cell.last_failure().unwrap_or_else(|| {
            let host = self.issuer.host();
            self.issuer
                .error(ErrorKind::TokenUnavailable)
                .with_note(format!("Token requests to {host} are paused"))
        })
    }

    /// Adds how long the caller waited, and why it may have had to.
    fn explain(&self, error: Error, visit: &Visit<'_>) -> Error {
        let waited = visit.bounds.clock.instant() - visit.arrived;
        let attempts = self.cell.failures().saturating_sub(visit.failures_before);
        let error = error.with_effort(u32::try_from(attempts).unwrap_or(u32::MAX), waited);
        // Without a failure of one's own it was somebody else's that brought the pause about.
        let is_own = self.cell.last_failure().is_some();
        if is_own && !error.is_rate_limited() {
            return error;
        }
        let error = if waited < Duration::from_secs(1) {
            error
        } else {
            error.with_note(format!("Gave up after waiting {}", duration_text(waited)))
        };
        error.with_note(
            "The token service counts the requests of everybody behind the same address together, so other jobs or \
             programs there may be the cause",
        )
    }
}

/// One caller's wait for a token.
struct Visit<'a> {
    bounds: &'a Bounds,
    arrived: Instant,
    /// Failures of the cell before the caller came.
    failures_before: u64,
}
