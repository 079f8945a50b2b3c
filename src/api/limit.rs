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
            let taken = self.state().take(bounds.clock.instant(), pace);
            match taken {
                Ok(()) => return Ok(()),
                Err(free_at) if free_at > bounds.deadline => return Err(Denied::TooLate(free_at)),
                Err(free_at) => bounds.sleep_until(free_at).await?,
            }
        }
    }

    /// Waits until there is no pause, without taking a place.
    pub(crate) async fn pause_passes(&self, bounds: &Bounds) -> Result<(), Denied> {
        while let Some(until) = self.paused_until(bounds.clock.instant()) {
            if until > bounds.deadline {
                return Err(Denied::TooLate(until));
            }
            bounds.sleep_until(until).await?;
        }
        Ok(())
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

#[cfg(test)]
mod tests {
    mod properties;

    use std::sync::Arc;

    use tokio::task::JoinSet;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::clock::Clock;

    fn bounds(time: Duration) -> Bounds {
        let clock = Clock::system();
        Bounds {
            cancel: CancellationToken::new(),
            deadline: clock.instant() + time,
            clock,
        }
    }

    const LONG: Duration = Duration::from_secs(10_000);

    /// Lets `count` callers loose at once; returns when each got through, in milliseconds.
    async fn times(limiter: &Arc<Limiter>, pace: Pace, count: usize) -> Vec<u128> {
        let begun = Clock::system().instant();
        let mut callers = JoinSet::new();
        for _ in 0..count {
            let limiter = Arc::clone(limiter);
            callers.spawn(async move {
                limiter.acquire(pace, &bounds(LONG)).await.unwrap();
                (Clock::system().instant() - begun).as_millis()
            });
        }
        let mut times = callers.join_all().await;
        times.sort_unstable();
        times
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_goes_through_and_then_the_even_pace_holds() {
        let times = times(&Arc::default(), Pace::per_second(4.0), 8).await;
        assert_eq!(times[..4], [0, 0, 0, 0]);
        for (time, expected) in times[4..].iter().zip([250, 500, 750, 1000]) {
            assert!((expected..=expected + 1).contains(time), "{times:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn fractions_of_a_request_per_second_work() {
        let times = times(&Arc::default(), Pace::per_second(0.5), 3).await;
        assert!(
            times[1] >= 2000 && times[2] >= 4000 && times[2] <= 4002,
            "{times:?}"
        );
        for extreme in [f64::MIN_POSITIVE, 1e-300, 1e300] {
            assert!(
                Limiter::default()
                    .acquire(Pace::per_second(extreme), &bounds(LONG))
                    .await
                    .is_ok()
            );
        }
    }

    /// No window of a second sees more than the burst and one second's worth, whatever happens.
    #[tokio::test(start_paused = true)]
    async fn a_pause_is_not_followed_by_a_stampede() {
        let limiter = Arc::new(Limiter::default());
        limiter.pause_until(Clock::system().instant() + Duration::from_secs(30));
        let times = times(&limiter, Pace::per_second(5.0), 20).await;
        assert!(times[0] >= 30_000);
        for window in times.windows(10) {
            assert!(window[9] - window[0] >= 990, "{times:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_that_begins_while_somebody_waits_holds_for_them() {
        let limiter = Arc::new(Limiter::default());
        let pace = Pace::every(Duration::from_secs(10));
        limiter.acquire(pace, &bounds(LONG)).await.unwrap();
        let waiting = tokio::spawn({
            let limiter = Arc::clone(&limiter);
            async move {
                limiter.acquire(pace, &bounds(LONG)).await.unwrap();
                Clock::system().instant()
            }
        });
        Clock::system().sleep(Duration::from_secs(5)).await;
        let end = Clock::system().instant() + Duration::from_secs(100);
        limiter.pause_until(end);
        limiter.pause_until(end - Duration::from_secs(99));
        assert!(
            waiting.await.unwrap() >= end,
            "a shorter pause does not shorten the longer one"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_no_time_is_told_at_once_and_who_leaves_makes_room() {
        let limiter = Arc::new(Limiter::default());
        let pace = Pace::every(Duration::from_secs(10));
        limiter.acquire(pace, &bounds(LONG)).await.unwrap();
        let begun = Clock::system().instant();
        let short = limiter.acquire(pace, &bounds(Duration::from_secs(3))).await;
        assert_eq!(short, Err(Denied::TooLate(begun + Duration::from_secs(10))));
        assert_eq!(Clock::system().instant(), begun);

        let leaving = tokio::spawn({
            let limiter = Arc::clone(&limiter);
            async move { limiter.acquire(pace, &bounds(LONG)).await }
        });
        tokio::task::yield_now().await;
        assert!(
            !limiter.try_acquire(begun + LONG, pace),
            "somebody is in line"
        );
        leaving.abort();
        limiter.acquire(pace, &bounds(LONG)).await.unwrap();
        let waited = Clock::system().instant() - begun;
        assert!(waited >= Duration::from_secs(10) && waited < Duration::from_secs(11));
    }

    #[tokio::test(start_paused = true)]
    async fn callers_in_line_can_be_cancelled() {
        let limiter = Arc::new(Limiter::default());
        limiter.pause_until(Clock::system().instant() + Duration::from_secs(50));
        let pace = Pace::per_second(1.0);
        let cancelled = bounds(LONG);
        let mut callers = JoinSet::new();
        for _ in 0..3 {
            let (limiter, bounds) = (Arc::clone(&limiter), cancelled.clone());
            callers.spawn(async move { limiter.acquire(pace, &bounds).await });
        }
        tokio::task::yield_now().await;
        cancelled.cancel.cancel();
        for outcome in callers.join_all().await {
            assert_eq!(outcome, Err(Denied::Interrupted(Interrupted::Cancelled)));
        }
    }
}
