//! The operations on clusters.

mod create;
mod encryption;
mod model;
mod view;

use serde_json::{Value, json};

pub use self::model::{AllowlistEntry, Change, Cluster, Deletion, Encryption, Pending, Status};
pub(crate) use self::{create::new_uuid, model::timestamp};
use crate::{
    answer::{Answer, Refusal},
    behaviour::ForeignCluster,
    clock::later,
    world::{Call, Handler},
};

pub(crate) const OPERATIONS: &[(&str, Handler)] = &[
    ("GetClusters", list),
    ("CreateCluster", create::create),
    ("GetCluster", get),
    ("UpdateCluster", update),
    ("DeleteCluster", delete),
    ("UpgradeCluster", upgrade),
    ("Wake", wake),
    ("UpdateClusterEncryption", encryption::supply_keys),
];

/// Finds the cluster of the path, as an index.
///
/// # Errors
/// 404 if there is none, 403 or 404 if it belongs to another organization.
pub(crate) fn accessible(call: &Call<'_>) -> Result<usize, Refusal> {
    let id = call
        .parameters
        .get("clusterUuid")
        .map_or("", String::as_str);
    let missing = || Refusal::new(404, format!("There is no cluster `{id}`."));
    let index = call
        .world
        .clusters
        .iter()
        .position(|cluster| cluster.id == id && cluster.exists(call.now))
        .ok_or_else(missing)?;
    if call.world.clusters[index].organization == call.caller.organization {
        return Ok(index);
    }
    let single_read = call.operation == "GetCluster";
    Err(match call.world.behaviour.foreign_cluster {
        ForeignCluster::AsDocumented if !single_read => foreign(),
        ForeignCluster::Forbidden => foreign(),
        ForeignCluster::AsDocumented | ForeignCluster::NotFound => missing(),
    })
}

fn foreign() -> Refusal {
    Refusal::new(403, "The cluster belongs to another organization.")
}

/// The JSON of a cluster, and whether it deviates from the contract because somebody asked for it.
fn shown(call: &Call<'_>, index: usize) -> (Value, bool) {
    let cluster = &call.world.clusters[index];
    let body = view::view(call.world, call.caller, cluster, call.now);
    (body, matches!(cluster.status, Status::Other(_)))
}

fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let mut deliberate = false;
    let mut bodies = Vec::new();
    for index in 0..call.world.clusters.len() {
        let cluster = &call.world.clusters[index];
        if cluster.organization == call.caller.organization && cluster.is_listed(call.now) {
            let (body, deviates) = shown(call, index);
            deliberate |= deviates;
            bodies.push(body);
        }
    }
    let mut answer = Answer::json(&bodies);
    answer.deliberate = deliberate;
    Ok(answer)
}

fn get(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let index = accessible(call)?;
    let (body, deliberate) = shown(call, index);
    let mut answer = Answer::json(&body);
    answer.deliberate = deliberate;
    Ok(answer)
}

fn update(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let index = accessible(call)?;
    let name = call.text("name").map(str::to_owned);
    if let Some(name) = &name {
        create::check_name(call.world, name)?;
    }
    let packages = new_packages(call, index)?;
    let description = call.text("description").map(str::to_owned);
    let stage_label = call.text("stageLabel").map(str::to_owned);
    let duration = call.world.behaviour.durations.resize;
    let now = call.now;
    let cluster = &mut call.world.clusters[index];
    if let Some(name) = name {
        cluster.name = name;
    }
    cluster.description = description.or(cluster.description.take());
    cluster.stage_label = stage_label.or(cluster.stage_label.take());
    if let Some(packages) = packages {
        cluster.begin(Status::Updating, Change::Resized(packages), now, duration);
    }
    Ok(Answer::no_content())
}

/// The size that an update asks for, if it is another one and the organization has room for it.
fn new_packages(call: &Call<'_>, index: usize) -> Result<Option<u32>, Refusal> {
    let Some(value) = call.body.get("numberOfAllocatedHwPackages") else {
        return Ok(None);
    };
    let world = &*call.world;
    let cluster = &world.clusters[index];
    let Some(plan) = world.seed.plan_type(&cluster.plan_type) else {
        return Err(Refusal::new(400, "The plan type of the cluster is gone."));
    };
    let packages = create::check_packages(world, plan, Some(value))?;
    let reserved = cluster.reserved_packages();
    if packages == reserved {
        return Ok(None);
    }
    if cluster.status != Status::Healthy {
        return Err(Refusal::new(
            400,
            format!(
                "The cluster is {}; it can be resized when it is Healthy.",
                cluster.status
            ),
        ));
    }
    if let Some(organization) = world.seed.organization(&cluster.organization) {
        create::check_reservation(world, organization, packages.saturating_sub(reserved))?;
    }
    Ok(Some(packages))
}

fn delete(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let index = accessible(call)?;
    let now = call.now;
    let world = &mut *call.world;
    let cluster = &mut world.clusters[index];
    if cluster.deletion.is_some() {
        let id = &cluster.id;
        return Err(Refusal::new(404, format!("There is no cluster `{id}`.")));
    }
    cluster.delete(&world.behaviour.durations, now);
    Ok(Answer::no_content())
}

fn upgrade(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let index = accessible(call)?;
    let world = &*call.world;
    let durations = &world.behaviour.durations;
    let cluster = &world.clusters[index];
    if cluster.status != Status::Healthy {
        return Err(Refusal::new(
            412,
            format!(
                "The cluster is {}; only a Healthy one can be upgraded.",
                cluster.status
            ),
        ));
    }
    let nothing_newer = || Refusal::new(400, "There is no newer generation for this cluster.");
    let channel = world
        .seed
        .channel(&cluster.channel)
        .ok_or_else(nothing_newer)?;
    if !channel.upgradable || channel.newer_than(&cluster.generation) == 0 {
        return Err(nothing_newer());
    }
    let old = cluster.generation.clone();
    let new = channel.newest().to_owned();
    let minor = |id: &str| world.seed.generation(id).map(|known| &known.minor);
    if minor(&old) != minor(&new)
        && let Some(last) = cluster.last_minor_upgrade
        && later(last, durations.minor_upgrade_gate) > call.now
    {
        let opens = crate::clock::text(later(last, durations.minor_upgrade_gate));
        return Err(Refusal::new(
            409,
            format!("The last minor upgrade is too recent. The next one is possible from {opens}."),
        ));
    }
    let answer = Answer::json(&json!({
        "cluster": { "id": cluster.id, "name": cluster.name },
        "oldGeneration": { "id": old, "name": world.seed.generation_name(&old) },
        "newGeneration": { "id": new, "name": world.seed.generation_name(&new) },
        "orgId": cluster.organization,
    }));
    let duration = durations.upgrade;
    let now = call.now;
    call.world.clusters[index].begin(Status::Updating, Change::Upgraded(new), now, duration);
    Ok(answer)
}

fn wake(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let index = accessible(call)?;
    let now = call.now;
    let behaviour = &call.world.behaviour;
    let duration = behaviour.durations.wake;
    let refuse = behaviour.refuse_wake_of_running_cluster;
    let cluster = &mut call.world.clusters[index];
    if cluster.status == Status::Suspended {
        cluster.begin(Status::Resuming, Change::Resumed, now, duration);
    } else if refuse {
        return Err(Refusal {
            deliberate: true,
            ..Refusal::new(400, "The cluster is not suspended.")
        });
    }
    Ok(Answer::no_content())
}
