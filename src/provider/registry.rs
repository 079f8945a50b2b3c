//! The list of everything the provider offers: one line per object.

use super::data::ProviderData;
use crate::framework::provider::Registry;
use crate::{actions, data_sources, ephemeral_resources, functions, list_resources, resources};

/// Everything the provider offers.
#[must_use]
pub fn registry() -> Registry<ProviderData> {
    Registry::new()
        .resource(resources::cluster::Cluster)
        .resource(resources::cluster_backup::ClusterBackup)
        .resource(resources::cluster_backup_schedule::ClusterBackupSchedule)
        .resource(resources::cluster_client::ClusterClient)
        .resource(resources::cluster_connector_secret::ClusterConnectorSecret)
        .resource(resources::cluster_ip_allowlist::ClusterIpAllowlist)
        .resource(resources::cluster_ip_allowlist_entry::ClusterIpAllowlistEntry)
        .resource(resources::cluster_ip_whitelist::ClusterIpWhitelist)
        .resource(resources::cluster_monitoring::ClusterMonitoring)
        .resource(resources::cluster_monitoring_client::ClusterMonitoringClient)
        .resource(resources::cluster_secure_connectivity::ClusterSecureConnectivity)
        .resource(resources::organization_member::OrganizationMember)
        .data_source(data_sources::activity::Activity)
        .data_source(data_sources::channel::Channel)
        .data_source(data_sources::channels::Channels)
        .data_source(data_sources::cluster::Cluster)
        .data_source(data_sources::cluster_backup::ClusterBackup)
        .data_source(data_sources::cluster_backups::ClusterBackups)
        .data_source(data_sources::cluster_client::ClusterClient)
        .data_source(data_sources::cluster_clients::ClusterClients)
        .data_source(data_sources::cluster_connector_secrets::ClusterConnectorSecrets)
        .data_source(data_sources::cluster_ip_allowlist::ClusterIpAllowlist)
        .data_source(data_sources::cluster_monitoring::ClusterMonitoring)
        .data_source(data_sources::cluster_plan_type::ClusterPlanType)
        .data_source(data_sources::cluster_plan_types::ClusterPlanTypes)
        .data_source(data_sources::cluster_secure_connectivity::ClusterSecureConnectivity)
        .data_source(data_sources::clusters::Clusters)
        .data_source(data_sources::ip_ranges::IpRanges)
        .data_source(data_sources::organization_member::OrganizationMember)
        .data_source(data_sources::organization_members::OrganizationMembers)
        .data_source(data_sources::region::Region)
        .data_source(data_sources::regions::Regions)
        .action(actions::cluster_backup_create::ClusterBackupCreate)
        .action(actions::cluster_monitoring_client_rotate::ClusterMonitoringClientRotate)
        .action(actions::cluster_upgrade::ClusterUpgrade)
        .action(actions::cluster_wake::ClusterWake)
        .list_resource(list_resources::cluster::Cluster)
        .list_resource(list_resources::cluster_backup::ClusterBackup)
        .list_resource(list_resources::cluster_client::ClusterClient)
        .ephemeral_resource(ephemeral_resources::access_token::AccessToken)
        .ephemeral_resource(ephemeral_resources::cluster_client::ClusterClient)
        .ephemeral_resource(ephemeral_resources::cluster_connector_secret::ClusterConnectorSecret)
        .list_resource(list_resources::cluster_connector_secret::ClusterConnectorSecret)
        .list_resource(list_resources::cluster_ip_allowlist_entry::ClusterIpAllowlistEntry)
        .list_resource(list_resources::organization_member::OrganizationMember)
        .function(functions::build_client_environment::BuildClientEnvironment)
        .function(functions::normalize_cidrs::NormalizeCidrs)
        .function(functions::parse_cluster_url::ParseClusterUrl)
}

#[cfg(test)]
mod tests;
