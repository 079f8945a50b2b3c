//! Backups of clusters: the operations on them, how they come to an end, and how long they are kept.
//! Everything here tells virtual time, so that an end never comes before its start.

mod cron;
mod failover;
mod restores;
mod schedules;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) use self::schedules::check as check_schedule;
pub use self::{
    restores::{Restore, RestoreState},
    schedules::{BackupSchedule, NewBackup},
};
use crate::{
    answer::{Answer, Refusal},
    clock::{later, text},
    clusters::{Status, accessible, new_uuid, timestamp},
    simulator::Simulator,
    world::{Call, Handler, World},
};

pub(crate) const OPERATIONS: &[(&str, Handler)] = &[
    ("GetBackups", list),
    ("CreateBackup", create),
    ("DeleteBackup", delete),
    ("GetRestore", restores::get),
    ("RestoreFromBackup", restores::start),
    ("GetSchedule", schedules::get),
    ("UpdateSchedule", schedules::put),
    ("DeleteSchedule", schedules::delete),
    ("TriggerFailover", failover::trigger),
];

/// How many successful backups of each kind are kept.
const KEPT: usize = 3;

/// Everything about backups.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Backups {
    /// In order of creation.
    pub(crate) all: Vec<Backup>,
    /// By cluster.
    pub(crate) schedules: BTreeMap<String, BackupSchedule>,
    pub(crate) restores: Vec<Restore>,
    /// When the last manual backup of a cluster was begun.
    last_manual: BTreeMap<String, Timestamp>,
    /// Clusters that were failed over, and when.
    failed_over: BTreeMap<String, Timestamp>,
}

/// How far a backup has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BackupStatus {
    /// Being made.
    #[serde(rename = "In progress")]
    InProgress,
    /// Usable.
    Complete,
    /// Good for nothing.
    Failed,
}

/// A backup of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    /// Uuid.
    pub id: String,
    /// Uuid of its cluster.
    pub cluster: String,
    /// Not unique.
    pub name: String,
    /// When it was begun.
    #[serde(serialize_with = "timestamp")]
    pub created: Timestamp,
    /// When it ends, or has ended.
    #[serde(serialize_with = "timestamp")]
    pub ends: Timestamp,
    /// How far it has come.
    pub status: BackupStatus,
    /// Whether the schedule took it rather than a person.
    pub scheduled: bool,
    /// What it will end with.
    pub outcome: BackupStatus,
    /// Whether Optimize has a part in it.
    pub optimize: bool,
    /// Id of the generation that ran.
    pub generation: String,
}

impl Backup {
    fn finish(&mut self) {
        self.status = self.outcome;
    }
}

fn view(world: &World, backup: &Backup) -> Value {
    let whole = backup.status;
    // A backup fails because one of its parts does.
    let part = |broken: bool| match whole {
        BackupStatus::Failed if !broken => BackupStatus::Complete,
        other => other,
    };
    let optimize = if backup.optimize {
        json!(part(false))
    } else {
        json!("-")
    };
    let completed = if whole == BackupStatus::InProgress {
        String::new()
    } else {
        text(backup.ends)
    };
    let known = world.seed.generation(&backup.generation);
    json!({
        "uuid": backup.id,
        "name": backup.name,
        "created": text(backup.created),
        "completed": completed,
        "status": whole,
        "zeebeStatus": part(true),
        "operateStatus": part(false),
        "tasklistStatus": part(false),
        "optimizeStatus": optimize,
        "generationUuid": backup.generation,
        "generationName": known.map_or("unknown", |generation| generation.name.as_str()),
    })
}

fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let index = accessible(call)?;
    let world = &*call.world;
    let cluster = &world.clusters[index].id;
    let bodies: Vec<Value> = world
        .backups
        .of(cluster)
        .map(|backup| view(world, backup))
        .collect();
    Ok(Answer::json(&bodies))
}

fn create(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let index = accessible(call)?;
    let now = call.now;
    check_enterprise(call, index)?;
    let cluster = &call.world.clusters[index];
    if cluster.status != Status::Healthy {
        let status = &cluster.status;
        return Err(Refusal::new(
            409,
            format!("The cluster is {status}; only a Healthy one can be backed up."),
        ));
    }
    let id = cluster.id.clone();
    if let Some(last) = call.world.backups.last_manual.get(&id) {
        let opens = later(*last, call.world.behaviour.durations.backup_pace);
        if opens > now {
            let status = call.world.behaviour.backup_pace_status;
            let opens = text(opens);
            return Err(Refusal {
                deliberate: status != 409,
                ..Refusal::new(
                    status,
                    format!(
                        "The last backup of this cluster was taken too recently. The next one is \
                         possible from {opens}."
                    ),
                )
            });
        }
    }
    let world = &mut *call.world;
    let backup = world.begin_backup(&id, false, now);
    world.backups.last_manual.insert(id, now);
    Ok(Answer::json(&view(call.world, &backup)))
}

fn delete(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let index = accessible(call)?;
    let position = position(call, index)?;
    let backup = call.world.backups.all.remove(position);
    Ok(Answer::json(&view(call.world, &backup)))
}

/// The backup of the path, as an index.
fn position(call: &Call<'_>, cluster: usize) -> Result<usize, Refusal> {
    let id = call.parameters.get("backupId").map_or("", String::as_str);
    let cluster = &call.world.clusters[cluster].id;
    call.world
        .backups
        .all
        .iter()
        .position(|backup| backup.cluster == *cluster && backup.id == id)
        .ok_or_else(|| Refusal::new(404, format!("There is no backup `{id}`.")))
}

fn check_enterprise(call: &Call<'_>, cluster: usize) -> Result<(), Refusal> {
    let organization = &call.world.clusters[cluster].organization;
    let enterprise = call
        .world
        .seed
        .organization(organization)
        .is_some_and(|organization| organization.enterprise);
    if enterprise {
        Ok(())
    } else {
        Err(Refusal::new(
            403,
            "Backups are a feature of Enterprise contracts.",
        ))
    }
}

impl Backups {
    /// The backups of a cluster, in order of creation.
    pub(crate) fn of<'a>(&'a self, cluster: &'a str) -> impl Iterator<Item = &'a Backup> {
        let all = self.all.iter();
        all.filter(move |backup| backup.cluster == cluster)
    }

    /// Ends what is due by `time`, oldest end first.
    fn finish_until(&mut self, cluster: &str, time: Timestamp) {
        loop {
            let due = |backup: &&mut Backup| {
                backup.cluster == cluster
                    && backup.status == BackupStatus::InProgress
                    && backup.ends <= time
            };
            let Some(next) = self
                .all
                .iter_mut()
                .filter(due)
                .min_by_key(|backup| backup.ends)
            else {
                return;
            };
            next.finish();
            if next.status == BackupStatus::Complete {
                let scheduled = next.scheduled;
                self.retain_recent(cluster, scheduled);
            }
        }
    }

    /// Lets the oldest successful backups go.
    fn retain_recent(&mut self, cluster: &str, scheduled: bool) {
        let successful: Vec<String> = self
            .of(cluster)
            .filter(|backup| {
                backup.scheduled == scheduled && backup.status == BackupStatus::Complete
            })
            .map(|backup| backup.id.clone())
            .collect();
        let surplus = successful.len().saturating_sub(KEPT);
        let gone = &successful[..surplus];
        self.all.retain(|backup| !gone.contains(&backup.id));
    }
}

impl World {
    fn begin_backup(&mut self, cluster: &str, scheduled: bool, now: Timestamp) -> Backup {
        let generation = self
            .clusters
            .iter()
            .find(|known| known.id == cluster)
            .map_or_else(String::new, |known| known.generation.clone());
        let day = text(now)[..10].replace('-', "");
        let kind = if scheduled { "scheduled" } else { "manual" };
        let outcome = if self.behaviour.fail_backups {
            BackupStatus::Failed
        } else {
            BackupStatus::Complete
        };
        let backup = Backup {
            id: new_uuid(),
            cluster: cluster.to_owned(),
            name: format!("{kind}-{day}"),
            created: now,
            ends: later(now, self.behaviour.durations.backup),
            status: BackupStatus::InProgress,
            scheduled,
            outcome,
            optimize: self.behaviour.optimize_in_backups,
            generation,
        };
        self.backups.all.push(backup.clone());
        backup
    }

    /// Lets everything happen that is due: backups end, schedules take theirs, restores go on, and
    /// what belongs to a cluster goes with it.
    pub(crate) fn settle_backups(&mut self, now: Timestamp) {
        let ids: Vec<String> = self
            .clusters
            .iter()
            .filter(|cluster| cluster.exists(now))
            .map(|cluster| cluster.id.clone())
            .collect();
        let exists = |cluster: &String| ids.contains(cluster);
        let backups = &mut self.backups;
        backups.all.retain(|backup| exists(&backup.cluster));
        backups.schedules.retain(|cluster, _| exists(cluster));
        backups.restores.retain(|restore| exists(&restore.cluster));
        backups.last_manual.retain(|cluster, _| exists(cluster));
        backups.failed_over.retain(|cluster, _| exists(cluster));
        for cluster in &ids {
            self.run_schedule(cluster, now);
            self.backups.finish_until(cluster, now);
        }
        for restore in &mut self.backups.restores {
            restore.settle(now);
        }
        self.remove_failed_over(now);
    }
}

/// Why an operation on the cluster of the path cannot be had now, although its caller may do it: a
/// restore is running, or the cluster was failed over.
pub(crate) fn blocked(call: &Call<'_>, declares: impl Fn(u16) -> bool) -> Option<Refusal> {
    const DURING_RESTORE: &[&str] = &[
        "UpdateCluster",
        "DeleteCluster",
        "UpgradeCluster",
        "Wake",
        "UpdateIpAllowlist",
        "UpdateIpWhitelist",
        "UpdateClusterEncryption",
        "CreateBackup",
        "UpdateSchedule",
        "DeleteSchedule",
    ];
    let cluster = call.parameters.get("clusterUuid")?;
    let backups = &call.world.backups;
    let restoring = DURING_RESTORE.contains(&call.operation)
        && backups
            .restores
            .iter()
            .any(|restore| restore.cluster == *cluster && restore.is_running());
    let (status, why) = if restoring {
        let status = call.world.behaviour.restore_refusal_status;
        (status, "A restore of this cluster is running.")
    } else if call.operation == "Wake" && backups.failed_over.contains_key(cluster) {
        (409, "The cluster was failed over; it stays suspended.")
    } else {
        return None;
    };
    // A stranger learns nothing about the cluster.
    accessible(call).ok()?;
    Some(Refusal {
        deliberate: !declares(status),
        ..Refusal::new(status, why)
    })
}

/// Backups of clusters, by hand in the console and at Camunda.
impl Simulator {
    /// The backups of a cluster, in order of creation.
    pub fn backups(&self, cluster: &str) -> Vec<Backup> {
        self.world(|world| world.backups.of(cluster).cloned().collect())
    }

    /// Adds a backup and returns its id.
    pub fn add_backup(&self, cluster: &str, new: NewBackup) -> String {
        self.shared
            .world(|world, now| world.add_backup(cluster, new, now))
    }

    /// Deletes a backup. False if there is none.
    pub fn delete_backup(&self, id: &str) -> bool {
        self.world(|world| world.delete_backup(id))
    }

    /// The restores of a cluster's backups, in order of creation.
    pub fn restores(&self, cluster: &str) -> Vec<Restore> {
        self.world(|world| {
            let mut restores = world.backups.restores.clone();
            restores.retain(|restore| restore.cluster == cluster);
            restores
        })
    }

    /// The backup schedule of a cluster, as cron text.
    pub fn backup_schedule(&self, cluster: &str) -> Option<String> {
        self.world(|world| {
            let schedule = world.backups.schedules.get(cluster);
            schedule.map(|schedule| schedule.cron.clone())
        })
    }

    /// Sets or, with nothing, removes the backup schedule of a cluster. False if the text is no
    /// schedule.
    pub fn set_backup_schedule(&self, cluster: &str, cron: Option<&str>) -> bool {
        self.shared
            .world(|world, now| world.set_backup_schedule(cluster, cron, now))
    }
}
