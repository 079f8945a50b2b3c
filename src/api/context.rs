//! How long a caller is willing to wait: a cancellation token and a deadline.
//!
//! Must not know what is waited for.

use std::future::Future;

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
    /// Whether reads that callers share have to begin after this caller came, so that they see what
    /// other processes have just written.
    pub as_of_now: bool,
}

impl CallContext {
    /// No deadline of the caller's own.
    #[must_use]
    pub fn new(cancel: CancellationToken) -> Self {
        Self {
            cancel,
            deadline: None,
            as_of_now: false,
        }
    }

    /// The same for a caller who may come right after a write of another process.
    #[must_use]
    pub fn as_of_now(self) -> Self {
        Self {
            as_of_now: true,
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
            as_of_now: self.as_of_now,
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
