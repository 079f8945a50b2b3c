//! One set of credentials and the other processes: what they found out, and what they are told.
//!
//! A token at hand needs none of this. Must not know how files are kept safe, nor decide when a token
//! is asked for.

use std::time::Duration;

use http::StatusCode;

use super::cell::{Found, Token};
use super::{Look, NoToken, TokenSource};
use crate::api::context::{Bounds, Interrupted};
use crate::api::error::{Error, ErrorKind};
use crate::api::token_file::{
    Attempt, Lock, RefusalKind, Stored, StoredRefusal, StoredToken, TokenFile,
};
use crate::api::token_pace::TokenPace;
use crate::clock::{Clock, Instant};

/// How often somebody who waits for another process looks what it has found out.
const LOOK: Duration = Duration::from_millis(100);

/// How much longer than one token request another process may hold the lock.
const LOCK_SLACK: Duration = Duration::from_secs(30);

/// What the processes of one user have in common.
pub(crate) struct Sharing {
    pub(crate) file: TokenFile,
    pub(crate) pace: TokenPace,
}

impl TokenSource {
    /// What is known without asking anybody.
    pub(super) fn known(&self, now: Instant) -> Option<Result<std::sync::Arc<Token>, NoToken>> {
        match self.cell.look(now) {
            Look::Use(token) | Look::RenewEarly(token) => Some(Ok(token)),
            Look::Refused(error) => Some(Err(NoToken::Failed(error))),
            Look::Missing => None,
        }
    }

    /// Takes over what other processes found out. Who holds the lock also clears away what the API
    /// has refused.
    pub(super) async fn learn(&self, clock: &Clock, lock: Option<&Lock>) {
        let Some(sharing) = &self.sharing else { return };
        let wall = clock.now();
        let Stored { token, refusal, .. } = sharing.file.read(wall).await;
        let now = clock.instant();
        let since = |when: jiff::Timestamp| {
            Duration::try_from(wall.duration_since(when)).unwrap_or_default()
        };
        if let Some(token) = token {
            if self.cell.is_rejected(&token.value) {
                if let Some(lock) = lock {
                    sharing.file.write(Stored::default(), lock).await;
                }
                return;
            }
            let between = |from: jiff::Timestamp, to: jiff::Timestamp| {
                Duration::try_from(to.duration_since(from)).unwrap_or_default()
            };
            let found = Found {
                lifetime: between(token.issued_at, token.expires_at),
                left: between(wall, token.expires_at),
                replaced: token.replaced_at.map(since),
                value: token.value,
            };
            if self.cell.adopt(found, now) {
                self.statistics.token_from_file();
                tracing::debug!(host = self.issuer.host(), "took a token from a file");
            }
        }
        if let Some(refusal) = refusal {
            let ago = since(refusal.at);
            self.cell.adopt_refusal(self.error_of(refusal), ago, now);
        }
    }

    /// The lock of these credentials; `None` if there can be none, if its holder does not come to an
    /// end, or if it is not needed any more because its holder has found out what was asked.
    pub(super) async fn lock(&self, bounds: &Bounds) -> Result<Option<Lock>, Interrupted> {
        let Some(sharing) = &self.sharing else {
            return Ok(None);
        };
        let patience = bounds.clock.instant() + self.request_timeout + LOCK_SLACK;
        let mut waits = false;
        loop {
            match bounds.run(sharing.file.try_lock()).await? {
                Attempt::Locked(lock) => return Ok(Some(lock)),
                Attempt::Impossible => return Ok(None),
                Attempt::Busy => {}
            }
            if !std::mem::replace(&mut waits, true) {
                tracing::debug!(
                    host = self.issuer.host(),
                    "waiting for another process to get a token"
                );
            }
            let now = bounds.clock.instant();
            if now >= patience {
                tracing::debug!("another process holds the lock of a token for too long");
                return Ok(None);
            }
            let wait = LOOK.mul_f64(0.5 + fastrand::f64());
            bounds.sleep_until(now + wait).await?;
            bounds.run(self.learn(&bounds.clock, None)).await?;
            if self.known(bounds.clock.instant()).is_some() {
                return Ok(None);
            }
        }
    }

    /// Takes the next place for a request to the token host; if it is not free yet, says how long.
    pub(super) async fn place(&self) -> Result<(), Duration> {
        match &self.sharing {
            Some(sharing) => sharing.pace.take(super::PACE).await,
            None => Ok(()),
        }
    }

    /// Tells the other processes about a new token.
    pub(super) async fn tell_issued(
        &self,
        token: &Token,
        lifetime: Duration,
        lock: Option<&Lock>,
        clock: &Clock,
    ) {
        let Some(sharing) = &self.sharing else { return };
        sharing.pace.accepted().await;
        let Some(lock) = lock else { return };
        let (now, wall) = (clock.instant(), clock.now());
        let replaced = self.cell.forced(now);
        let ends = wall.checked_add(token.left(now));
        let Ok(expires_at) = ends else { return };
        let Ok(issued_at) = expires_at.checked_sub(lifetime) else {
            return;
        };
        let stored = StoredToken {
            value: token.value.clone(),
            // A token that came later than it says it ended is counted from then on.
            issued_at: issued_at.min(wall),
            expires_at,
            replaced_at: replaced.and_then(|ago| wall.checked_sub(ago).ok()),
        };
        sharing.file.write(Stored::from(stored), lock).await;
    }

    /// Tells the other processes that the credentials were refused. A token that still works stays.
    pub(super) async fn tell_refused(&self, error: &Error, lock: Option<&Lock>, clock: &Clock) {
        let (Some(sharing), Some(lock)) = (&self.sharing, lock) else {
            return;
        };
        let now = clock.now();
        let mut stored = sharing.file.read(now).await;
        stored.refusal = Some(StoredRefusal {
            at: now,
            kind: match error.kind() {
                ErrorKind::TokenRefused => RefusalKind::Credentials,
                ErrorKind::Redirect => RefusalKind::Redirect,
                _ => RefusalKind::Address,
            },
            status: error.status().map(|status| status.as_u16()),
            message: error.server_message().map(str::to_owned),
            request_id: error.request_id().map(str::to_owned),
            notes: error.notes().to_vec(),
        });
        sharing.file.write(stored, lock).await;
    }

    /// Tells the other processes to leave the token host alone for a while.
    pub(super) async fn tell_paused(&self, wait: Duration) {
        if let Some(sharing) = &self.sharing {
            sharing.pace.pause(wait).await;
        }
    }

    /// How many requests in a row, of whatever process, were one too many.
    pub(super) async fn refused_in_a_row(&self) -> u32 {
        match &self.sharing {
            Some(sharing) => sharing.pace.refused_in_a_row().await,
            None => 0,
        }
    }

    fn error_of(&self, refusal: StoredRefusal) -> Error {
        let kind = match refusal.kind {
            RefusalKind::Credentials => ErrorKind::TokenRefused,
            RefusalKind::Redirect => ErrorKind::Redirect,
            RefusalKind::Address => ErrorKind::TokenUnavailable,
        };
        let mut error = self
            .issuer
            .error(kind)
            .with_server_message(refusal.message)
            .with_request_id(refusal.request_id)
            .with_effort(1, Duration::ZERO);
        if let Some(status) = refusal
            .status
            .and_then(|code| StatusCode::from_u16(code).ok())
        {
            error = error.with_status(status);
        }
        refusal.notes.into_iter().fold(error, Error::with_note)
    }
}
