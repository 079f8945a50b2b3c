//! Connector secrets of clusters through the Administration API, and by hand.

use std::time::Duration;

use camunda_simulator::{ClockMode, NewCluster, Options, seed};
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

fn create(world: &World, cluster: &str, name: &str, value: &str) -> Reply {
    let body = json!({ "secretName": name, "secretValue": value });
    let path = format!("/clusters/{cluster}/secrets");
    world.call(Method::POST, &path, Some(&body))
}

fn update(world: &World, cluster: &str, name: &str, value: &str) -> Reply {
    let path = format!("/clusters/{cluster}/secrets/{name}");
    world.call(Method::PUT, &path, Some(&json!({ "secretValue": value })))
}

fn delete(world: &World, cluster: &str, name: &str) -> Reply {
    let path = format!("/clusters/{cluster}/secrets/{name}");
    world.call(Method::DELETE, &path, None)
}

fn listed(world: &World, cluster: &str) -> Value {
    world.get(&format!("/clusters/{cluster}/secrets")).json()
}

#[test]
fn a_secret_is_created_changed_and_deleted() {
    let (world, cluster) = with_cluster();
    assert_eq!(create(&world, &cluster, "API_KEY", "one").status, 204);
    assert_eq!(listed(&world, &cluster), json!({ "API_KEY": "one" }));
    let again = create(&world, &cluster, "API_KEY", "two");
    assert_eq!(again.status, 409);
    assert!(again.text.contains("exists already"), "{}", again.text);
    assert_eq!(update(&world, &cluster, "API_KEY", "two").status, 204);
    assert_eq!(listed(&world, &cluster), json!({ "API_KEY": "two" }));
    assert_eq!(update(&world, &cluster, "OTHER", "two").status, 404);
    assert_eq!(delete(&world, &cluster, "API_KEY").status, 204);
    assert_eq!(delete(&world, &cluster, "API_KEY").status, 204);
    assert_eq!(listed(&world, &cluster), json!({}));
    world
        .simulator
        .change_behaviour(|it| it.refuse_delete_of_unknown_secret = true);
    assert_eq!(delete(&world, &cluster, "API_KEY").status, 404);
    world.simulator.assert_clean();
}

#[test]
fn a_change_keeps_the_next_one_out() {
    let (world, cluster) = with_cluster();
    let other = world.simulator.add_cluster(NewCluster::default());
    world
        .simulator
        .change_behaviour(|it| it.durations.secret_change = Duration::from_secs(5));
    assert_eq!(create(&world, &cluster, "A", "1").status, 204);
    for reply in [
        create(&world, &cluster, "B", "1"),
        update(&world, &cluster, "A", "2"),
        delete(&world, &cluster, "A"),
    ] {
        assert_eq!(reply.status, 409);
        assert!(reply.text.contains("Another change"), "{}", reply.text);
    }
    assert_eq!(
        create(&world, &other, "A", "1").status,
        204,
        "another cluster"
    );
    world.simulator.advance(Duration::from_secs(5));
    assert_eq!(create(&world, &cluster, "B", "1").status, 204);
    world.simulator.assert_clean();
}

#[test]
fn a_deleted_secret_shows_for_a_while_and_can_be_created_again() {
    let (world, cluster) = with_cluster();
    world
        .simulator
        .change_behaviour(|it| it.durations.secret_visibility = Duration::from_secs(15));
    create(&world, &cluster, "A", "1");
    create(&world, &cluster, "B", "1");
    assert_eq!(delete(&world, &cluster, "A").status, 204);
    assert_eq!(delete(&world, &cluster, "B").status, 204);
    assert_eq!(listed(&world, &cluster), json!({ "A": "1", "B": "1" }));
    assert_eq!(create(&world, &cluster, "A", "2").status, 204);
    world.simulator.advance(Duration::from_secs(15));
    assert_eq!(listed(&world, &cluster), json!({ "A": "2" }));
    world.simulator.assert_clean();
}

#[test]
fn names_of_deleted_secrets_can_stay_taken() {
    let (world, cluster) = with_cluster();
    world.simulator.change_behaviour(|it| {
        it.durations.secret_visibility = Duration::from_secs(15);
        it.keep_names_of_deleted_secrets = true;
    });
    create(&world, &cluster, "A", "1");
    assert_eq!(delete(&world, &cluster, "A").status, 204);
    let taken = create(&world, &cluster, "A", "2");
    assert_eq!(taken.status, 409);
    assert!(taken.text.contains("exists already"), "{}", taken.text);
    world.simulator.advance(Duration::from_secs(15));
    assert_eq!(create(&world, &cluster, "A", "2").status, 204);
    world.simulator.assert_clean();
}

#[test]
fn the_longest_name_is_a_matter_of_reading() {
    let (world, cluster) = with_cluster();
    let fifty = "n".repeat(50);
    world
        .simulator
        .change_behaviour(|it| it.secret_name_length = 49);
    let refused = create(&world, &cluster, &fifty, "1");
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("1 to 49"), "{}", refused.text);
    world
        .simulator
        .change_behaviour(|it| it.secret_name_length = 50);
    assert_eq!(create(&world, &cluster, &fifty, "1").status, 204);
    world.simulator.assert_clean();
}

#[test]
fn there_are_limits() {
    let (world, cluster) = with_cluster();
    world
        .simulator
        .change_organization(|it| it.secret_limit = 1);
    assert_eq!(create(&world, &cluster, "A", "1").status, 204);
    let refused = create(&world, &cluster, "B", "1");
    assert_eq!(refused.status, 403);
    assert!(
        refused.text.contains("maximum number of secrets"),
        "{}",
        refused.text
    );
    world
        .simulator
        .change_organization(|it| it.secret_limit = 9);
    assert_eq!(create(&world, &cluster, "with blank", "1").status, 400);
    assert_eq!(
        create(&world, &cluster, "B", &"x".repeat((64 << 10) + 1)).status,
        400
    );
    assert_eq!(
        update(&world, &cluster, "A", &"x".repeat((64 << 10) + 1)).status,
        400
    );
    world.simulator.assert_clean();
    assert_eq!(create(&world, &cluster, &"n".repeat(51), "1").status, 400);
    assert_eq!(
        world.simulator.take_violations().len(),
        1,
        "too long for the contract"
    );
}

#[test]
fn values_are_in_answers_and_nowhere_else() {
    let (world, cluster) = with_cluster();
    create(&world, &cluster, "API_KEY", "p4yment-v4lue");
    update(&world, &cluster, "API_KEY", "p4yment-v4lue-2");
    assert_eq!(listed(&world, &cluster)["API_KEY"], "p4yment-v4lue-2");
    for path in ["/_simulator/state", "/_simulator/requests"] {
        let reply = world.get(path);
        assert!(reply.text.contains("API_KEY"), "{path}");
        assert!(!reply.text.contains("p4yment"), "{path}: {}", reply.text);
    }
}

#[test]
fn secrets_go_with_their_cluster() {
    let (mut world, cluster) = with_cluster();
    create(&world, &cluster, "A", "1");
    world.login(seed::credentials::CLUSTER);
    assert_eq!(
        world.get(&format!("/clusters/{cluster}/secrets")).status,
        403
    );
    world.login(seed::credentials::CONNECTOR_SECRETS);
    assert_eq!(listed(&world, &cluster), json!({ "A": "1" }));
    world.simulator.delete_cluster(&cluster);
    assert_eq!(
        world.get(&format!("/clusters/{cluster}/secrets")).status,
        404
    );
    assert!(world.simulator.connector_secrets(&cluster).is_empty());
}

#[test]
fn by_hand() {
    let (world, cluster) = with_cluster();
    assert!(world.simulator.set_connector_secret(&cluster, "A", "1"));
    assert!(world.simulator.set_connector_secret(&cluster, "A", "2"));
    assert!(!world.simulator.set_connector_secret("nowhere", "A", "2"));
    let path = format!("/_simulator/clusters/{cluster}/secrets");
    let one = format!("{path}/B");
    let body = json!({ "value": "3" });
    assert_eq!(world.call(Method::PUT, &one, Some(&body)).status, 200);
    assert_eq!(world.get(&path).json(), json!({ "A": "2", "B": "3" }));
    assert_eq!(world.call(Method::DELETE, &one, None).status, 200);
    assert_eq!(world.call(Method::DELETE, &one, None).status, 404);
    assert_eq!(listed(&world, &cluster), json!({ "A": "2" }));
    assert!(world.simulator.delete_connector_secret(&cluster, "A"));
    assert!(!world.simulator.delete_connector_secret(&cluster, "A"));
}
