//! What a cluster is, and what time does to it.

use std::{fmt, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    behaviour::Durations,
    clock::{later, text},
    seed::Seed,
};

/// State of a cluster, as `status.ready` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Being made.
    Creating,
    /// Running.
    Healthy,
    /// Running badly.
    Unhealthy,
    /// Being upgraded or resized.
    Updating,
    /// Being woken.
    Resuming,
    /// Asleep.
    Suspended,
    /// Waiting for encryption keys.
    WaitingForInput,
    /// Being worked on.
    Maintenance,
    /// A word the contract does not have, set by hand.
    Other(String),
}

impl Status {
    /// The word on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Creating => "Creating",
            Self::Healthy => "Healthy",
            Self::Unhealthy => "Unhealthy",
            Self::Updating => "Updating",
            Self::Resuming => "Resuming",
            Self::Suspended => "Suspended",
            Self::WaitingForInput => "WaitingForInput",
            Self::Maintenance => "Maintenance",
            Self::Other(word) => word,
        }
    }
}

impl From<&str> for Status {
    fn from(word: &str) -> Self {
        let known = [
            Self::Creating,
            Self::Healthy,
            Self::Unhealthy,
            Self::Updating,
            Self::Resuming,
            Self::Suspended,
            Self::WaitingForInput,
            Self::Maintenance,
        ];
        known
            .into_iter()
            .find(|status| status.as_str() == word)
            .unwrap_or_else(|| Self::Other(word.to_owned()))
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Ok(Self::from(word.as_str()))
    }
}

/// A cluster with everything the service knows of it, readable through the API or not.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cluster {
    /// Uuid.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Nothing if it was never set, empty if it was cleared.
    pub description: Option<String>,
    /// Organization it belongs to.
    pub organization: String,
    /// Virtual time of creation.
    #[serde(serialize_with = "timestamp")]
    pub created: Timestamp,
    /// The same in real time.
    #[serde(serialize_with = "timestamp")]
    pub created_in_real_time: Timestamp,
    /// Plan type id.
    pub plan_type: String,
    /// Region id.
    pub region: String,
    /// Backup option id.
    pub backup_region: Option<String>,
    /// Channel id.
    pub channel: String,
    /// Id of the generation that runs.
    pub generation: String,
    /// Whether patches are applied automatically.
    pub auto_update: bool,
    /// dev, test, stage or prod. Not readable through the API, except perhaps as a label.
    pub stage_label: Option<String>,
    /// Size. Not readable through the API.
    pub hardware_packages: u32,
    /// Authorization checks. Not readable through the API.
    pub identity_backend_checks: Option<bool>,
    /// Encryption at rest.
    pub encryption: Encryption,
    /// IP allowlist.
    pub allowlist: Vec<AllowlistEntry>,
    /// State.
    pub status: Status,
    /// What happens next by itself.
    pub pending: Option<Pending>,
    /// Since when it has been running without a break.
    #[serde(serialize_with = "timestamp")]
    pub running_since: Timestamp,
    /// When a minor upgrade was finished last.
    #[serde(serialize_with = "optional_timestamp")]
    pub last_minor_upgrade: Option<Timestamp>,
    /// Set once it is being deleted.
    pub deletion: Option<Deletion>,
}

/// Encryption at rest.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Encryption {
    /// Provider, Software, Hardware or External.
    pub kind: String,
    /// Key of an External cluster.
    pub primary_key: Option<String>,
    /// Key in the backup region.
    pub secondary_key: Option<String>,
    /// State of the keys; External only.
    pub status: Option<String>,
}

/// One rule of an allowlist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllowlistEntry {
    /// Addresses or CIDR blocks, comma separated, exactly as sent.
    pub ip: String,
    /// Free text.
    pub description: String,
}

impl AllowlistEntry {
    /// A rule with these texts.
    pub fn new(ip: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            ip: ip.into(),
            description: description.into(),
        }
    }
}

/// A change on its way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pending {
    /// Start.
    #[serde(serialize_with = "timestamp")]
    pub began: Timestamp,
    /// End.
    #[serde(serialize_with = "timestamp")]
    pub due: Timestamp,
    /// What it brings.
    pub change: Change,
}

/// What a pending change brings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The cluster is made.
    Created,
    /// The supplied keys are in use.
    KeysSupplied,
    /// It runs this generation.
    Upgraded(String),
    /// It has this many hardware packages.
    Resized(u32),
    /// It is awake.
    Resumed,
}

/// When a deleted cluster disappears from where.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Deletion {
    /// From then on single reads answer 404.
    #[serde(serialize_with = "timestamp")]
    pub gone: Timestamp,
    /// From then on it is not listed.
    #[serde(serialize_with = "timestamp")]
    pub unlisted: Timestamp,
}

impl Cluster {
    /// Whether single reads find it.
    pub(crate) fn exists(&self, now: Timestamp) -> bool {
        self.deletion
            .as_ref()
            .is_none_or(|deletion| deletion.gone > now)
    }

    /// Whether it shows in lists.
    pub(crate) fn is_listed(&self, now: Timestamp) -> bool {
        self.deletion
            .as_ref()
            .is_none_or(|deletion| deletion.unlisted > now || deletion.gone > now)
    }

    /// Starts a change that ends by itself.
    pub(crate) fn begin(
        &mut self,
        status: Status,
        change: Change,
        now: Timestamp,
        duration: Duration,
    ) {
        self.status = status;
        self.pending = Some(Pending {
            began: now,
            due: later(now, duration),
            change,
        });
    }

    /// Puts it into a state in which it stays.
    pub(crate) fn hold(&mut self, status: Status, now: Timestamp) {
        self.status = status;
        self.pending = None;
        self.running_since = now;
    }

    pub(crate) fn delete(&mut self, durations: &Durations, now: Timestamp) {
        let gone = later(now, durations.delete);
        self.deletion = Some(Deletion {
            gone,
            unlisted: later(gone, durations.delete_visibility),
        });
    }

    /// Lets everything happen that is due.
    pub(crate) fn settle(&mut self, seed: &Seed, durations: &Durations, now: Timestamp) {
        while let Some(pending) = self.pending.take_if(|pending| pending.due <= now) {
            self.finish(pending, seed);
        }
        if self.status == Status::Healthy && self.auto_pauses(seed) {
            let limit = match self.stage_label.as_deref() {
                None | Some("dev") => durations.auto_pause,
                Some(_) => durations.auto_pause_staged,
            };
            if later(self.running_since, limit) <= now {
                self.status = Status::Suspended;
            }
        }
    }

    fn auto_pauses(&self, seed: &Seed) -> bool {
        seed.plan_type(&self.plan_type)
            .is_some_and(|plan| plan.auto_pause)
    }

    fn finish(&mut self, pending: Pending, seed: &Seed) {
        self.status = Status::Healthy;
        match pending.change {
            Change::Created if self.lacks_keys() => {
                self.status = Status::WaitingForInput;
                self.encryption.status = Some("ExternalEncryptionKeyNotSupplied".to_owned());
            }
            Change::Created | Change::Resumed => self.running_since = pending.due,
            Change::KeysSupplied => {
                self.encryption.status = Some("Ready".to_owned());
                self.running_since = pending.due;
            }
            Change::Upgraded(generation) => {
                let minor = |id: &str| seed.generation(id).map(|known| known.minor.clone());
                if minor(&generation) != minor(&self.generation) {
                    self.last_minor_upgrade = Some(pending.due);
                }
                self.generation = generation;
            }
            Change::Resized(packages) => self.hardware_packages = packages,
        }
    }

    fn lacks_keys(&self) -> bool {
        self.encryption.kind == "External" && self.encryption.primary_key.is_none()
    }

    /// Hardware packages it has, or will have once a change is through: what counts as reserved.
    pub(crate) fn reserved_packages(&self) -> u32 {
        match &self.pending {
            Some(Pending {
                change: Change::Resized(packages),
                ..
            }) => self.hardware_packages.max(*packages),
            _ => self.hardware_packages,
        }
    }
}

pub(crate) fn timestamp<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&text(*time))
}

fn optional_timestamp<S: Serializer>(
    time: &Option<Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    time.map(text).serialize(serializer)
}
