//! IP allowlists of clusters through the Administration API, and by hand.

use camunda_simulator::{AllowlistEntry, NewCluster, seed::credentials};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Reply, World};

fn with_cluster() -> (World, String) {
    let world = World::new();
    let id = world.simulator.add_cluster(NewCluster::default());
    (world, id)
}

fn put(world: &World, cluster: &str, list: Value) -> Reply {
    let path = format!("/clusters/{cluster}/ipallowlist");
    world.call(Method::PUT, &path, Some(&json!({ "ipallowlist": list })))
}

fn shown(world: &World, cluster: &str) -> Value {
    world.get(&format!("/clusters/{cluster}")).json()["ipallowlist"].clone()
}

#[test]
fn a_list_is_replaced_as_a_whole_and_kept_word_for_word() {
    let (world, cluster) = with_cluster();
    for list in [
        json!([
            { "ip": "203.0.113.5/24, 198.51.100.7", "description": "office" },
            { "ip": "10.0.0.1/32", "description": "" },
            { "ip": "10.0.0.1", "description": "" },
        ]),
        json!([{ "ip": "192.0.2.0/24", "description": "office" }]),
        json!([]),
    ] {
        assert_eq!(put(&world, &cluster, list.clone()).status, 204);
        assert_eq!(shown(&world, &cluster), list);
    }
    world.simulator.assert_clean();
}

#[test]
fn the_old_name_does_the_same() {
    let (world, cluster) = with_cluster();
    let list = json!([{ "ip": "192.0.2.0/24", "description": "office" }]);
    let path = format!("/clusters/{cluster}/ipwhitelist");
    let body = json!({ "ipwhitelist": list });
    assert_eq!(world.call(Method::PUT, &path, Some(&body)).status, 204);
    assert_eq!(shown(&world, &cluster), list);
    world.simulator.assert_clean();
}

#[test]
fn what_is_no_address_is_refused_unless_a_switch_says_otherwise() {
    let (world, cluster) = with_cluster();
    let list = json!([{ "ip": "10.0.0.1,2001:db8::/32", "description": "" }]);
    let reply = put(&world, &cluster, list.clone());
    assert_eq!(
        (reply.status, reply.text.as_str()),
        (
            400,
            "`2001:db8::/32` is neither an IPv4 address nor a CIDR block."
        )
    );
    assert_eq!(shown(&world, &cluster), json!([]));
    world
        .simulator
        .change_behaviour(|all| all.check_allowlist = false);
    assert_eq!(put(&world, &cluster, list.clone()).status, 204);
    assert_eq!(shown(&world, &cluster), list);
    world.simulator.assert_clean();
}

#[test]
fn it_takes_the_permission_the_feature_and_the_cluster() {
    let (mut world, cluster) = with_cluster();
    let list = || json!([{ "ip": "10.0.0.1", "description": "" }]);
    let missing = "00000000-0000-4000-8000-000000000000";
    assert_eq!(put(&world, missing, list()).status, 404);
    for login in [credentials::CLUSTER, credentials::READ_ONLY] {
        world.login(login);
        assert_eq!(put(&world, &cluster, list()).status, 403);
    }
    // The group that writes the list does not read it: it is a member of the cluster.
    world.login(credentials::IP_ALLOWLIST);
    assert_eq!(put(&world, &cluster, list()).status, 204);
    assert_eq!(world.get(&format!("/clusters/{cluster}")).status, 403);
    world
        .simulator
        .change_organization(|organization| organization.allowlist = false);
    let reply = put(&world, &cluster, json!([]));
    assert_eq!(
        (reply.status, reply.text.as_str()),
        (
            403,
            "The plan of the organization does not include IP allowlists."
        )
    );
    assert_eq!(world.simulator.allowlist(&cluster).len(), 1);
    world.simulator.assert_clean();
}

#[test]
fn people_change_lists_in_the_console() {
    let (world, cluster) = with_cluster();
    let simulator = &world.simulator;
    assert!(simulator.set_allowlist(&cluster, vec![AllowlistEntry::new("10.0.0.1", "one")]));
    assert!(simulator.allow(&cluster, "10.0.0.2", "two"));
    assert!(simulator.disallow(&cluster, "one"));
    assert_eq!(
        shown(&world, &cluster),
        json!([{ "ip": "10.0.0.2", "description": "two" }])
    );
    let path = format!("/_simulator/clusters/{cluster}");
    let body = json!({ "allowlist": [{ "ip": "10.0.0.3", "description": "three" }] });
    assert_eq!(world.call(Method::PATCH, &path, Some(&body)).status, 200);
    assert_eq!(simulator.allowlist(&cluster)[0].description, "three");
    assert!(simulator.delete_cluster(&cluster));
    assert!(!simulator.allow(&cluster, "10.0.0.2", "two"));
    assert!(simulator.allowlist(&cluster).is_empty());
    simulator.assert_clean();
}
