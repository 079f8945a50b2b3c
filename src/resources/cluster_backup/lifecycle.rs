//! Taking, reading and deleting a backup, with the waits in between.
//!
//! A backup whose end nobody saw ends with a warning, not an error: Terraform would delete it in the
//! next apply. One that has failed ends with an error: it is good for nothing, and to be deleted.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::{ClusterBackupModel, LIMITS, TYPE_NAME, UNFINISHED, merge};
use crate::api::{self, Backup, BackupStatus, CallContext, Client, comes_too_soon};
use crate::framework::diag::Diagnostic;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::path::Path;
use crate::framework::resource::{Create, Read, Update};
use crate::provider::data::ProviderData;
use crate::provider::errors::advise;
use crate::provider::health::spoken as in_words;
use crate::provider::journal::Entry;
use crate::provider::wait::{Gave, Look, Misses, Wait};

/// The least time between two manual backups of a cluster, as Camunda documents it.
const PACE: SignedDuration = SignedDuration::from_mins(15);

/// How a wait for a backup ended.
enum Ended {
    Complete,
    Failed,
    Gone,
    /// Before its end was seen; what happened, as a sentence.
    Unseen(String),
}

pub(super) async fn create(
    context: &Context<ProviderData>,
    request: Create<ClusterBackupModel>,
) -> Outcome<ClusterBackupModel> {
    let Create {
        plan, mut private, ..
    } = request;
    let data = &context.data;
    let deadline = context.clock.instant() + LIMITS.for_create(&plan.timeouts);
    let call = CallContext::new(context.cancellation.clone()).with_deadline(deadline);
    let client = match data.for_writing(&call).await {
        Ok(client) => client,
        Err(diagnostic) => return Outcome::failed(diagnostic),
    };
    let (backup, entry) = match obtain(context, client, &call, &plan).await {
        Ok(obtained) => obtained,
        Err(diagnostic) => return Outcome::failed(diagnostic),
    };
    let id = backup.id.clone();
    let mut state = plan;
    merge(&mut state, &backup);
    private.set(UNFINISHED, true);
    let ended = await_end(context, client, &call, &mut state, true).await;
    // A run that was interrupted may have nobody left to take the answer: the note stays until the
    // backup is read from a state.
    if !context.cancellation.is_cancelled() {
        entry.close();
    }
    let spoken = spoken(&state);
    match ended {
        Ended::Complete => {
            private.remove(UNFINISHED);
            tracing::info!(id, "took a backup");
            Outcome::present(state, private)
        }
        Ended::Failed => {
            let diagnostic = failed(&state);
            Outcome::present(state, private).with(diagnostic)
        }
        Ended::Gone => Outcome::failed(
            Diagnostic::error(
                format!("Backup {spoken} vanished while it was being taken"),
                format!(
                    "The backup was begun with the ID {id}, but the API no longer knows it. Somebody \
                     may have deleted it, or its cluster."
                ),
            )
            .hint("Nothing is left of it. Apply again to take another one."),
        ),
        Ended::Unseen(happened) => Outcome::present(state, private).with(
            Diagnostic::warning(
                format!("Backup {spoken} is not complete yet"),
                format!("The backup was begun with the ID {id}. {happened}"),
            )
            .hint(
                "Nothing is lost: the backup is in the state, the service goes on with it, and the next \
                 apply goes on waiting. If it needs more time, raise timeouts.create.",
            ),
        ),
    }
}

/// A new backup, and the note about it. One that an earlier run has asked for and was killed over is
/// taken instead of a second one.
async fn obtain(
    context: &Context<ProviderData>,
    client: &Client,
    call: &CallContext,
    plan: &ClusterBackupModel,
) -> Result<(Backup, Entry), Diagnostic> {
    let data = &context.data;
    let journal = data.journal();
    let cluster_id = plan.cluster_id.as_str().unwrap_or_default();
    let subject = format!(
        "backup of the cluster {cluster_id} for {:?} at {}",
        plan.triggers.known(),
        data.account()
    );
    while let Some(mut abandoned) = journal.take_abandoned(&subject) {
        let note = abandoned.note();
        let id = note.id.as_deref();
        let found = client
            .find_abandoned_backup(call, cluster_id, id, &note.known)
            .await
            .map_err(|error| not_created(data, plan, &error, None))?;
        if let Some(backup) = found {
            tracing::info!(id = backup.id, "going on with the backup of a killed run");
            abandoned.created(&backup.id);
            return Ok((backup, abandoned));
        }
        abandoned.close();
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
            Err(not_created(data, plan, &error, newest))
        }
    }
}

/// When the newest backup was begun.
fn newest_of(backups: &[Backup]) -> Option<Timestamp> {
    let times = backups.iter().filter_map(Backup::created_at);
    times.filter_map(|time| time.parse().ok()).max()
}

fn not_created(
    data: &ProviderData,
    plan: &ClusterBackupModel,
    error: &api::Error,
    newest: Option<Timestamp>,
) -> Diagnostic {
    let cluster_id = plan.cluster_id.as_str().unwrap_or_default();
    let diagnostic = data.explain(format!("Cannot back up cluster {cluster_id}"), error);
    if comes_too_soon(error) {
        let since = newest.map_or_else(String::new, |newest| {
            format!(
                " The newest backup of this cluster was begun at {newest}; if it was a manual one, the \
                 next can be taken from {} on.",
                newest.saturating_add(PACE).unwrap_or(newest)
            )
        });
        advise(
            diagnostic,
            format!(
                "Camunda takes a manual backup of a cluster every 15 minutes at most.{since} Apply again \
                 then; nothing was changed."
            ),
        )
    } else if error.may_have_committed() {
        advise(
            diagnostic,
            format!(
                "If the backup is there, import it instead of taking another one: the import ID of \
                 {TYPE_NAME} is the cluster's ID, a slash and the backup's ID."
            ),
        )
    } else if error.is_conflict() {
        advise(
            diagnostic,
            "A backup needs a healthy cluster in which no other backup and no restore is running. Apply \
             again when it is.",
        )
    } else if error.is_not_found() {
        advise(
            diagnostic,
            "Check cluster_id: this organisation has no such cluster.",
        )
        .at(Path::of("cluster_id"))
    } else {
        diagnostic
    }
}

/// Waits for the end of the backup in `state`, which is brought up to what was seen last.
async fn await_end(
    context: &Context<ProviderData>,
    client: &Client,
    call: &CallContext,
    state: &mut ClusterBackupModel,
    new: bool,
) -> Ended {
    let wait = Wait {
        clock: context.clock.clone(),
        cancellation: context.cancellation.clone(),
        deadline: call.deadline.unwrap_or_else(|| context.clock.instant()),
        interval: context.data.poll_interval(),
    };
    let (cluster_id, id) = keys(state);
    let (cluster_id, id) = (cluster_id.to_owned(), id.to_owned());
    let misses = Misses::new(new);
    let latest = Mutex::new(None);
    let result = wait
        .until(|| async {
            let backups = match client.list_backups(call, &cluster_id).await {
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
    if let Some(backup) = &latest {
        merge(state, backup);
    }
    let seen =
        |last: Option<String>| last.map_or_else(String::new, |last| format!(" Seen last: {last}."));
    match result {
        Ok(Some(backup)) => {
            merge(state, &backup);
            Ended::Complete
        }
        Err(Gave::Hopeless(Some(backup))) => {
            merge(state, &backup);
            Ended::Failed
        }
        Ok(None) | Err(Gave::Hopeless(None)) => Ended::Gone,
        Err(Gave::TimedOut(last)) => Ended::Unseen(format!(
            "It was not complete within timeouts.create.{}",
            seen(last)
        )),
        Err(Gave::Interrupted(last)) => Ended::Unseen(format!(
            "The run was interrupted while it was being taken.{}",
            seen(last)
        )),
        Err(Gave::Failed(error)) => {
            let explained = context.data.explain(String::new(), &error);
            Ended::Unseen(format!(
                "Its state could not be read any more: {}",
                explained.full_detail()
            ))
        }
    }
}

/// The state of a backup and of those of its parts that differ.
fn states(backup: &Backup) -> String {
    let word = |status: &Option<BackupStatus>| {
        status
            .as_ref()
            .map_or_else(|| "unknown".to_owned(), ToString::to_string)
    };
    let parts: Vec<String> = [
        ("Zeebe", &backup.zeebe_status),
        ("Operate", &backup.operate_status),
        ("Tasklist", &backup.tasklist_status),
        ("Optimize", &backup.optimize_status),
    ]
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

/// The error for a backup that has failed.
fn failed(state: &ClusterBackupModel) -> Diagnostic {
    let parts: Vec<&str> = [
        ("Zeebe", &state.zeebe_status),
        ("Operate", &state.operate_status),
        ("Tasklist", &state.tasklist_status),
        ("Optimize", &state.optimize_status),
    ]
    .into_iter()
    .filter(|(_, status)| status.as_str() == Some(BackupStatus::Failed.as_str()))
    .map(|(name, _)| name)
    .collect();
    let of_whom = if parts.is_empty() {
        String::new()
    } else {
        format!(" Failed parts: {}.", parts.join(", "))
    };
    let (_, id) = keys(state);
    Diagnostic::error(
        format!("Backup {} failed", spoken(state)),
        format!("The service could not finish the backup {id}.{of_whom}"),
    )
    .hint(
        "The next apply deletes it and takes another one. The service may want 15 minutes to lie \
         between the two.",
    )
}

pub(super) async fn read(
    context: &Context<ProviderData>,
    request: Read<ClusterBackupModel>,
) -> Outcome<ClusterBackupModel> {
    let Read {
        mut state,
        mut private,
        ..
    } = request;
    let data = &context.data;
    let client = match data.client() {
        Ok(client) => client,
        Err(unavailable) => return unavailable.into_outcome(context),
    };
    let call = CallContext::new(context.cancellation.clone());
    let (cluster_id, id) = keys(&state);
    let backups = match client.recent_backups(&call, cluster_id).await {
        Ok(backups) => backups,
        Err(error) if error.is_not_found() => {
            tracing::info!(cluster_id, id, "the cluster of the backup is gone");
            return Outcome::absent();
        }
        Err(error) => {
            let summary = format!("Cannot read backup {}", spoken(&state));
            return Outcome::failed(data.explain(summary, &error));
        }
    };
    let Some(backup) = backups.iter().find(|backup| backup.id == id) else {
        tracing::info!(cluster_id, id, "the backup is gone");
        return Outcome::absent();
    };
    data.journal().has_arrived(id);
    if backup.status == Some(BackupStatus::Complete) {
        private.remove(UNFINISHED);
    }
    merge(&mut state, backup);
    Outcome::present(state, private)
}

/// Only what we know alone can change; a backup that was not complete is waited for.
pub(super) async fn update(
    context: &Context<ProviderData>,
    request: Update<ClusterBackupModel>,
) -> Outcome<ClusterBackupModel> {
    let Update {
        plan,
        prior,
        mut private,
        ..
    } = request;
    let mut state = ClusterBackupModel {
        timeouts: plan.timeouts,
        ..prior
    };
    if private.get::<bool>(UNFINISHED) != Some(true) {
        return Outcome::present(state, private);
    }
    let client = match context.data.client() {
        Ok(client) => client,
        Err(unavailable) => {
            return Outcome::present(state, private).with(unavailable.into_diagnostic());
        }
    };
    let deadline = context.clock.instant() + LIMITS.for_create(&state.timeouts);
    let call = CallContext::new(context.cancellation.clone()).with_deadline(deadline);
    let ended = await_end(context, client, &call, &mut state, false).await;
    let spoken = spoken(&state);
    let diagnostic = match ended {
        Ended::Complete => {
            private.remove(UNFINISHED);
            return Outcome::present(state, private);
        }
        Ended::Failed => failed(&state),
        Ended::Gone => Diagnostic::error(
            format!("Backup {spoken} is gone"),
            "The API no longer knows the backup. Somebody may have deleted it, or its cluster.",
        )
        .hint("The next plan will propose to take another one."),
        Ended::Unseen(happened) => {
            Diagnostic::error(format!("Backup {spoken} is not complete"), happened)
                .hint("Apply again to go on waiting, or raise timeouts.create.")
        }
    };
    Outcome::present(state, private).with(diagnostic)
}

/// Deletes a backup and waits until it is not listed any more. One that is gone already is fine.
pub(super) async fn delete(
    context: &Context<ProviderData>,
    state: &ClusterBackupModel,
) -> Result<(), Diagnostic> {
    let data = &context.data;
    let allowed = LIMITS.for_delete(&state.timeouts);
    let deadline = context.clock.instant() + allowed;
    let call = CallContext::new(context.cancellation.clone()).with_deadline(deadline);
    let client = data.for_writing(&call).await?;
    let (cluster_id, id) = keys(state);
    let summary = format!("Cannot delete backup {}", spoken(state));
    match client.delete_backup(&call, cluster_id, id).await {
        Ok(()) => {}
        Err(error) if error.is_not_found() => return Ok(()),
        Err(error) => return Err(data.explain(summary, &error)),
    }
    let wait = Wait {
        clock: context.clock.clone(),
        cancellation: context.cancellation.clone(),
        deadline,
        interval: data.poll_interval(),
    };
    let gone = wait
        .until(|| async {
            match client.list_backups(&call, cluster_id).await {
                Ok(backups) if backups.iter().any(|backup| backup.id == id) => {
                    Ok(Look::NotYet("still listed".to_owned()))
                }
                Ok(_) => Ok(Look::Done(())),
                Err(error) if error.is_not_found() => Ok(Look::Done(())),
                Err(error) => Err(error),
            }
        })
        .await;
    let still_there = |what: &str| {
        Diagnostic::error(
            format!("Backup {} may still be there", spoken(state)),
            format!("Its deletion was accepted, but {what}."),
        )
        .hint("Run destroy again to make sure.")
    };
    match gone {
        Ok(()) | Err(Gave::Hopeless(())) => {
            tracing::info!(cluster_id, id, "deleted a backup");
            Ok(())
        }
        Err(Gave::TimedOut(_)) => Err(still_there(&format!(
            "it was still listed after {} (timeouts.delete)",
            in_words(allowed)
        ))),
        Err(Gave::Interrupted(_)) => {
            Err(still_there("the run was interrupted while waiting for it"))
        }
        Err(Gave::Failed(error)) => Err(data.explain(summary, &error)),
    }
}

/// Cluster and backup, which together find the backup again.
fn keys(state: &ClusterBackupModel) -> (&str, &str) {
    (
        state.cluster_id.as_str().unwrap_or_default(),
        state.id.as_str().unwrap_or_default(),
    )
}

/// The backup as messages call it: by its name, which an import does not know yet, and its cluster.
fn spoken(state: &ClusterBackupModel) -> String {
    let (cluster_id, id) = keys(state);
    let name = match &state.name {
        Field::Known(name) if !name.is_empty() => name,
        _ => id,
    };
    format!("{name:?} of cluster {cluster_id}")
}
