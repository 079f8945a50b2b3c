//! What a cluster can be made of: the catalogue of channels, generations, plan types and regions.
//!
//! Must not know how a request is sent.

use serde::Deserialize;

use super::clusters::NamedRef;
use super::error::Error;
use super::lenient::null_as_default;
use super::request::Request;
use super::{CallContext, Client};

/// The choices the organization has. They differ between organizations and over time.
#[derive(Clone, Default, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Parameters {
    /// Release channels.
    #[serde(default, deserialize_with = "null_as_default")]
    pub channels: Vec<Channel>,
    /// Plan types.
    #[serde(
        default,
        rename = "clusterPlanTypes",
        deserialize_with = "null_as_default"
    )]
    pub plan_types: Vec<NamedRef>,
    /// Regions.
    #[serde(default, deserialize_with = "null_as_default")]
    pub regions: Vec<Region>,
}

/// A release channel.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Channel {
    /// Stable key.
    #[serde(rename = "uuid")]
    pub id: String,
    /// `Stable` or `Alpha` today.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// What a new cluster gets unless it asks for something else.
    #[serde(default)]
    pub default_generation: Option<NamedRef>,
    /// What may be asked for.
    #[serde(default, deserialize_with = "null_as_default")]
    pub allowed_generations: Vec<Generation>,
}

/// A generation: a set of component versions.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Generation {
    /// Stable key.
    #[serde(rename = "uuid")]
    pub id: String,
    /// Display name; versions are not to be derived from it.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Why it is offered: an open set of words, such as `channel` or `existingCluster`.
    #[serde(default)]
    pub classification: Option<String>,
}

/// A region.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Region {
    /// Stable key.
    #[serde(rename = "uuid")]
    pub id: String,
    /// Display name.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Cloud provider, such as `gcp` or `aws`.
    #[serde(default)]
    pub provider: Option<String>,
    /// Where backups of clusters in this region may go.
    #[serde(default, rename = "backups", deserialize_with = "null_as_default")]
    pub backup_locations: Vec<BackupLocation>,
}

/// A place, or a pair of places, for backups.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct BackupLocation {
    /// Value for [`CreateCluster::backup_region_id`](super::CreateCluster::backup_region_id).
    #[serde(rename = "uuid")]
    pub id: String,
    /// One: a single region. Two: replicated.
    #[serde(default, deserialize_with = "null_as_default")]
    pub regions: Vec<CloudRegion>,
}

/// A region in the words of the cloud provider.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct CloudRegion {
    /// Code, such as `europe-west1`.
    pub id: String,
    /// Display name.
    #[serde(default, deserialize_with = "null_as_default")]
    pub label: String,
}

pub(super) fn get_request() -> Result<Request, Error> {
    Request::get("GetParameters", &["clusters", "parameters"])
}

impl Client {
    /// The catalogue.
    pub async fn get_parameters(&self, context: &CallContext) -> Result<Parameters, Error> {
        self.call(context, get_request()?).await
    }
}
