//! What an organization starts with: its own data, credentials, and what clusters can be made of.
//! Plain data with serde, so that users can replace it by a file; the built-in one is documented
//! by the constants here, for tests and examples to name.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

mod built_in;
mod clusters;
mod file;

pub use self::{built_in::*, clusters::*, file::read_file};

/// Everything that a simulator starts with. What a file leaves out is as in the built-in seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seed {
    /// Organizations. The first is the one that clusters added by hand belong to.
    #[serde(default = "built_in_organizations")]
    pub organizations: Vec<Organization>,
    /// Client credentials of the Administration API.
    #[serde(default = "built_in_credentials")]
    pub credentials: Vec<Credential>,
    /// Every generation of every channel.
    #[serde(default = "built_in_generations")]
    pub generations: Vec<Generation>,
    /// Release channels.
    #[serde(default = "built_in_channels")]
    pub channels: Vec<Channel>,
    /// Cluster types.
    #[serde(default = "built_in_plan_types")]
    pub plan_types: Vec<PlanType>,
    /// Regions.
    #[serde(default = "built_in_regions")]
    pub regions: Vec<Region>,
    /// Members. An organization that has none here has an owner and an admin.
    #[serde(default)]
    pub members: Vec<SeedMember>,
    /// Clusters that are there from the start.
    #[serde(default)]
    pub clusters: Vec<SeedCluster>,
}

/// An organization and its limits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organization {
    /// Uuid.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Whether it has an Enterprise contract: backup regions, allowlists, keys of its own.
    #[serde(default = "yes")]
    pub enterprise: bool,
    /// How many hardware packages all its clusters may have together.
    #[serde(default = "many_reservations")]
    pub reservations: u32,
    /// Whether clusters can be created now; otherwise 503.
    #[serde(default = "yes")]
    pub creation_enabled: bool,
    /// Whether it has the allowlist feature.
    #[serde(default = "yes")]
    pub allowlist: bool,
    /// How many API clients each of its clusters may have.
    #[serde(default = "many_clients")]
    pub client_limit: u32,
    /// How many connector secrets each of its clusters may have.
    #[serde(default = "many_secrets")]
    pub secret_limit: u32,
    /// How many members and invitations it may have.
    #[serde(default = "many_seats")]
    pub seats: u32,
}

/// Client credentials as made in the console.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// OAuth client id.
    pub client_id: String,
    /// OAuth client secret.
    pub client_secret: String,
    /// Organization they belong to.
    pub organization: String,
    /// Permission groups, by the names of the contract; empty for all of them.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Verbs in these groups; empty for all of get, create, update, delete.
    #[serde(default)]
    pub verbs: Vec<String>,
    /// Whether they were revoked: no new token, and old ones are refused.
    #[serde(default)]
    pub revoked: bool,
}

/// A version set of the components.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generation {
    /// Uuid.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Minor version it belongs to. Stated, because names are no contract.
    pub minor: String,
}

/// A release channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// Uuid.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Generation that new clusters should take.
    pub default_generation: String,
    /// Offered generations, newest first: an upgrade goes to the first one.
    pub generations: Vec<OfferedGeneration>,
    /// Whether its clusters take part in automatic updates.
    #[serde(default)]
    pub auto_update: bool,
    /// Whether its clusters can be upgraded.
    #[serde(default = "yes")]
    pub upgradable: bool,
}

/// A generation within a channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferedGeneration {
    /// Uuid of the generation.
    pub id: String,
    /// Why it is offered: `channel`, `existingCluster` or `orgUnlocked`.
    #[serde(default = "by_channel")]
    pub classification: String,
}

/// A cluster type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanType {
    /// Uuid.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Whether its clusters can have more than one hardware package.
    #[serde(default)]
    pub resizable: bool,
    /// Whether its clusters are suspended after a while.
    #[serde(default)]
    pub auto_pause: bool,
}

/// A region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// Uuid.
    pub id: String,
    /// Display name.
    pub name: String,
    /// `gcp` or `aws`.
    pub provider: String,
    /// Name of the region at its provider, such as `eu-central-1`.
    pub code: String,
    /// Name of the region in addresses, such as `bru-2`.
    pub slug: String,
    /// Places for backups.
    #[serde(default)]
    pub backups: Vec<BackupOption>,
}

/// One place, or two, for the backups of a region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupOption {
    /// Uuid.
    pub id: String,
    /// The region itself, then the second one if there is one.
    pub regions: Vec<BackupRegion>,
}

/// A region that holds backups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupRegion {
    /// Name of the region at its provider.
    pub code: String,
    /// Display name.
    pub label: String,
}

// The built-in seed itself leaves none of these out.

fn built_in_organizations() -> Vec<Organization> {
    Seed::default().organizations
}

fn built_in_credentials() -> Vec<Credential> {
    Seed::default().credentials
}

fn built_in_generations() -> Vec<Generation> {
    Seed::default().generations
}

fn built_in_channels() -> Vec<Channel> {
    Seed::default().channels
}

fn built_in_plan_types() -> Vec<PlanType> {
    Seed::default().plan_types
}

fn built_in_regions() -> Vec<Region> {
    Seed::default().regions
}

fn yes() -> bool {
    true
}

fn many_reservations() -> u32 {
    100
}

fn many_clients() -> u32 {
    100
}

fn many_secrets() -> u32 {
    1_000
}

fn many_seats() -> u32 {
    1_000
}

fn by_channel() -> String {
    "channel".to_owned()
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Credential")
            .field("client_id", &self.client_id)
            .field("organization", &self.organization)
            .finish_non_exhaustive()
    }
}

impl Default for Seed {
    fn default() -> Self {
        serde_json::from_str(include_str!("built_in.json"))
            .expect("the built-in seed is well formed: a unit test reads it")
    }
}

impl Seed {
    /// The organization of that id.
    pub(crate) fn organization(&self, id: &str) -> Option<&Organization> {
        self.organizations
            .iter()
            .find(|organization| organization.id == id)
    }

    /// The organization that clusters added by hand belong to.
    pub(crate) fn first_organization(&self) -> &Organization {
        &self.organizations[0]
    }

    pub(crate) fn generation(&self, id: &str) -> Option<&Generation> {
        self.generations
            .iter()
            .find(|generation| generation.id == id)
    }

    /// Display name of a generation; its id where the seed does not know it.
    pub(crate) fn generation_name<'a>(&'a self, id: &'a str) -> &'a str {
        self.generation(id)
            .map_or(id, |generation| generation.name.as_str())
    }

    pub(crate) fn channel(&self, id: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.id == id)
    }

    pub(crate) fn plan_type(&self, id: &str) -> Option<&PlanType> {
        self.plan_types.iter().find(|plan| plan.id == id)
    }

    pub(crate) fn region(&self, id: &str) -> Option<&Region> {
        self.regions.iter().find(|region| region.id == id)
    }

    /// Finds what does not hold together.
    ///
    /// # Errors
    /// The first problem, in words.
    pub fn check(&self) -> Result<()> {
        ensure!(
            !self.organizations.is_empty(),
            "the seed has no organization"
        );
        for credential in &self.credentials {
            ensure!(
                self.organizations
                    .iter()
                    .any(|organization| organization.id == credential.organization),
                "credential `{}` belongs to the organization `{}`, which the seed does not have; a \
                 seed with organizations of its own has credentials of its own as well",
                credential.client_id,
                credential.organization
            );
        }
        for channel in &self.channels {
            for offered in &channel.generations {
                ensure!(
                    self.generations.iter().any(|known| known.id == offered.id),
                    "channel `{}` offers the generation `{}`, which the seed does not have",
                    channel.name,
                    offered.id
                );
            }
            ensure!(
                channel
                    .generations
                    .iter()
                    .any(|offered| offered.id == channel.default_generation),
                "channel `{}` does not offer its own default generation `{}`",
                channel.name,
                channel.default_generation
            );
        }
        self.check_planted()
    }
}

impl Channel {
    /// How many newer generations are offered; all of them where this one no longer is.
    pub(crate) fn newer_than(&self, generation: &str) -> usize {
        self.generations
            .iter()
            .position(|offered| offered.id == generation)
            .unwrap_or(self.generations.len())
    }

    /// The newest offered generation.
    pub(crate) fn newest(&self) -> &str {
        self.generations
            .first()
            .map_or(self.default_generation.as_str(), |offered| &offered.id)
    }
}

impl Region {
    pub(crate) fn backup(&self, id: &str) -> Option<&BackupOption> {
        self.backups.iter().find(|option| option.id == id)
    }
}

impl BackupOption {
    /// Names of the places, joined as the service does.
    pub(crate) fn label(&self) -> String {
        let labels: Vec<&str> = self
            .regions
            .iter()
            .map(|place| place.label.as_str())
            .collect();
        labels.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_seed_holds_together_and_has_the_constants() {
        let seed = Seed::default();
        seed.check().expect("consistent");
        let text = serde_json::to_string(&seed).expect("JSON");
        for id in [
            ORGANIZATION,
            OTHER_ORGANIZATION,
            CHANNEL_STABLE,
            CHANNEL_ALPHA,
            GENERATION_8_9_GEN3,
            GENERATION_8_8_GEN23,
            GENERATION_8_8_GEN22,
            GENERATION_8_10_ALPHA5,
            GENERATION_8_10_ALPHA4,
            PLAN_ADVANCED,
            PLAN_STANDARD,
            PLAN_BASIC,
            PLAN_TRIAL,
            REGION_BELGIUM,
            BACKUP_BELGIUM,
            BACKUP_BELGIUM_GERMANY,
            REGION_SYDNEY,
            BACKUP_SYDNEY,
            REGION_FRANKFURT,
            BACKUP_FRANKFURT,
            BACKUP_FRANKFURT_IRELAND,
        ] {
            assert!(text.contains(id), "{id} is not in the seed");
        }
        for login in [
            credentials::FULL,
            credentials::READ_ONLY,
            credentials::CLUSTER,
            credentials::ZEEBE_CLIENT,
            credentials::IP_ALLOWLIST,
            credentials::CONNECTOR_SECRETS,
            credentials::MEMBERS,
            credentials::BACKUPS,
            credentials::OTHER_ORGANIZATION,
            credentials::REVOKED,
        ] {
            let found = seed.credentials.iter().any(|credential| {
                credential.client_id == login.client_id
                    && credential.client_secret == login.client_secret
            });
            assert!(found, "{} is not in the seed", login.client_id);
        }
    }

    #[test]
    fn a_seed_that_does_not_hold_together_is_refused() {
        let mut seed = Seed::default();
        seed.channels[0].default_generation = GENERATION_8_10_ALPHA5.to_owned();
        let problem = seed.check().expect_err("Stable does not offer it");
        assert!(problem.to_string().contains("Stable"), "{problem}");
        let mut seed = Seed::default();
        seed.credentials[0].organization = "nobody".to_owned();
        assert!(seed.check().is_err());
    }

    #[test]
    fn debug_does_not_show_client_secrets() {
        let shown = format!("{:?}", Seed::default());
        assert!(!shown.contains("s3cr3t"), "{shown}");
    }
}
