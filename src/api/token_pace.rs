//! The pace of token requests to one host, kept by all processes of one user on one machine in a
//! file: the token service counts requests by source address, whoever sends them.
//!
//! The file is locked only while it is looked at; whoever has to wait lets go of it first. Must not
//! know tokens or credentials.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::token_file::{Attempt, TokenFolder, name};
use crate::clock::Clock;

/// A pause in the file is at most this long, whatever the service asks for: nobody could lift it but
/// by removing the file. After it, one process asks again and learns whether it still holds.
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);

/// A row of refusals is forgotten after this time.
const MEMORY: Duration = Duration::from_secs(5 * 60);

/// How often and in which distance the file is tried, which others hold for less than a millisecond.
const TRIES: u32 = 200;
const DISTANCE: Duration = Duration::from_millis(5);

const LARGEST: u64 = 4 << 10;

/// The pace of one token host.
pub(crate) struct TokenPace {
    folder: TokenFolder,
    file: String,
    clock: Clock,
}

#[derive(Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// When this was written. If that is yet to come, the clock was set back, and the rest is void.
    written_at: Timestamp,
    /// When the next request may be sent.
    free_at: Timestamp,
    paused_until: Timestamp,
    /// Requests refused as one too many since the last one that was not.
    refused: u32,
}

impl TokenPace {
    /// Touches no disk.
    pub(crate) fn new(folder: TokenFolder, host: &str, clock: Clock) -> Self {
        let file = format!("{}.json", name("pace", &[host.as_bytes()]));
        Self {
            folder,
            file,
            clock,
        }
    }

    /// Takes the next place if it is free now; else says how long it is not.
    pub(crate) async fn take(&self, interval: Duration) -> Result<(), Duration> {
        let taken = self.change(move |state, now| {
            let wait = state.wait(now);
            if wait.is_zero() {
                state.free_at = later(now, interval);
                Ok(())
            } else {
                Err(wait)
            }
        });
        // Without a file everybody is alone.
        taken.await.unwrap_or(Ok(()))
    }

    /// Lets nobody ask before `wait` is over.
    pub(crate) async fn pause(&self, wait: Duration) {
        let paused = self.change(move |state, now| {
            let until = later(now, wait.min(LONGEST_PAUSE));
            state.paused_until = state.paused_until.max(until);
            state.refused = state.refused.saturating_add(1);
        });
        paused.await;
    }

    /// How many requests in a row were refused as one too many.
    pub(crate) async fn refused_in_a_row(&self) -> u32 {
        self.change(|state, _| state.refused).await.unwrap_or(0)
    }

    /// The service took a request.
    pub(crate) async fn accepted(&self) {
        self.change(|state, _| state.refused = 0).await;
    }

    async fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut State, Timestamp) -> T + Send + 'static,
    ) -> Option<T> {
        let lock = self.lock().await?;
        let clock = self.clock.clone();
        let work = move |_: &TokenFolder| {
            let now = clock.now();
            let text = lock.read(LARGEST)?;
            let mut state = State::of_file(&text, now);
            let result = change(&mut state, now);
            state.written_at = now;
            lock.write(&serde_json::to_vec(&state)?)?;
            Ok(result)
        };
        self.folder
            .run("cannot use a file about the pace of token requests", work)
            .await
    }

    async fn lock(&self) -> Option<super::token_file::Lock> {
        for _ in 0..TRIES {
            let file = self.file.clone();
            let attempt = self.folder.run(
                "cannot lock a file about the pace of token requests",
                move |folder| folder.try_lock(&file),
            );
            match attempt.await? {
                Attempt::Locked(lock) => return Some(lock),
                Attempt::Impossible => return None,
                Attempt::Busy => self.clock.sleep(DISTANCE).await,
            }
        }
        tracing::debug!("somebody holds the file about the pace of token requests");
        None
    }
}

impl State {
    /// What the text of a file says. What is torn, foreign or from another time counts as nothing.
    pub(crate) fn of_file(text: &[u8], now: Timestamp) -> Self {
        let mut state: Self = serde_json::from_slice(text).unwrap_or_default();
        state.settle(now);
        state
    }

    /// How long nobody may ask.
    pub(crate) fn wait(&self, now: Timestamp) -> Duration {
        let free_at = self.free_at.max(self.paused_until);
        Duration::try_from(free_at.duration_since(now)).unwrap_or_default()
    }

    /// Drops what the clock has made senseless.
    fn settle(&mut self, now: Timestamp) {
        let from_the_future = self.written_at > later(now, Duration::from_secs(1));
        let too_far = later(now, LONGEST_PAUSE + Duration::from_secs(1));
        if from_the_future || self.free_at > too_far || self.paused_until > too_far {
            *self = Self::default();
        }
        if self.paused_until.max(self.written_at) < earlier(now, MEMORY) {
            self.refused = 0;
        }
    }
}

fn later(time: Timestamp, duration: Duration) -> Timestamp {
    time.checked_add(duration).unwrap_or(Timestamp::MAX)
}

fn earlier(time: Timestamp, duration: Duration) -> Timestamp {
    time.checked_sub(duration).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests;
