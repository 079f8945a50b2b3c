//! Puts the clusters of the seed into a new world, with all that belongs to them. Does by hand what
//! people in the console could have done, and knows nothing of how seeds are written.

use jiff::Timestamp;

use crate::{
    clients::NewZeebeClient,
    seed::{SeedClient, SeedCluster, SeedMonitoringClient},
    world::World,
};

impl World {
    /// Adds the clusters of the seed, which holds together.
    pub(crate) fn plant(&mut self, now: Timestamp) {
        for cluster in self.seed.clusters.clone() {
            // Whoever starts or resets a simulator has checked the seed.
            if let Ok(new) = self.seed.new_cluster(&cluster) {
                let id = self.add_cluster(new, now);
                self.plant_children(&id, cluster, now);
            }
        }
    }

    fn plant_children(&mut self, id: &str, cluster: SeedCluster, now: Timestamp) {
        for client in cluster.clients {
            self.plant_client(id, client, now);
        }
        for (name, value) in cluster.connector_secrets {
            self.set_connector_secret(id, &name, &value, now);
        }
        for backup in cluster.backups {
            self.add_backup(id, backup, now);
        }
        self.set_backup_schedule(id, cluster.backup_schedule.as_deref(), now);
        if let Some(connectivity) = cluster.secure_connectivity {
            self.set_secure_connectivity(id, connectivity, now);
        }
        if let Some(clients) = cluster.monitoring {
            self.set_monitoring(id, true, now);
            for client in clients {
                self.plant_monitoring_client(id, client, now);
            }
        }
    }

    fn plant_client(&mut self, cluster: &str, client: SeedClient, now: Timestamp) {
        let new = NewZeebeClient {
            name: client.name,
            permissions: client.permissions,
        };
        self.add_zeebe_client(cluster, new, now);
        if let Some(planted) = self.zeebe_clients.last_mut() {
            planted.client_id = client.client_id.unwrap_or(planted.client_id.clone());
            planted.secret = client.client_secret.unwrap_or(planted.secret.clone());
        }
    }

    fn plant_monitoring_client(
        &mut self,
        cluster: &str,
        client: SeedMonitoringClient,
        now: Timestamp,
    ) {
        self.add_monitoring_client(cluster, &client.username, now);
        let monitoring = self.monitoring.get_mut(cluster);
        if let Some(planted) = monitoring.and_then(|it| it.clients.last_mut()) {
            planted.uuid = client.uuid.unwrap_or(planted.uuid.clone());
            planted.password = client.password.unwrap_or(planted.password.clone());
        }
    }
}
