//! The token of one set of credentials and all that is known about getting one: plain state,
//! nothing waits or sends here.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::api::error::{Error, duration_text};
use crate::api::secret::{SecretDigest, SecretString};
use crate::api::token_request::{IssueFailure, Issued};
use crate::clock::Instant;

/// How long refused credentials are not tried again. Other credentials are tried at once.
pub(crate) const REFUSAL_MEMORY: Duration = Duration::from_secs(120);

/// A token is renewed this part of its lifetime before its end, and at most [`LONGEST_MARGIN`].
const MARGIN_PART: u32 = 10;
const LONGEST_MARGIN: Duration = Duration::from_secs(300);

/// A token that replaced a refused one is not replaced itself for this long: if the API refuses
/// fresh tokens, more of them do not help and count against the service's limit.
const FORCED_PAUSE: Duration = Duration::from_secs(10);

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

impl Token {
    /// How long it is still good.
    pub(crate) fn left(&self, now: Instant) -> Duration {
        self.expires.saturating_duration_since(now)
    }
}

/// The token of one [`TokenKey`](super::TokenKey), and what is known about getting one.
#[derive(Default)]
pub(crate) struct TokenCell {
    /// Held during a request. Whoever drops its guard, by finishing or by being dropped, hands
    /// over to the next in the queue.
    pub(super) flight: tokio::sync::Mutex<()>,
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
    /// The same token, to know it again where another process has put it.
    rejected: Option<SecretDigest>,
}

/// A token that another process got, as far as it counts here.
pub(super) struct Found {
    pub(super) value: SecretString,
    /// Its whole life, and what is left of it.
    pub(super) lifetime: Duration,
    pub(super) left: Duration,
    /// How long ago the token before it was refused, if it was.
    pub(super) replaced: Option<Duration>,
}

/// What the cell holds for a caller.
pub(super) enum Look {
    Use(Arc<Token>),
    RenewEarly(Arc<Token>),
    Refused(Error),
    Missing,
}

impl TokenCell {
    pub(super) fn look(&self, now: Instant) -> Look {
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

    pub(super) fn store(&self, issued: Issued, asked: Instant, now: Instant) -> Arc<Token> {
        let mut state = lock(&self.state);
        // Counted from the request, as the service may have counted; but whoever waited for a
        // token of a second's life gets to use it.
        let expires =
            (asked + issued.lifetime).max(now + Duration::from_secs(1).min(issued.lifetime));
        state.put(issued.value, issued.lifetime, expires)
    }

    /// Takes over what another process got, unless it is the very token that the API refused, or
    /// ends no later than the one at hand.
    pub(super) fn adopt(&self, found: Found, now: Instant) -> bool {
        let mut state = lock(&self.state);
        let expires = now + found.left;
        let digest = SecretDigest::of(&found.value);
        let is_no_news = |token: &Arc<Token>| {
            token.expires >= expires || SecretDigest::of(&token.value) == digest
        };
        if state.rejected == Some(digest) || state.token.as_ref().is_some_and(is_no_news) {
            return false;
        }
        let forced = found.replaced.and_then(|ago| now.checked_sub(ago));
        state.last_forced = state.last_forced.max(forced);
        state.put(found.value, found.lifetime, expires);
        true
    }

    /// Takes over what another process learned about the credentials.
    pub(super) fn adopt_refusal(&self, error: Error, ago: Duration, now: Instant) {
        let mut state = lock(&self.state);
        let when = now.checked_sub(ago).unwrap_or(now);
        if state.token.is_some() {
            state.no_early_renewal_before = Some(when + REFUSAL_MEMORY);
        } else if state.refusal.is_none() {
            state.refusal = Some((when, error));
        }
    }

    /// How long ago a token was given up because the API refused it, if that was just now.
    pub(super) fn forced(&self, now: Instant) -> Option<Duration> {
        let last = lock(&self.state).last_forced?;
        (now < last + FORCED_PAUSE).then(|| now - last)
    }

    /// Whether the API refused this token.
    pub(super) fn is_rejected(&self, token: &SecretString) -> bool {
        lock(&self.state).rejected == Some(SecretDigest::of(token))
    }

    pub(super) fn record(&self, failure: IssueFailure, now: Instant) {
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
    pub(super) fn given_up(&self, before: u64, max_retries: u32) -> Option<Error> {
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
    pub(super) fn discard(&self, refused: &Token, now: Instant) -> bool {
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
        state.rejected = Some(SecretDigest::of(&refused.value));
        state.last_forced = Some(now);
        true
    }

    pub(super) fn no_early_renewal_before(&self, from: Instant) {
        lock(&self.state).no_early_renewal_before = Some(from);
    }

    pub(super) fn failures(&self) -> u64 {
        lock(&self.state).failures
    }

    pub(super) fn in_a_row(&self) -> u32 {
        lock(&self.state).in_a_row
    }

    pub(super) fn last_failure(&self) -> Option<Error> {
        lock(&self.state).last_failure.clone()
    }
}

impl CellState {
    fn put(&mut self, value: SecretString, lifetime: Duration, expires: Instant) -> Arc<Token> {
        self.tokens_issued += 1;
        let margin = (lifetime / MARGIN_PART).min(LONGEST_MARGIN);
        // Between half and all of the margin, so that processes do not renew together.
        let early = margin.mul_f64(0.5 + fastrand::f64() / 2.0);
        let token = Arc::new(Token {
            id: self.tokens_issued,
            value,
            expires,
            renew: expires.checked_sub(early).unwrap_or(expires),
        });
        self.token = Some(Arc::clone(&token));
        self.refusal = None;
        self.last_failure = None;
        self.in_a_row = 0;
        self.no_early_renewal_before = None;
        token
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
