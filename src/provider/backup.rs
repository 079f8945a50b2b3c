//! Taking a backup exactly once and waiting for its end, for everybody who needs one.
//!
//! A note is kept while a backup is under way, so that the run after a killed or interrupted one goes
//! on with the backup there is. Must not know what the backup is good for.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::data::ProviderData;
use super::errors::{advise, no_such_cluster};
use super::journal::Entry;
use super::wait::{Gave, Look, Misses, Wait};
use crate::api::{Backup, BackupStatus, CallContext, Client, Error, ErrorKind, comes_too_soon};
use crate::framework::diag::Diagnostic;
use crate::framework::operation::Context;

/// The least time between two manual backups of a cluster, as Camunda documents it.
const PACE: SignedDuration = SignedDuration::from_mins(15);

/// What a run that takes a backup does with the one that an earlier run was killed or interrupted
/// over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adopt {
    /// Takes it, whatever has become of it: it is the object that was to be created.
    Always,
    /// Takes it as long as it could not take another one: while it is being made, and until the
    /// service takes the next. One that cannot be told from others is left alone.
    WhileCurrent,
}

/// Why there is no backup.
#[derive(Debug)]
pub struct NotBegun {
    error: Error,
    newest: Option<Timestamp>,
}

/// How a wait for a backup ended.
#[derive(Debug)]
pub enum Ended {
    /// It is complete.
    Complete(Backup),
    /// It has failed.
    Failed(Backup),
    /// It is not there, or no longer.
    Gone,
    /// Before its end was seen.
    Unseen {
        /// What happened, as a sentence.
        happened: String,
        /// What was seen of it last, if anything.
        latest: Option<Backup>,
    },
}

/// A new backup, and the note about it. One that an earlier run of the same `purpose` has asked for
/// and did not see the end of is taken instead of a second one.
///
/// # Errors
/// There is none, or nobody knows whether there is.
pub async fn begin(
    context: &Context<ProviderData>,
    client: &Client,
    call: &CallContext,
    cluster_id: &str,
    purpose: &str,
    adopt: Adopt,
) -> Result<(Backup, Entry), NotBegun> {
    let data = &context.data;
    let journal = data.journal();
    let subject = format!(
        "backup of the cluster {cluster_id} {purpose} at {}",
        data.account()
    );
    while let Some(mut abandoned) = journal.take_abandoned(&subject) {
        let note = abandoned.note();
        let id = note.id.as_deref();
        let found = client
            .find_abandoned_backup(call, cluster_id, id, &note.known)
            .await;
        let found = match found {
            Err(error) if adopt == Adopt::WhileCurrent && error.kind() == ErrorKind::Ambiguous => {
                None
            }
            found => found.map_err(|error| NotBegun {
                error,
                newest: None,
            })?,
        };
        let now = context.clock.now();
        match found {
            Some(backup) if adopt == Adopt::Always || is_current(&backup, now) => {
                tracing::info!(id = backup.id, "going on with the backup of an earlier run");
                abandoned.created(&backup.id);
                return Ok((backup, abandoned));
            }
            _ => abandoned.close(),
        }
    }
    let mut entry = None;
    let mut newest = None;
    let result = client
        .create_backup(call, cluster_id, |before| {
            let known = before.iter().map(|backup| backup.id.clone()).collect();
            entry = Some(journal.begin(&subject, known));
            newest = newest_of(before);
        })
        .await;
    match result {
        Ok(backup) => {
            tracing::info!(cluster_id, id = backup.id, "began a backup");
            let mut entry = entry.unwrap_or_else(|| journal.begin(&subject, Vec::new()));
            entry.created(&backup.id);
            Ok((backup, entry))
        }
        Err(error) => {
            // What may exist without our knowing is for the next run to look for.
            if let Some(entry) = entry.filter(|_| !error.may_have_committed()) {
                entry.close();
            }
            Err(NotBegun { error, newest })
        }
    }
}

/// Whether a backup is as good as one begun now, since the service would not take another one yet.
fn is_current(backup: &Backup, now: Timestamp) -> bool {
    let began: Option<Timestamp> = backup.created_at().and_then(|time| time.parse().ok());
    let recent = began.is_some_and(|began| now.duration_since(began) < PACE);
    match backup.status {
        Some(BackupStatus::Failed) => false,
        Some(BackupStatus::Complete) => recent,
        _ => true,
    }
}

/// When the newest backup was begun.
fn newest_of(backups: &[Backup]) -> Option<Timestamp> {
    let times = backups.iter().filter_map(Backup::created_at);
    times.filter_map(|time| time.parse().ok()).max()
}

impl NotBegun {
    /// The message. `if_there`: what to do where the backup may be there all the same.
    #[must_use]
    pub fn explain(self, data: &ProviderData, cluster_id: &str, if_there: &str) -> Diagnostic {
        let Self { error, newest } = self;
        let diagnostic = data.explain(format!("Cannot back up cluster {cluster_id}"), &error);
        if comes_too_soon(&error) {
            let since = newest.map_or_else(String::new, |newest| {
                format!(
                    " The newest backup of this cluster was begun at {newest}; if it was a manual one, \
                     the next can be taken from {} on.",
                    newest.saturating_add(PACE).unwrap_or(newest)
                )
            });
            advise(
                diagnostic,
                format!(
                    "Camunda takes a manual backup of a cluster every 15 minutes at most.{since} Apply \
                     again then; nothing was changed."
                ),
            )
        } else if error.may_have_committed() {
            advise(diagnostic, if_there)
        } else if error.is_conflict() {
            advise(
                diagnostic,
                "A backup needs a healthy cluster in which no other backup and no restore is running. \
                 Apply again when it is.",
            )
        } else if error.is_not_found() {
            no_such_cluster(diagnostic)
        } else {
            diagnostic
        }
    }
}

/// Waits for the end of a backup, given by its cluster and its ID. `new`: it was begun just now, so that
/// it may not be listed yet. `limit` is the argument that bounds the wait.
pub async fn await_end(
    wait: &Wait,
    data: &ProviderData,
    client: &Client,
    call: &CallContext,
    (cluster_id, id): (&str, &str),
    new: bool,
    limit: &str,
) -> Ended {
    let misses = Misses::new(new);
    let latest = Mutex::new(None);
    let result = wait
        .until(|| async {
            let backups = match client.list_backups(call, cluster_id).await {
                Err(error) if error.is_not_found() => Vec::new(),
                listed => listed?,
            };
            let Some(backup) = backups.into_iter().find(|backup| backup.id == id) else {
                return Ok(misses.missed("not visible"));
            };
            misses.found();
            Ok(match backup.status {
                Some(BackupStatus::Complete) => Look::Done(Some(backup)),
                Some(BackupStatus::Failed) => Look::Hopeless(Some(backup)),
                _ => {
                    let seen = states(&backup);
                    *latest.lock().unwrap_or_else(PoisonError::into_inner) = Some(backup);
                    Look::NotYet(seen)
                }
            })
        })
        .await;
    let latest = latest.into_inner().unwrap_or_else(PoisonError::into_inner);
    let seen =
        |last: Option<String>| last.map_or_else(String::new, |last| format!(" Seen last: {last}."));
    let happened = match result {
        Ok(Some(backup)) => return Ended::Complete(backup),
        Err(Gave::Hopeless(Some(backup))) => return Ended::Failed(backup),
        Ok(None) | Err(Gave::Hopeless(None)) => return Ended::Gone,
        Err(Gave::TimedOut(last)) => {
            format!("It was not complete within {limit}.{}", seen(last))
        }
        Err(Gave::Interrupted(last)) => format!(
            "The run was interrupted while it was being taken.{}",
            seen(last)
        ),
        Err(Gave::Failed(error)) => format!(
            "Its state could not be read any more: {}",
            data.explain(String::new(), &error).full_detail()
        ),
    };
    Ended::Unseen { happened, latest }
}

/// The parts of a backup that it may have, and how far each has come.
fn parts(backup: &Backup) -> [(&'static str, &Option<BackupStatus>); 4] {
    [
        ("Zeebe", &backup.zeebe_status),
        ("Operate", &backup.operate_status),
        ("Tasklist", &backup.tasklist_status),
        ("Optimize", &backup.optimize_status),
    ]
}

/// The state of a backup and of those of its parts that differ.
fn states(backup: &Backup) -> String {
    let word = |status: &Option<BackupStatus>| {
        status
            .as_ref()
            .map_or_else(|| "unknown".to_owned(), ToString::to_string)
    };
    let parts: Vec<String> = parts(backup)
        .into_iter()
        .filter(|(_, status)| {
            status.is_some()
                && **status != backup.status
                && **status != Some(BackupStatus::NotApplicable)
        })
        .map(|(name, status)| format!("{name} {}", word(status)))
        .collect();
    let whole = word(&backup.status);
    if parts.is_empty() {
        whole
    } else {
        format!("{whole} ({})", parts.join(", "))
    }
}

/// The error for a backup that has failed, without what to do about it.
#[must_use]
pub fn failed(cluster_id: &str, backup: &Backup) -> Diagnostic {
    let failed: Vec<&str> = parts(backup)
        .into_iter()
        .filter(|(_, status)| **status == Some(BackupStatus::Failed))
        .map(|(name, _)| name)
        .collect();
    let of_whom = if failed.is_empty() {
        String::new()
    } else {
        format!(" Failed parts: {}.", failed.join(", "))
    };
    Diagnostic::error(
        format!("Backup {} failed", spoken(cluster_id, backup)),
        format!(
            "The service could not finish the backup {}.{of_whom}",
            backup.id
        ),
    )
}

/// The error for a backup that was begun and is no more, without what to do about it.
#[must_use]
pub fn vanished(cluster_id: &str, begun: &Backup) -> Diagnostic {
    Diagnostic::error(
        format!(
            "Backup {} vanished while it was being taken",
            spoken(cluster_id, begun)
        ),
        format!(
            "The backup was begun with the ID {}, but the API no longer knows it. Somebody may have \
             deleted it, or its cluster.",
            begun.id
        ),
    )
}

/// A backup as messages call it: by its name and its cluster.
#[must_use]
pub fn spoken(cluster_id: &str, backup: &Backup) -> String {
    let name = if backup.name.is_empty() {
        &backup.id
    } else {
        &backup.name
    };
    format!("{name:?} of cluster {cluster_id}")
}

/// A backup that something else waits for.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// The cluster.
    pub cluster_id: &'a str,
    /// What it is taken for, which tells it from other backups of the cluster.
    pub purpose: &'a str,
    /// The argument that bounds the time.
    pub limit: &'a str,
    /// How to go on with it later, as a sentence.
    pub again: &'a str,
    /// What was left undone because of a failure, as sentences; empty where nothing else was to be done.
    pub undone: &'a str,
}

/// Takes a backup and waits until it is complete. The note about it is for the caller to close once
/// nobody needs to go on with this backup any more.
///
/// # Errors
/// It is not complete, for whatever reason.
pub async fn take(
    context: &Context<ProviderData>,
    client: &Client,
    call: &CallContext,
    wait: &Wait,
    order: Order<'_>,
) -> Result<(Backup, Entry), Diagnostic> {
    let data = &context.data;
    let Order {
        cluster_id, undone, ..
    } = order;
    let adopt = Adopt::WhileCurrent;
    let (begun, entry) = begin(context, client, call, cluster_id, order.purpose, adopt)
        .await
        .map_err(|not_begun| {
            let if_there = "If there is a new backup all the same, the next run on this machine finds it \
                            and goes on with it.";
            let explained = not_begun.explain(data, cluster_id, if_there);
            if undone.is_empty() {
                explained
            } else {
                advise(explained, undone)
            }
        })?;
    wait.tell(format!("backup {} has begun", begun.id));
    let key = (cluster_id, begun.id.as_str());
    let ended = await_end(wait, data, client, call, key, true, order.limit).await;
    let id = &begun.id;
    match ended {
        Ended::Complete(backup) => {
            tracing::info!(cluster_id, id, "took a backup");
            Ok((backup, entry))
        }
        Ended::Failed(backup) => {
            entry.close();
            let later = "The service may want 15 minutes to lie between this backup and the next.";
            Err(failed(cluster_id, &backup).hint(sentences(undone, later)))
        }
        Ended::Gone => {
            entry.close();
            Err(vanished(cluster_id, &begun)
                .hint(sentences(undone, "Nothing is left of the backup.")))
        }
        // The note stays: the next run goes on with this backup.
        Ended::Unseen { happened, .. } => Err(Diagnostic::error(
            format!("Backup {} is not complete", spoken(cluster_id, &begun)),
            format!("The backup was begun with the ID {id}. {happened}"),
        )
        .hint(sentences(undone, order.again))),
    }
}

/// Both, of which the first may be empty.
fn sentences(first: &str, second: &str) -> String {
    format!("{first} {second}").trim_start().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_counts_as_new_as_long_as_no_other_could_be_taken() {
        let now: Timestamp = "2026-10-02T10:00:00Z".parse().unwrap();
        let is_current = |status: &str, began: &str| {
            let body = serde_json::json!({
                "uuid": "b", "name": "n", "status": status, "created": began,
            });
            is_current(&serde_json::from_value(body).unwrap(), now)
        };
        let (long_ago, lately) = ("2026-10-02T09:45:00Z", "2026-10-02T09:45:01Z");
        assert!(is_current("Complete", lately));
        assert!(!is_current("Complete", long_ago));
        assert!(!is_current("Complete", ""));
        assert!(is_current("In progress", long_ago));
        assert!(!is_current("Failed", lately));
    }
}
