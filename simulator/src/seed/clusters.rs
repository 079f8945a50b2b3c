//! Clusters that are there from the start, with all that belongs to them, and members. What they
//! refer to can be named by its id or by its display name: files are written by people.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use anyhow::{Context, Result, anyhow, ensure};
use serde::{Deserialize, Serialize};

use super::{Channel, Seed};
use crate::{
    backups::{self, NewBackup},
    clusters::AllowlistEntry,
    connectivity::ConnectivityChange,
    console::NewCluster,
};

/// A cluster that is there from the start.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedCluster {
    /// Display name.
    pub name: String,
    /// Uuid; a random one if left out.
    #[serde(default)]
    pub id: Option<String>,
    /// Description.
    #[serde(default)]
    pub description: Option<String>,
    /// Organization id; the first one if left out.
    #[serde(default)]
    pub organization: Option<String>,
    /// Plan type, by id or name; the first one if left out.
    #[serde(default)]
    pub plan_type: Option<String>,
    /// Region, by id or name; the first one if left out.
    #[serde(default)]
    pub region: Option<String>,
    /// Place for backups, by id or label.
    #[serde(default)]
    pub backup_region: Option<String>,
    /// Channel, by id or name; the first one if left out.
    #[serde(default)]
    pub channel: Option<String>,
    /// Generation, by id or name; the default one of the channel if left out.
    #[serde(default)]
    pub generation: Option<String>,
    /// Whether patches are applied automatically.
    #[serde(default)]
    pub auto_update: bool,
    /// dev, test, stage or prod.
    #[serde(default)]
    pub stage_label: Option<String>,
    /// Size; 1 if left out.
    #[serde(default = "one")]
    pub hardware_packages: u32,
    /// Provider, Software, Hardware or External; the first if left out.
    #[serde(default = "provider")]
    pub encryption: String,
    /// State; Healthy if left out.
    #[serde(default = "healthy")]
    pub status: String,
    /// How many seconds ago it was created; a day if left out.
    #[serde(default = "a_day")]
    pub age_seconds: u32,
    /// IP allowlist.
    #[serde(default)]
    pub allowlist: Vec<AllowlistEntry>,
    /// API clients.
    #[serde(default)]
    pub clients: Vec<SeedClient>,
    /// Connector secrets: names and values.
    #[serde(default)]
    pub connector_secrets: BTreeMap<String, String>,
    /// Backups.
    #[serde(default)]
    pub backups: Vec<NewBackup>,
    /// Backup schedule, as cron text.
    #[serde(default)]
    pub backup_schedule: Option<String>,
    /// Secure connectivity, if it is active.
    #[serde(default)]
    pub secure_connectivity: Option<ConnectivityChange>,
    /// Metrics endpoint, if it is active: its users.
    #[serde(default)]
    pub monitoring: Option<Vec<SeedMonitoringClient>>,
}

/// An API client of a cluster.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedClient {
    /// Name.
    pub name: String,
    /// Permissions; Zeebe if left out.
    #[serde(default = "zeebe")]
    pub permissions: Vec<String>,
    /// OAuth client id; a random one if left out.
    #[serde(default)]
    pub client_id: Option<String>,
    /// OAuth client secret; a random one if left out.
    #[serde(default)]
    pub client_secret: Option<String>,
}

/// A user of a metrics endpoint.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedMonitoringClient {
    /// User name.
    pub username: String,
    /// Uuid; a random one if left out.
    #[serde(default)]
    pub uuid: Option<String>,
    /// Password; a random one if left out.
    #[serde(default)]
    pub password: Option<String>,
}

/// A member of an organization, or somebody who is invited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedMember {
    /// Address.
    pub email: String,
    /// Roles, any words.
    pub roles: Vec<String>,
    /// Display name.
    #[serde(default)]
    pub name: String,
    /// Whether the invitation is not accepted yet.
    #[serde(default)]
    pub invite_pending: bool,
    /// Organization id; the first one if left out.
    #[serde(default)]
    pub organization: Option<String>,
}

fn one() -> u32 {
    1
}

fn provider() -> String {
    "Provider".to_owned()
}

fn healthy() -> String {
    "Healthy".to_owned()
}

fn a_day() -> u32 {
    86_400
}

fn zeebe() -> Vec<String> {
    vec!["Zeebe".to_owned()]
}

impl fmt::Debug for SeedCluster {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SeedCluster")
            .field("name", &self.name)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Seed {
    /// The cluster itself, with ids in the place of names.
    ///
    /// # Errors
    /// When it refers to what is not there.
    pub(crate) fn new_cluster(&self, cluster: &SeedCluster) -> Result<NewCluster> {
        let plan_type = choose("plan type", cluster.plan_type.as_deref(), &self.plan_types)?;
        let region = choose("region", cluster.region.as_deref(), &self.regions)?;
        let channel = choose("channel", cluster.channel.as_deref(), &self.channels)?;
        let generation = match cluster.generation.as_deref() {
            Some(wish) => choose("generation", Some(wish), &self.generations)?.id(),
            None => &channel.default_generation,
        };
        let backup_region = cluster
            .backup_region
            .as_deref()
            .map(|wish| choose("backup region", Some(wish), &region.backups))
            .transpose()?;
        Ok(NewCluster {
            id: cluster.id.clone(),
            name: cluster.name.clone(),
            description: cluster.description.clone(),
            organization: cluster.organization.clone(),
            plan_type: plan_type.id.clone(),
            region: region.id.clone(),
            backup_region: backup_region.map(|option| option.id.clone()),
            channel: channel.id.clone(),
            generation: generation.to_owned(),
            auto_update: cluster.auto_update,
            stage_label: cluster.stage_label.clone(),
            hardware_packages: cluster.hardware_packages,
            encryption: cluster.encryption.clone(),
            allowlist: cluster.allowlist.clone(),
            status: cluster.status.clone(),
            age_seconds: cluster.age_seconds,
        })
    }

    /// Finds what does not hold together in clusters and members.
    pub(super) fn check_planted(&self) -> Result<()> {
        let mut ids = BTreeSet::new();
        for cluster in &self.clusters {
            let name = &cluster.name;
            self.check_cluster(cluster)
                .with_context(|| format!("the cluster `{name}` of the seed"))?;
            if let Some(id) = &cluster.id {
                ensure!(
                    ids.insert(id),
                    "two clusters of the seed have the id `{id}`"
                );
            }
        }
        for member in &self.members {
            self.check_organization(member.organization.as_deref())
                .with_context(|| format!("the member `{}` of the seed", member.email))?;
        }
        Ok(())
    }

    fn check_cluster(&self, cluster: &SeedCluster) -> Result<()> {
        ensure!(!cluster.name.is_empty(), "it has no name");
        self.check_organization(cluster.organization.as_deref())?;
        self.new_cluster(cluster)?;
        if let Some(id) = &cluster.id {
            ensure!(is_uuid(id), "its id `{id}` is no uuid");
        }
        if let Some(cron) = &cluster.backup_schedule {
            backups::check_schedule(cron).map_err(|problem| anyhow!("its schedule: {problem}"))?;
        }
        let mut names = BTreeSet::new();
        for client in &cluster.clients {
            ensure!(
                names.insert(&client.name),
                "two of its clients have the name `{}`",
                client.name
            );
        }
        Ok(())
    }

    fn check_organization(&self, id: Option<&str>) -> Result<()> {
        match id {
            Some(id) if self.organization(id).is_none() => Err(anyhow!(
                "there is no organization `{id}` in the seed; it has {}",
                list(self.organizations.iter().map(|it| it.id.clone()))
            )),
            _ => Ok(()),
        }
    }
}

fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12])
        && text
            .bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// What can be named by id or by display name.
trait Named {
    fn id(&self) -> &str;
    fn display_name(&self) -> String;
}

macro_rules! named {
    ($($type:ty),+) => {
        $(impl Named for $type {
            fn id(&self) -> &str {
                &self.id
            }

            fn display_name(&self) -> String {
                self.name.clone()
            }
        })+
    };
}

named!(super::Generation, Channel, super::PlanType, super::Region);

impl Named for super::BackupOption {
    fn id(&self) -> &str {
        &self.id
    }

    fn display_name(&self) -> String {
        self.label()
    }
}

/// The one that is wished for; the first one where nothing is.
fn choose<'a, T: Named>(what: &str, wish: Option<&str>, all: &'a [T]) -> Result<&'a T> {
    let Some(wish) = wish else {
        return all
            .first()
            .with_context(|| format!("the seed has no {what}"));
    };
    all.iter()
        .find(|one| one.id() == wish || one.display_name() == wish)
        .with_context(|| {
            format!(
                "there is no {what} `{wish}`; there is {}",
                list(all.iter().map(Named::display_name))
            )
        })
}

fn list(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}
