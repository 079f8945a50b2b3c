//! Reads that many callers make at the same moment, made once; and what writes make of them.
//!
//! A refresh asks for the same list once per object in it. The first caller reads, the others wait
//! for its answer. What was read stays good for those who can do with its age, and never longer than
//! until the next write of this process that touches it. Must not know what is read, nor how.

use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::context::{Freshness, OLDEST};
use super::error::Error;
use super::shared::CallerKey;
use crate::clock::Instant;

/// When a caller came, and whether what was read before will do.
#[derive(Clone, Copy)]
pub(crate) struct Arrival {
    pub(crate) at: Instant,
    pub(crate) freshness: Freshness,
}

type Answer = Result<Arc<dyn Any + Send + Sync>, Error>;

/// The latest answer to every read of the process that callers share.
#[derive(Default)]
pub(crate) struct RecentReads {
    reads: Mutex<HashMap<ReadKey, Arc<RecentRead>>>,
}

/// Who reads what. Callers do not see each other's answers, because permissions differ; a write of
/// any of them touches all.
#[derive(Clone, PartialEq, Eq, Hash)]
struct ReadKey {
    caller: CallerKey,
    path: String,
}

/// One read. The lock is held by the caller who is reading.
#[derive(Default)]
pub(crate) struct RecentRead {
    /// How many times writes have touched it.
    writes: AtomicU64,
    pub(crate) latest: tokio::sync::Mutex<Option<Latest>>,
}

/// The latest answer.
pub(crate) struct Latest {
    began: Instant,
    ended: Instant,
    writes: u64,
    answer: Answer,
}

/// A read that has begun.
pub(crate) struct Begun {
    at: Instant,
    writes: u64,
}

impl RecentReads {
    /// The read of `path` by this caller.
    pub(crate) fn of(&self, caller: &CallerKey, path: &str, now: Instant) -> Arc<RecentRead> {
        let key = ReadKey {
            caller: caller.clone(),
            path: path.to_owned(),
        };
        let mut reads = self.reads.lock().unwrap_or_else(PoisonError::into_inner);
        if !reads.contains_key(&key) {
            // What nobody can use any more goes, so that a process that lives long does not grow.
            reads.retain(|_, read| Arc::strong_count(read) > 1 || !read.is_over(now));
        }
        Arc::clone(reads.entry(key).or_default())
    }

    /// A write to `path` of the API at `api` begins; it ends when the guard is dropped. Answers from
    /// before its end are nobody's any more: to reads of the same path, of what is above it (a list
    /// that has the object) and of what is below it (what goes with the object).
    pub(crate) fn touching<'a>(&'a self, api: &'a str, path: &'a str) -> Touching<'a> {
        let touching = Touching {
            reads: self,
            api,
            path,
        };
        touching.touch();
        touching
    }
}

/// A write under way.
pub(crate) struct Touching<'a> {
    reads: &'a RecentReads,
    api: &'a str,
    path: &'a str,
}

impl Touching<'_> {
    fn touch(&self) {
        let reads = self.reads.reads.lock();
        for (key, read) in &*reads.unwrap_or_else(PoisonError::into_inner) {
            let related = is_within(&key.path, self.path) || is_within(self.path, &key.path);
            if related && key.caller.is_at(self.api) {
                read.writes.fetch_add(1, Ordering::SeqCst);
            }
        }
    }
}

impl Drop for Touching<'_> {
    fn drop(&mut self) {
        self.touch();
    }
}

/// Whether `path` is `folder` or below it.
fn is_within(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl RecentRead {
    pub(crate) fn begin(&self, now: Instant) -> Begun {
        Begun {
            at: now,
            writes: self.writes.load(Ordering::SeqCst),
        }
    }

    /// The answer for a caller who looks at `latest` now, if it will do.
    pub(crate) fn answer<T: Send + Sync + 'static>(
        &self,
        latest: Option<&Latest>,
        arrived: Arrival,
        now: Instant,
    ) -> Option<Result<Arc<T>, Error>> {
        let latest = latest?;
        match &latest.answer {
            Ok(value) => {
                let untouched = latest.writes == self.writes.load(Ordering::SeqCst);
                let fresh = latest.began >= arrived.freshness.earliest(arrived.at, now);
                (untouched && fresh)
                    .then(|| Arc::clone(value).downcast().ok())
                    .flatten()
                    .map(Ok)
            }
            // A failure is for those who were waiting for it. Whoever comes later tries anew.
            Err(error) => (arrived.at <= latest.ended).then(|| Err(error.clone())),
        }
    }

    fn is_over(&self, now: Instant) -> bool {
        self.latest.try_lock().is_ok_and(|latest| {
            latest
                .as_ref()
                .is_none_or(|latest| now.saturating_duration_since(latest.began) > OLDEST)
        })
    }
}

impl Begun {
    /// What others may take from the answer. The end of one caller's patience is nobody else's.
    pub(crate) fn ended<T: Send + Sync + 'static>(
        self,
        now: Instant,
        answer: &Result<Arc<T>, Error>,
    ) -> Option<Latest> {
        let answer: Answer = match answer {
            Ok(value) => Ok(Arc::clone(value) as _),
            Err(error) if error.is_cancelled() || error.is_deadline_exceeded() => return None,
            Err(error) => Err(error.clone()),
        };
        Some(Latest {
            began: self.at,
            ended: now,
            writes: self.writes,
            answer,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_touches_what_is_above_and_below() {
        let related = |a: &str, b: &str| is_within(a, b) || is_within(b, a);
        for (read, write, touched) in [
            ("/clusters/a/clients", "/clusters/a/clients", true),
            ("/clusters/a/clients", "/clusters/a/clients/x", true),
            ("/clusters", "/clusters/a/ipallowlist", true),
            ("/clusters/a", "/clusters/a/ipallowlist", true),
            ("/clusters/a/secrets", "/clusters/a", true),
            ("/clusters/a/secrets", "/clusters/a/clients", false),
            ("/clusters/ab", "/clusters/a", false),
            ("/members", "/members/ada%40example.com", true),
            ("/members", "/clusters", false),
        ] {
            assert_eq!(related(read, write), touched, "{read} {write}");
        }
    }
}
