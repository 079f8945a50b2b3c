//! Waiting for something that takes its time, and the `timeouts` attribute that bounds it.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::data::ProviderData;
use super::validators;
use crate::api::Error;
use crate::clock::{Clock, Instant};
use crate::framework::object::Field;
use crate::framework::operation::Context;
use crate::framework::schema::{Attribute, Nesting};

crate::model! {
    /// How long the operations that wait may take.
    pub struct Timeouts {
        pub create: Field<String>,
        pub update: Field<String>,
        pub delete: Field<String>,
    }
}

crate::model! {
    /// The same for objects whose creation and deletion wait.
    pub struct CreateDeleteTimeouts {
        pub create: Field<String>,
        pub delete: Field<String>,
    }
}

crate::model! {
    /// The same for objects whose creation waits.
    pub struct CreateTimeouts {
        pub create: Field<String>,
    }
}

/// What the `timeouts` of an object say, whichever entries they have.
pub trait TimeoutEntries {
    /// The entry `create`.
    fn create(&self) -> Option<&str>;
    /// The entry `update`.
    fn update(&self) -> Option<&str> {
        None
    }
    /// The entry `delete`.
    fn delete(&self) -> Option<&str> {
        None
    }
}

impl TimeoutEntries for Timeouts {
    fn create(&self) -> Option<&str> {
        self.create.as_str()
    }

    fn update(&self) -> Option<&str> {
        self.update.as_str()
    }

    fn delete(&self) -> Option<&str> {
        self.delete.as_str()
    }
}

impl TimeoutEntries for CreateDeleteTimeouts {
    fn create(&self) -> Option<&str> {
        self.create.as_str()
    }

    fn delete(&self) -> Option<&str> {
        self.delete.as_str()
    }
}

impl TimeoutEntries for CreateTimeouts {
    fn create(&self) -> Option<&str> {
        self.create.as_str()
    }
}

/// The time an operation may take. An operation that does not wait has no entry: an empty text.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// Default for `timeouts.create`.
    pub create: &'static str,
    /// Default for `timeouts.update`.
    pub update: &'static str,
    /// Default for `timeouts.delete`.
    pub delete: &'static str,
}

impl Limits {
    /// The `timeouts` attribute with these defaults.
    #[must_use]
    pub fn attribute(self) -> Attribute {
        let entries = [
            ("create", self.create, "creation"),
            ("update", self.update, "a change"),
            ("delete", self.delete, "deletion"),
        ];
        Attribute::nested(
            "timeouts",
            Nesting::Single,
            entries
                .into_iter()
                .filter(|(_, default, _)| !default.is_empty())
                .map(|(name, default, what)| {
                    Attribute::string(name)
                        .optional()
                        .validate(validators::duration())
                        .description(format!("How long {what} may take. Default: `{default}`."))
                }),
        )
        .optional()
        .description("Time limits, as durations such as `30m` or `1h30m`.")
    }

    /// The time for creation.
    #[must_use]
    pub fn for_create(self, timeouts: &Field<impl TimeoutEntries>) -> Duration {
        let configured = timeouts.known().and_then(TimeoutEntries::create);
        limit(configured, self.create)
    }

    /// The time for a change.
    #[must_use]
    pub fn for_update(self, timeouts: &Field<impl TimeoutEntries>) -> Duration {
        let configured = timeouts.known().and_then(TimeoutEntries::update);
        limit(configured, self.update)
    }

    /// The time for deletion.
    #[must_use]
    pub fn for_delete(self, timeouts: &Field<impl TimeoutEntries>) -> Duration {
        let configured = timeouts.known().and_then(TimeoutEntries::delete);
        limit(configured, self.delete)
    }
}

/// The `timeout` attribute of an action, with its default.
#[must_use]
pub fn timeout_attribute(default: &str) -> Attribute {
    Attribute::string("timeout")
        .optional()
        .validate(validators::duration())
        .description(format!(
            "How long the action may take, as a duration such as `30m` or `1h30m`. Default: `{default}`."
        ))
}

/// The time an action may take.
#[must_use]
pub fn timeout(configured: &Field<String>, default: &str) -> Duration {
    limit(configured.as_str(), default)
}

fn limit(configured: Option<&str>, default: &str) -> Duration {
    configured
        .and_then(|text| validators::parse_duration(text).ok())
        .or_else(|| validators::parse_duration(default).ok())
        .unwrap_or(Duration::from_secs(1_800))
}

/// What one look at the awaited thing tells.
#[derive(Debug)]
pub enum Look<T> {
    /// It is there.
    Done(T),
    /// Not yet; the text says what it is now.
    NotYet(String),
    /// Waiting cannot help.
    Hopeless(T),
}

/// Looks in a row that may find nothing right after something was created.
const MISSES_AT_FIRST: u32 = 5;

/// Looks in a row that may find nothing of what has been seen: one answer that it is not there may be
/// somebody else's, such as a proxy's, and what is believed to be gone is nobody's from then on.
const MISSES_LATER: u32 = 1;

/// Counts the looks that do not find what is waited for.
#[derive(Debug)]
pub struct Misses {
    in_a_row: AtomicU32,
    has_been_seen: AtomicBool,
}

impl Misses {
    /// `is_new`: it was created just now, so that the service may not show it yet.
    #[must_use]
    pub fn new(is_new: bool) -> Self {
        Self {
            in_a_row: AtomicU32::new(0),
            has_been_seen: AtomicBool::new(!is_new),
        }
    }

    /// A look has found it.
    pub fn found(&self) {
        self.has_been_seen.store(true, Ordering::Relaxed);
        self.in_a_row.store(0, Ordering::Relaxed);
    }

    /// A look has not found it: whether there is more to expect. `what`: what there is instead.
    pub fn missed<T>(&self, what: &str) -> Look<Option<T>> {
        let misses = self.in_a_row.fetch_add(1, Ordering::Relaxed) + 1;
        let allowed = if self.has_been_seen.load(Ordering::Relaxed) {
            MISSES_LATER
        } else {
            MISSES_AT_FIRST
        };
        if misses > allowed {
            Look::Hopeless(None)
        } else {
            Look::NotYet(what.to_owned())
        }
    }
}

/// How a wait ended without what was awaited.
#[derive(Debug)]
pub enum Gave<T> {
    /// Waiting cannot help.
    Hopeless(T),
    /// Time ran out; what was seen last.
    TimedOut(Option<String>),
    /// The user interrupted the run; what was seen last.
    Interrupted(Option<String>),
    /// Looking failed, for good or too often.
    Failed(Error),
}

/// How to wait.
#[derive(Debug, Clone)]
pub struct Wait {
    /// Time.
    pub clock: Clock,
    /// Ends the wait at once.
    pub cancellation: CancellationToken,
    /// When to give up.
    pub deadline: Instant,
    /// The first pause; pauses grow to ten times as much.
    pub interval: Duration,
    /// Who is told what was seen, whenever it is something else.
    pub told: Option<watch::Sender<String>>,
}

/// Looks that may fail in a row, for reasons that pass, before a wait gives up.
const TOLERATED_FAILURES: u32 = 5;

impl Wait {
    /// A wait of an operation, until `deadline` at most.
    #[must_use]
    pub fn new(context: &Context<ProviderData>, deadline: Instant) -> Self {
        Self {
            clock: context.clock.clone(),
            cancellation: context.cancellation.clone(),
            deadline,
            interval: context.data.poll_interval(),
            told: None,
        }
    }

    /// The same wait, telling what it sees.
    #[must_use]
    pub fn telling(self, told: watch::Sender<String>) -> Self {
        Self {
            told: Some(told),
            ..self
        }
    }

    /// Tells what was seen or done, if anybody is to be told.
    pub fn tell(&self, seen: String) {
        if let Some(told) = &self.told {
            // That nobody listens any more is no reason to stop.
            let _ = told.send(seen);
        }
    }

    /// Looks again and again until there is a result.
    ///
    /// # Errors
    /// See [`Gave`].
    pub async fn until<T, F>(&self, mut look: impl FnMut() -> F) -> Result<T, Gave<T>>
    where
        F: Future<Output = Result<Look<T>, Error>>,
    {
        let mut pause = self.interval;
        let mut failures = 0;
        let mut last = None;
        loop {
            match look().await {
                Ok(Look::Done(found)) => return Ok(found),
                Ok(Look::Hopeless(found)) => return Err(Gave::Hopeless(found)),
                Ok(Look::NotYet(seen)) => {
                    failures = 0;
                    if last.as_ref() != Some(&seen) {
                        tracing::info!(state = seen, "waiting");
                        self.tell(seen.clone());
                    }
                    last = Some(seen);
                }
                Err(error) if error.is_cancelled() => return Err(Gave::Interrupted(last)),
                Err(error) if error.is_deadline_exceeded() && self.is_over() => {
                    return Err(Gave::TimedOut(last));
                }
                Err(error) => {
                    failures += 1;
                    if !error.is_transient() || failures > TOLERATED_FAILURES {
                        return Err(Gave::Failed(error));
                    }
                    tracing::debug!(%error, failures, "a look failed");
                }
            }
            // The last look is at the deadline itself, not a pause before it.
            let left = self
                .deadline
                .saturating_duration_since(self.clock.instant());
            if left.is_zero() {
                return Err(Gave::TimedOut(last));
            }
            let jitter = 0.9 + 0.2 * fastrand::f64();
            tokio::select! {
                () = self.clock.sleep(pause.mul_f64(jitter).min(left)) => {}
                () = self.cancellation.cancelled() => return Err(Gave::Interrupted(last)),
            }
            pause = pause.mul_f64(1.3).min(self.interval * 10);
        }
    }

    fn is_over(&self) -> bool {
        self.clock.instant() >= self.deadline
    }
}

#[cfg(test)]
mod tests;
