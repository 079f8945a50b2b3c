//! `camunda_cluster_monitoring`, its credentials `camunda_cluster_monitoring_client`, and the data
//! source, as users meet them: on good days, and on those on which an answer with a password gets lost.

mod data_source;
mod endpoint;
mod import;
mod life;
mod lost;
mod refused;
mod rotation;
mod secrets;

use camunda_simulator::{MonitoringClient, NewCluster};
use serde_json::Value;

use crate::support::look;
use crate::support::{Cli, Run, World};

const ENDPOINT: &str = "camunda_cluster_monitoring.it";
const CLIENT: &str = "camunda_cluster_monitoring_client.it";

/// The cluster of these tests.
const CLUSTER: &str = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d";

/// An organisation with a healthy cluster.
fn world(cli: &Cli) -> World {
    let world = World::new(cli);
    world.simulator.add_cluster(NewCluster {
        id: Some(CLUSTER.to_owned()),
        ..NewCluster::default()
    });
    world
}

/// The same with an endpoint that was switched on by hand.
fn switched_on(cli: &Cli) -> World {
    let world = world(cli);
    world.simulator.set_monitoring(CLUSTER, true);
    world
}

fn endpoint() -> String {
    format!("resource \"camunda_cluster_monitoring\" \"it\" {{\n  cluster_id = {CLUSTER:?}\n}}\n")
}

fn client_block(username: &str, more: &str) -> String {
    format!(
        "resource \"camunda_cluster_monitoring_client\" \"it\" {{\n  cluster_id = {CLUSTER:?}\n  \
         username = {username:?}\n{more}\n}}\n"
    )
}

/// Writes a configuration with credentials alone.
fn write(world: &World, username: &str, more: &str) {
    world.write(&client_block(username, more));
}

/// Writes a configuration with the endpoint and credentials for it.
fn write_both(world: &World, username: &str, more: &str) {
    let more = format!("{more}\n  depends_on = [{ENDPOINT}]");
    world.write(&[endpoint(), client_block(username, &more)].concat());
}

/// All credentials of the cluster; none as well while the endpoint is off.
fn clients(world: &World) -> Vec<MonitoringClient> {
    let clients = world.simulator.monitoring_clients(CLUSTER);
    clients.unwrap_or_default()
}

fn is_on(world: &World) -> bool {
    world.simulator.monitoring_clients(CLUSTER).is_some()
}

/// The only credentials there are.
#[track_caller]
fn client(world: &World) -> MonitoringClient {
    let mut clients = clients(world);
    assert_eq!(clients.len(), 1, "exactly one: {clients:#?}");
    clients.remove(0)
}

/// What is in the state at an address, whether or not Terraform would destroy it.
fn object(world: &World, address: &str) -> Option<Value> {
    let state = world.workspace.state();
    let resources = state["values"]["root_module"]["resources"].as_array();
    let mut resources = resources.into_iter().flatten();
    resources
        .find(|resource| resource["address"] == address)
        .cloned()
}

/// The state holds the only credentials there are, with the password that is good, and Terraform will
/// not replace them.
#[track_caller]
fn assert_kept(world: &World) -> Value {
    let client = client(world);
    let object = object(world, CLIENT).expect("the credentials are in the state");
    assert_ne!(object["tainted"], true, "{object:#}");
    let values = &object["values"];
    assert_eq!(values["password"], client.password.as_str(), "{values:#}");
    assert_eq!(values["id"], client.uuid.as_str());
    values.clone()
}

/// Names in the place of what is random.
fn named(world: &World, text: &str) -> String {
    let mut text = text.to_owned();
    for client in clients(world) {
        text = text
            .replace(&client.uuid, "[client]")
            .replace(&client.password, "[password]");
    }
    look::named(world, &text)
}

#[track_caller]
fn errors(world: &World, run: &Run) -> String {
    run.expect_failure();
    named(world, &look::errors(world, run))
}

#[track_caller]
fn warnings(world: &World, run: &Run) -> String {
    run.expect_success();
    named(world, &look::warnings(world, run))
}
