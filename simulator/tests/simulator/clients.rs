//! API clients of clusters through the Administration API, and by hand.

use std::time::Duration;

use camunda_simulator::{
    ClockMode, NewCluster, NewZeebeClient, Options, ZeebeClientChange, behaviour::ErrorFormat, seed,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Reply, World, order};

fn manual() -> World {
    World::with(Options {
        clock: ClockMode::Manual,
        ..Options::default()
    })
}

/// A world with a Healthy cluster.
fn with_cluster() -> (World, String) {
    let world = manual();
    let id = world.simulator.add_cluster(NewCluster::default());
    (world, id)
}

fn create(world: &World, cluster: &str, body: Value) -> Reply {
    let path = format!("/clusters/{cluster}/clients");
    world.call(Method::POST, &path, Some(&body))
}

fn listed(world: &World, cluster: &str) -> Value {
    world.get(&format!("/clusters/{cluster}/clients")).json()
}

#[test]
fn a_client_is_created_read_and_deleted() {
    let (world, cluster) = with_cluster();
    let body = json!({ "clientName": "workers", "permissions": ["Zeebe", "Optimize"] });
    let made = create(&world, &cluster, body).json();
    let known = world.simulator.zeebe_clients(&cluster).remove(0);
    assert_eq!(made["clientSecret"], known.secret);
    assert_eq!(made["uuid"], known.uuid);
    assert_eq!(made["audience"], "zeebe.camunda.io");
    let id = made["clientId"].as_str().expect("text");
    assert!(id.contains('~'), "{id}");
    assert_eq!(
        listed(&world, &cluster),
        json!([{ "name": "workers", "clientId": id, "permissions": ["Zeebe", "Optimize"] }])
    );
    let path = format!("/clusters/{cluster}/clients/{id}");
    assert_eq!(
        world.get(&path).json(),
        json!({
            "name": "workers",
            "ZEEBE_ADDRESS": format!("{cluster}.bru-2.zeebe.camunda.io:443"),
            "ZEEBE_CLIENT_ID": id,
            "ZEEBE_AUTHORIZATION_SERVER_URL": "https://login.cloud.camunda.io/oauth/token",
        })
    );
    assert_eq!(world.call(Method::DELETE, &path, None).status, 204);
    assert_eq!(world.call(Method::DELETE, &path, None).status, 404);
    assert_eq!(world.get(&path).status, 404);
    assert_eq!(listed(&world, &cluster), json!([]));
    world.simulator.assert_clean();
}

#[test]
fn the_secret_is_in_one_answer_and_nowhere_else() {
    let (world, cluster) = with_cluster();
    let made = create(&world, &cluster, json!({ "clientName": "workers" }));
    let secret = world.simulator.zeebe_clients(&cluster)[0].secret.clone();
    assert!(made.text.contains(&secret));
    for path in [
        format!("/clusters/{cluster}/clients"),
        "/_simulator/state".to_owned(),
        "/_simulator/requests".to_owned(),
        format!("/_simulator/clusters/{cluster}/clients"),
    ] {
        let reply = world.get(&path);
        assert_eq!(reply.status, 200, "{path}");
        assert!(reply.text.contains("workers"), "{path}");
        assert!(!reply.text.contains(&secret), "{path}: {}", reply.text);
    }
    let shown = format!("{:?}", world.simulator.zeebe_clients(&cluster));
    assert!(!shown.contains(&secret), "{shown}");
}

#[test]
fn left_out_permissions_are_all_there_are() {
    let (world, cluster) = with_cluster();
    let all = json!(["Zeebe", "Operate", "Tasklist", "Optimize", "Secrets"]);
    let made = create(&world, &cluster, json!({ "clientName": "all" })).json();
    assert_eq!(made["permissions"], all);
    let none = json!({ "clientName": "none", "permissions": [] });
    assert_eq!(
        create(&world, &cluster, none).json()["permissions"],
        json!([])
    );
    assert_eq!(listed(&world, &cluster)[0]["permissions"], all);
    world.simulator.assert_clean();
}

#[test]
fn newer_generations_may_merge_permissions() {
    let (world, cluster) = with_cluster();
    let mut old = seed::Seed::default().generations[0].clone();
    (old.id, old.minor) = (seed::ORGANIZATION.to_owned(), "8.7".to_owned());
    assert!(
        world
            .simulator
            .release_generation(seed::CHANNEL_STABLE, old)
    );
    let old = world.simulator.add_cluster(NewCluster {
        generation: seed::ORGANIZATION.to_owned(),
        ..NewCluster::default()
    });
    world
        .simulator
        .change_behaviour(|all| all.fold_client_permissions = true);
    let asked = json!(["Operate", "Zeebe", "Secrets"]);
    let body = json!({ "clientName": "workers", "permissions": asked });
    let made = create(&world, &cluster, body.clone()).json();
    assert_eq!(made["permissions"], json!(["Zeebe", "Secrets"]));
    assert_eq!(
        listed(&world, &cluster)[0]["permissions"],
        json!(["Zeebe", "Secrets"])
    );
    create(&world, &old, body);
    assert_eq!(listed(&world, &old)[0]["permissions"], asked);
    // They are merged when they are shown: an upgrade brings it.
    world
        .simulator
        .set_generation(&old, seed::GENERATION_8_10_ALPHA4);
    assert_eq!(
        listed(&world, &old)[0]["permissions"],
        json!(["Zeebe", "Secrets"])
    );
    world.simulator.assert_clean();
}

#[test]
fn names_are_short_without_blanks_and_unique_in_their_cluster() {
    let (world, cluster) = with_cluster();
    let other = world.simulator.add_cluster(NewCluster::default());
    let named = |cluster: &str, name: &str| create(&world, cluster, json!({ "clientName": name }));
    assert_eq!(named(&cluster, &"x".repeat(50)).status, 200);
    assert_eq!(named(&cluster, "workers").status, 200);
    assert_eq!(named(&other, "workers").status, 200);
    for (name, said) in [
        ("workers", "exists already"),
        ("order workers", "no blanks"),
        ("  ", "no blanks"),
        (&*"x".repeat(51), "1 to 50 characters"),
    ] {
        let reply = named(&cluster, name);
        assert_eq!(reply.status, 400, "{name}");
        assert!(reply.text.contains(said), "{}", reply.text);
    }
    assert_eq!(listed(&world, &cluster).as_array().map(Vec::len), Some(2));
    world.simulator.assert_clean();
}

#[test]
fn there_is_a_limit_per_cluster() {
    let (world, cluster) = with_cluster();
    world
        .simulator
        .change_organization(|organization| organization.client_limit = 1);
    assert_eq!(
        create(&world, &cluster, json!({ "clientName": "a" })).status,
        200
    );
    let refused = create(&world, &cluster, json!({ "clientName": "b" }));
    assert_eq!(refused.status, 403);
    assert!(
        refused.text.contains("maximum number of clients"),
        "{}",
        refused.text
    );
    let other = world.simulator.add_cluster(NewCluster::default());
    assert_eq!(
        create(&world, &other, json!({ "clientName": "b" })).status,
        200
    );
    world.simulator.assert_clean();
}

#[test]
fn the_address_is_there_while_the_cluster_is_healthy() {
    let world = manual();
    world
        .simulator
        .change_behaviour(|all| all.error_format = ErrorFormat::Json);
    let cluster = world.create(&order("orders"));
    let made = create(&world, &cluster, json!({ "clientName": "workers" }));
    assert_eq!(made.status, 200);
    let id = made.json()["clientId"].as_str().expect("text").to_owned();
    let path = format!("/clusters/{cluster}/clients/{id}");
    let reply = world.get(&path);
    assert_eq!(reply.status, 412);
    assert!(reply.text.contains("Creating"), "{}", reply.text);
    assert_eq!(listed(&world, &cluster)[0]["clientId"], id);
    world.simulator.advance(Duration::from_secs(90));
    assert_eq!(world.get(&path).status, 200);
    world.simulator.suspend(&cluster);
    assert_eq!(world.get(&path).status, 412);
    assert_eq!(
        listed(&world, &cluster)[0]["clientId"],
        id,
        "it sleeps with its cluster"
    );
    world.simulator.assert_clean();
}

#[test]
fn clients_vanish_with_their_cluster() {
    let (world, cluster) = with_cluster();
    create(&world, &cluster, json!({ "clientName": "workers" }));
    world.call(Method::DELETE, &format!("/clusters/{cluster}"), None);
    assert_eq!(listed(&world, &cluster).as_array().map(Vec::len), Some(1));
    world.simulator.advance(Duration::from_secs(10));
    assert_eq!(
        world.get(&format!("/clusters/{cluster}/clients")).status,
        404
    );
    assert_eq!(
        create(&world, &cluster, json!({ "clientName": "workers" })).status,
        404
    );
    assert!(world.simulator.zeebe_clients(&cluster).is_empty());
    world.simulator.assert_clean();
}

#[test]
fn new_clients_can_be_listed_late() {
    let (world, cluster) = with_cluster();
    world
        .simulator
        .change_behaviour(|all| all.durations.client_visibility = Duration::from_secs(5));
    create(&world, &cluster, json!({ "clientName": "workers" }));
    assert_eq!(listed(&world, &cluster), json!([]));
    // Its name is taken all the same.
    assert_eq!(
        create(&world, &cluster, json!({ "clientName": "workers" })).status,
        400
    );
    world.simulator.advance(Duration::from_secs(5));
    assert_eq!(listed(&world, &cluster)[0]["name"], "workers");
    world.simulator.assert_clean();
}

#[test]
fn they_need_their_permission_group_and_their_organization() {
    let (mut world, cluster) = with_cluster();
    let path = format!("/clusters/{cluster}/clients");
    world.login(seed::credentials::ZEEBE_CLIENT);
    assert_eq!(
        create(&world, &cluster, json!({ "clientName": "workers" })).status,
        200
    );
    world.login(seed::credentials::READ_ONLY);
    assert_eq!(world.get(&path).status, 200);
    assert_eq!(
        create(&world, &cluster, json!({ "clientName": "more" })).status,
        403
    );
    world.login(seed::credentials::CLUSTER);
    assert_eq!(world.get(&path).status, 403);
    world.login(seed::credentials::OTHER_ORGANIZATION);
    assert_eq!(world.get(&path).status, 403);
    world.simulator.assert_clean();
}

#[test]
fn people_add_change_and_delete_them_in_the_console() {
    let (world, cluster) = with_cluster();
    let id = world
        .simulator
        .add_zeebe_client(&cluster, NewZeebeClient::default());
    assert_eq!(
        listed(&world, &cluster),
        json!([{ "name": "by-hand", "clientId": id, "permissions": ["Zeebe"] }])
    );
    let change = ZeebeClientChange {
        name: Some("renamed".to_owned()),
        permissions: Some(vec!["Future".to_owned()]),
    };
    assert!(world.simulator.change_zeebe_client(&cluster, &id, change));
    assert_eq!(
        listed(&world, &cluster),
        json!([{ "name": "renamed", "clientId": id, "permissions": ["Future"] }])
    );
    assert!(world.simulator.delete_zeebe_client(&cluster, &id));
    assert!(!world.simulator.delete_zeebe_client(&cluster, &id));
    assert_eq!(listed(&world, &cluster), json!([]));

    // The same over HTTP.
    let by_hand = format!("/_simulator/clusters/{cluster}/clients");
    let added = world.call(Method::POST, &by_hand, Some(&json!({ "name": "a" })));
    let id = added.json()["client_id"].as_str().expect("text").to_owned();
    let one = format!("{by_hand}/{id}");
    let change = json!({ "permissions": ["Secrets"] });
    assert_eq!(world.call(Method::PATCH, &one, Some(&change)).status, 200);
    let shown = world.get(&by_hand).json();
    assert_eq!(
        (&shown[0]["name"], &shown[0]["permissions"]),
        (&json!("a"), &json!(["Secrets"]))
    );
    assert_eq!(world.call(Method::DELETE, &one, None).status, 200);
    assert_eq!(world.call(Method::DELETE, &one, None).status, 404);
    assert_eq!(world.get(&by_hand).json(), json!([]));
    let nowhere = "/_simulator/clusters/nowhere/clients";
    assert_eq!(
        world.call(Method::POST, nowhere, Some(&json!({}))).status,
        404
    );
    world.simulator.assert_clean();
}
