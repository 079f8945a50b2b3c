//! Waiting for another process, on the system's clock: the one place of these tests where time is
//! looked at. Everybody else names a condition and a deadline.

use std::time::{Duration, Instant};

const INTERVAL: Duration = Duration::from_millis(20);

/// Asks until there is an answer; `None` once the deadline has passed.
#[expect(
    clippy::disallowed_methods,
    reason = "other processes live on the system's clock, and nothing tells when they get somewhere"
)]
pub(crate) fn until<T>(deadline: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    loop {
        // Asked at least once, and once more after the deadline: a busy machine may have kept this
        // thread from running in between.
        let late = start.elapsed() >= deadline;
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if late {
            return None;
        }
        std::thread::sleep(INTERVAL);
    }
}
