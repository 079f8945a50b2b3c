//! Secure connectivity of clusters (AWS PrivateLink): the operations on it, and what people do to it
//! in the console.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    answer::{Answer, Refusal},
    clients::is_8_8_or_later,
    clock::{later, text},
    clusters::{Cluster, accessible, timestamp},
    simulator::Simulator,
    world::{Call, Handler, World},
};

pub(crate) const OPERATIONS: &[(&str, Handler)] = &[
    ("GetSecureConnectivityStatus", get),
    ("ActivateSecureConnectivity", activate),
    ("DeactivateSecureConnectivity", deactivate),
];

/// The endpoint service of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecureConnectivity {
    /// AWS principals that may connect, as they were sent.
    pub allowed_principals: Vec<String>,
    /// AWS regions from which they may, as they were sent.
    pub allowed_regions: Vec<String>,
    /// Name of the endpoint service at AWS; a new one with every activation.
    pub service_name: String,
    /// When it was asked for.
    #[serde(serialize_with = "timestamp")]
    pub activated: Timestamp,
    /// From then on it can be used.
    #[serde(serialize_with = "timestamp")]
    pub ready_from: Timestamp,
    /// It is being removed, and is gone from then on.
    #[serde(skip)]
    pub(crate) gone: Option<Timestamp>,
}

impl SecureConnectivity {
    /// Whether it can be used.
    fn is_ready(&self, now: Timestamp) -> bool {
        self.gone.is_none() && self.ready_from <= now
    }
}

/// What an activation by hand asks for. What is left out stays, or is a default if there is nothing yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConnectivityChange {
    /// AWS principals that may connect.
    pub allowed_principals: Option<Vec<String>>,
    /// AWS regions from which they may.
    pub allowed_regions: Option<Vec<String>>,
}

fn get(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let index = accessible(call)?;
    let world = &*call.world;
    let cluster = &world.clusters[index];
    let Some(connectivity) = world.secure_connectivity.get(&cluster.id) else {
        return Ok(Answer::json(&json!({ "status": {} })));
    };
    if world.behaviour.old_connectivity_shape {
        let mut answer = Answer::json(&old_shape(world, cluster, connectivity, call.now));
        answer.deliberate = true;
        return Ok(answer);
    }
    Ok(Answer::json(&shape(world, cluster, connectivity, call.now)))
}

fn shape(
    world: &World,
    cluster: &Cluster,
    connectivity: &SecureConnectivity,
    now: Timestamp,
) -> Value {
    let short = short(cluster);
    json!({ "status": {
        "metadata": {
            "name": format!("pl-{short}"),
            "namespace": format!("{short}-zeebe"),
            "labels": { "orgId": cluster.organization },
        },
        "spec": {
            "allowedPrincipals": connectivity.allowed_principals,
            "allowedRegions": connectivity.allowed_regions,
            "cluster": { "id": cluster.id },
        },
        "status": {
            "urls": {},
            "observedGeneration": 1,
            "endpointConnectionCount": 0,
            "endpointConnections": [],
            "endpoint": endpoint(world, cluster, connectivity, now),
            "conditions": [condition(connectivity, now)],
        },
    } })
}

/// As the service answered until the spring of 2026. Only the names of the two outer members are known.
fn old_shape(
    world: &World,
    cluster: &Cluster,
    connectivity: &SecureConnectivity,
    now: Timestamp,
) -> Value {
    json!({ "status": { "connectivity": { "private": {
        "allowedPrincipals": connectivity.allowed_principals,
        "allowedRegions": connectivity.allowed_regions,
        "endpoint": endpoint(world, cluster, connectivity, now),
        "conditions": [condition(connectivity, now)],
    } } } })
}

/// Empty texts until there is an endpoint.
fn endpoint(
    world: &World,
    cluster: &Cluster,
    connectivity: &SecureConnectivity,
    now: Timestamp,
) -> Value {
    if connectivity.ready_from > now {
        return json!({ "privateDnsName": "", "type": "", "serviceName": "", "region": "" });
    }
    json!({
        "privateDnsName": format!("{}.private.example", short(cluster)),
        "type": "Interface",
        "serviceName": connectivity.service_name,
        "region": region_code(world, cluster),
    })
}

fn condition(connectivity: &SecureConnectivity, now: Timestamp) -> Value {
    let ready = connectivity.is_ready(now);
    let (reason, since) = match connectivity.gone {
        Some(_) => ("Removing", now),
        None if ready => ("Provisioned", connectivity.ready_from),
        None => ("Provisioning", connectivity.activated),
    };
    json!({
        "type": "Ready",
        "status": if ready { "True" } else { "False" },
        "reason": reason,
        "message": "",
        "lastTransitionTime": text(since),
        "observedGeneration": 1,
    })
}

fn short(cluster: &Cluster) -> &str {
    cluster.id.split('-').next().unwrap_or_default()
}

fn region_code<'a>(world: &'a World, cluster: &Cluster) -> &'a str {
    world
        .seed
        .region(&cluster.region)
        .map_or("", |region| region.code.as_str())
}

fn activate(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let index = accessible(call)?;
    check_offer(call.world, index)?;
    let texts = |name: &str| -> Vec<String> {
        let list = call.body.get(name).and_then(Value::as_array);
        let texts = list.into_iter().flatten().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    };
    let (principals, regions) = (texts("allowedPrincipals"), texts("allowedRegions"));
    if let Some(wrong) = principals.iter().find(|text| !is_arn(text)) {
        return Err(Refusal::new(400, format!("`{wrong}` is no ARN.")));
    }
    if let Some(wrong) = regions.iter().find(|text| !is_region(text)) {
        return Err(Refusal::new(400, format!("`{wrong}` is no AWS region.")));
    }
    let cluster = call.world.clusters[index].id.clone();
    if let Some(there) = call.world.secure_connectivity.get(&cluster) {
        return Err(Refusal::new(
            409,
            match there.gone {
                None => "Secure connectivity is active already.",
                Some(_) => "Secure connectivity is being removed.",
            },
        ));
    }
    let ready_from = later(call.now, call.world.behaviour.durations.private_link);
    let now = call.now;
    call.world
        .provide_connectivity(&cluster, principals, regions, now, ready_from);
    Ok(Answer::no_content())
}

/// AWS, 8.8 or later, Enterprise.
fn check_offer(world: &World, index: usize) -> Result<(), Refusal> {
    let cluster = &world.clusters[index];
    let enterprise = world
        .seed
        .organization(&cluster.organization)
        .is_some_and(|organization| organization.enterprise);
    if !enterprise {
        return Err(Refusal::new(
            403,
            "Secure connectivity is a feature of Enterprise contracts.",
        ));
    }
    let on_aws = world
        .seed
        .region(&cluster.region)
        .is_some_and(|region| region.provider == "aws");
    if !on_aws || !is_8_8_or_later(&world.seed, cluster) {
        return Err(Refusal::new(
            400,
            "Secure connectivity needs a cluster of 8.8 or later in an AWS region.",
        ));
    }
    Ok(())
}

fn is_arn(text: &str) -> bool {
    text.starts_with("arn:") && text.split(':').count() >= 6
}

fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    match parts.as_slice() {
        [words @ .., number] if words.len() >= 2 => {
            words.iter().all(word) && number.parse::<u8>().is_ok()
        }
        _ => false,
    }
}

fn deactivate(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let index = accessible(call)?;
    let cluster = call.world.clusters[index].id.clone();
    let gone = later(
        call.now,
        call.world.behaviour.durations.private_link_removal,
    );
    let now = call.now;
    match call.world.secure_connectivity.get_mut(&cluster) {
        Some(connectivity) if connectivity.gone.is_none() => connectivity.gone = Some(gone),
        _ => return Err(Refusal::new(409, "Secure connectivity is not active.")),
    }
    call.world.settle_secure_connectivity(now);
    Ok(Answer::no_content())
}

impl World {
    fn provide_connectivity(
        &mut self,
        cluster: &str,
        allowed_principals: Vec<String>,
        allowed_regions: Vec<String>,
        activated: Timestamp,
        ready_from: Timestamp,
    ) {
        let region = self.clusters.iter().find(|known| known.id == cluster);
        let region = region.map_or("", |cluster| region_code(self, cluster));
        let number = fastrand::u64(..) & 0xffff_ffff_ffff;
        let connectivity = SecureConnectivity {
            service_name: format!("com.amazonaws.vpce.{region}.vpce-svc-{number:012x}"),
            allowed_principals,
            allowed_regions,
            activated,
            ready_from,
            gone: None,
        };
        self.secure_connectivity
            .insert(cluster.to_owned(), connectivity);
    }

    /// Forgets what is removed, and what belongs to clusters that are gone.
    pub(crate) fn settle_secure_connectivity(&mut self, now: Timestamp) {
        let clusters = &self.clusters;
        self.secure_connectivity.retain(|id, connectivity| {
            connectivity.gone.is_none_or(|gone| gone > now)
                && clusters
                    .iter()
                    .any(|cluster| cluster.id == *id && cluster.exists(now))
        });
    }

    /// Activates or changes it by hand; the console can do the latter. False if there is no such cluster.
    pub(crate) fn set_secure_connectivity(
        &mut self,
        cluster: &str,
        change: ConnectivityChange,
        now: Timestamp,
    ) -> bool {
        let mut clusters = self.clusters.iter();
        if !clusters.any(|known| known.id == cluster && known.exists(now)) {
            return false;
        }
        if !self.secure_connectivity.contains_key(cluster) {
            let principals = vec!["arn:aws:iam::111122223333:root".to_owned()];
            let regions = vec!["eu-central-1".to_owned()];
            self.provide_connectivity(cluster, principals, regions, now, now);
        }
        if let Some(connectivity) = self.secure_connectivity.get_mut(cluster) {
            if let Some(principals) = change.allowed_principals {
                connectivity.allowed_principals = principals;
            }
            if let Some(regions) = change.allowed_regions {
                connectivity.allowed_regions = regions;
            }
        }
        true
    }
}

/// Secure connectivity of clusters, by hand in the console.
impl Simulator {
    /// The endpoint service of a cluster; nothing while it is inactive.
    pub fn secure_connectivity(&self, cluster: &str) -> Option<SecureConnectivity> {
        self.world(|world| world.secure_connectivity.get(cluster).cloned())
    }

    /// Activates it, ready at once, or changes its lists. False if there is no such cluster.
    pub fn set_secure_connectivity(&self, cluster: &str, change: ConnectivityChange) -> bool {
        self.shared
            .world(|world, now| world.set_secure_connectivity(cluster, change, now))
    }

    /// Removes it at once. False if it was inactive.
    pub fn delete_secure_connectivity(&self, cluster: &str) -> bool {
        self.world(|world| world.secure_connectivity.remove(cluster).is_some())
    }
}
