//! A cluster as the Administration API shows it to a caller.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::model::{Change, Cluster, Status};
use crate::{
    behaviour::HiddenMember,
    clock::{later, text},
    seed::Region,
    tokens::Caller,
    world::World,
};

const TOKEN_URL: &str = "https://login.cloud.camunda.io/oauth/token";
const CONSOLE_URL: &str = "https://console.cloud.camunda.io";

/// The JSON of a cluster.
pub(super) fn view(world: &World, caller: &Caller, cluster: &Cluster, now: Timestamp) -> Value {
    let seed = &world.seed;
    let region = seed.region(&cluster.region);
    let plan_name = seed
        .plan_type(&cluster.plan_type)
        .map(|plan| plan.name.as_str());
    let channel_name = seed
        .channel(&cluster.channel)
        .map(|channel| channel.name.as_str());
    let labels: Vec<&str> = cluster
        .stage_label
        .as_deref()
        .filter(|_| world.behaviour.stage_label_in_labels)
        .into_iter()
        .collect();
    let created = if world.behaviour.created_in_virtual_time {
        cluster.created
    } else {
        cluster.created_in_real_time
    };
    let mut body = json!({
        "uuid": cluster.id,
        "name": cluster.name,
        "ownerId": cluster.organization,
        "created": text(created),
        "planType": named(&cluster.plan_type, plan_name),
        "region": named(&cluster.region, region.map(|region| region.name.as_str())),
        "generation": named(&cluster.generation, Some(seed.generation_name(&cluster.generation))),
        "channel": named(&cluster.channel, channel_name),
        "autoUpdate": cluster.auto_update,
        "labels": labels,
        "status": status(world, cluster, now),
        "links": links(cluster, region, now),
    });
    let optional = body.as_object_mut().expect("it was just made as an object");
    add_optional(optional, world, caller, cluster, region);
    body
}

fn add_optional(
    body: &mut Map<String, Value>,
    world: &World,
    caller: &Caller,
    cluster: &Cluster,
    region: Option<&Region>,
) {
    match cluster.description.as_deref() {
        Some("") if !world.behaviour.send_cleared_description => {}
        Some(description) => {
            body.insert("description".to_owned(), description.into());
        }
        None => {}
    }
    if let Some(id) = &cluster.backup_region {
        let option = region.and_then(|region| region.backup(id));
        let label = option.map(crate::seed::BackupOption::label);
        body.insert("backupRegion".to_owned(), named(id, label.as_deref()));
    }
    if world.behaviour.send_encryption {
        body.insert("encryption".to_owned(), encryption(cluster));
    }
    let feature = world
        .seed
        .organization(&cluster.organization)
        .is_some_and(|organization| organization.allowlist);
    if feature && caller.may("IP allowlist", "get") {
        body.insert("ipallowlist".to_owned(), json!(cluster.allowlist));
    } else if world.behaviour.hidden_allowlist == HiddenMember::Null {
        body.insert("ipallowlist".to_owned(), Value::Null);
    }
}

fn named(id: &str, name: Option<&str>) -> Value {
    json!({ "uuid": id, "name": name.unwrap_or(id) })
}

fn encryption(cluster: &Cluster) -> Value {
    let source = &cluster.encryption;
    let mut body = Map::new();
    body.insert("type".to_owned(), source.kind.as_str().into());
    for (name, value) in [
        ("primaryKeyArn", &source.primary_key),
        ("secondaryKeyArn", &source.secondary_key),
        ("status", &source.status),
    ] {
        if let Some(value) = value {
            body.insert(name.to_owned(), value.as_str().into());
        }
    }
    body.into()
}

/// The state as it shows now: a cluster in creation may pass Unhealthy.
fn shown_status(world: &World, cluster: &Cluster, now: Timestamp) -> Status {
    let creating = cluster
        .pending
        .as_ref()
        .is_some_and(|pending| pending.change == Change::Created);
    if creating && let Some(flicker) = world.behaviour.creation_flicker {
        let start = later(cluster.created, flicker.after);
        if start <= now && now < later(start, flicker.lasting) {
            return Status::Unhealthy;
        }
    }
    cluster.status.clone()
}

fn status(world: &World, cluster: &Cluster, now: Timestamp) -> Value {
    let ready = shown_status(world, cluster, now);
    // An upgrade has been seen to leave all components Healthy; illness starts in one of them.
    let (zeebe, others) = match &ready {
        Status::Updating => (Status::Healthy, Status::Healthy),
        Status::Unhealthy => (Status::Unhealthy, Status::Healthy),
        other => (other.clone(), other.clone()),
    };
    json!({
        "ready": ready,
        "zeebeStatus": zeebe,
        "operateStatus": others,
        "tasklistStatus": others,
        "optimizeStatus": others,
        "connectorsStatus": others,
    })
}

/// Addresses appear bit by bit while the cluster is being created.
fn links(cluster: &Cluster, region: Option<&Region>, now: Timestamp) -> Value {
    let id = &cluster.id;
    let mut links = Map::new();
    let mut add = |name: &str, url: String| links.insert(name.to_owned(), url.into());
    let creation = cluster
        .pending
        .as_ref()
        .filter(|pending| pending.change == Change::Created);
    if let Some(pending) = creation {
        let elapsed = now.duration_since(pending.began);
        if elapsed * 2 < pending.due.duration_since(pending.began) {
            return Value::Object(links);
        }
    }
    add(
        "console",
        format!("{CONSOLE_URL}/org/{}/cluster/{id}", cluster.organization),
    );
    add("oauth", TOKEN_URL.to_owned());
    if creation.is_none() && !matches!(cluster.status, Status::Creating | Status::WaitingForInput) {
        let slug = region.map_or("unknown-1", |region| region.slug.as_str());
        add("zeebe", format!("{id}.{slug}.zeebe.camunda.io"));
        for component in ["operate", "tasklist", "optimize", "connectors"] {
            add(
                component,
                format!("https://{slug}.{component}.camunda.io/{id}"),
            );
        }
    }
    Value::Object(links)
}
