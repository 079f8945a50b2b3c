//! Time, as the rest of the provider sees it: what time it is, how long something took, waiting.
//!
//! The only file that asks the system. Everything else holds a [`Clock`], so that tests can set the
//! wall clock and run on tokio's paused time instead of really waiting.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the one place that may ask the system for the time"
)]

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
pub use tokio::time::Instant;

/// A source of time. Cheap to clone; clones share one source.
#[derive(Clone, Default)]
pub struct Clock {
    wall: Wall,
}

#[derive(Clone, Default)]
enum Wall {
    #[default]
    System,
    /// A wall clock that starts at a given time and moves with tokio's (possibly paused) clock.
    Set(Arc<Mutex<(Timestamp, Instant)>>),
}

impl Clock {
    /// The system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock whose wall time starts at `start` and moves with tokio's clock. For tests.
    #[must_use]
    pub fn starting_at(start: Timestamp) -> Self {
        Self {
            wall: Wall::Set(Arc::new(Mutex::new((start, Instant::now())))),
        }
    }

    /// Sets the wall clock of a [`Clock::starting_at`] clock, forwards or backwards, as an
    /// administrator or a time daemon would. Does nothing to the system's clock.
    pub fn set_wall(&self, now: Timestamp) {
        if let Wall::Set(cell) = &self.wall {
            *cell.lock().unwrap_or_else(PoisonError::into_inner) = (now, Instant::now());
        }
    }

    /// The wall clock: for expiry times that other processes or services also know.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.wall {
            Wall::System => Timestamp::now(),
            Wall::Set(cell) => {
                let (start, since) = *cell.lock().unwrap_or_else(PoisonError::into_inner);
                start.checked_add(since.elapsed()).unwrap_or(Timestamp::MAX)
            }
        }
    }

    /// The steady clock: for durations and deadlines inside this process.
    #[must_use]
    pub fn instant(&self) -> Instant {
        Instant::now()
    }

    /// Waits for `duration`.
    pub async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    /// Waits until `deadline`.
    pub async fn sleep_until(&self, deadline: Instant) {
        tokio::time::sleep_until(deadline).await;
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
