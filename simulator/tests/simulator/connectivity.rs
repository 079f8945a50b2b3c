//! Secure connectivity of clusters through the Administration API, and by hand.

use std::time::Duration;

use camunda_simulator::{ClockMode, ConnectivityChange, NewCluster, Options, seed};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Reply, World};

const PRINCIPAL: &str = "arn:aws:iam::111122223333:root";

/// A world with a cluster on AWS, in which time stands still.
fn with_cluster() -> (World, String) {
    let world = World::with(Options {
        clock: ClockMode::Manual,
        ..Options::default()
    });
    let id = world.simulator.add_cluster(on_aws());
    (world, id)
}

fn on_aws() -> NewCluster {
    NewCluster {
        region: seed::REGION_FRANKFURT.to_owned(),
        ..NewCluster::default()
    }
}

fn path(cluster: &str) -> String {
    format!("/clusters/{cluster}/secure-connectivity")
}

fn activate(world: &World, cluster: &str, principal: &str, region: &str) -> Reply {
    let body = json!({ "allowedPrincipals": [principal], "allowedRegions": [region] });
    world.call(Method::POST, &path(cluster), Some(&body))
}

fn deactivate(world: &World, cluster: &str) -> Reply {
    world.call(Method::DELETE, &path(cluster), None)
}

fn status(world: &World, cluster: &str) -> Value {
    world.get(&path(cluster)).json()["status"].clone()
}

#[test]
fn it_is_provisioned_and_removed_in_virtual_time() {
    let (world, cluster) = with_cluster();
    assert_eq!(status(&world, &cluster), json!({}));
    assert_eq!(deactivate(&world, &cluster).status, 409);
    assert_eq!(
        activate(&world, &cluster, PRINCIPAL, "eu-central-1").status,
        204
    );
    assert_eq!(
        activate(&world, &cluster, PRINCIPAL, "eu-central-1").status,
        409
    );
    let early = status(&world, &cluster);
    assert_eq!(early["status"]["conditions"][0]["status"], "False");
    assert_eq!(early["status"]["endpoint"]["serviceName"], "");
    assert_eq!(early["spec"]["allowedPrincipals"], json!([PRINCIPAL]));
    world.simulator.advance(Duration::from_secs(300));
    let ready = status(&world, &cluster);
    assert_eq!(ready["status"]["conditions"][0]["type"], "Ready");
    assert_eq!(ready["status"]["conditions"][0]["status"], "True");
    assert_eq!(ready["status"]["endpoint"]["region"], "eu-central-1");
    assert_eq!(deactivate(&world, &cluster).status, 204);
    assert_eq!(deactivate(&world, &cluster).status, 409);
    assert_eq!(
        activate(&world, &cluster, PRINCIPAL, "eu-central-1").status,
        409,
        "while it is being removed"
    );
    world.simulator.advance(Duration::from_secs(60));
    assert_eq!(status(&world, &cluster), json!({}));
    activate(&world, &cluster, PRINCIPAL, "eu-central-1");
    world.simulator.advance(Duration::from_secs(300));
    let again = status(&world, &cluster);
    assert_ne!(
        again["status"]["endpoint"]["serviceName"],
        ready["status"]["endpoint"]["serviceName"]
    );
    world.simulator.assert_clean();
}

#[test]
fn it_is_not_for_everybody() {
    let (world, cluster) = with_cluster();
    assert_eq!(
        activate(&world, &cluster, "root", "eu-central-1").status,
        400
    );
    for region in ["Frankfurt", "eu", "-1", "eu-central-x"] {
        let refused = activate(&world, &cluster, PRINCIPAL, region);
        assert_eq!(refused.status, 400, "{region}");
    }
    let elsewhere = world.simulator.add_cluster(NewCluster::default());
    let refused = activate(&world, &elsewhere, PRINCIPAL, "eu-central-1");
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("AWS"), "{}", refused.text);
    world
        .simulator
        .change_organization(|it| it.enterprise = false);
    let refused = activate(&world, &cluster, PRINCIPAL, "eu-central-1");
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("Enterprise"), "{}", refused.text);
    assert!(world.simulator.secure_connectivity(&cluster).is_none());
    world.simulator.assert_clean();
}

#[test]
fn it_can_be_had_in_the_old_shape() {
    let (world, cluster) = with_cluster();
    world
        .simulator
        .set_secure_connectivity(&cluster, ConnectivityChange::default());
    world
        .simulator
        .change_behaviour(|it| it.old_connectivity_shape = true);
    let old = status(&world, &cluster);
    let private = &old["connectivity"]["private"];
    assert_eq!(private["allowedRegions"], json!(["eu-central-1"]));
    assert_eq!(private["conditions"][0]["status"], "True");
    world.simulator.assert_clean();
}

#[test]
fn people_change_it_in_the_console_and_it_goes_with_its_cluster() {
    let (world, cluster) = with_cluster();
    let control = format!("/_simulator/clusters/{cluster}/connectivity");
    let body = json!({ "allowed_regions": ["eu-west-1"] });
    assert_eq!(world.call(Method::PUT, &control, Some(&body)).status, 200);
    assert_eq!(
        status(&world, &cluster)["spec"]["allowedRegions"],
        json!(["eu-west-1"])
    );
    assert_eq!(
        world.get(&control).json()["allowed_principals"],
        json!([PRINCIPAL])
    );
    assert_eq!(world.call(Method::DELETE, &control, None).status, 200);
    assert_eq!(world.call(Method::DELETE, &control, None).status, 404);
    assert_eq!(world.call(Method::PUT, &control, None).status, 200);
    world.simulator.delete_cluster(&cluster);
    world.simulator.advance(Duration::from_secs(60));
    assert!(world.simulator.secure_connectivity(&cluster).is_none());
    assert_eq!(world.call(Method::PUT, &control, None).status, 404);
}
