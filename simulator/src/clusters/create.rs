//! Creation of clusters: everything that is checked, in the order in which it is refused.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::model::{Change, Cluster, Encryption, Status};
use crate::{
    answer::{Answer, Refusal},
    clock::real_now,
    seed::{Channel, Organization, PlanType, Region},
    world::{Call, World},
};

pub(super) fn create(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let world = &*call.world;
    let organization = world
        .seed
        .organization(&call.caller.organization)
        .ok_or_else(|| Refusal::new(403, "The organization of this client does not exist."))?;
    if !organization.creation_enabled {
        return Err(Refusal::new(
            503,
            "Creating clusters is switched off for now. Try again later.",
        ));
    }
    let name = call.text("name").unwrap_or_default();
    check_name(world, name)?;
    let choice = Choice::of(call)?;
    let packages = check_packages(world, choice.plan, call.body.get("hardwarePackages"))?;
    check_reservation(world, organization, packages)?;
    let encryption = check_encryption(call, organization, choice.region)?;
    check_backup_region(call, organization, choice.region)?;

    let text = |name: &str| call.text(name).map(str::to_owned);
    let auto_update = call
        .body
        .get("autoUpdate")
        .and_then(Value::as_bool)
        .unwrap_or(world.behaviour.auto_update_default);
    let mut cluster = Cluster {
        id: new_uuid(),
        name: name.to_owned(),
        description: text("description"),
        organization: organization.id.clone(),
        created: call.now,
        created_in_real_time: real_now(),
        plan_type: choice.plan.id.clone(),
        region: choice.region.id.clone(),
        backup_region: text("backupRegionId"),
        channel: choice.channel.id.clone(),
        generation: choice.generation.to_owned(),
        // The service drops it without a word where the channel has no automatic updates.
        auto_update: auto_update && choice.channel.auto_update,
        stage_label: text("stageLabel"),
        hardware_packages: packages,
        identity_backend_checks: call
            .body
            .get("identityBackendChecksEnabled")
            .and_then(Value::as_bool),
        encryption,
        allowlist: Vec::new(),
        status: Status::Creating,
        pending: None,
        running_since: Timestamp::UNIX_EPOCH,
        last_minor_upgrade: None,
        deletion: None,
    };
    let duration = world.behaviour.durations.create;
    cluster.begin(Status::Creating, Change::Created, call.now, duration);
    let answer = json!({ "clusterId": cluster.id });
    call.world.clusters.push(cluster);
    Ok(Answer::json(&answer))
}

/// The parts a cluster is made of, all known to exist and to fit.
struct Choice<'a> {
    plan: &'a PlanType,
    channel: &'a Channel,
    generation: &'a str,
    region: &'a Region,
}

impl<'a> Choice<'a> {
    fn of(call: &'a Call<'_>) -> Result<Self, Refusal> {
        let seed = &call.world.seed;
        let id = |name: &str| call.text(name).unwrap_or_default();
        let unknown =
            |what: &str, id: &str| Refusal::new(400, format!("There is no {what} `{id}`."));
        let plan = seed
            .plan_type(id("planTypeId"))
            .ok_or_else(|| unknown("plan type", id("planTypeId")))?;
        let channel = seed
            .channel(id("channelId"))
            .ok_or_else(|| unknown("channel", id("channelId")))?;
        let generation = id("generationId");
        if !channel.generations.iter().any(|it| it.id == generation) {
            return Err(Refusal::new(
                400,
                format!(
                    "The channel {} does not offer the generation `{generation}`.",
                    channel.name
                ),
            ));
        }
        let region = seed
            .region(id("regionId"))
            .ok_or_else(|| unknown("region", id("regionId")))?;
        Ok(Self {
            plan,
            channel,
            generation,
            region,
        })
    }
}

pub(super) fn check_name(world: &World, name: &str) -> Result<(), Refusal> {
    let most = world.behaviour.cluster_name_length;
    if name.chars().count() > most {
        return Err(Refusal::new(
            400,
            format!("The cluster name is too long: at most {most} characters are allowed."),
        ));
    }
    Ok(())
}

/// Reads a number of hardware packages; 1 where it is left out.
pub(super) fn check_packages(
    world: &World,
    plan: &PlanType,
    value: Option<&Value>,
) -> Result<u32, Refusal> {
    let Some(number) = value.and_then(Value::as_f64) else {
        return Ok(1);
    };
    let most = world.behaviour.hardware_packages;
    if number.fract() != 0.0 || number < 1.0 || number > f64::from(most) {
        return Err(Refusal::new(
            400,
            format!("The number of hardware packages must be a whole number from 1 to {most}."),
        ));
    }
    // Checked above: whole and between 1 and a 32-bit limit.
    let packages = number as u32;
    if packages > 1 && !plan.resizable {
        return Err(Refusal::new(
            400,
            format!("The plan type {} has one hardware package only.", plan.name),
        ));
    }
    Ok(packages)
}

/// Refuses where the organization has fewer reservations left than `more`.
pub(super) fn check_reservation(
    world: &World,
    organization: &Organization,
    more: u32,
) -> Result<(), Refusal> {
    let used: u32 = world
        .clusters
        .iter()
        .filter(|cluster| cluster.organization == organization.id && cluster.deletion.is_none())
        .map(Cluster::reserved_packages)
        .sum();
    if used.saturating_add(more) > organization.reservations {
        return Err(Refusal::new(
            400,
            format!(
                "No reservation left: {used} of {} are in use.",
                organization.reservations
            ),
        ));
    }
    Ok(())
}

fn check_encryption(
    call: &Call<'_>,
    organization: &Organization,
    region: &Region,
) -> Result<Encryption, Refusal> {
    let kind = call.text("encryption").unwrap_or("Provider");
    if kind != "Provider" && !organization.enterprise {
        return Err(Refusal::new(
            400,
            format!("Encryption {kind} needs an Enterprise plan."),
        ));
    }
    if kind == "External" && region.provider != "aws" {
        return Err(Refusal::new(
            400,
            "Encryption External is offered in AWS regions only.",
        ));
    }
    Ok(Encryption {
        kind: kind.to_owned(),
        primary_key: None,
        secondary_key: None,
        status: None,
    })
}

fn check_backup_region(
    call: &Call<'_>,
    organization: &Organization,
    region: &Region,
) -> Result<(), Refusal> {
    let Some(id) = call.text("backupRegionId") else {
        return Ok(());
    };
    if !organization.enterprise {
        return Err(Refusal::new(400, "Backup regions need an Enterprise plan."));
    }
    if region.backup(id).is_none() {
        return Err(Refusal::new(
            400,
            format!("The region {} has no backup region `{id}`.", region.name),
        ));
    }
    Ok(())
}

/// A random (version 4) uuid.
pub(crate) fn new_uuid() -> String {
    let bits = (fastrand::u128(..) & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
    let hex = format!("{bits:032x}");
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}
