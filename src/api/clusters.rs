//! Clusters: their wire types, their requests, and the calls.
//!
//! Must not know how a request is sent, nor how long a caller wants to wait for a state.

use std::sync::Arc;

use http::Method;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::lenient::{null_as_default, open_enum};
use super::request::{Repeat, Request};
use super::{CallContext, Client};

open_enum! {
    /// Health of one component, or of a whole cluster.
    ClusterHealth {
        /// Being set up for the first time.
        Creating = "Creating",
        /// In service.
        Healthy = "Healthy",
        /// Not in service. Passed through while starting, too.
        Unhealthy = "Unhealthy",
        /// Being upgraded or resized.
        Updating = "Updating",
        /// Waking up.
        Resuming = "Resuming",
        /// Asleep; needs waking.
        Suspended = "Suspended",
        /// Waits for a step by a person, such as handing in an encryption key.
        WaitingForInput = "WaitingForInput",
        /// Being restored or maintained.
        Maintenance = "Maintenance",
    }
}

open_enum! {
    /// Who keeps the keys of the encryption at rest.
    EncryptionType {
        /// The cloud provider: the default.
        Provider = "Provider",
        /// Camunda, in software.
        Software = "Software",
        /// Camunda, in a hardware security module.
        Hardware = "Hardware",
        /// The customer's own key.
        External = "External",
    }
}

/// An identifier with the name people see. Names can change and need not be unique.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Deserialize)]
pub struct NamedRef {
    /// Stable key.
    #[serde(rename = "uuid")]
    pub id: String,
    /// Display name; empty if the service left it out.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
}

/// A cluster as the API reports it. Only `id` and `name` are sure to be there.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cluster {
    /// Key of the cluster in every path.
    #[serde(rename = "uuid")]
    pub id: String,
    /// Name; not known to be unique.
    pub name: String,
    /// Absent when never set.
    #[serde(default)]
    pub description: Option<String>,
    /// Organization that owns the cluster.
    #[serde(default, rename = "ownerId")]
    pub organization_id: Option<String>,
    /// Time of creation, as the service writes it (RFC 3339).
    #[serde(default, rename = "created")]
    pub created_at: Option<String>,
    /// Cluster type.
    #[serde(default)]
    pub plan_type: Option<NamedRef>,
    /// Region the cluster runs in.
    #[serde(default)]
    pub region: Option<NamedRef>,
    /// Where backups go; absent outside Enterprise.
    #[serde(default)]
    pub backup_region: Option<NamedRef>,
    /// What runs now: changes by upgrade and by automatic updates.
    #[serde(default)]
    pub generation: Option<NamedRef>,
    /// Release channel.
    #[serde(default)]
    pub channel: Option<NamedRef>,
    /// Whether patch releases are applied automatically.
    #[serde(default)]
    pub auto_update: Option<bool>,
    /// Encryption at rest.
    #[serde(default)]
    pub encryption: Option<ClusterEncryption>,
    /// `None`: not shown to us (feature or permission missing), which says nothing about what the
    /// list holds. An empty list is `Some`.
    #[serde(default, rename = "ipallowlist")]
    pub ip_allowlist: Option<Vec<AllowlistEntry>>,
    /// Free labels.
    #[serde(default, deserialize_with = "null_as_default")]
    pub labels: Vec<String>,
    /// Health.
    #[serde(default, deserialize_with = "null_as_default")]
    pub status: ClusterStatus,
    /// Addresses; partly or wholly absent until the components exist.
    #[serde(default, deserialize_with = "null_as_default")]
    pub links: ClusterLinks,
}

impl Cluster {
    /// Time of creation, if the service gave one that can be read.
    #[must_use]
    pub fn created(&self) -> Option<Timestamp> {
        self.created_at.as_deref()?.parse().ok()
    }
}

/// Encryption at rest of a cluster.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterEncryption {
    /// Who keeps the keys.
    #[serde(default, rename = "type")]
    pub encryption_type: Option<EncryptionType>,
    /// Key of a cluster with keys of its own.
    #[serde(default)]
    pub primary_key_arn: Option<String>,
    /// Key in the backup region.
    #[serde(default)]
    pub secondary_key_arn: Option<String>,
    /// State of the customer's keys; an open set of words, `Ready` when all is well.
    #[serde(default)]
    pub status: Option<String>,
}

/// One entry of a cluster's IP allowlist.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Deserialize, Serialize)]
pub struct AllowlistEntry {
    /// One or several addresses or CIDR blocks, separated by commas.
    pub ip: String,
    /// Free text, possibly empty.
    #[serde(default, deserialize_with = "null_as_default")]
    pub description: String,
}

/// Health of a cluster and its components.
#[derive(Clone, Default, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterStatus {
    /// The roll-up to wait for. `None` if the service did not say, which is "not yet".
    #[serde(default)]
    pub ready: Option<ClusterHealth>,
    /// Zeebe.
    #[serde(default)]
    pub zeebe_status: Option<ClusterHealth>,
    /// Operate.
    #[serde(default)]
    pub operate_status: Option<ClusterHealth>,
    /// Tasklist.
    #[serde(default)]
    pub tasklist_status: Option<ClusterHealth>,
    /// Optimize.
    #[serde(default)]
    pub optimize_status: Option<ClusterHealth>,
    /// Connectors.
    #[serde(default)]
    pub connectors_status: Option<ClusterHealth>,
}

/// Addresses of a cluster's components. `zeebe` is a host without scheme and port.
#[derive(Clone, Default, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "each member is the address of the component it is named after"
)]
pub struct ClusterLinks {
    #[serde(default)]
    pub console: Option<String>,
    #[serde(default)]
    pub connectors: Option<String>,
    #[serde(default)]
    pub identity: Option<String>,
    #[serde(default)]
    pub oauth: Option<String>,
    #[serde(default)]
    pub operate: Option<String>,
    #[serde(default)]
    pub optimize: Option<String>,
    #[serde(default)]
    pub tasklist: Option<String>,
    #[serde(default)]
    pub zeebe: Option<String>,
}

/// A cluster to be created. Members left `None` are not sent.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateCluster {
    /// Name; the service limits its length.
    pub name: String,
    /// Identifier out of [`Parameters::plan_types`](super::Parameters).
    pub plan_type_id: String,
    /// Identifier out of [`Parameters::channels`](super::Parameters).
    pub channel_id: String,
    /// Identifier out of the channel's allowed generations.
    pub generation_id: String,
    /// Identifier out of [`Parameters::regions`](super::Parameters).
    pub region_id: String,
    /// Identifier out of the region's backup locations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_region_id: Option<String>,
    /// Dropped by the service outside the Stable channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_update: Option<bool>,
    /// dev, test, stage or prod.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage_label: Option<String>,
    /// Encryption at rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption: Option<EncryptionType>,
    /// Size multiplier.
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "whole_numbers_plain"
    )]
    pub hardware_packages: Option<f64>,
    /// At most 150 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// What to change about a cluster. Members left `None` stay as they are.
#[derive(Clone, Default, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateCluster {
    /// New name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// New description; an empty one clears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// dev, test, stage or prod.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage_label: Option<String>,
    /// New size multiplier. The wire name differs from the one at creation.
    #[serde(
        rename = "numberOfAllocatedHwPackages",
        skip_serializing_if = "Option::is_none",
        serialize_with = "whole_numbers_plain"
    )]
    pub hardware_packages: Option<f64>,
}

impl UpdateCluster {
    /// Whether there is nothing to send.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// `2` rather than `2.0`: the same number, in the spelling every server reads.
fn whole_numbers_plain<S: serde::Serializer>(
    value: &Option<f64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the guard keeps it in range"
        )]
        Some(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            serializer.serialize_i64(*number as i64)
        }
        Some(number) => serializer.serialize_f64(*number),
        None => serializer.serialize_none(),
    }
}

/// A cluster just created.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CreatedCluster {
    /// Its identifier.
    pub id: String,
    /// The service's answer was lost and the cluster was found in the list.
    pub found_after_lost_answer: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateClusterAnswer {
    pub(super) cluster_id: String,
}

/// An upgrade the service started. Members are `None` if the answer did not name them.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct GenerationUpgrade {
    /// What ran before.
    pub old_generation: Option<NamedRef>,
    /// What will run; chosen by the service.
    pub new_generation: Option<NamedRef>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpgradeAnswer {
    #[serde(default)]
    old_generation: Option<IdName>,
    #[serde(default)]
    new_generation: Option<IdName>,
}

/// What other answers call `uuid` is called `id` in this one.
#[derive(Deserialize)]
struct IdName {
    id: String,
    #[serde(default, deserialize_with = "null_as_default")]
    name: String,
}

impl From<UpgradeAnswer> for GenerationUpgrade {
    fn from(answer: UpgradeAnswer) -> Self {
        let reference = |IdName { id, name }| NamedRef { id, name };
        Self {
            old_generation: answer.old_generation.map(reference),
            new_generation: answer.new_generation.map(reference),
        }
    }
}

pub(super) fn list_request() -> Result<Request, Error> {
    Request::get("GetClusters", &["clusters"])
}

fn get_request(id: &str) -> Result<Request, Error> {
    Request::get("GetCluster", &["clusters", id])
}

/// Never repeated blindly: there is no key and no unique name, so a second one makes, and bills, a
/// second cluster.
pub(super) fn create_request(cluster: &CreateCluster) -> Result<Request, Error> {
    Request::new("CreateCluster", Method::POST, &["clusters"], Repeat::Never)?.json(cluster)
}

fn update_request(id: &str, changes: &UpdateCluster) -> Result<Request, Error> {
    Request::new(
        "UpdateCluster",
        Method::PATCH,
        &["clusters", id],
        Repeat::Safe,
    )?
    .json(changes)
}

fn delete_request(id: &str) -> Result<Request, Error> {
    Request::new(
        "DeleteCluster",
        Method::DELETE,
        &["clusters", id],
        Repeat::Safe,
    )
}

/// Never repeated blindly: the service picks the target, so a second one may go a step further.
fn upgrade_request(id: &str) -> Result<Request, Error> {
    Request::new(
        "UpgradeCluster",
        Method::PUT,
        &["clusters", id, "upgrade"],
        Repeat::Never,
    )
}

fn wake_request(id: &str) -> Result<Request, Error> {
    Request::new("Wake", Method::PUT, &["clusters", id, "wake"], Repeat::Safe)
}

impl Client {
    /// All clusters of the organization.
    pub async fn list_clusters(&self, context: &CallContext) -> Result<Vec<Cluster>, Error> {
        self.call(context, list_request()?).await
    }

    /// One cluster. [`Error::is_not_found`] if there is none; a cluster of another organization
    /// may be answered as forbidden instead.
    pub async fn get_cluster(&self, context: &CallContext, id: &str) -> Result<Cluster, Error> {
        self.call(context, get_request(id)?).await
    }

    /// One cluster as it was a moment ago, at most; see [`Client::get_cluster`]. For refreshes, in
    /// which many objects are read off the same cluster: they share one answer.
    pub async fn recent_cluster(
        &self,
        context: &CallContext,
        id: &str,
    ) -> Result<Arc<Cluster>, Error> {
        self.recent(context, get_request(id)?).await
    }

    /// All clusters of the organization as they were a moment ago, at most.
    pub async fn recent_clusters(&self, context: &CallContext) -> Result<Arc<Vec<Cluster>>, Error> {
        self.recent(context, list_request()?).await
    }

    /// Changes the members set in `changes`. Safe to repeat.
    pub async fn update_cluster(
        &self,
        context: &CallContext,
        id: &str,
        changes: &UpdateCluster,
    ) -> Result<(), Error> {
        self.call_for_nothing(context, update_request(id, changes)?)
            .await
    }

    /// Deletes a cluster with everything in it. Returns when the service has accepted; the
    /// cluster can still be read for a while. [`Error::is_not_found`] if there is none, which is
    /// also what a repeated try after a lost answer meets: a caller that wants the cluster gone
    /// takes it as done.
    pub async fn delete_cluster(&self, context: &CallContext, id: &str) -> Result<(), Error> {
        self.call_for_nothing(context, delete_request(id)?).await
    }

    /// Starts the upgrade to the newest generation on offer.
    ///
    /// Errors: [`Error::is_bad_request`], nothing newer; [`Error::is_precondition_failed`], the
    /// cluster is not healthy; [`Error::is_conflict`], the service holds it back and says why. If
    /// [`Error::may_have_committed`], read the cluster before asking again.
    pub async fn upgrade_cluster(
        &self,
        context: &CallContext,
        id: &str,
    ) -> Result<GenerationUpgrade, Error> {
        let answer: Option<UpgradeAnswer> = self
            .call_for_anything(context, upgrade_request(id)?)
            .await?;
        Ok(answer.map(GenerationUpgrade::from).unwrap_or_default())
    }

    /// Wakes a suspended cluster. What the service answers for a running one is not documented.
    pub async fn wake_cluster(&self, context: &CallContext, id: &str) -> Result<(), Error> {
        self.call_for_nothing(context, wake_request(id)?).await
    }
}

#[cfg(test)]
mod tests;
