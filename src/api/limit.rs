//! How fast requests may go: an even pace with a burst, and pauses that concern everybody.
//!
//! Must not know what is limited.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::context::{Bounds, Interrupted};
use crate::clock::Instant;

/// An even pace.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Pace {
    /// Time from one request to the next.
    interval: Duration,
    /// How far a burst may run ahead of the even pace.
    ahead: Duration,
}

impl Pace {
    /// `rate` requests per second, of which one second's worth, and at least one, may come at once.
    ///
    /// The longest interval is a day, so that arithmetic on instants stays in range.
    pub(crate) fn per_second(rate: f64) -> Self {
        const DAY: f64 = 86_400.0;
        let interval = Duration::from_secs_f64((1.0 / rate).clamp(0.0, DAY));
        let ahead = Duration::from_secs(1).saturating_sub(interval);
        Self { interval, ahead }
    }

    /// One request per `interval`, never two at once.
    pub(crate) fn every(interval: Duration) -> Self {
        Self {
            interval,
            ahead: Duration::ZERO,
        }
    }
}

/// Why no request may be sent before the caller's time is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Denied {
    Interrupted(Interrupted),
    /// The next request may be sent at this time, which is after the caller's deadline.
    TooLate(Instant),
}

impl From<Interrupted> for Denied {
    fn from(interrupted: Interrupted) -> Self {
        Self::Interrupted(interrupted)
    }
}

/// Lets requests through one by one, in the order they came. Shared by everybody it concerns.
///
/// The pace is kept as the generic cell rate algorithm does: one instant says how far the requests
/// let through so far are paid for. Callers may bring different paces.
#[derive(Default, Debug)]
pub(crate) struct Limiter {
    /// Held by the one caller who waits for the next free moment; the others queue behind it.
    turn: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

#[derive(Default, Debug)]
struct State {
    paid_until: Option<Instant>,
    paused_until: Option<Instant>,
}

impl Limiter {
    /// Nobody is let through before `until`. Never shortens a pause.
    pub(crate) fn pause_until(&self, until: Instant) {
        let mut state = self.state();
        state.paused_until = state.paused_until.max(Some(until));
    }

    /// Until when everybody has to wait, if that is after `now`.
    pub(crate) fn paused_until(&self, now: Instant) -> Option<Instant> {
        self.state().paused_until.filter(|until| *until > now)
    }

    /// Takes a place if one is free right now.
    pub(crate) fn try_acquire(&self, now: Instant, pace: Pace) -> bool {
        // Those who queue come first.
        self.turn.try_lock().is_ok() && self.state().take(now, pace).is_ok()
    }

    /// Waits for a place. Dropping the future gives the turn to the next in the queue.
    pub(crate) async fn acquire(&self, pace: Pace, bounds: &Bounds) -> Result<(), Denied> {
        if let Some(until) = self.paused_until(bounds.clock.instant())
            && until > bounds.deadline
        {
            return Err(Denied::TooLate(until));
        }
        let _turn = bounds.run(self.turn.lock()).await?;
        loop {
            // A pause may have begun while we slept, hence the loop.
            match self.state().take(bounds.clock.instant(), pace) {
                Ok(()) => return Ok(()),
                Err(free_at) if free_at > bounds.deadline => return Err(Denied::TooLate(free_at)),
                Err(free_at) => bounds.sleep_until(free_at).await?,
            }
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes a place, or says when the next one is free.
    fn take(&mut self, now: Instant, pace: Pace) -> Result<(), Instant> {
        let paid_until = self.paid_until.map_or(now, |paid| paid.max(now));
        let behind = paid_until - now;
        let free_at =
            (now + behind.saturating_sub(pace.ahead)).max(self.paused_until.unwrap_or(now));
        if free_at > now {
            return Err(free_at);
        }
        self.paid_until = Some(paid_until + pace.interval);
        Ok(())
    }
}
