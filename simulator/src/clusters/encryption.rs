//! Keys of customers for clusters with External encryption.

use serde_json::json;

use super::{
    accessible,
    model::{Change, Status},
    shown,
};
use crate::{
    answer::{Answer, Refusal},
    world::Call,
};

pub(super) fn supply_keys(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let index = accessible(call)?;
    let world = &*call.world;
    let cluster = &world.clusters[index];
    let enterprise = world
        .seed
        .organization(&cluster.organization)
        .is_some_and(|organization| organization.enterprise);
    let region = world
        .seed
        .region(&cluster.region)
        .filter(|region| region.provider == "aws");
    let (true, Some(region)) = (enterprise, region) else {
        return Err(Refusal::new(
            403,
            "Keys of your own need an Enterprise plan and an AWS region.",
        ));
    };
    if cluster.encryption.kind != "External" {
        return Err(Refusal::new(
            409,
            "The cluster was not created with encryption External.",
        ));
    }
    let primary = call.text("primaryEncryptionKeyId").unwrap_or_default();
    check_key("primary", primary, &region.code)?;
    let backup_code = cluster
        .backup_region
        .as_deref()
        .and_then(|id| region.backup(id)?.regions.get(1))
        .map(|place| place.code.as_str());
    let secondary = call.text("secondaryEncryptionKeyId");
    match (secondary, backup_code) {
        (Some(key), Some(_)) if key == primary => {
            return Err(Refusal::new(400, "The two keys must differ."));
        }
        (Some(key), Some(code)) => check_key("secondary", key, code)?,
        (None, Some(_)) => {
            return Err(Refusal::new(
                400,
                "A cluster with backups in two regions needs a secondary key.",
            ));
        }
        (Some(_), None) => {
            return Err(Refusal::new(
                400,
                "A cluster with backups in one region takes no secondary key.",
            ));
        }
        (None, None) => {}
    }
    let (primary, secondary) = (primary.to_owned(), secondary.map(str::to_owned));
    let duration = world.behaviour.durations.supply_keys;
    let now = call.now;
    let cluster = &mut call.world.clusters[index];
    cluster.encryption.primary_key = Some(primary);
    cluster.encryption.secondary_key = secondary;
    cluster.encryption.status = Some("EncryptedStorageNotReady".to_owned());
    // Keys of a cluster that runs already are exchanged while it runs.
    let status = match cluster.status {
        Status::WaitingForInput => Status::Creating,
        ref other => other.clone(),
    };
    cluster.begin(status, Change::KeysSupplied, now, duration);
    let (body, deliberate) = shown(call, index);
    let mut answer = Answer::json(&json!(body));
    answer.deliberate = deliberate;
    Ok(answer)
}

/// `arn:aws:kms:<region>:<account>:key/<id>`
fn check_key(which: &str, arn: &str, region: &str) -> Result<(), Refusal> {
    let parts: Vec<&str> = arn.split(':').collect();
    let [prefix, partition, service, key_region, account, key] = parts[..] else {
        return Err(malformed(which));
    };
    let well_formed = prefix == "arn"
        && partition.starts_with("aws")
        && service == "kms"
        && account.len() == 12
        && account.bytes().all(|byte| byte.is_ascii_digit())
        && key.strip_prefix("key/").is_some_and(|id| !id.is_empty());
    if !well_formed {
        return Err(malformed(which));
    }
    if key_region != region {
        return Err(Refusal::new(
            400,
            format!("The {which} key must be in the region {region}."),
        ));
    }
    Ok(())
}

fn malformed(which: &str) -> Refusal {
    Refusal::new(
        400,
        format!("The {which} key is not the ARN of an AWS KMS key."),
    )
}
