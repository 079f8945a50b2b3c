//! Connector secrets of clusters: the operations on them, and what people do to them in the console.
//! Values are secret: they are in the answers of the API and nowhere else.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    answer::{Answer, Refusal},
    clock::later,
    clusters::accessible,
    simulator::Simulator,
    world::{Call, Handler, World},
};

pub(crate) const OPERATIONS: &[(&str, Handler)] = &[
    ("GetSecrets", list),
    ("CreateSecret", create),
    ("UpdateSecret", update),
    ("DeleteSecret", delete),
];

/// Largest value, in bytes: what the secret managers behind the service hold.
const LARGEST_VALUE: usize = 64 << 10;

/// A connector secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectorSecret {
    /// Uuid of its cluster.
    pub cluster: String,
    /// Unique within the cluster.
    pub name: String,
    /// Value.
    #[serde(skip)]
    pub value: String,
    /// It was deleted, and is still listed until then.
    #[serde(skip)]
    pub(crate) gone: Option<Timestamp>,
}

impl std::fmt::Debug for ConnectorSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ConnectorSecret")
            .field("cluster", &self.cluster)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let index = accessible(call)?;
    let cluster = &call.world.clusters[index].id;
    let secrets: BTreeMap<&str, &str> = call
        .world
        .connector_secrets
        .iter()
        .filter(|secret| secret.cluster == *cluster)
        .map(|secret| (secret.name.as_str(), secret.value.as_str()))
        .collect();
    Ok(Answer::json(&secrets))
}

fn create(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let cluster = begin_change(call)?;
    let name = call.text("secretName").unwrap_or_default().to_owned();
    let value = checked_value(call)?;
    let longest = call.world.behaviour.secret_name_length;
    if name.chars().count() > longest || name.contains(char::is_whitespace) {
        let sentence = format!("The name of a secret has 1 to {longest} characters and no blanks.");
        return Err(Refusal::new(400, sentence));
    }
    let world = &mut *call.world;
    let keeps_names = world.behaviour.keep_names_of_deleted_secrets;
    let living = |secret: &&ConnectorSecret| secret.cluster == cluster && secret.gone.is_none();
    if world
        .connector_secrets
        .iter()
        .filter(|secret| living(secret) || (keeps_names && secret.cluster == cluster))
        .any(|secret| secret.name == name)
    {
        return Err(Refusal::new(
            409,
            format!("A secret with the name `{name}` exists already in this cluster."),
        ));
    }
    let limit = world
        .clusters
        .iter()
        .find(|known| known.id == cluster)
        .and_then(|known| world.seed.organization(&known.organization))
        .map_or(u32::MAX, |organization| organization.secret_limit);
    if world.connector_secrets.iter().filter(living).count() >= limit as usize {
        return Err(Refusal::new(
            403,
            format!("The maximum number of secrets of this cluster is reached: {limit}."),
        ));
    }
    // A name that is only just gone is there again.
    world
        .connector_secrets
        .retain(|secret| !(secret.cluster == cluster && secret.name == name));
    world.connector_secrets.push(ConnectorSecret {
        cluster: cluster.clone(),
        name,
        value,
        gone: None,
    });
    lock(call, cluster);
    Ok(Answer::no_content())
}

fn update(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let cluster = begin_change(call)?;
    let value = checked_value(call)?;
    let name = name_of_path(call).to_owned();
    let secret = call.world.living_secret(&cluster, &name);
    let Some(secret) = secret else {
        return Err(Refusal::new(404, format!("There is no secret `{name}`.")));
    };
    secret.value = value;
    lock(call, cluster);
    Ok(Answer::no_content())
}

fn delete(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let cluster = begin_change(call)?;
    let name = name_of_path(call).to_owned();
    let refuse = call.world.behaviour.refuse_delete_of_unknown_secret;
    let gone = later(call.now, call.world.behaviour.durations.secret_visibility);
    match call.world.living_secret(&cluster, &name) {
        Some(secret) => secret.gone = Some(gone),
        None if refuse => {
            return Err(Refusal::new(404, format!("There is no secret `{name}`.")));
        }
        None => {}
    }
    let now = call.now;
    call.world.settle_connector_secrets(now);
    lock(call, cluster);
    Ok(Answer::no_content())
}

/// The cluster of the path, if no other change of its secrets is running.
fn begin_change(call: &Call<'_>) -> Result<String, Refusal> {
    let index = accessible(call)?;
    let cluster = &call.world.clusters[index].id;
    let busy = call
        .world
        .secret_changes
        .get(cluster)
        .is_some_and(|until| *until > call.now);
    if busy {
        return Err(Refusal::new(
            409,
            "Another change of the secrets of this cluster is running. Try again later.",
        ));
    }
    Ok(cluster.clone())
}

/// Other changes of the cluster's secrets are refused for a while.
fn lock(call: &mut Call<'_>, cluster: String) {
    let until = later(call.now, call.world.behaviour.durations.secret_change);
    call.world.secret_changes.insert(cluster, until);
}

fn checked_value(call: &Call<'_>) -> Result<String, Refusal> {
    let value = call.text("secretValue").unwrap_or_default();
    if value.len() > LARGEST_VALUE {
        let message = format!("The value of a secret has at most {LARGEST_VALUE} bytes.");
        let mut refusal = Refusal::new(400, message);
        refusal.deliberate = call.operation == "UpdateSecret";
        return Err(refusal);
    }
    Ok(value.to_owned())
}

fn name_of_path<'a>(call: &'a Call<'_>) -> &'a str {
    call.parameters.get("secretName").map_or("", String::as_str)
}

impl World {
    fn living_secret(&mut self, cluster: &str, name: &str) -> Option<&mut ConnectorSecret> {
        self.connector_secrets.iter_mut().find(|secret| {
            secret.cluster == cluster && secret.name == name && secret.gone.is_none()
        })
    }

    /// Forgets secrets that are gone, and those of clusters that are.
    pub(crate) fn settle_connector_secrets(&mut self, now: Timestamp) {
        let clusters = &self.clusters;
        let exists = |id: &str| {
            clusters
                .iter()
                .any(|cluster| cluster.id == id && cluster.exists(now))
        };
        self.connector_secrets
            .retain(|secret| exists(&secret.cluster) && secret.gone.is_none_or(|gone| gone > now));
        self.secret_changes.retain(|_, until| *until > now);
    }

    /// Sets a secret by hand, new or not; false if there is no such cluster.
    pub(crate) fn set_connector_secret(
        &mut self,
        cluster: &str,
        name: &str,
        value: &str,
        now: Timestamp,
    ) -> bool {
        let mut clusters = self.clusters.iter();
        if !clusters.any(|known| known.id == cluster && known.exists(now)) {
            return false;
        }
        self.delete_connector_secret(cluster, name);
        self.connector_secrets.push(ConnectorSecret {
            cluster: cluster.to_owned(),
            name: name.to_owned(),
            value: value.to_owned(),
            gone: None,
        });
        true
    }

    /// Deletes a secret by hand; false if there is none.
    pub(crate) fn delete_connector_secret(&mut self, cluster: &str, name: &str) -> bool {
        let before = self.connector_secrets.len();
        self.connector_secrets
            .retain(|secret| !(secret.cluster == cluster && secret.name == name));
        self.connector_secrets.len() < before
    }

    /// The secrets of a cluster by name.
    pub(crate) fn connector_secrets_of(&self, cluster: &str) -> BTreeMap<String, String> {
        self.connector_secrets
            .iter()
            .filter(|secret| secret.cluster == cluster && secret.gone.is_none())
            .map(|secret| (secret.name.clone(), secret.value.clone()))
            .collect()
    }
}

/// Connector secrets of clusters, by hand in the console.
impl Simulator {
    /// The secrets of a cluster: names and values.
    pub fn connector_secrets(&self, cluster: &str) -> BTreeMap<String, String> {
        self.world(|world| world.connector_secrets_of(cluster))
    }

    /// Sets a secret, new or not. False if there is no such cluster.
    pub fn set_connector_secret(&self, cluster: &str, name: &str, value: &str) -> bool {
        self.shared
            .world(|world, now| world.set_connector_secret(cluster, name, value, now))
    }

    /// Deletes a secret. False if there is none.
    pub fn delete_connector_secret(&self, cluster: &str, name: &str) -> bool {
        self.world(|world| world.delete_connector_secret(cluster, name))
    }
}
