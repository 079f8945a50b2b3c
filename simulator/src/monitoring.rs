//! The metrics endpoints of clusters and their credentials: the operations on them, and what people
//! do to them in the console. Passwords are secret: they are in two answers of the API and nowhere
//! else.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    answer::{Answer, Refusal},
    clock::{later, text},
    clusters::{Cluster, accessible, new_uuid, timestamp},
    simulator::Simulator,
    world::{Call, Handler, World},
};

pub(crate) const OPERATIONS: &[(&str, Handler)] = &[
    ("ActivateMonitoring", activate),
    ("DeactivateMonitoring", deactivate),
    ("GetMonitoringClients", list),
    ("CreateMonitoringClient", create),
    ("DeleteMonitoringClient", delete),
    ("RotateMonitoringClientPassword", rotate),
];

/// How long a password is good after a new one was issued.
const GRACE: Duration = Duration::from_secs(5 * 60);

/// The active metrics endpoint of a cluster.
#[derive(Clone, Debug, Serialize)]
pub struct Monitoring {
    /// From then on its address is shown.
    #[serde(serialize_with = "timestamp")]
    pub address_from: Timestamp,
    /// Its credentials, in order of creation.
    pub clients: Vec<MonitoringClient>,
}

/// Credentials of a metrics endpoint.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonitoringClient {
    /// Key in paths.
    pub uuid: String,
    /// User name, and display name as well.
    pub username: String,
    /// Password that was issued last.
    #[serde(skip)]
    pub password: String,
    /// Virtual time of creation.
    #[serde(serialize_with = "timestamp")]
    pub created: Timestamp,
    /// OAuth client id of who created it.
    pub created_by: String,
    /// Passwords before that, with the end of each.
    #[serde(skip)]
    pub(crate) old_passwords: Vec<(String, Timestamp)>,
}

impl std::fmt::Debug for MonitoringClient {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("MonitoringClient")
            .field("uuid", &self.uuid)
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

impl MonitoringClient {
    fn new(username: &str, created_by: &str, created: Timestamp) -> Self {
        Self {
            uuid: new_uuid(),
            username: username.to_owned(),
            password: new_password(),
            created,
            created_by: created_by.to_owned(),
            old_passwords: Vec::new(),
        }
    }

    /// As the API shows it, without password.
    fn view(&self) -> Value {
        json!({
            "uuid": self.uuid,
            "name": self.username,
            "username": self.username,
            "created": text(self.created),
            "lastUsed": null,
            "createdBy": self.created_by,
            "createdByName": self.created_by,
        })
    }

    fn view_with_password(&self) -> Value {
        let mut view = self.view();
        view["password"] = self.password.as_str().into();
        view
    }
}

fn new_password() -> String {
    format!("s3cr3t.metrics.{}", new_uuid().replace('-', ""))
}

fn activate(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let cluster = cluster_of_path(call)?;
    if call.world.monitoring.contains_key(&cluster) {
        return Err(Refusal::new(409, "Monitoring is active already."));
    }
    let now = call.now;
    call.world.activate_monitoring(&cluster, now);
    Ok(Answer::no_content())
}

fn deactivate(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let cluster = cluster_of_path(call)?;
    match call.world.monitoring.remove(&cluster) {
        Some(_) => Ok(Answer::no_content()),
        None => Err(Refusal::new(409, "Monitoring is not active.")),
    }
}

fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let index = accessible(call)?;
    let world = &*call.world;
    let cluster = &world.clusters[index];
    let (clients, status) = match world.monitoring.get(&cluster.id) {
        Some(monitoring) => (
            monitoring
                .clients
                .iter()
                .map(MonitoringClient::view)
                .collect(),
            status(world, cluster, monitoring, call.now),
        ),
        None => (Vec::new(), json!({})),
    };
    Ok(Answer::json(
        &json!({ "clients": clients, "status": status }),
    ))
}

/// Empty texts until there is an address.
fn status(world: &World, cluster: &Cluster, monitoring: &Monitoring, now: Timestamp) -> Value {
    let region = world.seed.region(&cluster.region);
    let slug = region.map_or("unknown-1", |region| region.slug.as_str());
    let (target, path) = if monitoring.address_from <= now {
        (
            format!("metrics.{slug}.camunda.io"),
            format!("/{}", cluster.id),
        )
    } else {
        (String::new(), String::new())
    };
    json!({
        "metricsEndpoint": { "scheme": "https", "target": target, "path": path },
        "conditions": [],
    })
}

fn create(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let cluster = cluster_of_path(call)?;
    let username = call.text("username").unwrap_or_default().to_owned();
    let now = call.now;
    let created_by = call.caller.client_id.clone();
    let world = &mut *call.world;
    if !world.monitoring.contains_key(&cluster) && world.behaviour.monitoring_client_activates {
        world.activate_monitoring(&cluster, now);
    }
    let unique = world.behaviour.unique_monitoring_names;
    let Some(monitoring) = world.monitoring.get_mut(&cluster) else {
        return Err(Refusal::new(
            409,
            "Monitoring is not active for this cluster.",
        ));
    };
    let clients = &mut monitoring.clients;
    if unique && clients.iter().any(|known| known.username == username) {
        return Err(Refusal::new(
            409,
            format!("There is a user `{username}` already."),
        ));
    }
    let client = MonitoringClient::new(&username, &created_by, now);
    let answer = Answer::json(&client.view_with_password());
    clients.push(client);
    Ok(answer)
}

fn delete(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (cluster, client) = client_of_path(call)?;
    let uuid = client.uuid.clone();
    call.world.delete_monitoring_client(&cluster, &uuid);
    Ok(Answer::no_content())
}

fn rotate(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let until = later(call.now, GRACE);
    let (_, client) = client_of_path(call)?;
    let old = std::mem::replace(&mut client.password, new_password());
    client.old_passwords.push((old, until));
    Ok(Answer::json(&client.view_with_password()))
}

fn cluster_of_path(call: &Call<'_>) -> Result<String, Refusal> {
    let index = accessible(call)?;
    Ok(call.world.clusters[index].id.clone())
}

/// The cluster and the credentials of the path.
fn client_of_path<'a>(
    call: &'a mut Call<'_>,
) -> Result<(String, &'a mut MonitoringClient), Refusal> {
    let cluster = cluster_of_path(call)?;
    let uuid = call.parameters.get("clientUuid").map_or("", String::as_str);
    let monitoring = call.world.monitoring.get_mut(&cluster);
    monitoring
        .into_iter()
        .flat_map(|monitoring| &mut monitoring.clients)
        .find(|client| client.uuid == uuid)
        .map(|client| (cluster, client))
        .ok_or_else(|| Refusal::new(404, format!("There is no monitoring client `{uuid}`.")))
}

impl World {
    /// Switches the endpoint on, without credentials.
    fn activate_monitoring(&mut self, cluster: &str, now: Timestamp) {
        let address_from = later(now, self.behaviour.durations.monitoring_address);
        let monitoring = Monitoring {
            address_from,
            clients: Vec::new(),
        };
        self.monitoring.insert(cluster.to_owned(), monitoring);
    }

    /// Forgets the endpoints of clusters that are gone.
    pub(crate) fn settle_monitoring(&mut self, now: Timestamp) {
        let clusters = &self.clusters;
        self.monitoring.retain(|id, _| {
            clusters
                .iter()
                .any(|cluster| cluster.id == *id && cluster.exists(now))
        });
    }

    /// Switches the endpoint on or off by hand; false if there is no such cluster.
    pub(crate) fn set_monitoring(&mut self, cluster: &str, active: bool, now: Timestamp) -> bool {
        let mut clusters = self.clusters.iter();
        if !clusters.any(|known| known.id == cluster && known.exists(now)) {
            return false;
        }
        if !active {
            self.monitoring.remove(cluster);
        } else if !self.monitoring.contains_key(cluster) {
            self.activate_monitoring(cluster, now);
        }
        true
    }

    /// Adds credentials by hand and returns their uuid; nothing while the endpoint is inactive.
    pub(crate) fn add_monitoring_client(
        &mut self,
        cluster: &str,
        username: &str,
        now: Timestamp,
    ) -> Option<String> {
        let monitoring = self.monitoring.get_mut(cluster)?;
        let client = MonitoringClient::new(username, "by-hand", now);
        let uuid = client.uuid.clone();
        monitoring.clients.push(client);
        Some(uuid)
    }

    /// Deletes credentials by hand, the endpoint with the last ones if that is how the service is;
    /// false if there are none.
    pub(crate) fn delete_monitoring_client(&mut self, cluster: &str, uuid: &str) -> bool {
        let switches_off = self.behaviour.last_monitoring_client_deactivates;
        let Some(monitoring) = self.monitoring.get_mut(cluster) else {
            return false;
        };
        let before = monitoring.clients.len();
        monitoring.clients.retain(|client| client.uuid != uuid);
        let found = monitoring.clients.len() < before;
        if found && monitoring.clients.is_empty() && switches_off {
            self.monitoring.remove(cluster);
        }
        found
    }
}

/// Metrics endpoints of clusters, by hand in the console.
impl Simulator {
    /// The credentials of a cluster, in order of creation; nothing while the endpoint is inactive.
    pub fn monitoring_clients(&self, cluster: &str) -> Option<Vec<MonitoringClient>> {
        self.world(|world| world.monitoring.get(cluster).map(|it| it.clients.clone()))
    }

    /// Switches the endpoint on or off. False if there is no such cluster.
    pub fn set_monitoring(&self, cluster: &str, active: bool) -> bool {
        self.shared
            .world(|world, now| world.set_monitoring(cluster, active, now))
    }

    /// Adds credentials and returns their uuid.
    ///
    /// # Panics
    /// While the endpoint is inactive.
    pub fn add_monitoring_client(&self, cluster: &str, username: &str) -> String {
        self.shared
            .world(|world, now| world.add_monitoring_client(cluster, username, now))
            .expect("the endpoint is active")
    }

    /// Deletes credentials. False if there are none.
    pub fn delete_monitoring_client(&self, cluster: &str, uuid: &str) -> bool {
        self.world(|world| world.delete_monitoring_client(cluster, uuid))
    }

    /// Whether the endpoint lets this user in now.
    pub fn monitoring_password_works(&self, cluster: &str, username: &str, password: &str) -> bool {
        self.shared.world(|world, now| {
            let clients = world.monitoring.get(cluster).map(|it| it.clients.iter());
            clients.into_iter().flatten().any(|client| {
                let old = |(old, until): &(String, Timestamp)| old == password && *until > now;
                client.username == username
                    && (client.password == password || client.old_passwords.iter().any(old))
            })
        })
    }
}
