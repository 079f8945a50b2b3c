//! The built-in seed by name: ids, and credentials with their made-up secrets.

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
