//! Single entries of an IP allowlist, of which the service only takes whole lists: read, merge, write,
//! and look whether it has lasted.
//!
//! Inside the process, changes of one cluster queue, and whoever's turn it is carries out all that are
//! waiting with one read and one write. Against other writers (processes, people in the Console) there
//! is no lock, so there are two rules that together do as well among those who keep them:
//!
//! - What was read is written within [`WINDOW`], or read again.
//! - A change counts once a read shows it that began more than [`SETTLED`] after its last write. By
//!   then nobody is left who had read before that write and may still write.
//!
//! A change that got lost is merged again, after a random wait. Entries of others are never touched.
//! Must not know how a request is sent.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::StatusCode;
use tokio::sync::oneshot;

use super::clusters::AllowlistEntry;
use super::error::Error;
use super::ip_allowlists::{replace_request, turn_subject};
use super::ip_ranges::IpRange;
use super::request::Request;
use super::retry::Backoff;
use super::shared::CallerKey;
use super::{CallContext, Client};
use crate::clock::Instant;

/// How old a list may be when the write made from it goes out.
const WINDOW: Duration = Duration::from_secs(1);

/// How long after a write a read proves that it lasts: the window, and the time a list may take to
/// arrive and a write to take effect.
const SETTLED: Duration = Duration::from_millis(2_500);

/// The longest wait before a lost change is merged again; what is waited is random, so that two
/// writers do not meet again and again.
const LONGEST_JITTER: Duration = Duration::from_secs(1);

/// Why a change of a single entry did not come about, or is not known to last.
#[derive(Clone, Debug)]
pub enum MergeError {
    /// The list is not shown to us, so nothing can be merged into it.
    Hidden,
    /// The list has an entry of that description already.
    Taken(AllowlistEntry),
    /// Others have overwritten the change that many times, until the time was over.
    Overwritten(u32),
    /// The change was written, but it could not be seen whether it lasts.
    Unverified(Error),
    /// The change was written, and after that the list was not shown to us any more.
    HiddenSince,
    /// A request failed.
    Api(Error),
}

impl From<Error> for MergeError {
    fn from(error: Error) -> Self {
        Self::Api(error)
    }
}

/// A change of the entries with one description. All entries of that description are one to us.
#[derive(Clone, Debug)]
enum Change {
    /// Adds it; refused if there is one.
    Add(AllowlistEntry),
    /// Makes it the one of its description.
    Put(AllowlistEntry),
    /// Removes what has the description.
    Remove(String),
}

impl Change {
    fn description(&self) -> &str {
        match self {
            Self::Add(entry) | Self::Put(entry) => &entry.description,
            Self::Remove(description) => description,
        }
    }

    fn wanted(&self) -> Option<&AllowlistEntry> {
        match self {
            Self::Add(entry) | Self::Put(entry) => Some(entry),
            Self::Remove(_) => None,
        }
    }

    /// From now on what it adds may be there because of that.
    fn was_sent(&mut self) {
        if let Self::Add(entry) = self {
            *self = Self::Put(entry.clone());
        }
    }

    /// Whether the list is as the change wants it. The service may spell ranges as it likes.
    fn holds(&self, list: &[AllowlistEntry]) -> bool {
        let mut mine = list
            .iter()
            .filter(|entry| entry.description == self.description());
        match self.wanted() {
            None => mine.next().is_none(),
            Some(wanted) => {
                mine.next()
                    .is_some_and(|entry| IpRange::list(&entry.ip) == IpRange::list(&wanted.ip))
                    && mine.next().is_none()
            }
        }
    }

    /// Changes the list, unless it is as wanted. The entry keeps its place, a new one comes last.
    fn merge_into(&self, list: &mut Vec<AllowlistEntry>) -> Merged {
        let is_mine = |entry: &AllowlistEntry| entry.description == self.description();
        let place = list.iter().position(is_mine);
        if let (Self::Add(_), Some(place)) = (self, place) {
            return Merged::Taken(list[place].clone());
        }
        if self.holds(list) {
            return Merged::Held;
        }
        list.retain(|entry| !is_mine(entry));
        if let Some(wanted) = self.wanted() {
            list.insert(place.unwrap_or(list.len()), wanted.clone());
        }
        Merged::Changed
    }
}

/// What merging a change into a list came to.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Merged {
    /// The list was as wanted.
    Held,
    /// The list is another one now.
    Changed,
    /// An entry of the description was there.
    Taken(AllowlistEntry),
}

/// What one turn did about a change.
#[derive(Clone, Debug)]
enum Done {
    /// The list was as wanted, by a read that began at this time.
    Held(Instant),
    /// It was written, by this time.
    Written(Instant),
    /// An entry of the description was there.
    Taken(AllowlistEntry),
    Hidden,
}

/// A change that waits for somebody's turn.
struct Pending {
    change: Change,
    /// Whether it was written before: then it should be there.
    written: bool,
    done: oneshot::Sender<Result<Done, Error>>,
}

/// How far a change has got.
struct Progress {
    change: Change,
    /// When it was written last.
    written: Option<Instant>,
    /// How often it was gone after that.
    lost: u32,
}

/// The changes of this process that wait, by who asks and for which cluster: what one may see and
/// change, another need not.
#[derive(Default)]
pub(crate) struct AllowlistChanges {
    pending: Mutex<HashMap<(CallerKey, String), Vec<Pending>>>,
}

impl AllowlistChanges {
    fn add(&self, key: &(CallerKey, String), changes: impl IntoIterator<Item = Pending>) {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        pending.entry(key.clone()).or_default().extend(changes);
    }

    /// Takes what is waiting, without those whose callers have given up.
    fn take(&self, key: &(CallerKey, String)) -> Vec<Pending> {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = pending.remove(key).unwrap_or_default();
        taken.retain(|pending| !pending.done.is_closed());
        taken
    }
}

impl Client {
    /// Adds an entry to the IP allowlist of a cluster. [`MergeError::Taken`] if it has one of the
    /// description.
    ///
    /// # Errors
    /// See [`MergeError`]. After an [`Error::may_have_committed`] the entry may be there.
    pub async fn add_ip_allowlist_entry(
        &self,
        context: &CallContext,
        cluster_id: &str,
        entry: &AllowlistEntry,
    ) -> Result<(), MergeError> {
        self.merge(context, cluster_id, Change::Add(entry.clone()))
            .await
    }

    /// Makes this the one entry of its description in the IP allowlist of a cluster.
    ///
    /// # Errors
    /// See [`MergeError`].
    pub async fn put_ip_allowlist_entry(
        &self,
        context: &CallContext,
        cluster_id: &str,
        entry: &AllowlistEntry,
    ) -> Result<(), MergeError> {
        self.merge(context, cluster_id, Change::Put(entry.clone()))
            .await
    }

    /// Removes what has the description from the IP allowlist of a cluster. It is fine if there is
    /// nothing.
    ///
    /// # Errors
    /// See [`MergeError`].
    pub async fn remove_ip_allowlist_entry(
        &self,
        context: &CallContext,
        cluster_id: &str,
        description: &str,
    ) -> Result<(), MergeError> {
        self.merge(context, cluster_id, Change::Remove(description.to_owned()))
            .await
    }

    /// Carries a change out and sees to it that it lasts.
    async fn merge(
        &self,
        context: &CallContext,
        cluster_id: &str,
        change: Change,
    ) -> Result<(), MergeError> {
        let context = self.0.sender.bounded(context);
        let mut progress = Progress {
            change,
            written: None,
            lost: 0,
        };
        match self
            .until_it_lasts(&context, cluster_id, &mut progress)
            .await
        {
            Err(MergeError::Api(error)) if error.is_deadline_exceeded() && progress.lost > 0 => {
                Err(MergeError::Overwritten(progress.lost))
            }
            Err(MergeError::Api(error)) if progress.written.is_some() => {
                Err(MergeError::Unverified(error))
            }
            other => other,
        }
    }

    async fn until_it_lasts(
        &self,
        context: &CallContext,
        cluster_id: &str,
        progress: &mut Progress,
    ) -> Result<(), MergeError> {
        let sender = &self.0.sender;
        let request = replace_request(cluster_id, &[])?;
        loop {
            let done = self.submit(context, &request, cluster_id, progress).await?;
            let settled = match done {
                Done::Hidden if progress.written.is_some() => {
                    return Err(MergeError::HiddenSince);
                }
                Done::Hidden => return Err(MergeError::Hidden),
                Done::Taken(entry) => return Err(MergeError::Taken(entry)),
                Done::Held(read) => match progress.written.map(|at| at + SETTLED) {
                    Some(settled) if read < settled => settled,
                    _ => return Ok(()),
                },
                Done::Written(at) => {
                    if progress.written.replace(at).is_some() {
                        progress.lost += 1;
                        let lost = progress.lost;
                        tracing::info!(cluster_id, lost, "merged an IP allowlist entry again");
                    }
                    progress.change.was_sent();
                    continue;
                }
            };
            let rest = sender.clock.sleep_until(settled);
            sender.run(context, &request, rest).await?;
        }
    }

    /// Has a change carried out, by whoever's turn it is.
    async fn submit(
        &self,
        context: &CallContext,
        request: &Request,
        cluster_id: &str,
        progress: &Progress,
    ) -> Result<Done, Error> {
        let changes = &self.0.shared.allowlists;
        let key = (self.0.caller.clone(), cluster_id.to_owned());
        loop {
            let (done, mut result) = oneshot::channel();
            let pending = Pending {
                change: progress.change.clone(),
                written: progress.written.is_some(),
                done,
            };
            changes.add(&key, [pending]);
            let _turn = self
                .turn(context, request, turn_subject(cluster_id))
                .await?;
            if let Ok(done) = result.try_recv() {
                return done;
            }
            let mut batch = changes.take(&key);
            match self.carry_out(context, cluster_id, &mut batch).await {
                Ok(all) => {
                    for (pending, done) in batch.into_iter().zip(all) {
                        // Whoever has given up in the meantime does not care.
                        let _ = pending.done.send(Ok(done));
                    }
                }
                // The end of one caller's patience is nobody else's: the next one goes on.
                Err(error) if error.is_cancelled() || error.is_deadline_exceeded() => {
                    changes.add(&key, batch);
                    return Err(error);
                }
                Err(error) => {
                    for pending in batch {
                        let _ = pending.done.send(Err(error.clone()));
                    }
                }
            }
            // Nothing if somebody had taken it and was stopped in the middle: then once more.
            if let Ok(done) = result.try_recv() {
                return done;
            }
        }
    }

    /// Carries out all changes of a batch with one read and one write, or none if the list is as they
    /// want it.
    async fn carry_out(
        &self,
        context: &CallContext,
        cluster_id: &str,
        batch: &mut [Pending],
    ) -> Result<Vec<Done>, Error> {
        let sender = &self.0.sender;
        let mut attempts = 0;
        let mut jittered = false;
        // A write of ours may have been carried out although its answer said otherwise.
        let mut unsure = false;
        loop {
            let began = sender.clock.instant();
            let Some(mut list) = self.get_ip_allowlist(context, cluster_id).await? else {
                return Ok(vec![Done::Hidden; batch.len()]);
            };
            let arrived = sender.clock.instant();
            let merged: Vec<Merged> = batch
                .iter()
                .map(|pending| pending.change.merge_into(&mut list))
                .collect();
            let done = |written: Instant| {
                let of = |merged: &Merged| match merged {
                    Merged::Taken(entry) => Done::Taken(entry.clone()),
                    Merged::Held if !unsure => Done::Held(began),
                    Merged::Held | Merged::Changed => Done::Written(written),
                };
                merged.iter().map(of).collect()
            };
            let changed = |index: usize| merged[index] == Merged::Changed;
            if !(0..batch.len()).any(changed) {
                return Ok(done(arrived));
            }
            let request = replace_request(cluster_id, &list)?.send_by(arrived + WINDOW);
            let lost = batch
                .iter()
                .enumerate()
                .any(|(index, pending)| pending.written && changed(index));
            let wait = if lost && !jittered {
                jittered = true;
                LONGEST_JITTER.mul_f64(fastrand::f64())
            } else {
                let error = match self.call_for_nothing(context, request.clone()).await {
                    Ok(()) => return Ok(done(sender.clock.instant())),
                    Err(error) => error,
                };
                unsure |= error.may_have_committed();
                if unsure {
                    for (index, pending) in batch.iter_mut().enumerate() {
                        if changed(index) {
                            pending.change.was_sent();
                        }
                    }
                }
                attempts += error.attempts();
                match self.wait_before_reading_again(context, &error, attempts) {
                    Some(wait) => wait,
                    None => return Err(error.with_may_have_committed(unsure)),
                }
            };
            sender
                .run(context, &request, sender.clock.sleep(wait))
                .await
                .map_err(|error| error.with_may_have_committed(unsure))?;
        }
    }

    /// How long to wait after a write that ended in `error` before the list is read again; nothing if
    /// that is of no use. A write of an old list is not repeated as it is.
    fn wait_before_reading_again(
        &self,
        context: &CallContext,
        error: &Error,
        attempts: u32,
    ) -> Option<Duration> {
        let sender = &self.0.sender;
        let time_is_left = context
            .deadline
            .is_none_or(|deadline| sender.clock.instant() < deadline);
        // The window was over before it could be sent, or sent again with a new token.
        let is_stale = error.is_deadline_exceeded() && time_is_left;
        if is_stale && attempts <= sender.retry.max_retries {
            return Some(Duration::ZERO);
        }
        // A fault inside the service may well be caused by the very write.
        let passes =
            error.is_transient() && error.status() != Some(StatusCode::INTERNAL_SERVER_ERROR);
        if !passes || attempts > sender.retry.max_retries {
            return None;
        }
        let backoff = Backoff::USUAL.full_jitter(attempts, fastrand::f64());
        let wait = error.retry_after().unwrap_or_default().max(backoff);
        // Nobody is served by waiting for a time that never comes.
        let comes = context
            .deadline
            .is_none_or(|deadline| sender.clock.instant() + wait <= deadline);
        comes.then_some(wait)
    }
}

#[cfg(test)]
mod tests;
