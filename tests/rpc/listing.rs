//! What the provider's own list resources find, over the protocol, in an organisation that was made by
//! hand: which objects, in which order, with how many requests; and that an object that was listed is
//! the one that an import would read, with a configuration that leaves nothing to do.

use camunda_simulator::seed::{self, Login};
use camunda_simulator::{
    AllowlistEntry, Fault, NewBackup, NewCluster, NewZeebeClient, Options, Simulator,
};
use terraform_provider_camunda::clock::Clock;
use terraform_provider_camunda::framework::value::Value;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::*;
use terraform_provider_camunda::provider::{Camunda, Environment, environment};

use crate::support::client::{Client, Instance, message, render, value};

const CLUSTER: &str = "camunda_cluster";
const BACKUP: &str = "camunda_cluster_backup";
const CLIENT: &str = "camunda_cluster_client";
const ENTRY: &str = "camunda_cluster_ip_allowlist_entry";
const MEMBER: &str = "camunda_organization_member";
const SECRET: &str = "camunda_cluster_connector_secret";

/// An organisation that was made by hand, and a provider with all permissions.
struct Organisation {
    simulator: Simulator,
    client: Client,
}

/// A provider that logs in with these credentials.
async fn provider(simulator: &Simulator, login: &Login) -> Client {
    let environment = Environment::with([
        (environment::API_URL, simulator.url()),
        (environment::TOKEN_URL, simulator.token_url()),
        (environment::AUDIENCE, simulator.audience()),
        (environment::CLIENT_ID, login.client_id.to_owned()),
        (environment::CLIENT_SECRET, login.client_secret.to_owned()),
        (environment::TOKEN_DISK_CACHE_DISABLE, "1".to_owned()),
    ]);
    let camunda = Camunda::new(environment, Clock::system(), || {});
    let client = Client::connect(camunda, Clock::system()).await;
    assert!(client.configure_from_environment().await.is_empty());
    client
}

impl Organisation {
    /// Two clusters, `alpha` and `beta`, with two clients each.
    async fn new() -> Self {
        let simulator = Simulator::start(Options::default()).unwrap();
        for name in ["beta", "alpha"] {
            let id = simulator.add_cluster(NewCluster {
                id: Some(id_of(name)),
                name: name.to_owned(),
                description: Some(format!("The {name} cluster")),
                stage_label: Some("prod".to_owned()),
                ..NewCluster::default()
            });
            for (name, scopes) in [("worker", &["Zeebe"][..]), ("ci", &["Zeebe", "Secrets"])] {
                let new = NewZeebeClient {
                    name: name.to_owned(),
                    permissions: scopes.iter().map(|&scope| scope.to_owned()).collect(),
                };
                simulator.add_zeebe_client(&id, new);
            }
        }
        let client = provider(&simulator, &seed::credentials::FULL).await;
        Self { simulator, client }
    }

    /// The names of what is found, and the messages.
    async fn found(&self, type_name: &str, config: &[(&str, &str)], limit: i64) -> String {
        found(&self.client, type_name, config, limit).await
    }

    /// The paths of the requests that came since `before`, tokens apart.
    fn requests_since(&self, before: usize) -> Vec<String> {
        let requests = self.simulator.requests().split_off(before).into_iter();
        requests
            .filter(|request| request.method == "GET")
            .map(|request| request.path)
            .collect()
    }

    /// Every object of the type: as an import reads it, and with a configuration of its own that is
    /// valid and leaves nothing to do. Returns how many there were.
    async fn assert_adoptable(&self, type_name: &str) -> usize {
        let client = &self.client;
        let listed = client
            .list(type_name, &self.config(type_name, &[]), true, 0)
            .await;
        for item in &listed {
            assert!(item.diagnostics.is_empty(), "{}", render(&item.diagnostics));
            let imported = client.import_identity(type_name, &item.identity).await;
            let read = client.read(type_name, &imported.unwrap()).await;
            assert!(read.diagnostics.is_empty(), "{}", render(&read.diagnostics));
            let object = item.object.clone().unwrap();
            assert_eq!(object, without_secrets(&read.instance.state));
            self.assert_settled(type_name, &object, &read.instance)
                .await;
        }
        listed.len()
    }

    /// The configuration that the provider generates from what was listed fits what was imported.
    async fn assert_settled(&self, type_name: &str, listed: &Value, imported: &Instance) {
        let client = &self.client;
        let ty = client.resource_type(type_name);
        let request = generate_resource_config::Request {
            type_name: type_name.to_owned(),
            state: Some(message(listed, ty)),
        };
        let reply = client.raw().generate_resource_config(request).await;
        let reply = reply.unwrap().into_inner();
        assert!(
            reply.diagnostics.is_empty(),
            "{}",
            render(&reply.diagnostics)
        );
        let config = value(reply.config.as_ref(), ty);
        let complaints = client.validate_resource(type_name, &config).await;
        assert!(complaints.is_empty(), "{}", render(&complaints));
        let proposed = self.proposed(type_name, &config, &imported.state).await;
        let plan = client.plan(type_name, imported, &config, &proposed).await;
        assert!(plan.diagnostics.is_empty(), "{}", render(&plan.diagnostics));
        assert_eq!(plan.planned.state, imported.state, "{config:?}");
    }

    /// As a core proposes it: what configuration leaves out and the provider computes is as it was.
    async fn proposed(&self, type_name: &str, config: &Value, prior: &Value) -> Value {
        let request = get_provider_schema::Request {};
        let schemas = self.client.raw().get_provider_schema(request).await;
        let schemas = schemas.unwrap().into_inner().resource_schemas;
        let attributes = &schemas[type_name].block.as_ref().unwrap().attributes;
        Value::object(attributes.iter().map(|attribute| {
            let configured = config.member(&attribute.name);
            let keeps = configured.is_null() && attribute.computed;
            let from = if keeps { prior } else { config };
            (
                attribute.name.as_str(),
                from.member(&attribute.name).clone(),
            )
        }))
    }

    fn config(&self, type_name: &str, set: &[(&str, &str)]) -> Value {
        config(&self.client, type_name, set)
    }
}

/// The content of a `config` block in which these are set.
fn config(client: &Client, type_name: &str, set: &[(&str, &str)]) -> Value {
    let names = client.list_config_members(type_name).into_iter();
    let members: Vec<(String, Value)> = names
        .map(|name| {
            let given = set.iter().find(|(it, _)| *it == name);
            let value = given.map_or(Value::Null, |(_, text)| (*text).into());
            (name, value)
        })
        .collect();
    Value::object(
        members
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone())),
    )
}

async fn found(client: &Client, type_name: &str, set: &[(&str, &str)], limit: i64) -> String {
    let config = config(client, type_name, set);
    let listed = client.list(type_name, &config, false, limit).await;
    let mut lines = Vec::new();
    for item in listed {
        assert!(item.object.is_none());
        lines.push([item.display_name, render(&item.diagnostics)].concat());
    }
    lines.join("\n")
}

/// A cluster's id by its name.
fn id_of(name: &str) -> String {
    let digit = if name == "alpha" { "a" } else { "b" };
    "00000000-0000-4000-8000-000000000000".replace('0', digit)
}

/// The state without what a listing never tells.
fn without_secrets(state: &Value) -> Value {
    let mut state = state.clone();
    if let Value::Object(members) = &mut state
        && let Some(value) = members.get_mut("value")
    {
        *value = Value::Null;
    }
    state
}

#[tokio::test(flavor = "multi_thread")]
async fn clusters_are_found_with_one_request() {
    let organisation = Organisation::new().await;
    let before = organisation.simulator.requests().len();
    insta::assert_snapshot!(organisation.found(CLUSTER, &[], 0).await, @"
    alpha (Advanced, Belgium, Europe (europe-west1))
    beta (Advanced, Belgium, Europe (europe-west1))
    ");
    assert_eq!(organisation.requests_since(before), ["/clusters"]);
    for (filter, expected) in [
        (("name_prefix", "be"), "beta"),
        (("region", seed::REGION_SYDNEY), ""),
        (("status", "Healthy"), "alpha beta"),
    ] {
        let found = organisation.found(CLUSTER, &[filter], 0).await;
        let names: Vec<&str> = found
            .lines()
            .filter_map(|line| line.split(' ').next())
            .collect();
        assert_eq!(names.join(" "), expected, "{filter:?}");
    }
    assert_eq!(organisation.found(CLUSTER, &[], 1).await.lines().count(), 1);
    assert_eq!(organisation.assert_adoptable(CLUSTER).await, 2);
    organisation.simulator.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_are_found_with_one_request_per_cluster() {
    let organisation = Organisation::new().await;
    let before = organisation.simulator.requests().len();
    insta::assert_snapshot!(organisation.found(CLIENT, &[], 0).await, @"
    ci in alpha
    worker in alpha
    ci in beta
    worker in beta
    ");
    assert_eq!(organisation.requests_since(before).len(), 3);
    let beta = id_of("beta");
    let in_beta = organisation
        .found(CLIENT, &[("cluster_id", &beta)], 0)
        .await;
    insta::assert_snapshot!(in_beta, @"
    ci in bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb
    worker in bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb
    ");
    let filters = [("scope", "Secrets"), ("name_prefix", "c")];
    insta::assert_snapshot!(organisation.found(CLIENT, &filters, 0).await, @"
    ci in alpha
    ci in beta
    ");
    assert_eq!(organisation.assert_adoptable(CLIENT).await, 4);

    // What is not wanted any more is not asked for.
    let before = organisation.simulator.requests().len();
    let fresh = provider(&organisation.simulator, &seed::credentials::READ_ONLY).await;
    insta::assert_snapshot!(found(&fresh, CLIENT, &[], 2).await, @"
    ci in alpha
    worker in alpha
    ");
    assert_eq!(organisation.requests_since(before).len(), 2);
    organisation.simulator.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_refuses_does_not_end_a_listing() {
    /// Answers that something is not there until that is believed.
    const TO_BELIEVE: u64 = 2;
    let organisation = Organisation::new().await;
    let faults = organisation.simulator.faults();
    let (alpha, beta) = (id_of("alpha"), id_of("beta"));
    for (fault, gone) in [(403, false), (404, true)] {
        faults
            .on("GetClients")
            .path_contains(&alpha)
            .times(if gone { TO_BELIEVE } else { 1 })
            .inject(Fault::status(fault));
        let fresh = provider(&organisation.simulator, &seed::credentials::READ_ONLY).await;
        let found = found(&fresh, CLIENT, &[], 0).await;
        if gone {
            insta::assert_snapshot!(found, @"
            ci in beta
            worker in beta
            Warning: The API clients of 1 cluster are not listed
            Deleted since the clusters were listed: alpha (aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa).
            ");
        } else {
            insta::assert_snapshot!(found, @r#"
            ci in beta
            worker in beta
            Warning: The API clients of 1 cluster are not listed
            Left out: alpha (aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa). 127.0.0.1 answered 403 Forbidden: The client lacks a permission.

            The credentials probably lack the permission group "Zeebe Client". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

            (GET /clusters/aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa/clients)
            "#);
        }
    }
    // One that was asked for does.
    faults
        .on("GetClients")
        .path_contains(&beta)
        .times(TO_BELIEVE)
        .inject(Fault::status(404));
    let asked = organisation
        .found(CLIENT, &[("cluster_id", &beta)], 0)
        .await;
    insta::assert_snapshot!(asked, @"
    Error: Cannot list the API clients of cluster bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb
    127.0.0.1 answered 404 Not Found: There is no such object.

    (GET /clusters/bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb/clients)
    ");
    // And so does a fault that has nothing to do with the cluster.
    faults
        .on("GetClients")
        .path_contains(&alpha)
        .inject(Fault::status(400));
    let broken = organisation.found(CLIENT, &[], 0).await;
    insta::assert_snapshot!(broken, @"
    Error: Cannot list the API clients of cluster alpha
    127.0.0.1 answered 400 Bad Request: The request was refused.

    (GET /clusters/aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa/clients)
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_everywhere_is_an_error() {
    let organisation = Organisation::new().await;
    let simulator = &organisation.simulator;
    let clusters_only = provider(simulator, &seed::credentials::CLUSTER).await;
    insta::assert_snapshot!(found(&clusters_only, CLIENT, &[], 0).await, @r#"
    Error: The API clients of 2 clusters are not listed
    Left out: alpha (aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa), beta (bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb). The first of them: 127.0.0.1 answered 403 Forbidden: The client lacks the permission get of the group Zeebe Client.

    The credentials probably lack the permission group "Zeebe Client". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

    (GET /clusters/aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa/clients)
    "#);
    let clients_only = provider(simulator, &seed::credentials::ZEEBE_CLIENT).await;
    insta::assert_snapshot!(found(&clients_only, CLIENT, &[], 0).await, @r#"
    Error: Cannot list the API clients of all clusters
    127.0.0.1 answered 403 Forbidden: The client lacks the permission get of the group Cluster.

    The credentials probably lack the permission group "Cluster". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

    With cluster_id, no list of the clusters is needed.

    (GET /clusters)
    "#);
    let beta = id_of("beta");
    let one = found(&clients_only, CLIENT, &[("cluster_id", &beta)], 0).await;
    assert_eq!(one.lines().count(), 2, "{one}");
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_found_without_their_values() {
    let organisation = Organisation::new().await;
    let simulator = &organisation.simulator;
    for (cluster, name) in [("alpha", "B"), ("alpha", "A_1"), ("beta", "A_2")] {
        assert!(simulator.set_connector_secret(&id_of(cluster), name, "hunter2"));
    }
    let before = simulator.requests().len();
    insta::assert_snapshot!(organisation.found(SECRET, &[], 0).await, @"
    A_1 in alpha
    B in alpha
    A_2 in beta
    ");
    assert_eq!(organisation.requests_since(before).len(), 3);
    insta::assert_snapshot!(organisation.found(SECRET, &[("name_prefix", "A")], 0).await, @"
    A_1 in alpha
    A_2 in beta
    ");
    let config = organisation.config(SECRET, &[]);
    let listed = organisation.client.list(SECRET, &config, true, 0).await;
    assert!(!format!("{listed:?}").contains("hunter2"));
    assert_eq!(organisation.assert_adoptable(SECRET).await, 3);
    simulator.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn backups_are_found_newest_first() {
    let organisation = Organisation::new().await;
    for (id, age_seconds) in [("1", 7_200), ("2", 3_600), ("3", 10_800)] {
        let new = NewBackup {
            id: Some(format!("{id}0000000-0000-4000-8000-000000000000")),
            name: format!("backup-{id}"),
            age_seconds,
            ..NewBackup::default()
        };
        organisation.simulator.add_backup(&id_of("beta"), new);
    }
    let before = organisation.simulator.requests().len();
    let found = organisation.found(BACKUP, &[], 0).await;
    assert_eq!(organisation.requests_since(before).len(), 3);
    let names = |found: &str| -> Vec<String> {
        let lines = found.lines();
        lines
            .map(|line| line.split(" (").next().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        names(&found),
        ["backup-2 of beta", "backup-1 of beta", "backup-3 of beta"]
    );
    let failed = organisation.found(BACKUP, &[("status", "Failed")], 0).await;
    assert_eq!(failed, "");
    let fault = Fault::status(403);
    organisation
        .simulator
        .faults()
        .on("GetBackups")
        .inject(fault);
    let fresh = provider(&organisation.simulator, &seed::credentials::READ_ONLY).await;
    assert!(
        self::found(&fresh, BACKUP, &[], 0)
            .await
            .contains("backups of 1 cluster are not")
    );
    assert_eq!(organisation.assert_adoptable(BACKUP).await, 3);
    organisation.simulator.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn allowlist_entries_are_found_by_description() {
    let organisation = Organisation::new().await;
    let simulator = &organisation.simulator;
    let entry = |ip: &str, description: &str| AllowlistEntry {
        ip: ip.to_owned(),
        description: description.to_owned(),
    };
    let list = vec![
        entry("10.0.0.0/8", "office"),
        entry("192.0.2.1", ""),
        entry("192.0.2.2, 192.0.2.3", "ci/cd"),
        // As the Console lets it be.
        entry("198.51.100.0/24", "office"),
    ];
    assert!(simulator.set_allowlist(&id_of("alpha"), list));
    let before = simulator.requests().len();
    let entries = organisation.found(ENTRY, &[], 0).await;
    assert_eq!(organisation.requests_since(before), ["/clusters"]);
    insta::assert_snapshot!(entries, @"
    ci/cd in alpha
    office in alpha
    Warning: 1 entry of the IP allowlist of cluster alpha is not listed
    The description is the key of an entry, and there is none.

    Describe each entry in the Console, or import the whole list of cluster aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa as camunda_cluster_ip_allowlist.
    ");
    let office = [("description_prefix", "off")];
    insta::assert_snapshot!(organisation.found(ENTRY, &office, 0).await, @"office in alpha");

    // Credentials that are not shown the lists.
    let blind = provider(simulator, &seed::credentials::CLUSTER).await;
    insta::assert_snapshot!(found(&blind, ENTRY, &[], 0).await, @r#"
    Error: The IP allowlist entries of 2 clusters are not listed
    Left out: alpha (aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa), beta (bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb). The first of them: The service leaves the IP allowlist out of what it shows of the cluster. Either the organisation's plan lacks the feature, or the credentials lack the permission group "IP allowlist". That says nothing about what the list holds.

    Use credentials with the permission groups "Cluster" and "IP allowlist", made in the Console under Organization > Administration API.
    "#);
    let alpha = id_of("alpha");
    let one = found(&blind, ENTRY, &[("cluster_id", &alpha)], 0).await;
    assert!(
        one.starts_with("Error: Cannot list the IP allowlist entries of cluster aaaa"),
        "{one}"
    );

    let list = vec![
        entry("10.0.0.0/8", "office"),
        entry("192.0.2.2, 192.0.2.3", "ci/cd"),
    ];
    assert!(simulator.set_allowlist(&id_of("beta"), list));
    assert!(simulator.set_allowlist(&id_of("alpha"), Vec::new()));
    let organisation = Organisation {
        client: provider(simulator, &seed::credentials::READ_ONLY).await,
        simulator: organisation.simulator,
    };
    assert_eq!(organisation.assert_adoptable(ENTRY).await, 2);
    organisation.simulator.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn members_are_found_but_not_the_owner() {
    let organisation = Organisation::new().await;
    let simulator = &organisation.simulator;
    simulator.set_member("Bob@example.com", &["admin", "member"]);
    simulator.set_member("ada@example.com", &["developer"]);
    assert!(simulator.accept_invitation("ada@example.com", "Ada"));
    let before = simulator.requests().len();
    insta::assert_snapshot!(organisation.found(MEMBER, &[], 0).await, @"
    Ada <ada@example.com>
    Adam Admin <admin@example.com>
    By Hand <Bob@example.com>
    ");
    assert_eq!(organisation.requests_since(before), ["/members"]);
    insta::assert_snapshot!(organisation.found(MEMBER, &[("role", "admin")], 0).await, @"
    Adam Admin <admin@example.com>
    By Hand <Bob@example.com>
    ");
    assert_eq!(organisation.assert_adoptable(MEMBER).await, 3);
    simulator.assert_clean();
    simulator.set_member("eve@example.com", &["member"]);
    let fresh = provider(simulator, &seed::credentials::READ_ONLY).await;
    insta::assert_snapshot!(found(&fresh, MEMBER, &[], 0).await, @"
    Ada <ada@example.com>
    Adam Admin <admin@example.com>
    By Hand <Bob@example.com>
    Warning: Some members are not listed
    They have no role that can be given, and a member without one cannot be configured: eve@example.com.

    Give them a role in the Console, or manage them there.
    ");
}
