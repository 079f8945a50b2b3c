//! Access tokens: one per set of credentials, shared by the whole process.
//!
//! Callers who need a token at the same time cause one request. Must not know what the token is
//! used for, nor how a token request looks (see `token_request`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::context::{Bounds, Interrupted};
use super::error::{Error, ErrorKind, duration_text};
use super::limit::{Denied, Limiter, Pace};
use super::retry::Backoff;
use super::secret::{SecretDigest, SecretString};
use super::token_request::{IssueFailure, Issued, Issuer};
use crate::clock::Instant;

/// The service allows about one token request per second and source address and then blocks the
/// address. The surplus makes up for requests that catch up with each other on the way.
pub(crate) const PACE: Duration = Duration::from_millis(1200);

/// How long refused credentials are not tried again. Other credentials are tried at once.
pub(crate) const REFUSAL_MEMORY: Duration = Duration::from_secs(120);

/// A token is renewed this part of its lifetime before its end, and at most [`LONGEST_MARGIN`].
const MARGIN_PART: u32 = 10;
const LONGEST_MARGIN: Duration = Duration::from_secs(300);

/// Pause after an early renewal that failed, while the old token still works.
const EARLY_PAUSE: Duration = Duration::from_secs(30);

/// How long an early renewal may take: somebody with a working token is waiting for it.
const EARLY_TIMEOUT: Duration = Duration::from_secs(10);

/// A token that replaced a refused one is not replaced itself for this long: if the API refuses
/// fresh tokens, more of them do not help and count against the service's limit.
const FORCED_PAUSE: Duration = Duration::from_secs(10);

/// Which token. Two sets of settings with equal keys share one.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct TokenKey {
    pub(crate) token_url: String,
    pub(crate) audience: String,
    pub(crate) client_id: String,
    pub(crate) secret: SecretDigest,
}

/// A token, and until when it is good.
pub(crate) struct Token {
    /// Tells tokens of one cell apart.
    id: u64,
    pub(crate) value: SecretString,
    /// On the steady clock: the wall clock may jump. That clock stands still while a laptop
    /// sleeps; a token that ended meanwhile is refused by the API and then renewed.
    expires: Instant,
    /// From here on somebody renews it while the others go on using it.
    renew: Instant,
}

/// The token of one [`TokenKey`], and what is known about getting one.
#[derive(Default)]
pub(crate) struct TokenCell {
    /// Held during a request. Whoever drops its guard, by finishing or by being dropped, hands
    /// over to the next in the queue.
    flight: tokio::sync::Mutex<()>,
    state: Mutex<CellState>,
}

#[derive(Default)]
struct CellState {
    token: Option<Arc<Token>>,
    tokens_issued: u64,
    refusal: Option<(Instant, Error)>,
    /// Requests that failed, and the number the last failure not worth repeating has among them.
    failures: u64,
    last_lasting: u64,
    last_failure: Option<Error>,
    /// Failures since the last success.
    in_a_row: u32,
    no_early_renewal_before: Option<Instant>,
    /// The last token dropped because the API refused it, and when.
    last_discarded: u64,
    last_forced: Option<Instant>,
}

/// All tokens of the process, and the pace of the requests to each token host.
#[derive(Default)]
pub(crate) struct TokenCache {
    cells: Mutex<HashMap<TokenKey, Arc<TokenCell>>>,
    hosts: Mutex<HashMap<String, Arc<Limiter>>>,
}

impl TokenCache {
    pub(crate) fn cell(&self, key: TokenKey) -> Arc<TokenCell> {
        lock(&self.cells).entry(key).or_default().clone()
    }

    /// `host` with its port: the limit is the host's, whoever asks.
    pub(crate) fn host(&self, host: String) -> Arc<Limiter> {
        lock(&self.hosts).entry(host).or_default().clone()
    }
}

/// What the cell holds for a caller.
enum Look {
    Use(Arc<Token>),
    RenewEarly(Arc<Token>),
    Refused(Error),
    Missing,
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
    pub(crate) issuer: Issuer,
    pub(crate) request_timeout: Duration,
    pub(crate) max_retries: u32,
}

impl TokenSource {
    /// A valid token: the one at hand, or a new one.
    pub(crate) async fn token(&self, bounds: &Bounds) -> Result<Arc<Token>, NoToken> {
        match self.cell.look(bounds.clock.instant()) {
            Look::Use(token) => Ok(token),
            Look::RenewEarly(token) => Ok(self.renew_early(token, bounds).await),
            Look::Refused(error) => Err(NoToken::Failed(error)),
            Look::Missing => self.fetch(bounds).await,
        }
    }

    /// Another token than `refused`, which the API did not take. `None` if `refused` is itself
    /// the fresh replacement of a refused one.
    pub(crate) async fn replace(
        &self,
        refused: &Token,
        bounds: &Bounds,
    ) -> Result<Option<Arc<Token>>, NoToken> {
        if !self.cell.discard(refused, bounds.clock.instant()) {
            return Ok(None);
        }
        self.token(bounds).await.map(Some)
    }

    /// Waits in line, then asks: again and again while the failures look like passing ones.
    async fn fetch(&self, bounds: &Bounds) -> Result<Arc<Token>, NoToken> {
        let (clock, arrived) = (&bounds.clock, bounds.clock.instant());
        let failures_before = self.cell.failures();
        loop {
            let _flight = match bounds.run(self.cell.flight.lock()).await {
                Ok(flight) => flight,
                Err(interrupted) => {
                    return Err(self.interrupted(interrupted, arrived, failures_before, bounds));
                }
            };
            // Those before us in the line may have found out what we came for.
            match self.cell.look(clock.instant()) {
                Look::Use(token) | Look::RenewEarly(token) => return Ok(token),
                Look::Refused(error) => return Err(NoToken::Failed(error)),
                Look::Missing => {}
            }
            if let Some(error) = self.cell.given_up(failures_before, self.max_retries) {
                return Err(NoToken::Failed(self.explain(
                    error,
                    arrived,
                    failures_before,
                    bounds,
                )));
            }
            match self.host.acquire(Pace::every(PACE), bounds).await {
                Ok(()) => {}
                Err(Denied::Interrupted(interrupted)) => {
                    return Err(self.interrupted(interrupted, arrived, failures_before, bounds));
                }
                Err(Denied::TooLate(until)) => {
                    let left =
                        duration_text(bounds.deadline.saturating_duration_since(clock.instant()));
                    let wait = duration_text(until - clock.instant());
                    let error = self.last_failure().with_note(format!(
                        "The next token request may be sent in {wait}, which is longer than the {left} left for this operation"
                    ));
                    return Err(NoToken::Failed(self.explain(
                        error,
                        arrived,
                        failures_before,
                        bounds,
                    )));
                }
            }
            if let Ok(token) = self.ask(bounds, self.request_timeout).await? {
                return Ok(token);
            }
        }
    }

    /// Sends one request and records what came of it.
    ///
    /// The inner error is recorded in the cell; the outer one is the caller's.
    async fn ask(
        &self,
        bounds: &Bounds,
        timeout: Duration,
    ) -> Result<Result<Arc<Token>, ()>, Interrupted> {
        let asked = bounds.clock.instant();
        let result = bounds.run(self.issuer.request(timeout)).await?;
        let now = bounds.clock.instant();
        let failure = match result {
            Ok(issued) => return Ok(Ok(self.cell.store(issued, asked, now))),
            Err(failure) => failure,
        };
        if let IssueFailure::Passing(error) = &failure {
            let retry = self.cell.in_a_row();
            let backoff = if error.is_rate_limited() {
                Backoff::CAREFUL.half_jitter(retry, fastrand::f64())
            } else {
                Backoff::USUAL.full_jitter(retry, fastrand::f64())
            };
            let wait = error.retry_after().unwrap_or_default().max(backoff);
            self.host.pause_until(now + wait);
            tracing::debug!(
                host = self.issuer.host(),
                wait_ms = wait.as_millis() as u64,
                "token requests paused"
            );
        }
        self.cell.record(failure, now);
        Ok(Err(()))
    }

    /// Renews a token that still works, unless somebody does already or it would mean to wait.
    /// Whatever goes wrong, the old token is used.
    async fn renew_early(&self, token: Arc<Token>, bounds: &Bounds) -> Arc<Token> {
        let Ok(_flight) = self.cell.flight.try_lock() else {
            return token;
        };
        match self.cell.look(bounds.clock.instant()) {
            Look::Use(newer) => return newer,
            Look::Missing | Look::Refused(_) => return token,
            Look::RenewEarly(_) => {}
        }
        let now = bounds.clock.instant();
        // Before the attempt, so that it also holds if the caller goes away in the middle of it.
        self.cell.no_early_renewal_before(now + EARLY_PAUSE);
        if !self.host.try_acquire(now, Pace::every(PACE)) {
            return token;
        }
        match self
            .ask(bounds, EARLY_TIMEOUT.min(self.request_timeout))
            .await
        {
            Ok(Ok(newer)) => newer,
            Ok(Err(())) | Err(_) => token,
        }
    }

    /// Adds how long the caller waited, and why it may have had to.
    fn explain(
        &self,
        error: Error,
        arrived: Instant,
        failures_before: u64,
        bounds: &Bounds,
    ) -> Error {
        let waited = bounds.clock.instant() - arrived;
        let attempts = self.cell.failures().saturating_sub(failures_before);
        let error = error.with_effort(u32::try_from(attempts).unwrap_or(u32::MAX), waited);
        if !error.is_rate_limited() {
            return error;
        }
        error.with_note(format!(
            "Gave up after waiting {}. The token service counts the requests of everybody behind the same address \
             together, so other jobs or programs there may be the cause",
            duration_text(waited)
        ))
    }

    /// The caller's time ran out: if that is because the service fails, that is the news.
    fn interrupted(
        &self,
        interrupted: Interrupted,
        arrived: Instant,
        failures_before: u64,
        bounds: &Bounds,
    ) -> NoToken {
        let paused = self.host.paused_until(bounds.clock.instant()).is_some();
        let failing = paused || self.cell.failures() > failures_before;
        if interrupted == Interrupted::Cancelled || !failing {
            return NoToken::Interrupted(interrupted);
        }
        NoToken::Failed(self.explain(self.last_failure(), arrived, failures_before, bounds))
    }

    /// The last failure of these credentials. There is none if others brought the pause about.
    fn last_failure(&self) -> Error {
        self.cell.last_failure().unwrap_or_else(|| {
            let host = self.issuer.host();
            self.issuer
                .error(ErrorKind::TokenUnavailable)
                .with_note(format!(
                    "Token requests of this process to {host} are paused"
                ))
        })
    }
}

impl TokenCell {
    fn look(&self, now: Instant) -> Look {
        let mut state = lock(&self.state);
        if let Some(token) = state.token.clone() {
            if now < token.expires {
                let may_renew = state.no_early_renewal_before.is_none_or(|from| now >= from);
                let due = now >= token.renew && may_renew;
                return if due {
                    Look::RenewEarly(token)
                } else {
                    Look::Use(token)
                };
            }
            state.token = None;
        }
        match state.refusal.clone() {
            Some((when, error)) if now < when + REFUSAL_MEMORY => {
                let (since, left) = (now - when, when + REFUSAL_MEMORY - now);
                // Those who waited for this very answer need no history.
                Look::Refused(if since < Duration::from_secs(1) {
                    error
                } else {
                    error.with_note(format!(
                        "That was {} ago; the same credentials are not tried again for another {}, changed ones at once",
                        duration_text(since),
                        duration_text(left)
                    ))
                })
            }
            _ => {
                state.refusal = None;
                Look::Missing
            }
        }
    }

    fn store(&self, issued: Issued, asked: Instant, now: Instant) -> Arc<Token> {
        let mut state = lock(&self.state);
        state.tokens_issued += 1;
        // Counted from the request, as the service may have counted; but whoever waited for a
        // token of a second's life gets to use it.
        let expires =
            (asked + issued.lifetime).max(now + Duration::from_secs(1).min(issued.lifetime));
        let margin = (issued.lifetime / MARGIN_PART).min(LONGEST_MARGIN);
        let token = Arc::new(Token {
            id: state.tokens_issued,
            value: issued.value,
            expires,
            // Between half and all of the margin, so that processes do not renew together.
            renew: expires - margin.mul_f64(0.5 + fastrand::f64() / 2.0),
        });
        state.token = Some(token.clone());
        state.refusal = None;
        state.last_failure = None;
        state.in_a_row = 0;
        state.no_early_renewal_before = None;
        token
    }

    fn record(&self, failure: IssueFailure, now: Instant) {
        let mut state = lock(&self.state);
        state.failures += 1;
        state.in_a_row = state.in_a_row.saturating_add(1);
        let error = match failure {
            IssueFailure::Passing(error) => error,
            IssueFailure::Lasting(error) => {
                state.last_lasting = state.failures;
                error
            }
            IssueFailure::Refused(error) => {
                let error = error.with_effort(1, Duration::ZERO);
                state.last_lasting = state.failures;
                state.refusal = Some((now, error.clone()));
                error
            }
        };
        state.last_failure = Some(error);
    }

    /// Why a caller who arrived when there had been `before` failures should stop, if it should.
    /// Failures of others count: the callers in line share one row of tries.
    fn given_up(&self, before: u64, max_retries: u32) -> Option<Error> {
        let state = lock(&self.state);
        let lasting = state.last_lasting > before;
        let exhausted = state.failures - before > u64::from(max_retries);
        if lasting || exhausted {
            state.last_failure.clone()
        } else {
            None
        }
    }

    /// Drops `refused` if it is still the current token. `false` if it replaced a refused one just
    /// now and must stay.
    fn discard(&self, refused: &Token, now: Instant) -> bool {
        let mut state = lock(&self.state);
        let replaced = state
            .token
            .as_ref()
            .is_some_and(|current| current.id != refused.id);
        if replaced || refused.id <= state.last_discarded {
            return true;
        }
        if state
            .last_forced
            .is_some_and(|last| now < last + FORCED_PAUSE)
        {
            return false;
        }
        state.token = None;
        state.last_discarded = refused.id;
        state.last_forced = Some(now);
        true
    }

    fn no_early_renewal_before(&self, from: Instant) {
        lock(&self.state).no_early_renewal_before = Some(from);
    }

    fn failures(&self) -> u64 {
        lock(&self.state).failures
    }

    fn in_a_row(&self) -> u32 {
        lock(&self.state).in_a_row
    }

    fn last_failure(&self) -> Option<Error> {
        lock(&self.state).last_failure.clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
