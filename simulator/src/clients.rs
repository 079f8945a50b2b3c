//! API clients of clusters ("Zeebe clients"): the operations on them, and what people do to them in
//! the console. Not to be confused with the credentials of the Administration API itself, which the
//! seed holds.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    answer::{Answer, Refusal},
    clock::later,
    clusters::{Cluster, Status, accessible, new_uuid},
    seed::Seed,
    simulator::Simulator,
    world::{Call, Handler, World},
};

pub(crate) const OPERATIONS: &[(&str, Handler)] = &[
    ("GetClients", list),
    ("CreateClient", create),
    ("GetClient", get),
    ("DeleteClient", delete),
];

/// Every permission there is; what a client gets that asks for none.
const PERMISSIONS: [&str; 5] = ["Zeebe", "Operate", "Tasklist", "Optimize", "Secrets"];

/// Longest name, in characters.
const NAME_LENGTH: usize = 50;

const TOKEN_URL: &str = "https://login.cloud.camunda.io/oauth/token";
const AUDIENCE: &str = "zeebe.camunda.io";

/// An API client of a cluster, with everything the service knows of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZeebeClient {
    /// Uuid of its cluster.
    pub cluster: String,
    /// Its own uuid, which no operation takes.
    pub uuid: String,
    /// OAuth client id: its key in paths.
    pub client_id: String,
    /// Unique within the cluster.
    pub name: String,
    /// OAuth client secret; in no answer but the first.
    #[serde(skip)]
    pub secret: String,
    /// Permissions as they were asked for.
    pub permissions: Vec<String>,
    /// From then on it shows in the list.
    #[serde(serialize_with = "crate::clusters::timestamp")]
    pub listed_from: Timestamp,
}

impl std::fmt::Debug for ZeebeClient {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ZeebeClient")
            .field("cluster", &self.cluster)
            .field("client_id", &self.client_id)
            .field("name", &self.name)
            .field("permissions", &self.permissions)
            .finish_non_exhaustive()
    }
}

/// An API client to add by hand.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewZeebeClient {
    /// Name.
    pub name: String,
    /// Permissions; words that the contract does not have are allowed.
    pub permissions: Vec<String>,
}

impl Default for NewZeebeClient {
    fn default() -> Self {
        Self {
            name: "by-hand".to_owned(),
            permissions: vec!["Zeebe".to_owned()],
        }
    }
}

/// A change of an API client by hand. What is left out stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ZeebeClientChange {
    /// Name.
    pub name: Option<String>,
    /// All permissions.
    pub permissions: Option<Vec<String>>,
}

impl ZeebeClient {
    fn new(cluster: &str, name: &str, permissions: Vec<String>, listed_from: Timestamp) -> Self {
        Self {
            cluster: cluster.to_owned(),
            uuid: new_uuid(),
            client_id: new_client_id(),
            name: name.to_owned(),
            secret: format!("s3cr3t.client.{}", new_uuid().replace('-', "")),
            permissions,
            listed_from,
        }
    }
}

/// Text as of the service, with characters that a careless client would encode wrongly.
fn new_client_id() -> String {
    let letters = |count: usize| (0..count).map(|_| fastrand::alphanumeric());
    let part = |count| letters(count).collect::<String>();
    format!("{}~{}.{}_{}", part(4), part(12), part(8), part(5))
}

/// The permissions as they show. Newer generations know Operate and Tasklist as parts of Zeebe.
fn shown_permissions(world: &World, cluster: &Cluster, permissions: &[String]) -> Vec<String> {
    let folds = world.behaviour.fold_client_permissions && is_8_8_or_later(&world.seed, cluster);
    let mut shown: Vec<String> = Vec::new();
    for permission in permissions {
        let word = match permission.as_str() {
            "Operate" | "Tasklist" if folds => "Zeebe",
            word => word,
        };
        if !shown.iter().any(|known| known == word) {
            shown.push(word.to_owned());
        }
    }
    shown
}

/// Whether the cluster runs 8.8 or later.
pub(crate) fn is_8_8_or_later(seed: &Seed, cluster: &Cluster) -> bool {
    let minor = seed.generation(&cluster.generation).map(|it| &it.minor);
    let number = |text: &str| text.parse::<u32>().ok();
    minor
        .and_then(|minor| minor.split_once('.'))
        .and_then(|(major, minor)| number(major).zip(number(minor)))
        .is_some_and(|version| version >= (8, 8))
}

/// Whether all words are of the contract; others come in by hand only.
fn are_declared(permissions: &[String]) -> bool {
    permissions
        .iter()
        .all(|word| PERMISSIONS.contains(&word.as_str()))
}

fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let index = accessible(call)?;
    let world = &*call.world;
    let cluster = &world.clusters[index];
    let mut deliberate = false;
    let bodies: Vec<Value> = world
        .zeebe_clients
        .iter()
        .filter(|client| client.cluster == cluster.id && client.listed_from <= call.now)
        .map(|client| {
            deliberate |= !are_declared(&client.permissions);
            json!({
                "name": client.name,
                "clientId": client.client_id,
                "permissions": shown_permissions(world, cluster, &client.permissions),
            })
        })
        .collect();
    let mut answer = Answer::json(&bodies);
    answer.deliberate = deliberate;
    Ok(answer)
}

fn create(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let index = accessible(call)?;
    let name = call.text("clientName").unwrap_or_default().to_owned();
    check_name(&name)?;
    let permissions = match call.body.get("permissions").and_then(Value::as_array) {
        Some(words) => words.iter().filter_map(Value::as_str).collect(),
        None => PERMISSIONS.to_vec(),
    };
    let permissions: Vec<String> = permissions.into_iter().map(str::to_owned).collect();
    let world = &*call.world;
    let cluster = &world.clusters[index];
    let mut existing = world
        .zeebe_clients
        .iter()
        .filter(|client| client.cluster == cluster.id);
    if existing.clone().any(|client| client.name == name) {
        return Err(Refusal::new(
            400,
            format!("A client with the name `{name}` exists already in this cluster."),
        ));
    }
    let limit = world
        .seed
        .organization(&cluster.organization)
        .map_or(u32::MAX, |organization| organization.client_limit);
    if existing.by_ref().count() >= limit as usize {
        return Err(Refusal::new(
            403,
            format!("The maximum number of clients of this cluster is reached: {limit}."),
        ));
    }
    let listed_from = later(call.now, world.behaviour.durations.client_visibility);
    let client = ZeebeClient::new(&cluster.id, &name, permissions, listed_from);
    let mut body = json!({
        "uuid": client.uuid,
        "name": client.name,
        "clientId": client.client_id,
        "clientSecret": client.secret,
        "permissions": shown_permissions(world, cluster, &client.permissions),
        "links": { "oauth": TOKEN_URL, "zeebe": zeebe_host(&world.seed, cluster) },
    });
    if world.behaviour.send_client_audience {
        body["audience"] = AUDIENCE.into();
    }
    call.world.zeebe_clients.push(client);
    Ok(Answer::json(&body))
}

fn check_name(name: &str) -> Result<(), Refusal> {
    let length = name.chars().count();
    if length > NAME_LENGTH || name.trim().is_empty() || name.contains(char::is_whitespace) {
        return Err(Refusal::new(
            400,
            format!("A client name has 1 to {NAME_LENGTH} characters and no blanks."),
        ));
    }
    Ok(())
}

fn zeebe_host(seed: &Seed, cluster: &Cluster) -> String {
    let slug = seed
        .region(&cluster.region)
        .map_or("unknown-1", |region| region.slug.as_str());
    format!("{}.{slug}.zeebe.camunda.io", cluster.id)
}

/// The client of the path, as indices of its cluster and of itself.
fn of_path(call: &Call<'_>) -> Result<(usize, usize), Refusal> {
    let index = accessible(call)?;
    let cluster = &call.world.clusters[index].id;
    let id = call.parameters.get("clientId").map_or("", String::as_str);
    call.world
        .zeebe_clients
        .iter()
        .position(|client| client.client_id == id && client.cluster == *cluster)
        .map(|client| (index, client))
        .ok_or_else(|| Refusal::new(404, format!("There is no client `{id}`.")))
}

fn get(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (cluster, client) = of_path(call)?;
    let world = &*call.world;
    let (cluster, client) = (&world.clusters[cluster], &world.zeebe_clients[client]);
    if cluster.status != Status::Healthy {
        let status = &cluster.status;
        return Err(Refusal::new(
            412,
            format!("The cluster is {status}; it has no address until it is Healthy."),
        ));
    }
    Ok(Answer::json(&json!({
        "name": client.name,
        "ZEEBE_ADDRESS": format!("{}:443", zeebe_host(&world.seed, cluster)),
        "ZEEBE_CLIENT_ID": client.client_id,
        "ZEEBE_AUTHORIZATION_SERVER_URL": TOKEN_URL,
    })))
}

fn delete(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let (_, client) = of_path(call)?;
    call.world.zeebe_clients.remove(client);
    Ok(Answer::no_content())
}

impl World {
    /// Forgets the clients of clusters that are gone.
    pub(crate) fn settle_zeebe_clients(&mut self, now: Timestamp) {
        let clusters = &self.clusters;
        self.zeebe_clients.retain(|client| {
            clusters
                .iter()
                .any(|cluster| cluster.id == client.cluster && cluster.exists(now))
        });
    }

    /// The clients of a cluster, in order of creation.
    pub(crate) fn zeebe_clients_of(&self, cluster: &str) -> Vec<ZeebeClient> {
        let clients = self.zeebe_clients.iter();
        clients
            .filter(|client| client.cluster == cluster)
            .cloned()
            .collect()
    }

    /// Adds a client by hand and returns its client id; nothing if there is no such cluster.
    pub(crate) fn add_zeebe_client(
        &mut self,
        cluster: &str,
        new: NewZeebeClient,
        now: Timestamp,
    ) -> Option<String> {
        let mut clusters = self.clusters.iter();
        clusters.find(|known| known.id == cluster && known.exists(now))?;
        let client = ZeebeClient::new(cluster, &new.name, new.permissions, now);
        let id = client.client_id.clone();
        self.zeebe_clients.push(client);
        Some(id)
    }

    /// Changes a client by hand; false if there is none.
    pub(crate) fn change_zeebe_client(
        &mut self,
        cluster: &str,
        client_id: &str,
        change: ZeebeClientChange,
    ) -> bool {
        let mut clients = self.zeebe_clients.iter_mut();
        let found =
            clients.find(|client| client.cluster == cluster && client.client_id == client_id);
        let Some(client) = found else {
            return false;
        };
        client.name = change.name.unwrap_or(std::mem::take(&mut client.name));
        client.permissions = change
            .permissions
            .unwrap_or(std::mem::take(&mut client.permissions));
        true
    }

    /// Deletes a client by hand; false if there is none.
    pub(crate) fn delete_zeebe_client(&mut self, cluster: &str, client_id: &str) -> bool {
        let before = self.zeebe_clients.len();
        self.zeebe_clients
            .retain(|client| !(client.cluster == cluster && client.client_id == client_id));
        self.zeebe_clients.len() < before
    }
}

/// API clients of clusters, by hand in the console.
impl Simulator {
    /// The clients of a cluster, in order of creation.
    pub fn zeebe_clients(&self, cluster: &str) -> Vec<ZeebeClient> {
        self.world(|world| world.zeebe_clients_of(cluster))
    }

    /// Adds a client and returns its client id.
    ///
    /// # Panics
    /// When there is no such cluster.
    pub fn add_zeebe_client(&self, cluster: &str, new: NewZeebeClient) -> String {
        self.shared
            .world(|world, now| world.add_zeebe_client(cluster, new, now))
            .expect("there is such a cluster")
    }

    /// Changes a client. False if there is none.
    pub fn change_zeebe_client(
        &self,
        cluster: &str,
        client_id: &str,
        change: ZeebeClientChange,
    ) -> bool {
        self.world(|world| world.change_zeebe_client(cluster, client_id, change))
    }

    /// Deletes a client. False if there is none.
    pub fn delete_zeebe_client(&self, cluster: &str, client_id: &str) -> bool {
        self.world(|world| world.delete_zeebe_client(cluster, client_id))
    }
}
