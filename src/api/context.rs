//! How long a caller is willing to wait: a cancellation token and a deadline.
//!
//! Must not know what is waited for.

use std::future::Future;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::{Clock, Instant};

/// What a caller hands to each call. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct CallContext {
    /// Ends waits and reads at once. A write already sent is given a short time to be answered, so
    /// that its outcome is not lost.
    pub cancel: CancellationToken,
    /// When the call must be over, all tries and waits included;
    /// [`Timeouts::call`](super::Timeouts::call) from now if `None`.
    pub deadline: Option<Instant>,
    /// How old an answer may be where callers share reads.
    pub freshness: Freshness,
}

/// How old an answer may be that a caller takes over from another one. In no case is it from before
/// a write of this process to the same place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Freshness {
    /// Its read began ten seconds ago at the most.
    #[default]
    Recent,
    /// Its read began after the caller came, so that it shows what other processes have just written.
    AsOfNow,
    /// Its read began at this moment or later, a quarter of an hour ago at the most; or recently. For
    /// a refresh, which is one look at the organisation however long the core takes for it.
    Since(Instant),
}

/// How old a recent answer is at the most.
const RECENT: Duration = Duration::from_secs(10);

/// How old any answer is at the most. Later ones are of no use to anybody.
pub(crate) const OLDEST: Duration = Duration::from_secs(15 * 60);

impl Freshness {
    /// When a read must have begun whose answer will do at `now`, for a caller who came at `arrived`.
    pub(crate) fn earliest(self, arrived: Instant, now: Instant) -> Instant {
        // A clock younger than the limit has nothing that is older.
        let recent = now.checked_sub(RECENT).unwrap_or(arrived);
        match self {
            Self::AsOfNow => arrived,
            // However slow the service is: what was asked for after the caller came is news.
            Self::Recent => recent.min(arrived),
            Self::Since(moment) => {
                let oldest = now
                    .checked_sub(OLDEST)
                    .map_or(moment, |oldest| moment.max(oldest));
                oldest.min(recent).min(arrived)
            }
        }
    }
}

impl CallContext {
    /// No deadline of the caller's own.
    #[must_use]
    pub fn new(cancel: CancellationToken) -> Self {
        Self {
            cancel,
            deadline: None,
            freshness: Freshness::default(),
        }
    }

    /// The same for a caller who may come right after a write of another process.
    #[must_use]
    pub fn as_of_now(self) -> Self {
        Self {
            freshness: Freshness::AsOfNow,
            ..self
        }
    }

    /// The same for a caller who belongs to a refresh that began at this moment.
    #[must_use]
    pub fn since(self, moment: Instant) -> Self {
        Self {
            freshness: Freshness::Since(moment),
            ..self
        }
    }

    /// The same with a deadline; an earlier one stays.
    #[must_use]
    pub fn with_deadline(&self, deadline: Instant) -> Self {
        let deadline = self
            .deadline
            .map_or(deadline, |earlier| earlier.min(deadline));
        Self {
            cancel: self.cancel.clone(),
            deadline: Some(deadline),
            freshness: self.freshness,
        }
    }
}

/// Why a wait did not come to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Interrupted {
    Cancelled,
    DeadlineExceeded,
}

/// The limits of one call, resolved.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    pub(crate) cancel: CancellationToken,
    pub(crate) deadline: Instant,
    pub(crate) clock: Clock,
}

impl Bounds {
    /// Runs `work`, dropping it when the call is cancelled or its time is over.
    pub(crate) async fn run<T>(&self, work: impl Future<Output = T>) -> Result<T, Interrupted> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(Interrupted::Cancelled),
            done = work => Ok(done),
            () = self.clock.sleep_until(self.deadline) => Err(Interrupted::DeadlineExceeded),
        }
    }

    pub(crate) async fn sleep_until(&self, until: Instant) -> Result<(), Interrupted> {
        self.run(self.clock.sleep_until(until)).await
    }
}
