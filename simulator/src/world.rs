//! Everything the simulated service knows at one moment, and the shape of the operations that work
//! on it. Knows nothing of HTTP connections.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::{
    activity::Event,
    answer::{Answer, Refusal},
    backups::Backups,
    behaviour::Behaviour,
    clients::ZeebeClient,
    clusters::Cluster,
    connectivity::SecureConnectivity,
    faults::FaultRules,
    members::{self, Member},
    monitoring::Monitoring,
    secrets::ConnectorSecret,
    seed::Seed,
    tokens::{Caller, TokenService},
};

/// The state of the service. Later areas add their own members.
pub(crate) struct World {
    pub(crate) seed: Seed,
    pub(crate) behaviour: Behaviour,
    pub(crate) faults: FaultRules,
    pub(crate) tokens: TokenService,
    /// In order of creation, those just deleted included as long as they show.
    pub(crate) clusters: Vec<Cluster>,
    /// API clients of all clusters, in order of creation.
    pub(crate) zeebe_clients: Vec<ZeebeClient>,
    /// Connector secrets of all clusters, those just deleted included as long as they show.
    pub(crate) connector_secrets: Vec<ConnectorSecret>,
    /// Until when the secrets of a cluster cannot be changed, because a change is running.
    pub(crate) secret_changes: BTreeMap<String, Timestamp>,
    /// Members of all organizations.
    pub(crate) members: Vec<Member>,
    /// The activity log, oldest first.
    pub(crate) events: Vec<Event>,
    /// Endpoint services of clusters that have secure connectivity.
    pub(crate) secure_connectivity: BTreeMap<String, SecureConnectivity>,
    /// Metrics endpoints of clusters that have monitoring switched on.
    pub(crate) monitoring: BTreeMap<String, Monitoring>,
    /// Backups of all clusters, with schedules and restores.
    pub(crate) backups: Backups,
    /// Hosts that the simulator listens on; they are audiences as well.
    pub(crate) hosts: Vec<String>,
}

impl World {
    pub(crate) fn new(
        seed: Seed,
        behaviour: Behaviour,
        hosts: Vec<String>,
        now: Timestamp,
    ) -> Self {
        let mut world = Self {
            members: members::first(&seed),
            events: Vec::new(),
            seed,
            behaviour,
            faults: FaultRules::default(),
            tokens: TokenService::new(),
            clusters: Vec::new(),
            zeebe_clients: Vec::new(),
            connector_secrets: Vec::new(),
            secret_changes: BTreeMap::new(),
            secure_connectivity: BTreeMap::new(),
            monitoring: BTreeMap::new(),
            backups: Backups::default(),
            hosts,
        };
        world.plant(now);
        world
    }

    /// Lets everything happen that is due.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        for cluster in &mut self.clusters {
            cluster.settle(&self.seed, &self.behaviour.durations, now);
        }
        self.clusters.retain(|cluster| cluster.is_listed(now));
        self.settle_zeebe_clients(now);
        self.settle_connector_secrets(now);
        self.settle_secure_connectivity(now);
        self.settle_monitoring(now);
        self.settle_backups(now);
    }

    /// Every audience of the Administration API.
    pub(crate) fn audiences(&self) -> Vec<String> {
        let configured = &self.behaviour.tokens.audiences;
        configured.iter().chain(&self.hosts).cloned().collect()
    }
}

/// One call of an operation: checked against the contract, its caller known and permitted.
pub(crate) struct Call<'a> {
    pub(crate) world: &'a mut World,
    /// Virtual time.
    pub(crate) now: Timestamp,
    pub(crate) caller: &'a Caller,
    /// `operationId`.
    pub(crate) operation: &'a str,
    /// Parameters of the path, decoded.
    pub(crate) parameters: &'a BTreeMap<String, String>,
    /// The JSON body; null where the operation takes none.
    pub(crate) body: &'a Value,
}

impl Call<'_> {
    /// A text member of the body.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(Value::as_str)
    }
}

/// What an operation does. Runs at one moment: nothing else sees the world in between.
pub(crate) type Handler = fn(&mut Call<'_>) -> Result<Answer, Refusal>;
