//! Time: the virtual time of the simulated organization, and the real time by which clients judge
//! their tokens. The only file that asks the system. Knows nothing of clusters.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the one place of the simulator that reads and waits for real time"
)]

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// How virtual time passes. It can be moved on by hand in every mode.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockMode {
    /// With real time.
    Real,
    /// This many times as fast as real time.
    Scaled(f64),
    /// Only when told to.
    Manual,
    /// By this many seconds with every request to the Administration API (not with token requests).
    /// A client that polls sees progress without anybody waiting.
    PerRequest(#[serde(with = "seconds")] Duration),
}

impl ClockMode {
    /// Finds what no clock can do.
    ///
    /// # Errors
    /// What is wrong, for people.
    pub(crate) fn check(self) -> Result<(), &'static str> {
        match self {
            Self::Scaled(factor) if !(factor.is_finite() && factor > 0.0) => {
                Err("The factor of a scaled clock must be above zero.")
            }
            _ => Ok(()),
        }
    }
}

/// Slower scales wait as if they were this one, and look again.
const SLOWEST: f64 = 1e-6;

/// The virtual clock. Starts at the real time of its creation.
pub(crate) struct Clock {
    state: Mutex<State>,
    changed: watch::Sender<()>,
}

struct State {
    mode: ClockMode,
    /// Virtual time at `real`.
    base: Timestamp,
    real: Instant,
}

impl Clock {
    pub(crate) fn new(mode: ClockMode) -> Self {
        Self {
            state: Mutex::new(State {
                mode,
                base: Timestamp::now(),
                real: Instant::now(),
            }),
            changed: watch::Sender::new(()),
        }
    }

    /// Goes on from a time that was written down: there exactly where time passes only when told to,
    /// and otherwise not behind real time, as if the organization had lived on meanwhile.
    pub(crate) fn go_on(&self, from: Timestamp) {
        let mut state = self.state();
        state.base = match state.mode {
            ClockMode::Manual => from,
            _ => from.max(Timestamp::now()),
        };
        state.real = Instant::now();
        self.changed.send_replace(());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.state().now()
    }

    pub(crate) fn mode(&self) -> ClockMode {
        self.state().mode
    }

    /// Changes the mode; time goes on from where it is.
    pub(crate) fn set_mode(&self, mode: ClockMode) {
        let mut state = self.state();
        state.base = state.now();
        state.real = Instant::now();
        state.mode = mode;
        self.changed.send_replace(());
    }

    pub(crate) fn advance(&self, duration: Duration) {
        let mut state = self.state();
        state.base = later(state.base, duration);
        self.changed.send_replace(());
    }

    /// Back to real time, as at the start.
    pub(crate) fn reset(&self, mode: ClockMode) {
        let mut state = self.state();
        state.base = Timestamp::now();
        state.real = Instant::now();
        state.mode = mode;
        self.changed.send_replace(());
    }

    /// One request to the Administration API has arrived.
    pub(crate) fn request_arrived(&self) {
        if let ClockMode::PerRequest(step) = self.mode() {
            self.advance(step);
        }
    }

    /// Waits until virtual time has passed, counted from this call rather than from the first poll:
    /// whoever hears of the wait may move the clock at once. Where time only passes with requests,
    /// it is moved on instead.
    pub(crate) fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + '_ {
        let changed = self.changed.subscribe();
        let due = later(self.now(), duration);
        if let ClockMode::PerRequest(_) = self.mode() {
            self.advance(duration);
        }
        self.sleep_until(due, changed)
    }

    async fn sleep_until(&self, due: Timestamp, mut changed: watch::Receiver<()>) {
        loop {
            let left = Duration::try_from(due.duration_since(self.now())).unwrap_or_default();
            if left.is_zero() {
                return;
            }
            let real_wait = match self.mode() {
                ClockMode::Real => Some(left),
                ClockMode::Scaled(factor) => Some(left.div_f64(factor.max(SLOWEST))),
                ClockMode::Manual | ClockMode::PerRequest(_) => None,
            };
            let moved = async {
                // An error means that the clock is gone, and then nobody waits for it.
                let _ = changed.changed().await;
            };
            match real_wait {
                // A millisecond more, because timers are coarser than the clock.
                Some(wait) => tokio::select! {
                    () = real_sleep(wait + Duration::from_millis(1)) => {}
                    () = moved => {}
                },
                None => moved.await,
            }
        }
    }
}

impl State {
    fn now(&self) -> Timestamp {
        match self.mode {
            ClockMode::Real => later(self.base, self.real.elapsed()),
            ClockMode::Scaled(factor) => {
                let elapsed = self.real.elapsed().as_secs_f64() * factor;
                let elapsed = Duration::try_from_secs_f64(elapsed).unwrap_or(Duration::MAX);
                later(self.base, elapsed)
            }
            ClockMode::Manual | ClockMode::PerRequest(_) => self.base,
        }
    }
}

/// Real time as everybody else sees it; what tokens are dated by.
pub(crate) fn real_now() -> Timestamp {
    Timestamp::now()
}

/// Waits in real time: slow answers are judged by the clocks of clients.
pub(crate) async fn real_sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// A point of real time for waiting threads.
pub(crate) fn deadline(timeout: Duration) -> impl Fn() -> Duration {
    let start = Instant::now();
    move || timeout.saturating_sub(start.elapsed())
}

/// `time` plus `duration`, or the end of time where that cannot be told.
pub(crate) fn later(time: Timestamp, duration: Duration) -> Timestamp {
    time.checked_add(duration).unwrap_or(Timestamp::MAX)
}

/// Timestamp text as the API writes it: UTC, milliseconds.
pub(crate) fn text(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// A date as HTTP headers write it.
pub(crate) fn http_date(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Durations as (fractional) seconds in JSON.
pub(crate) mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(
        duration: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        duration.as_secs_f64().serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        duration(f64::deserialize(deserializer)?).map_err(D::Error::custom)
    }

    /// What is too long to be told is for ever; what is negative is a mistake.
    pub(super) fn duration(seconds: f64) -> Result<Duration, &'static str> {
        match Duration::try_from_secs_f64(seconds) {
            Ok(duration) => Ok(duration),
            Err(_) if seconds > 0.0 => Ok(Duration::MAX),
            Err(_) => Err("a duration is a number of seconds, not below zero"),
        }
    }
}

/// As [`seconds`], for durations that may be absent.
pub(crate) mod optional_seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(
        duration: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        duration
            .map(|some| some.as_secs_f64())
            .serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        Option::<f64>::deserialize(deserializer)?
            .map(super::seconds::duration)
            .transpose()
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn manual_time_stands_still_until_it_is_moved() {
        let clock = Clock::new(ClockMode::Manual);
        let start = clock.now();
        clock.request_arrived();
        assert_eq!(clock.now(), start);
        clock.advance(MINUTE);
        assert_eq!(clock.now(), later(start, MINUTE));
    }

    #[test]
    fn each_request_moves_time_by_one_step() {
        let clock = Clock::new(ClockMode::PerRequest(MINUTE));
        let start = clock.now();
        clock.request_arrived();
        clock.request_arrived();
        assert_eq!(clock.now(), later(start, 2 * MINUTE));
    }

    #[test]
    fn a_change_of_mode_keeps_the_time() {
        let clock = Clock::new(ClockMode::Manual);
        clock.advance(100 * MINUTE);
        let before = clock.now();
        clock.set_mode(ClockMode::Scaled(2.0));
        assert!(clock.now() >= before);
        clock.set_mode(ClockMode::Manual);
        let stopped = clock.now();
        assert!(stopped < later(before, MINUTE));
        assert_eq!(clock.now(), stopped);
    }

    #[test]
    fn the_end_of_time_is_no_error() {
        assert_eq!(later(Timestamp::now(), Duration::MAX), Timestamp::MAX);
    }

    #[tokio::test]
    async fn sleepers_wake_when_manual_time_passes() {
        let clock = Clock::new(ClockMode::Manual);
        let sleeper = clock.sleep(MINUTE);
        tokio::pin!(sleeper);
        tokio::select! {
            biased;
            () = &mut sleeper => panic!("no time has passed"),
            () = tokio::task::yield_now() => {}
        }
        clock.advance(MINUTE);
        sleeper.await;
    }

    #[tokio::test]
    async fn time_that_passes_before_the_first_poll_counts() {
        let clock = Clock::new(ClockMode::Manual);
        let sleeper = clock.sleep(MINUTE);
        clock.advance(MINUTE);
        tokio::time::timeout(MINUTE, sleeper)
            .await
            .expect("it is due already");
    }

    #[test]
    fn timestamps_look_like_those_of_the_service() {
        let time: Timestamp = "2026-10-02T08:15:30Z".parse().expect("a timestamp");
        assert_eq!(text(time), "2026-10-02T08:15:30.000Z");
        assert_eq!(http_date(time), "Fri, 02 Oct 2026 08:15:30 GMT");
    }
}
