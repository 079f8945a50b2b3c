//! Metrics endpoints of clusters and their credentials through the Administration API, and by hand.

use std::time::Duration;

use camunda_simulator::{ClockMode, NewCluster, Options};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Reply, World};

/// A world with a cluster, in which time stands still.
fn with_cluster() -> (World, String) {
    let world = World::with(Options {
        clock: ClockMode::Manual,
        ..Options::default()
    });
    let id = world.simulator.add_cluster(NewCluster::default());
    (world, id)
}

fn switch(world: &World, cluster: &str, method: Method) -> u16 {
    let path = format!("/clusters/{cluster}/monitoring");
    world.call(method, &path, None).status
}

fn create(world: &World, cluster: &str, username: &str) -> Reply {
    let path = format!("/clusters/{cluster}/monitoring/clients");
    world.call(Method::POST, &path, Some(&json!({ "username": username })))
}

fn rotate(world: &World, cluster: &str, uuid: &str) -> Reply {
    let path = format!("/clusters/{cluster}/monitoring/clients/{uuid}/rotate");
    world.call(Method::POST, &path, None)
}

fn delete(world: &World, cluster: &str, uuid: &str) -> u16 {
    let path = format!("/clusters/{cluster}/monitoring/clients/{uuid}");
    world.call(Method::DELETE, &path, None).status
}

fn listed(world: &World, cluster: &str) -> Value {
    let path = format!("/clusters/{cluster}/monitoring/clients");
    world.get(&path).json()
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().expect("a text").to_owned()
}

#[test]
fn the_endpoint_is_switched_on_and_off() {
    let (world, cluster) = with_cluster();
    let inactive = json!({ "clients": [], "status": {} });
    assert_eq!(listed(&world, &cluster), inactive);
    assert_eq!(switch(&world, &cluster, Method::DELETE), 409);
    assert_eq!(switch(&world, &cluster, Method::POST), 204);
    assert_eq!(switch(&world, &cluster, Method::POST), 409);
    let endpoint = listed(&world, &cluster)["status"]["metricsEndpoint"].clone();
    assert_eq!(endpoint["target"], "metrics.bru-2.camunda.io");
    assert_eq!(endpoint["path"], format!("/{cluster}"));
    assert_eq!(create(&world, &cluster, "prom").status, 200);
    assert_eq!(switch(&world, &cluster, Method::DELETE), 204);
    assert_eq!(listed(&world, &cluster), inactive);
    world.simulator.assert_clean();
}

#[test]
fn the_address_can_take_a_while() {
    let (world, cluster) = with_cluster();
    world
        .simulator
        .change_behaviour(|it| it.durations.monitoring_address = Duration::from_secs(30));
    switch(&world, &cluster, Method::POST);
    let target = || listed(&world, &cluster)["status"]["metricsEndpoint"]["target"].clone();
    assert_eq!(target(), "");
    world.simulator.advance(Duration::from_secs(30));
    assert_ne!(target(), "");
    world.simulator.assert_clean();
}

#[test]
fn a_password_is_told_once_and_an_old_one_is_good_for_five_minutes() {
    let (world, cluster) = with_cluster();
    switch(&world, &cluster, Method::POST);
    let created = create(&world, &cluster, "prom").json();
    let (uuid, first) = (text(&created, "uuid"), text(&created, "password"));
    assert!(!listed(&world, &cluster).to_string().contains(&first));
    let rotated = rotate(&world, &cluster, &uuid).json();
    let second = text(&rotated, "password");
    assert_eq!(text(&rotated, "uuid"), uuid);
    let works = |password: &str| {
        world
            .simulator
            .monitoring_password_works(&cluster, "prom", password)
    };
    assert_ne!(first, second);
    assert!(works(&first) && works(&second) && !works("guessed"));
    world.simulator.advance(Duration::from_secs(300));
    assert!(!works(&first) && works(&second));
    assert_eq!(rotate(&world, &cluster, "unknown").status, 404);
    let log = format!("{:?}", world.simulator.requests());
    assert!(!log.contains(&first) && !log.contains(&second));
    let state = world.get("/_simulator/state").text;
    assert!(state.contains(&uuid) && !state.contains(&second));
    world.simulator.assert_clean();
}

#[test]
fn the_last_credentials_switch_the_endpoint_off() {
    let (world, cluster) = with_cluster();
    switch(&world, &cluster, Method::POST);
    let one = text(&create(&world, &cluster, "one").json(), "uuid");
    let two = text(&create(&world, &cluster, "two").json(), "uuid");
    assert_eq!(delete(&world, &cluster, &one), 204);
    assert_eq!(delete(&world, &cluster, &one), 404);
    assert_ne!(listed(&world, &cluster)["status"], json!({}));
    assert_eq!(delete(&world, &cluster, &two), 204);
    assert_eq!(listed(&world, &cluster)["status"], json!({}));
    world
        .simulator
        .change_behaviour(|it| it.last_monitoring_client_deactivates = false);
    switch(&world, &cluster, Method::POST);
    let three = text(&create(&world, &cluster, "three").json(), "uuid");
    assert_eq!(delete(&world, &cluster, &three), 204);
    assert_ne!(listed(&world, &cluster)["status"], json!({}));
    world.simulator.assert_clean();
}

#[test]
fn what_is_not_published_has_switches() {
    let (world, cluster) = with_cluster();
    let refused = create(&world, &cluster, "prom");
    assert_eq!(refused.status, 409);
    assert!(refused.text.contains("not active"), "{}", refused.text);
    world
        .simulator
        .change_behaviour(|it| it.monitoring_client_activates = true);
    assert_eq!(create(&world, &cluster, "prom").status, 200);
    let refused = create(&world, &cluster, "prom");
    assert_eq!(refused.status, 409);
    assert!(refused.text.contains("already"), "{}", refused.text);
    world
        .simulator
        .change_behaviour(|it| it.unique_monitoring_names = false);
    assert_eq!(create(&world, &cluster, "prom").status, 200);
    let clients = world.simulator.monitoring_clients(&cluster);
    assert_eq!(clients.expect("it is active").len(), 2);
    world.simulator.assert_clean();
}

#[test]
fn people_change_it_in_the_console_and_it_goes_with_its_cluster() {
    let (world, cluster) = with_cluster();
    let control = format!("/_simulator/clusters/{cluster}/monitoring");
    let clients = format!("{control}/clients");
    let body = json!({ "username": "by-hand" });
    assert_eq!(world.call(Method::POST, &clients, Some(&body)).status, 404);
    assert_eq!(world.call(Method::PUT, &control, None).status, 200);
    let added = world.call(Method::POST, &clients, Some(&body)).json();
    let uuid = text(&added, "uuid");
    assert_eq!(
        listed(&world, &cluster)["clients"][0]["username"],
        "by-hand"
    );
    assert_eq!(world.get(&control).json()["clients"][0]["uuid"], uuid);
    let path = format!("{clients}/{uuid}");
    assert_eq!(world.call(Method::DELETE, &path, None).status, 200);
    assert_eq!(world.call(Method::DELETE, &path, None).status, 404);
    world.simulator.set_monitoring(&cluster, true);
    assert_eq!(world.call(Method::DELETE, &control, None).status, 200);
    assert!(world.simulator.monitoring_clients(&cluster).is_none());
    world.simulator.set_monitoring(&cluster, true);
    world.simulator.delete_cluster(&cluster);
    world.simulator.advance(Duration::from_secs(60));
    assert!(world.simulator.monitoring_clients(&cluster).is_none());
}
