//! What a plan of a large organisation costs: a handful of requests for each cluster, however many
//! objects are in it, on good days and on those on which some answers are missing.

use std::collections::BTreeMap;

use camunda_simulator::{Fault, NewCluster, NewZeebeClient, RequestRecord, RetryAfter, seed};

use crate::support::{Cli, World};

const CLUSTERS: usize = 5;
const CLIENTS: usize = 50;
const SECRETS: usize = 100;
const MEMBERS: usize = 30;

/// The cluster, its clients and its secrets, for each cluster; the members; the catalogue.
const BOUND: usize = 3 * CLUSTERS + 2;

/// An organisation that was made by hand and is in the state.
fn large_organisation(cli: &Cli) -> World {
    let world = World::new(cli);
    // Names with their import ids.
    let mut clusters = Vec::new();
    for number in 0..CLUSTERS {
        let name = format!("cluster-{number}");
        let id = world.simulator.add_cluster(NewCluster {
            name: name.clone(),
            ..NewCluster::default()
        });
        clusters.push((name, id));
    }
    let cluster_of = |number: usize| clusters[number % CLUSTERS].1.as_str();
    let clients = (0..CLIENTS).map(|number| {
        let (name, cluster) = (format!("client-{number}"), cluster_of(number));
        let new = NewZeebeClient {
            name: name.clone(),
            ..NewZeebeClient::default()
        };
        let id = world.simulator.add_zeebe_client(cluster, new);
        (name, format!("{cluster}/{id}"))
    });
    let secrets = (0..SECRETS).map(|number| {
        let (name, cluster) = (format!("SECRET_{number}"), cluster_of(number));
        let set = world.simulator.set_connector_secret(cluster, &name, &name);
        assert!(set, "{name}");
        let id = format!("{cluster}/{name}");
        (name, id)
    });
    let members = (0..MEMBERS).map(|number| {
        let email = format!("member-{number}@example.com");
        world.simulator.set_member(&email, &["developer"]);
        (email.clone(), email)
    });
    let locals = [
        map("clients", clients),
        map("secrets", secrets),
        map("members", members),
        map("clusters", clusters.iter().cloned()),
    ];
    world.write(&format!(
        "{}locals {{\n{}}}\n",
        configuration(),
        locals.concat()
    ));
    world.workspace.apply(&[]).expect_success();
    let objects = world.workspace.addresses().len();
    assert_eq!(objects, CLUSTERS + CLIENTS + SECRETS + MEMBERS);
    world
}

fn map(name: &str, entries: impl Iterator<Item = (String, String)>) -> String {
    let entries: String = entries
        .map(|(key, value)| format!("    {key:?} = {value:?}\n"))
        .collect();
    format!("  {name} = {{\n{entries}  }}\n")
}

/// Everything that the maps name, imported.
fn configuration() -> String {
    let imported = |type_name: &str, map: &str, body: &str| {
        format!(
            "resource {type_name:?} \"it\" {{\n  for_each = local.{map}\n{body}\n}}\nimport {{\n  \
             for_each = local.{map}\n  to = {type_name}.it[each.key]\n  id = each.value\n}}\n"
        )
    };
    let cluster = format!(
        "  name = each.key\n  channel = {:?}\n  plan_type = {:?}\n  region = {:?}",
        seed::CHANNEL_STABLE,
        seed::PLAN_ADVANCED,
        seed::REGION_BELGIUM,
    );
    let in_cluster = "  cluster_id = split(\"/\", each.value)[0]\n  name = each.key\n";
    let client = format!("{in_cluster}  scopes = [\"Zeebe\"]");
    let secret = format!("{in_cluster}  value = each.key");
    let member = "  email = each.key\n  roles = [\"developer\"]";
    [
        imported("camunda_cluster", "clusters", &cluster),
        imported("camunda_cluster_client", "clients", &client),
        imported("camunda_cluster_connector_secret", "secrets", &secret),
        imported("camunda_organization_member", "members", member),
    ]
    .concat()
}

/// The requests that `work` makes, those for tokens apart.
fn requests_of(world: &World, work: impl FnOnce()) -> Vec<RequestRecord> {
    let before = world.simulator.requests().len();
    work();
    let mut requests = world.simulator.requests().split_off(before);
    requests.retain(|request| request.operation.as_deref() != Some("IssueToken"));
    requests
}

/// How often each path was asked for.
fn by_path<'a>(requests: impl IntoIterator<Item = &'a RequestRecord>) -> BTreeMap<&'a str, usize> {
    let mut counts = BTreeMap::new();
    for request in requests {
        *counts.entry(request.path.as_str()).or_default() += 1;
    }
    counts
}

for_each_cli! {
    /// One read of each list, however many objects are in it; and one more for each answer that
    /// did not come.
    fn are_bounded(cli: &Cli) on main {
        let world = large_organisation(cli);
        let requests = requests_of(&world, || {
            world.workspace.plan(&["-detailed-exitcode"]).expect_code(0);
        });
        let paths = by_path(&requests);
        assert!(requests.len() <= BOUND, "{} requests: {paths:#?}", requests.len());
        assert!(paths.values().all(|&count| count == 1), "{paths:#?}");
        assert!(requests.iter().all(|request| request.method == "GET"));

        let clusters = world.simulator.clusters();
        let at_once = || Fault::too_many_requests(RetryAfter::Seconds(0));
        let faults = world.simulator.faults();
        faults.on("GetCluster").path_contains(&clusters[0].id).inject(at_once());
        faults.on("GetClients").path_contains(&clusters[1].id).inject(Fault::status(502));
        faults.on("GetClients").path_contains(&clusters[2].id).inject(at_once());
        faults.on("GetSecrets").path_contains(&clusters[3].id).inject(Fault::html(502));
        faults.on("GetSecrets").path_contains(&clusters[4].id).inject(at_once());
        faults.on("GetMembers").inject(Fault::status(502));
        let requests = requests_of(&world, || {
            world.workspace.plan(&["-detailed-exitcode"]).expect_code(0);
        });
        let (good, bad): (Vec<_>, Vec<_>) =
            requests.iter().partition(|request| request.status == Some(200));
        let (good_paths, bad_paths) = (by_path(good.iter().copied()), by_path(bad.iter().copied()));
        assert!(good.len() <= BOUND, "{} requests: {good_paths:#?}", good.len());
        assert!(good_paths.values().all(|&count| count == 1), "{good_paths:#?}");
        assert_eq!(bad.len(), 6, "each fault hit once: {bad_paths:#?}");
        assert!(bad_paths.values().all(|&count| count == 1), "{bad_paths:#?}");
        world.finish();
    }
}
