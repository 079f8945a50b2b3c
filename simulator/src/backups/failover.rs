//! Failing over: a new cluster in the region that also holds the backups. The source sleeps for good.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Backup, BackupStatus};
use crate::{
    answer::{Answer, Refusal},
    behaviour::FailoverStep,
    clock::{later, real_now},
    clusters::{Change, Cluster, Status, accessible, new_uuid},
    world::{Call, World},
};

/// How long the source of a failover is kept.
const SOURCE_KEPT: Duration = Duration::from_secs(30 * 24 * 3600);

pub(super) fn trigger(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let index = accessible(call)?;
    let now = call.now;
    let chosen = chosen_backups(call, index)?;
    let world = &mut *call.world;
    let source = world.clusters[index].clone();
    if world.backups.failed_over.contains_key(&source.id) {
        return Err(Refusal::new(409, "The cluster was failed over already."));
    }
    if !matches!(source.status, Status::Healthy | Status::Unhealthy) {
        let status = &source.status;
        return Err(Refusal::new(
            409,
            format!("The cluster is {status}; it cannot be failed over now."),
        ));
    }
    let region = paired_region(world, &source)?;

    let failing = world.behaviour.failover_failure;
    let outcome = |step: FailoverStep| -> Value {
        if failing == Some(step) {
            json!({ "error": "The step failed; Camunda has been told." })
        } else {
            json!("ok")
        }
    };
    let new_id = new_uuid();
    let duration = world.behaviour.durations.create;
    let mut new = Cluster {
        id: new_id.clone(),
        region,
        created: now,
        created_in_real_time: real_now(),
        ..source.clone()
    };
    new.begin(Status::Creating, Change::Created, now, duration);
    world.clusters.push(new);
    if failing != Some(FailoverStep::BackupClone) {
        for backup in chosen {
            world.backups.all.push(Backup {
                id: new_uuid(),
                cluster: new_id.clone(),
                ..backup
            });
        }
    }
    world.clusters[index].hold(Status::Suspended, now);
    world.backups.failed_over.insert(source.id, now);
    Ok(Answer::json(&json!({
        "newClusterId": new_id,
        "results": {
            "restore": outcome(FailoverStep::Restore),
            "backupClone": outcome(FailoverStep::BackupClone),
        },
    })))
}

fn chosen_backups(call: &Call<'_>, cluster: usize) -> Result<Vec<Backup>, Refusal> {
    let ids: Vec<&str> = call.body["backupIds"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let restored = call.text("restoreBackupId").unwrap_or_default();
    if !ids.contains(&restored) {
        return Err(Refusal::new(
            400,
            "restoreBackupId is none of the backupIds.",
        ));
    }
    let world = &*call.world;
    let known = |id: &&str| {
        let mut backups = world.backups.of(&world.clusters[cluster].id);
        backups
            .find(|backup| backup.id == *id && backup.status == BackupStatus::Complete)
            .cloned()
            .ok_or_else(|| Refusal::new(404, format!("There is no backup `{id}`.")))
    };
    ids.iter().map(known).collect()
}

/// The id of the region that also holds the backups of the cluster.
fn paired_region(world: &World, source: &Cluster) -> Result<String, Refusal> {
    let region = world.seed.region(&source.region);
    let option = source
        .backup_region
        .as_deref()
        .and_then(|id| region.and_then(|region| region.backup(id)));
    let codes = option.map_or(&[][..], |option| &option.regions);
    let [_, second, ..] = codes else {
        return Err(Refusal::new(
            422,
            "The backups of the cluster are kept in one region only.",
        ));
    };
    let mut regions = world.seed.regions.iter();
    regions
        .find(|region| region.code == second.code)
        .map(|region| region.id.clone())
        .ok_or_else(|| {
            let code = &second.code;
            Refusal::new(422, format!("There is no failover to {code}."))
        })
}

impl World {
    /// Removes the sources of failovers when their time is up.
    pub(super) fn remove_failed_over(&mut self, now: Timestamp) {
        let due: Vec<String> = self
            .backups
            .failed_over
            .iter()
            .filter(|(_, at)| later(**at, SOURCE_KEPT) <= now)
            .map(|(cluster, _)| cluster.clone())
            .collect();
        for cluster in due {
            self.delete_cluster(&cluster, now);
        }
    }
}
