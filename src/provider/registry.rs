//! The list of everything the provider offers: one line per object.

use super::data::ProviderData;
use crate::framework::provider::Registry;
use crate::{data_sources, resources};

/// Everything the provider offers.
#[must_use]
pub fn registry() -> Registry<ProviderData> {
    Registry::new()
        .resource(resources::cluster::Cluster)
        .data_source(data_sources::channel::Channel)
        .data_source(data_sources::cluster_plan_type::ClusterPlanType)
        .data_source(data_sources::region::Region)
}

#[cfg(test)]
mod tests;
