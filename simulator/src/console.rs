//! What people do behind the back of an API client: in the web console, or at Camunda. Used by the
//! library handle and by the control surface alike.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    clock::{later, real_now},
    clusters::{AllowlistEntry, Change, Cluster, Deletion, Encryption, Status, new_uuid},
    seed::{self, Generation, OfferedGeneration},
    world::World,
};

/// A cluster to add by hand: Healthy at once, unless told otherwise. Left out members are those of
/// the built-in seed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewCluster {
    /// Uuid; a random one if left out.
    pub id: Option<String>,
    /// Display name.
    pub name: String,
    /// Description.
    pub description: Option<String>,
    /// Organization id; the first of the seed if left out.
    pub organization: Option<String>,
    /// Plan type id.
    pub plan_type: String,
    /// Region id.
    pub region: String,
    /// Backup option id.
    pub backup_region: Option<String>,
    /// Channel id.
    pub channel: String,
    /// Generation id.
    pub generation: String,
    /// Whether patches are applied automatically.
    pub auto_update: bool,
    /// dev, test, stage or prod.
    pub stage_label: Option<String>,
    /// Size.
    pub hardware_packages: u32,
    /// Provider, Software, Hardware or External.
    pub encryption: String,
    /// IP allowlist.
    pub allowlist: Vec<AllowlistEntry>,
    /// State.
    pub status: String,
    /// How many seconds ago it was created.
    pub age_seconds: u32,
}

impl Default for NewCluster {
    fn default() -> Self {
        Self {
            id: None,
            name: "by-hand".to_owned(),
            description: None,
            organization: None,
            plan_type: seed::PLAN_ADVANCED.to_owned(),
            region: seed::REGION_BELGIUM.to_owned(),
            backup_region: None,
            channel: seed::CHANNEL_STABLE.to_owned(),
            generation: seed::GENERATION_8_9_GEN3.to_owned(),
            auto_update: false,
            stage_label: None,
            hardware_packages: 1,
            encryption: "Provider".to_owned(),
            allowlist: Vec::new(),
            status: Status::Healthy.to_string(),
            age_seconds: 86_400,
        }
    }
}

/// A change of a cluster by hand. What is left out stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClusterChange {
    /// Display name.
    pub name: Option<String>,
    /// Description; empty clears it.
    pub description: Option<String>,
    /// State; the cluster stays in it. Unknown words are allowed.
    pub status: Option<String>,
    /// Generation id; runs at once.
    pub generation: Option<String>,
    /// dev, test, stage or prod.
    pub stage_label: Option<String>,
    /// Size.
    pub hardware_packages: Option<u32>,
    /// Whether patches are applied automatically; only people can change this.
    pub auto_update: Option<bool>,
    /// Whole IP allowlist.
    pub allowlist: Option<Vec<AllowlistEntry>>,
    /// State of the encryption keys.
    pub encryption_status: Option<String>,
}

impl World {
    /// Adds a cluster and returns its id.
    pub(crate) fn add_cluster(&mut self, new: NewCluster, now: Timestamp) -> String {
        let id = new.id.unwrap_or_else(new_uuid);
        let age = std::time::Duration::from_secs(new.age_seconds.into());
        let earlier = |time: Timestamp| time.checked_sub(age).unwrap_or(time);
        let organization = new
            .organization
            .unwrap_or_else(|| self.seed.first_organization().id.clone());
        let status = Status::from(new.status.as_str());
        let mut cluster = Cluster {
            id: id.clone(),
            name: new.name,
            description: new.description,
            organization,
            created: earlier(now),
            created_in_real_time: earlier(real_now()),
            plan_type: new.plan_type,
            region: new.region,
            backup_region: new.backup_region,
            channel: new.channel,
            generation: new.generation,
            auto_update: new.auto_update,
            stage_label: new.stage_label,
            hardware_packages: new.hardware_packages,
            identity_backend_checks: None,
            encryption: Encryption {
                kind: new.encryption,
                primary_key: None,
                secondary_key: None,
                status: None,
            },
            allowlist: new.allowlist,
            status: status.clone(),
            pending: None,
            running_since: now,
            last_minor_upgrade: None,
            deletion: None,
        };
        if status == Status::Creating {
            cluster.created = now;
            let duration = self.behaviour.durations.create;
            cluster.begin(status, Change::Created, now, duration);
        }
        self.clusters.push(cluster);
        id
    }

    fn cluster_mut(&mut self, id: &str, now: Timestamp) -> Option<&mut Cluster> {
        self.clusters
            .iter_mut()
            .find(|cluster| cluster.id == id && cluster.exists(now))
    }

    /// Changes a cluster; false if there is none.
    pub(crate) fn change_cluster(
        &mut self,
        id: &str,
        change: ClusterChange,
        now: Timestamp,
    ) -> bool {
        let Some(cluster) = self.cluster_mut(id, now) else {
            return false;
        };
        if let Some(status) = change.status {
            cluster.hold(Status::from(status.as_str()), now);
        }
        if let Some(allowlist) = change.allowlist {
            cluster.allowlist = allowlist;
        }
        if let Some(name) = change.name {
            cluster.name = name;
        }
        cluster.description = change.description.or(cluster.description.take());
        cluster.generation = change.generation.unwrap_or(cluster.generation.clone());
        cluster.stage_label = change.stage_label.or(cluster.stage_label.take());
        cluster.auto_update = change.auto_update.unwrap_or(cluster.auto_update);
        cluster.hardware_packages = change
            .hardware_packages
            .unwrap_or(cluster.hardware_packages);
        cluster.encryption.status = change
            .encryption_status
            .or(cluster.encryption.status.take());
        true
    }

    /// Deletes a cluster with immediate effect; false if there is none.
    pub(crate) fn delete_cluster(&mut self, id: &str, now: Timestamp) -> bool {
        let visible = self.behaviour.durations.delete_visibility;
        let Some(cluster) = self.cluster_mut(id, now) else {
            return false;
        };
        cluster.deletion = Some(Deletion {
            gone: now,
            unlisted: later(now, visible),
        });
        true
    }

    /// Offers a new generation as the newest and default one of a channel; false if there is no
    /// such channel.
    pub(crate) fn release_generation(&mut self, channel: &str, generation: Generation) -> bool {
        let Some(found) = self.seed.channels.iter_mut().find(|it| it.id == channel) else {
            return false;
        };
        found.default_generation.clone_from(&generation.id);
        let offered = OfferedGeneration {
            id: generation.id.clone(),
            classification: "channel".to_owned(),
        };
        found.generations.insert(0, offered);
        self.seed.generations.push(generation);
        true
    }

    /// No channel offers this generation any more; clusters that run it go on.
    pub(crate) fn withdraw_generation(&mut self, id: &str) {
        for channel in &mut self.seed.channels {
            channel.generations.retain(|offered| offered.id != id);
            if channel.default_generation == id
                && let Some(newest) = channel.generations.first()
            {
                channel.default_generation.clone_from(&newest.id);
            }
        }
    }

    /// Runs the automatic updates: every Healthy cluster that takes part starts towards the newest
    /// patch of its minor version. Returns how many.
    pub(crate) fn run_auto_updates(&mut self, now: Timestamp) -> usize {
        let seed = &self.seed;
        let duration = self.behaviour.durations.upgrade;
        let mut count = 0;
        for cluster in &mut self.clusters {
            let Some(channel) = seed.channel(&cluster.channel) else {
                continue;
            };
            let takes_part = cluster.auto_update
                && channel.auto_update
                && cluster.status == Status::Healthy
                && cluster.deletion.is_none();
            let minor = |id: &str| seed.generation(id).map(|known| known.minor.as_str());
            let patch = channel.generations[..channel.newer_than(&cluster.generation)]
                .iter()
                .find(|offered| minor(&offered.id) == minor(&cluster.generation));
            if let Some(patch) = patch.filter(|_| takes_part) {
                let change = Change::Upgraded(patch.id.clone());
                cluster.begin(Status::Updating, change, now, duration);
                count += 1;
            }
        }
        count
    }

    /// Revokes client credentials; false if there are none of that id.
    pub(crate) fn revoke_client(&mut self, client_id: &str) -> bool {
        let mut credentials = self.seed.credentials.iter_mut();
        credentials
            .find(|credential| credential.client_id == client_id)
            .map(|credential| credential.revoked = true)
            .is_some()
    }

    /// Lays changes over the switches.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(crate) fn change_behaviour(&mut self, changes: &Value) -> Result<(), serde_json::Error> {
        let mut all = serde_json::to_value(&self.behaviour)?;
        merge(&mut all, changes);
        self.behaviour = serde_json::from_value(all)?;
        Ok(())
    }
}

fn merge(target: &mut Value, changes: &Value) {
    match (target, changes) {
        (Value::Object(target), Value::Object(changes)) => {
            for (name, change) in changes {
                merge(target.entry(name.clone()).or_insert(Value::Null), change);
            }
        }
        (target, changes) => *target = changes.clone(),
    }
}
