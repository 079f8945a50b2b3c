//! How the plugin comes to its end: who asks for it, and how long what is under way may take.

use std::time::Duration;

use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use crate::clock::Clock;

/// How long replies may take to leave after the host asked for shutdown. It asks when it has all
/// answers, and kills a plugin that is still there after two seconds.
const SHUTDOWN_LIMIT: Duration = Duration::from_millis(500);

/// How long cleaning up may take once nothing is served any more. Together with the limit above it stays
/// below those two seconds.
pub(super) const WIND_DOWN_LIMIT: Duration = Duration::from_millis(1_200);

/// How long operations under way may take to come to a safe point after a request to terminate.
/// Below the half minute that service managers usually leave before they kill.
const TERMINATION_LIMIT: Duration = Duration::from_secs(20);

/// The end of the plugin, in two steps: it stops (no new connections, operations under way finish),
/// and it is over. Cheap to clone; clones share one end.
#[derive(Debug, Clone, Default)]
pub struct Lifecycle {
    stopping: CancellationToken,
    over: CancellationToken,
    clock: Clock,
}

impl Lifecycle {
    /// A plugin that is to run.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            ..Self::default()
        }
    }

    /// Stops, leaving only the time to send what is ready. Must be called inside a tokio runtime.
    pub fn stop_at_once(&self) {
        self.stop_within(SHUTDOWN_LIMIT);
    }

    /// Stops, leaving operations under way some time to come to a safe point. Must be called
    /// inside a tokio runtime.
    pub fn stop_gently(&self) {
        self.stop_within(TERMINATION_LIMIT);
    }

    fn stop_within(&self, limit: Duration) {
        self.stopping.cancel();
        let Self { over, clock, .. } = self.clone();
        tokio::spawn(async move {
            clock.sleep(limit).await;
            over.cancel();
        });
    }

    /// Ends without any delay.
    pub fn end(&self) {
        self.stopping.cancel();
        self.over.cancel();
    }

    /// Completes when the plugin stops.
    pub fn stopping(&self) -> WaitForCancellationFutureOwned {
        self.stopping.clone().cancelled_owned()
    }

    /// Completes when the plugin is over, whatever is still under way.
    pub fn over(&self) -> WaitForCancellationFutureOwned {
        self.over.clone().cancelled_owned()
    }
}
