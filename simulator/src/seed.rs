//! What an organization starts with: its own data, credentials, and what clusters can be made of.
//! Plain data with serde, so that users can replace it by a file; the built-in one is documented
//! by the constants here, for tests and examples to name.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

/// Id of the built-in organization.
pub const ORGANIZATION: &str = "b1d9c4a7-52f0-4f5e-8c39-7a2be0f6d3c8";
/// Id of another organization, whose clusters the first one may not touch.
pub const OTHER_ORGANIZATION: &str = "d7e80b15-6c2a-4f93-a1d4-93b5c0e8f627";

/// Channel `Stable`; newest generation first: [`GENERATION_8_9_GEN3`], [`GENERATION_8_8_GEN23`], [`GENERATION_8_8_GEN22`].
pub const CHANNEL_STABLE: &str = "0c9a7f0e-7d3c-4b52-9d0e-6a1f5f4c2b10";
/// Channel `Alpha`: [`GENERATION_8_10_ALPHA5`], [`GENERATION_8_10_ALPHA4`]. Cannot be upgraded.
pub const CHANNEL_ALPHA: &str = "5b2c0d9e-8f61-4c37-b1a4-e0d7c6f52a76";

/// `Camunda 8.9+gen3`: default of Stable.
pub const GENERATION_8_9_GEN3: &str = "9e3b1c77-0f52-4f0d-a4b8-51c2d7a6e932";
/// `Camunda 8.8+gen23`: a patch of the next one.
pub const GENERATION_8_8_GEN23: &str = "41f6a9d2-73be-4c05-8e1f-b60d2c94a578";
/// `Camunda 8.8+gen22`: the oldest of Stable.
pub const GENERATION_8_8_GEN22: &str = "2a7d5b19-9c44-4a7e-8f1b-3b0c7d6e5f21";
/// `Camunda 8.10.0-alpha5`: default of Alpha.
pub const GENERATION_8_10_ALPHA5: &str = "c6d1e0f9-2b3a-4859-87c6-0f1e2d3c4b87";
/// `Camunda 8.10.0-alpha4`.
pub const GENERATION_8_10_ALPHA4: &str = "8b05e7c4-1d96-4a2f-b3e8-7f42d0c9a613";

/// Plan type `Advanced`: the only one that can have more than one hardware package.
pub const PLAN_ADVANCED: &str = "7d5e2f61-1c0a-4b9d-8e74-a6c3f9b02d54";
/// Plan type `Standard`.
pub const PLAN_STANDARD: &str = "e31c7a08-95d4-4b6f-8a20-6d1f9c53b7e4";
/// Plan type `Basic`.
pub const PLAN_BASIC: &str = "1f2e3d4c-5b6a-4798-8a9b-0c1d2e3f4a98";
/// Plan type `Trial`: its clusters are suspended when they are idle.
pub const PLAN_TRIAL: &str = "5a90d6f3-b82c-4e17-9c4d-20f7e1a86b35";

/// GCP region `Belgium, Europe (europe-west1)`.
pub const REGION_BELGIUM: &str = "4c1e8d20-6b7f-4e3a-9a55-d2f0b7c81e43";
/// Backups of Belgium in Belgium only.
pub const BACKUP_BELGIUM: &str = "3b4c5d6e-7f80-4912-a3b4-c5d6e7f80a19";
/// Backups of Belgium in Belgium and Germany.
pub const BACKUP_BELGIUM_GERMANY: &str = "e8a4b3c2-5d6f-4710-92ab-c1d0e9f83b65";
/// GCP region `Sydney, Australia (australia-southeast1)`.
pub const REGION_SYDNEY: &str = "a27f40b6-c5d1-4e89-9f63-8e0b1d74c2fa";
/// Backups of Sydney in Sydney only.
pub const BACKUP_SYDNEY: &str = "6de2f19c-3a74-4085-b7c1-f59a8d0e4b26";
/// AWS region `Frankfurt, Europe (eu-central-1)`.
pub const REGION_FRANKFURT: &str = "f0837d5a-2e9b-4c16-a8d4-b61c7e25f093";
/// Backups of Frankfurt in Frankfurt only.
pub const BACKUP_FRANKFURT: &str = "92c6b4e7-d15f-4a38-8b09-4e7df0a3c581";
/// Backups of Frankfurt in Frankfurt and Ireland.
pub const BACKUP_FRANKFURT_IRELAND: &str = "07bd9e63-4f8a-4d21-95ce-1a6c3b8f7d40";

/// Client id and secret of built-in credentials.
#[derive(Clone, Copy, Debug)]
pub struct Login {
    /// OAuth client id.
    pub client_id: &'static str,
    /// OAuth client secret.
    pub client_secret: &'static str,
}

/// The built-in credentials.
pub mod credentials {
    use super::Login;

    /// Every permission group.
    pub const FULL: Login = Login {
        client_id: "Zk3v8Qm1EXAMPLE",
        client_secret: "s3cr3t.full.6Yp2Wq9XEXAMPLE",
    };
    /// The verb get of every group.
    pub const READ_ONLY: Login = Login {
        client_id: "Rd7t4Nc2EXAMPLE",
        client_secret: "s3cr3t.read.1Hb8Vz5KEXAMPLE",
    };
    /// Group Cluster only.
    pub const CLUSTER: Login = Login {
        client_id: "Cl9s5Xb6EXAMPLE",
        client_secret: "s3cr3t.cluster.8Dk3Rm7PEXAMPLE",
    };
    /// Group Zeebe Client only.
    pub const ZEEBE_CLIENT: Login = Login {
        client_id: "Zc2w6Lj8EXAMPLE",
        client_secret: "s3cr3t.zeebe.4Tn9Fq2CEXAMPLE",
    };
    /// Group IP allowlist only.
    pub const IP_ALLOWLIST: Login = Login {
        client_id: "Ip5h1Gy3EXAMPLE",
        client_secret: "s3cr3t.allowlist.7Ws6Bx1MEXAMPLE",
    };
    /// Group Connector Secrets only.
    pub const CONNECTOR_SECRETS: Login = Login {
        client_id: "Cs8k3Pd7EXAMPLE",
        client_secret: "s3cr3t.connector.2Jv5Lg9REXAMPLE",
    };
    /// Group Members only.
    pub const MEMBERS: Login = Login {
        client_id: "Mb4f9Ut5EXAMPLE",
        client_secret: "s3cr3t.members.9Ec7Yh4NEXAMPLE",
    };
    /// Group Backups only.
    pub const BACKUPS: Login = Login {
        client_id: "Bk6r2Ow1EXAMPLE",
        client_secret: "s3cr3t.backups.5Ua1Qd8ZEXAMPLE",
    };
    /// Every permission group of [`super::OTHER_ORGANIZATION`].
    pub const OTHER_ORGANIZATION: Login = Login {
        client_id: "Ot1m7Ae9EXAMPLE",
        client_secret: "s3cr3t.other.3Gf4Sx6VEXAMPLE",
    };
    /// Revoked: no token is issued.
    pub const REVOKED: Login = Login {
        client_id: "Rv3j8Hi4EXAMPLE",
        client_secret: "s3cr3t.revoked.6Ot2Kw5BEXAMPLE",
    };
}

/// Everything that a simulator starts with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seed {
    /// Organizations. The first is the one that clusters added by hand belong to.
    pub organizations: Vec<Organization>,
    /// Client credentials of the Administration API.
    pub credentials: Vec<Credential>,
    /// Every generation of every channel.
    pub generations: Vec<Generation>,
    /// Release channels.
    pub channels: Vec<Channel>,
    /// Cluster types.
    pub plan_types: Vec<PlanType>,
    /// Regions.
    pub regions: Vec<Region>,
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

fn yes() -> bool {
    true
}

fn many_reservations() -> u32 {
    100
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
        serde_json::from_str(include_str!("seed.json"))
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
                "credential `{}` belongs to the organization `{}`, which the seed does not have",
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
        Ok(())
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
