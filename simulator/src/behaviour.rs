//! Switches: how the simulated service behaves where the published facts leave room, or where a
//! test wants it different. All can be changed while the simulator runs. No logic lives here.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::{optional_seconds, seconds};

/// All switches. The default is a lenient, friendly service; see [`Behaviour::strict`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    /// How long everything takes, in virtual time.
    pub durations: Durations,
    /// Passing `Unhealthy` while a cluster is being created.
    pub creation_flicker: Option<Flicker>,
    /// The token service.
    pub tokens: TokenBehaviour,
    /// Longest accepted cluster name, in characters. The real maximum is not published.
    pub cluster_name_length: usize,
    /// Biggest cluster size, in hardware packages.
    pub hardware_packages: u32,
    /// Refuse request members that the contract does not declare (400); otherwise ignore them.
    /// They are recorded as violations either way.
    pub reject_undeclared_members: bool,
    /// Answer for a cluster of another organization.
    pub foreign_cluster: ForeignCluster,
    /// Whether the stage label shows up in the labels of the cluster. It is never readable elsewhere.
    pub stage_label_in_labels: bool,
    /// Whether an IP allowlist that holds anything but IPv4 addresses and CIDR blocks is refused
    /// (400); otherwise any text is kept.
    pub check_allowlist: bool,
    /// How a hidden IP allowlist looks.
    pub hidden_allowlist: HiddenMember,
    /// Whether clusters carry `encryption`.
    pub send_encryption: bool,
    /// Whether a description that was cleared is sent as `""` rather than left out.
    pub send_cleared_description: bool,
    /// Whether `created` tells virtual time. It tells real time otherwise, because clients compare it
    /// with their own clocks, to find what they made before an answer was lost.
    pub created_in_virtual_time: bool,
    /// `autoUpdate` of clusters that were created without it.
    pub auto_update_default: bool,
    /// Whether waking a cluster that is not suspended answers 400 rather than 204.
    pub refuse_wake_of_running_cluster: bool,
    /// Whether clusters of generation 8.8 and later show the permissions Operate and Tasklist of API
    /// clients as Zeebe, as the console does. What the API shows is not published.
    pub fold_client_permissions: bool,
    /// Whether the answer to the creation of an API client carries `audience`.
    pub send_client_audience: bool,
    /// Longest accepted name of a connector secret, in characters. "Shorter than 50", say the published
    /// texts; clients are known that allow 50.
    pub secret_name_length: usize,
    /// Whether the name of a deleted connector secret stays taken (409) as long as it is listed.
    pub keep_names_of_deleted_secrets: bool,
    /// Whether addresses of members are the same whatever their case.
    pub fold_member_addresses: bool,
    /// Whether deleting a connector secret that is not there answers 404 rather than 204.
    pub refuse_delete_of_unknown_secret: bool,
    /// Whether the state of secure connectivity has the shape that it had until the spring of 2026.
    pub old_connectivity_shape: bool,
    /// Whether creating a monitoring client switches an inactive endpoint on, rather than being refused
    /// (409).
    pub monitoring_client_activates: bool,
    /// Whether user names of monitoring clients are unique within a cluster (409).
    pub unique_monitoring_names: bool,
    /// Whether deleting the last monitoring client switches the endpoint off.
    pub last_monitoring_client_deactivates: bool,
    /// Status of the refusal of a manual backup that comes too soon after the last one. The real one
    /// is not published.
    pub backup_pace_status: u16,
    /// Whether backups begun from now on fail.
    pub fail_backups: bool,
    /// Whether Optimize has a part in backups begun from now on; otherwise its status is `-`.
    pub optimize_in_backups: bool,
    /// Status of what is refused while a restore runs. The real one is not published.
    pub restore_refusal_status: u16,
    /// Whether restores begun from now on fail.
    pub fail_restores: bool,
    /// The step that fails in a failover, which succeeds in part then.
    pub failover_failure: Option<FailoverStep>,
    /// Shape of error bodies.
    pub error_format: ErrorFormat,
}

/// Virtual durations, written as seconds in JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Durations {
    /// From creation to Healthy (or to WaitingForInput with External encryption): 90 s.
    #[serde(with = "seconds")]
    pub create: Duration,
    /// From supplied encryption keys to Healthy: 60 s.
    #[serde(with = "seconds")]
    pub supply_keys: Duration,
    /// Upgrade to another generation, by hand or automatic: 180 s.
    #[serde(with = "seconds")]
    pub upgrade: Duration,
    /// Change of the number of hardware packages: 60 s.
    #[serde(with = "seconds")]
    pub resize: Duration,
    /// From wake to Healthy: 300 s.
    #[serde(with = "seconds")]
    pub wake: Duration,
    /// From the DELETE until a single read answers 404: 10 s.
    #[serde(with = "seconds")]
    pub delete: Duration,
    /// How long a deleted cluster is still listed after that: 0 s.
    #[serde(with = "seconds")]
    pub delete_visibility: Duration,
    /// From the creation of an API client until it is listed: 0 s.
    #[serde(with = "seconds")]
    pub client_visibility: Duration,
    /// From the invitation of a member until it is listed: 0 s.
    #[serde(with = "seconds")]
    pub member_visibility: Duration,
    /// How long a change of a connector secret keeps the next one of its cluster out: 0 s.
    #[serde(with = "seconds")]
    pub secret_change: Duration,
    /// How long a deleted connector secret is still listed: 0 s.
    #[serde(with = "seconds")]
    pub secret_visibility: Duration,
    /// From the activation of secure connectivity until it is ready: 300 s.
    #[serde(with = "seconds")]
    pub private_link: Duration,
    /// From its deactivation until it is gone: 60 s.
    #[serde(with = "seconds")]
    pub private_link_removal: Duration,
    /// From the activation of monitoring until the address of the endpoint is shown: 0 s.
    #[serde(with = "seconds")]
    pub monitoring_address: Duration,
    /// From the start of a backup to its end: 120 s.
    #[serde(with = "seconds")]
    pub backup: Duration,
    /// How long after a manual backup of a cluster the next one is refused: 15 min.
    #[serde(with = "seconds")]
    pub backup_pace: Duration,
    /// From the start of a restore to its end: 240 s.
    #[serde(with = "seconds")]
    pub restore: Duration,
    /// How long after a minor upgrade the next one is refused: 24 h.
    #[serde(with = "seconds")]
    pub minor_upgrade_gate: Duration,
    /// Running time after which a trial cluster without stage, or with stage dev, is suspended: 8 h.
    #[serde(with = "seconds")]
    pub auto_pause: Duration,
    /// The same for other trial clusters: 48 h.
    #[serde(with = "seconds")]
    pub auto_pause_staged: Duration,
}

/// A span within the creation of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flicker {
    /// Start, counted from the creation of the cluster.
    #[serde(with = "seconds")]
    pub after: Duration,
    /// Length.
    #[serde(with = "seconds")]
    pub lasting: Duration,
}

/// The token service. All times here are real: clients judge their tokens by their own clocks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TokenBehaviour {
    /// How long tokens are valid: 24 h.
    #[serde(with = "seconds")]
    pub lifetime: Duration,
    /// Whether the answer carries `expires_in`.
    pub send_expires_in: bool,
    /// At most one request per second and source address. Off by default.
    pub rate_limit: Option<TokenRateLimit>,
    /// Delay of the answer to credentials that were refused before, in virtual time. Off by default.
    #[serde(with = "optional_seconds")]
    pub repeated_refusal_delay: Option<Duration>,
    /// Audiences of the Administration API. The first is the one to advertise; the hosts that the
    /// simulator listens on are accepted besides.
    pub audiences: Vec<String>,
}

/// What happens to a source address that asks for tokens too often.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenRateLimit {
    /// How long every token request from the address is refused.
    #[serde(with = "seconds")]
    pub block: Duration,
    /// Whether refusals carry `Retry-After`.
    pub send_retry_after: bool,
}

/// Answer for a cluster of another organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForeignCluster {
    /// 404 on the single read, 403 elsewhere, as the operations word it.
    AsDocumented,
    /// 403 everywhere.
    Forbidden,
    /// 404 everywhere.
    NotFound,
}

/// A step of a failover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailoverStep {
    /// The restore of the chosen backup.
    Restore,
    /// The copies of the backups.
    BackupClone,
}

/// How a member looks that the caller may not see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HiddenMember {
    /// Left out.
    Absent,
    /// Sent as null.
    Null,
}

/// Shape of error bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorFormat {
    /// A sentence, `text/plain`.
    Text,
    /// `{"message": …}`.
    Json,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            durations: Durations::default(),
            creation_flicker: None,
            tokens: TokenBehaviour::default(),
            cluster_name_length: 50,
            hardware_packages: 4,
            reject_undeclared_members: true,
            foreign_cluster: ForeignCluster::AsDocumented,
            stage_label_in_labels: true,
            check_allowlist: true,
            hidden_allowlist: HiddenMember::Absent,
            send_encryption: true,
            send_cleared_description: false,
            created_in_virtual_time: false,
            auto_update_default: false,
            refuse_wake_of_running_cluster: false,
            fold_client_permissions: false,
            send_client_audience: true,
            fold_member_addresses: true,
            secret_name_length: 50,
            keep_names_of_deleted_secrets: false,
            refuse_delete_of_unknown_secret: false,
            old_connectivity_shape: false,
            monitoring_client_activates: false,
            unique_monitoring_names: true,
            last_monitoring_client_deactivates: true,
            backup_pace_status: 409,
            fail_backups: false,
            optimize_in_backups: true,
            restore_refusal_status: 409,
            fail_restores: false,
            failover_failure: None,
            error_format: ErrorFormat::Text,
        }
    }
}

impl Behaviour {
    /// The service on a bad but lawful day: the token limit is enforced (60 s block, no
    /// `Retry-After`), repeated wrong credentials are answered after 30 s, new clusters pass
    /// Unhealthy, deleted clusters and connector secrets stay listed for a while, changes of secrets
    /// keep each other out, new API clients and invitations are listed late, clients without the
    /// permissions that 8.8 has merged, the stage label is not readable.
    pub fn strict() -> Self {
        Self {
            durations: Durations {
                delete_visibility: Duration::from_secs(15),
                client_visibility: Duration::from_secs(30),
                member_visibility: Duration::from_secs(5),
                secret_change: Duration::from_secs(5),
                secret_visibility: Duration::from_secs(15),
                private_link: Duration::from_secs(600),
                monitoring_address: Duration::from_secs(15),
                ..Durations::default()
            },
            creation_flicker: Some(Flicker {
                after: Duration::from_secs(40),
                lasting: Duration::from_secs(20),
            }),
            tokens: TokenBehaviour {
                rate_limit: Some(TokenRateLimit {
                    block: Duration::from_secs(60),
                    send_retry_after: false,
                }),
                repeated_refusal_delay: Some(Duration::from_secs(30)),
                ..TokenBehaviour::default()
            },
            stage_label_in_labels: false,
            fold_client_permissions: true,
            ..Self::default()
        }
    }
}

impl Default for Durations {
    fn default() -> Self {
        const HOUR: Duration = Duration::from_secs(3600);
        Self {
            create: Duration::from_secs(90),
            supply_keys: Duration::from_secs(60),
            upgrade: Duration::from_secs(180),
            resize: Duration::from_secs(60),
            wake: Duration::from_secs(300),
            delete: Duration::from_secs(10),
            delete_visibility: Duration::ZERO,
            client_visibility: Duration::ZERO,
            member_visibility: Duration::ZERO,
            secret_change: Duration::ZERO,
            secret_visibility: Duration::ZERO,
            private_link: Duration::from_secs(300),
            private_link_removal: Duration::from_secs(60),
            monitoring_address: Duration::ZERO,
            backup: Duration::from_secs(120),
            backup_pace: HOUR / 4,
            restore: Duration::from_secs(240),
            minor_upgrade_gate: 24 * HOUR,
            auto_pause: 8 * HOUR,
            auto_pause_staged: 48 * HOUR,
        }
    }
}

impl Default for TokenBehaviour {
    fn default() -> Self {
        Self {
            lifetime: Duration::from_secs(86_400),
            send_expires_in: true,
            rate_limit: None,
            repeated_refusal_delay: None,
            audiences: vec!["api.cloud.camunda.io".to_owned()],
        }
    }
}
