//! What this process has done at the API, counted: for one line in the log at its end.
//!
//! Must not know who shows it, nor decide anything.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::error::duration_text;

/// Counters of a process.
#[derive(Default)]
pub(crate) struct Statistics(Mutex<Summary>);

/// What a process has done at the API. `Display` says it in one line.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Summary {
    /// Requests sent, retries included, by operation.
    pub requests: BTreeMap<&'static str, u64>,
    /// How many of them were repetitions.
    pub retries: u64,
    /// How often a call had to wait, for its turn or before a repetition.
    pub waits: u64,
    /// How long all calls together waited.
    pub waited: Duration,
    /// Reads that got the answer somebody else had asked for.
    pub shared_reads: u64,
    /// Calls whose token was at hand.
    pub tokens_from_memory: u64,
    /// Tokens taken over from another process.
    pub tokens_from_file: u64,
    /// Token requests sent.
    pub tokens_requested: u64,
}

impl Statistics {
    pub(crate) fn summary(&self) -> Summary {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn request(&self, operation: &'static str) {
        self.count(|summary| *summary.requests.entry(operation).or_default() += 1);
    }

    pub(crate) fn retry(&self) {
        self.count(|summary| summary.retries += 1);
    }

    /// A wait that took some time, or next to none.
    pub(crate) fn wait(&self, time: Duration) {
        if time >= Duration::from_millis(1) {
            self.count(|summary| {
                summary.waits += 1;
                summary.waited += time;
            });
        }
    }

    pub(crate) fn shared_read(&self) {
        self.count(|summary| summary.shared_reads += 1);
    }

    pub(crate) fn token_from_memory(&self) {
        self.count(|summary| summary.tokens_from_memory += 1);
    }

    pub(crate) fn token_from_file(&self) {
        self.count(|summary| summary.tokens_from_file += 1);
    }

    pub(crate) fn token_requested(&self) {
        self.count(|summary| summary.tokens_requested += 1);
    }

    fn count(&self, change: impl FnOnce(&mut Summary)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Summary {
    /// Whether nothing has happened at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total: u64 = self.requests.values().sum();
        write!(f, "requests: {total}")?;
        let mut separator = " (";
        for (operation, count) in &self.requests {
            write!(f, "{separator}{operation} {count}")?;
            separator = ", ";
        }
        if total > 0 {
            f.write_str(")")?;
        }
        write!(
            f,
            "; retries: {}; waits: {}, {} in all; reads shared: {}; tokens: {} from memory, {} from file, {} requested",
            self.retries,
            self.waits,
            duration_text(self.waited),
            self.shared_reads,
            self.tokens_from_memory,
            self.tokens_from_file,
            self.tokens_requested
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_in_one_line() {
        let statistics = Statistics::default();
        assert!(statistics.summary().is_empty());
        statistics.token_requested();
        insta::assert_snapshot!(statistics.summary(), @"requests: 0; retries: 0; waits: 0, 0.0 s in all; reads shared: 0; tokens: 0 from memory, 0 from file, 1 requested");
        for operation in ["GetCluster", "CreateCluster", "GetCluster"] {
            statistics.request(operation);
        }
        statistics.retry();
        statistics.wait(Duration::from_micros(20));
        statistics.wait(Duration::from_millis(1500));
        statistics.shared_read();
        statistics.token_from_memory();
        statistics.token_from_file();
        insta::assert_snapshot!(statistics.summary(), @"requests: 3 (CreateCluster 1, GetCluster 2); retries: 1; waits: 1, 1.5 s in all; reads shared: 1; tokens: 1 from memory, 1 from file, 1 requested");
    }
}
