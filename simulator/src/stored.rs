//! The organization in the form in which it is written down: everything but what every start brings
//! anew (clock, switches, faults, addresses). Holds secrets; what people may see is made elsewhere.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    activity::Event,
    backups::Backups,
    behaviour::Behaviour,
    clients::ZeebeClient,
    clusters::Cluster,
    connectivity::SecureConnectivity,
    faults::FaultRules,
    members::Member,
    monitoring::{Monitoring, MonitoringClient},
    secrets::ConnectorSecret,
    seed::Seed,
    tokens::TokenService,
    world::World,
};

/// A world to read back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stored {
    seed: Seed,
    tokens: TokenService,
    clusters: Vec<Cluster>,
    zeebe_clients: Vec<StoredClient>,
    connector_secrets: Vec<StoredSecret>,
    secret_changes: BTreeMap<String, Timestamp>,
    members: Vec<Member>,
    events: Vec<Event>,
    secure_connectivity: BTreeMap<String, StoredConnectivity>,
    monitoring: BTreeMap<String, StoredMonitoring>,
    backups: Backups,
}

/// The same of a world that goes on.
#[derive(Serialize)]
pub(crate) struct Storing<'a> {
    seed: &'a Seed,
    tokens: &'a TokenService,
    clusters: &'a [Cluster],
    zeebe_clients: Vec<StoredClient>,
    connector_secrets: Vec<StoredSecret>,
    secret_changes: &'a BTreeMap<String, Timestamp>,
    members: &'a [Member],
    events: &'a [Event],
    secure_connectivity: BTreeMap<&'a str, StoredConnectivity>,
    monitoring: BTreeMap<&'a str, StoredMonitoring>,
    backups: &'a Backups,
}

// What the public types keep to themselves stands beside them.

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredClient {
    client: ZeebeClient,
    secret: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredSecret {
    secret: ConnectorSecret,
    value: String,
    gone: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredConnectivity {
    connectivity: SecureConnectivity,
    gone: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredMonitoring {
    address_from: Timestamp,
    clients: Vec<StoredMonitoringClient>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredMonitoringClient {
    client: MonitoringClient,
    password: String,
    old_passwords: Vec<(String, Timestamp)>,
}

impl<'a> Storing<'a> {
    pub(crate) fn of(world: &'a World) -> Self {
        // All members by name: one that is added has to be thought of here.
        let World {
            seed,
            behaviour: _,
            faults: _,
            tokens,
            clusters,
            zeebe_clients,
            connector_secrets,
            secret_changes,
            members,
            events,
            secure_connectivity,
            monitoring,
            backups,
            hosts: _,
        } = world;
        Self {
            seed,
            tokens,
            clusters,
            zeebe_clients: zeebe_clients.iter().cloned().map(Into::into).collect(),
            connector_secrets: connector_secrets.iter().cloned().map(Into::into).collect(),
            secret_changes,
            members,
            events,
            secure_connectivity: secure_connectivity
                .iter()
                .map(|(cluster, connectivity)| (cluster.as_str(), connectivity.clone().into()))
                .collect(),
            monitoring: monitoring
                .iter()
                .map(|(cluster, monitoring)| (cluster.as_str(), monitoring.clone().into()))
                .collect(),
            backups,
        }
    }
}

impl Stored {
    /// What the organization consists of.
    pub(crate) fn seed(&self) -> &Seed {
        &self.seed
    }

    /// The world, with what this start brings.
    pub(crate) fn world(
        self,
        behaviour: Behaviour,
        faults: FaultRules,
        hosts: Vec<String>,
    ) -> World {
        World {
            seed: self.seed,
            behaviour,
            faults,
            tokens: self.tokens,
            clusters: self.clusters,
            zeebe_clients: self.zeebe_clients.into_iter().map(Into::into).collect(),
            connector_secrets: self.connector_secrets.into_iter().map(Into::into).collect(),
            secret_changes: self.secret_changes,
            members: self.members,
            events: self.events,
            secure_connectivity: self
                .secure_connectivity
                .into_iter()
                .map(|(cluster, stored)| (cluster, stored.into()))
                .collect(),
            monitoring: self
                .monitoring
                .into_iter()
                .map(|(cluster, stored)| (cluster, stored.into()))
                .collect(),
            backups: self.backups,
            hosts,
        }
    }
}

impl From<ZeebeClient> for StoredClient {
    fn from(client: ZeebeClient) -> Self {
        Self {
            secret: client.secret.clone(),
            client,
        }
    }
}

impl From<StoredClient> for ZeebeClient {
    fn from(StoredClient { client, secret }: StoredClient) -> Self {
        Self { secret, ..client }
    }
}

impl From<ConnectorSecret> for StoredSecret {
    fn from(secret: ConnectorSecret) -> Self {
        Self {
            value: secret.value.clone(),
            gone: secret.gone,
            secret,
        }
    }
}

impl From<StoredSecret> for ConnectorSecret {
    fn from(stored: StoredSecret) -> Self {
        Self {
            value: stored.value,
            gone: stored.gone,
            ..stored.secret
        }
    }
}

impl From<SecureConnectivity> for StoredConnectivity {
    fn from(connectivity: SecureConnectivity) -> Self {
        Self {
            gone: connectivity.gone,
            connectivity,
        }
    }
}

impl From<StoredConnectivity> for SecureConnectivity {
    fn from(StoredConnectivity { connectivity, gone }: StoredConnectivity) -> Self {
        Self {
            gone,
            ..connectivity
        }
    }
}

impl From<Monitoring> for StoredMonitoring {
    fn from(monitoring: Monitoring) -> Self {
        Self {
            address_from: monitoring.address_from,
            clients: monitoring.clients.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<StoredMonitoring> for Monitoring {
    fn from(stored: StoredMonitoring) -> Self {
        Self {
            address_from: stored.address_from,
            clients: stored.clients.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<MonitoringClient> for StoredMonitoringClient {
    fn from(client: MonitoringClient) -> Self {
        Self {
            password: client.password.clone(),
            old_passwords: client.old_passwords.clone(),
            client,
        }
    }
}

impl From<StoredMonitoringClient> for MonitoringClient {
    fn from(stored: StoredMonitoringClient) -> Self {
        Self {
            password: stored.password,
            old_passwords: stored.old_passwords,
            ..stored.client
        }
    }
}
