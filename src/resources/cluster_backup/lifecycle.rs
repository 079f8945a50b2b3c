//! Taking, reading and deleting a backup, with the waits in between.
//!
//! A backup whose end nobody saw ends with a warning, not an error: Terraform would delete it in the
//! next apply. One that has failed ends with an error: it is good for nothing, and to be deleted.

use super::{ClusterBackupModel, LIMITS, TYPE_NAME, UNFINISHED, merge};
use crate::api::{Backup, BackupStatus, CallContext, Client};
use crate::framework::diag::Diagnostic;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::resource::{Create, Read, Update};
use crate::provider::backup::{self, Adopt, Ended};
use crate::provider::data::ProviderData;
use crate::provider::health::spoken as in_words;
use crate::provider::wait::{Gave, Look, Wait};

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
    let cluster_id = plan.cluster_id.as_str().unwrap_or_default().to_owned();
    let purpose = format!("for {:?}", plan.triggers.known());
    let adopt = Adopt::Always;
    let obtained = backup::begin(context, client, &call, &cluster_id, &purpose, adopt).await;
    let (begun, entry) = match obtained {
        Ok(obtained) => obtained,
        Err(not_begun) => {
            let if_there = format!(
                "If the backup is there, import it instead of taking another one: the import ID of \
                 {TYPE_NAME} is the cluster's ID, a slash and the backup's ID."
            );
            return Outcome::failed(not_begun.explain(data, &cluster_id, &if_there));
        }
    };
    let id = begun.id.clone();
    let mut state = plan;
    merge(&mut state, &begun);
    private.set(UNFINISHED, true);
    let ended = await_end(context, client, &call, &mut state, true).await;
    // A run that was interrupted may have nobody left to take the answer: the note stays until the
    // backup is read from a state.
    if !context.cancellation.is_cancelled() {
        entry.close();
    }
    let spoken = spoken(&state);
    match ended {
        Ended::Complete(_) => {
            private.remove(UNFINISHED);
            tracing::info!(id, "took a backup");
            Outcome::present(state, private)
        }
        Ended::Failed(backup) => {
            let diagnostic = failed(&cluster_id, &backup);
            Outcome::present(state, private).with(diagnostic)
        }
        Ended::Gone => Outcome::failed(
            backup::vanished(&cluster_id, &begun)
                .hint("Nothing is left of it. Apply again to take another one."),
        ),
        Ended::Unseen { happened, .. } => Outcome::present(state, private).with(
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

/// Waits for the end of the backup in `state`, which is brought up to what was seen last.
async fn await_end(
    context: &Context<ProviderData>,
    client: &Client,
    call: &CallContext,
    state: &mut ClusterBackupModel,
    new: bool,
) -> Ended {
    let deadline = call.deadline.unwrap_or_else(|| context.clock.instant());
    let wait = Wait::new(context, deadline);
    let limit = "timeouts.create";
    let key = keys(state);
    let ended = backup::await_end(&wait, &context.data, client, call, key, new, limit).await;
    match &ended {
        Ended::Complete(backup) | Ended::Failed(backup) => merge(state, backup),
        Ended::Unseen {
            latest: Some(backup),
            ..
        } => merge(state, backup),
        _ => {}
    }
    ended
}

/// The error for a backup that has failed.
fn failed(cluster_id: &str, backup: &Backup) -> Diagnostic {
    backup::failed(cluster_id, backup).hint(
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
    let call = context.data.refresh(&context.cancellation);
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
        Ended::Complete(_) => {
            private.remove(UNFINISHED);
            return Outcome::present(state, private);
        }
        Ended::Failed(backup) => failed(keys(&state).0, &backup),
        Ended::Gone => Diagnostic::error(
            format!("Backup {spoken} is gone"),
            "The API no longer knows the backup. Somebody may have deleted it, or its cluster.",
        )
        .hint("The next plan will propose to take another one."),
        Ended::Unseen { happened, .. } => {
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
    let wait = Wait::new(context, deadline);
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
