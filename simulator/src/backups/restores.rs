//! Restoring a backup onto its own cluster. The cluster is out of service meanwhile.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{BackupStatus, position};
use crate::{
    answer::{Answer, Refusal},
    clock::{later, text},
    clusters::{Change, Status, accessible, new_uuid, timestamp},
    world::Call,
};

/// One restore of a backup.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Restore {
    /// Uuid.
    pub id: String,
    /// Uuid of the cluster.
    pub cluster: String,
    /// Uuid of the backup.
    pub backup: String,
    /// How far it has come.
    pub state: RestoreState,
    /// Start.
    #[serde(serialize_with = "timestamp")]
    pub began: Timestamp,
    /// End.
    #[serde(serialize_with = "timestamp")]
    pub ends: Timestamp,
    outcome: RestoreState,
}

/// How far a restore has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RestoreState {
    /// Waiting.
    Pending,
    /// The backup is being checked.
    Validating,
    /// Being restored.
    InProgress,
    /// Done.
    Completed,
    /// Done for.
    Failed,
}

impl Restore {
    pub(super) fn is_running(&self) -> bool {
        self.state != self.outcome
    }

    /// A quarter of the time it waits, another one it is being checked.
    pub(super) fn settle(&mut self, now: Timestamp) {
        let whole = self.ends.duration_since(self.began);
        let passed = now.duration_since(self.began);
        self.state = if passed >= whole {
            self.outcome
        } else if passed * 2 >= whole {
            RestoreState::InProgress
        } else if passed * 4 >= whole {
            RestoreState::Validating
        } else {
            RestoreState::Pending
        };
    }

    fn view(&self) -> Value {
        let mut body = json!({
            "uuid": self.id,
            "backupId": self.backup,
            "state": self.state,
            "startTimestamp": text(self.began),
        });
        if !self.is_running() {
            body["completionTimestamp"] = text(self.ends).into();
        }
        body
    }
}

pub(super) fn get(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let index = accessible(call)?;
    let position = position(call, index)?;
    let backups = &call.world.backups;
    let backup = &backups.all[position].id;
    let mut restores = backups.restores.iter().rev();
    match restores.find(|restore| restore.backup == *backup) {
        Some(restore) => Ok(Answer::json(&restore.view())),
        None => Err(Refusal::new(404, "The backup was never restored.")),
    }
}

pub(super) fn start(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let index = accessible(call)?;
    let position = position(call, index)?;
    let now = call.now;
    let world = &mut *call.world;
    let cluster = &mut world.clusters[index];
    let running = |restore: &Restore| restore.cluster == cluster.id && restore.is_running();
    if world.backups.restores.iter().any(running) {
        return Err(Refusal::new(
            409,
            "Another restore of this cluster is running.",
        ));
    }
    let backup = &world.backups.all[position];
    if backup.status != BackupStatus::Complete {
        return Err(Refusal::new(409, "The backup is not complete."));
    }
    if world.seed.generation(&backup.generation).is_none() {
        return Err(Refusal::new(
            409,
            "The generation of the backup is not known any more.",
        ));
    }
    let duration = world.behaviour.durations.restore;
    let mut restore = Restore {
        id: new_uuid(),
        cluster: cluster.id.clone(),
        backup: backup.id.clone(),
        state: RestoreState::Pending,
        began: now,
        ends: later(now, duration),
        outcome: if world.behaviour.fail_restores {
            RestoreState::Failed
        } else {
            RestoreState::Completed
        },
    };
    restore.settle(now);
    cluster.begin(Status::Maintenance, Change::Resumed, now, duration);
    let answer = Answer::json(&restore.view());
    world.backups.restores.push(restore);
    Ok(answer)
}
