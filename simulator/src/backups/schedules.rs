//! Backup schedules, at most one for each cluster, and what they do as time passes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Backup, BackupStatus, check_enterprise, cron::Cron};
use crate::{
    answer::{Answer, Refusal},
    clock::later,
    clusters::{Status, accessible, new_uuid, timestamp},
    world::{Call, World},
};

/// When backups of a cluster are taken.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct BackupSchedule {
    /// The text as it was sent.
    pub cron: String,
    /// The next run.
    #[serde(serialize_with = "timestamp")]
    pub next: Timestamp,
    #[serde(skip)]
    parsed: Cron,
}

/// A schedule as it is written down.
#[derive(Deserialize)]
struct Written {
    cron: String,
    next: Timestamp,
}

impl TryFrom<Written> for BackupSchedule {
    type Error = String;

    fn try_from(Written { cron, next }: Written) -> Result<Self, String> {
        let parsed = Cron::parse(&cron)?;
        Ok(Self { cron, next, parsed })
    }
}

/// A backup to add by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewBackup {
    /// Uuid; a random one if left out.
    pub id: Option<String>,
    /// Display name.
    pub name: String,
    /// How far it has come.
    pub status: BackupStatus,
    /// Whether the schedule took it.
    pub scheduled: bool,
    /// Whether Optimize has a part in it.
    pub optimize: bool,
    /// How many seconds ago it was begun.
    pub age_seconds: u32,
}

impl Default for NewBackup {
    fn default() -> Self {
        Self {
            id: None,
            name: "by-hand".to_owned(),
            status: BackupStatus::Complete,
            scheduled: false,
            optimize: true,
            age_seconds: 86_400,
        }
    }
}

fn view(schedule: &BackupSchedule) -> Value {
    json!({ "name": "schedule", "schedule": schedule.cron })
}

pub(super) fn get(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let index = accessible(call)?;
    let cluster = &call.world.clusters[index].id;
    match call.world.backups.schedules.get(cluster) {
        Some(schedule) => Ok(Answer::json(&view(schedule))),
        None => Err(Refusal::new(404, "The cluster has no backup schedule.")),
    }
}

pub(super) fn put(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let index = accessible(call)?;
    check_enterprise(call, index)?;
    let cluster = call.world.clusters[index].id.clone();
    let cron = call.text("schedule").unwrap_or_default().to_owned();
    let schedule = schedule(&cron, call.now).map_err(|wrong| Refusal::new(400, wrong))?;
    let answer = Answer::json(&view(&schedule));
    call.world.backups.schedules.insert(cluster, schedule);
    Ok(answer)
}

pub(super) fn delete(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let index = accessible(call)?;
    let cluster = &call.world.clusters[index].id;
    call.world.backups.schedules.remove(cluster);
    Ok(Answer::no_content())
}

/// Whether the text is a schedule.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn check(cron: &str) -> Result<(), String> {
    schedule(cron, Timestamp::UNIX_EPOCH).map(drop)
}

fn schedule(cron: &str, now: Timestamp) -> Result<BackupSchedule, String> {
    let parsed = Cron::parse(cron)?;
    let next = parsed
        .next(now)
        .ok_or_else(|| format!("`{cron}` never runs."))?;
    Ok(BackupSchedule {
        cron: cron.to_owned(),
        next,
        parsed,
    })
}

impl World {
    /// Takes the backups that the schedule of a cluster has for the time until now. A cluster that
    /// is not Healthy is passed over.
    pub(super) fn run_schedule(&mut self, cluster: &str, now: Timestamp) {
        let healthy = self
            .clusters
            .iter()
            .any(|known| known.id == cluster && known.status == Status::Healthy);
        while let Some(schedule) = self.backups.schedules.get_mut(cluster)
            && schedule.next <= now
        {
            let due = schedule.next;
            match schedule.parsed.next(due) {
                Some(next) => schedule.next = next,
                None => {
                    self.backups.schedules.remove(cluster);
                }
            }
            self.backups.finish_until(cluster, due);
            if healthy {
                self.begin_backup(cluster, true, due);
            }
        }
    }

    /// Adds a backup by hand and returns its id.
    pub(crate) fn add_backup(&mut self, cluster: &str, new: NewBackup, now: Timestamp) -> String {
        let id = new.id.unwrap_or_else(new_uuid);
        let age = std::time::Duration::from_secs(new.age_seconds.into());
        let created = now.checked_sub(age).unwrap_or(now);
        let running = new.status == BackupStatus::InProgress;
        let generation = self
            .clusters
            .iter()
            .find(|known| known.id == cluster)
            .map_or_else(String::new, |known| known.generation.clone());
        let duration = self.behaviour.durations.backup;
        let start = if running { now } else { created };
        self.backups.all.push(Backup {
            id: id.clone(),
            cluster: cluster.to_owned(),
            name: new.name,
            created,
            ends: later(start, duration),
            status: new.status,
            scheduled: new.scheduled,
            outcome: if running {
                BackupStatus::Complete
            } else {
                new.status
            },
            optimize: new.optimize,
            generation,
        });
        id
    }

    /// Deletes a backup by hand; false if there is none.
    pub(crate) fn delete_backup(&mut self, id: &str) -> bool {
        let before = self.backups.all.len();
        self.backups.all.retain(|backup| backup.id != id);
        self.backups.all.len() < before
    }

    /// Sets or removes the schedule of a cluster by hand; false if the text is no schedule.
    pub(crate) fn set_backup_schedule(
        &mut self,
        cluster: &str,
        cron: Option<&str>,
        now: Timestamp,
    ) -> bool {
        let Some(cron) = cron else {
            self.backups.schedules.remove(cluster);
            return true;
        };
        let Ok(schedule) = schedule(cron, now) else {
            return false;
        };
        let cluster = cluster.to_owned();
        self.backups.schedules.insert(cluster, schedule);
        true
    }
}
