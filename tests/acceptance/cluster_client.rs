//! `camunda_cluster_client` and its data sources, as users meet them: on good days, and on those on
//! which an answer with a secret gets lost.

mod data_sources;
mod drift;
mod import;
mod life;
mod lost;
mod many;
mod peer_state;
mod refused;
mod rotation;
mod rotation_bad_days;
mod scopes;
mod secrets;
mod told_once;
mod validation;

use camunda_simulator::{NewCluster, ZeebeClient};
use serde_json::Value;

use crate::support::look;
use crate::support::{Cli, Run, World};

/// The client that [`write`] writes.
const ADDRESS: &str = "camunda_cluster_client.it";

/// The cluster of these tests.
const CLUSTER: &str = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d";

/// An organisation with a healthy cluster.
fn world(cli: &Cli) -> World {
    let world = World::new(cli);
    add_cluster(&world);
    world
}

fn add_cluster(world: &World) {
    world.simulator.add_cluster(NewCluster {
        id: Some(CLUSTER.to_owned()),
        ..NewCluster::default()
    });
}

/// Writes a configuration with one client. `more` goes into its block.
fn write(world: &World, name: &str, more: &str) {
    world.write(&block("it", name, more));
}

fn block(label: &str, name: &str, more: &str) -> String {
    format!(
        "resource \"camunda_cluster_client\" {label:?} {{\n  cluster_id = {CLUSTER:?}\n  name = \
         {name:?}\n{more}\n}}\n"
    )
}

/// All clients of the cluster.
fn clients(world: &World) -> Vec<ZeebeClient> {
    world.simulator.zeebe_clients(CLUSTER)
}

/// The one client there is.
#[track_caller]
fn client(world: &World) -> ZeebeClient {
    let mut clients = clients(world);
    assert_eq!(clients.len(), 1, "exactly one client: {clients:#?}");
    clients.remove(0)
}

/// The client in the state, whether or not Terraform would destroy it.
fn object(world: &World) -> Option<Value> {
    let state = world.workspace.state();
    let resources = state["values"]["root_module"]["resources"].as_array();
    let mut resources = resources.into_iter().flatten();
    resources
        .find(|resource| resource["address"] == ADDRESS)
        .cloned()
}

/// The state holds the only client there is, with its secret, and Terraform will not replace it.
#[track_caller]
fn assert_kept(world: &World) -> Value {
    let client = client(world);
    let object = object(world).expect("the client is in the state");
    assert_ne!(object["tainted"], true, "{object:#}");
    let values = &object["values"];
    assert_eq!(values["secret"], client.secret.as_str(), "{values:#}");
    assert_eq!(values["zeebe_client_id"], client.client_id.as_str());
    values.clone()
}

/// Names in the place of what is random.
fn named(world: &World, text: &str) -> String {
    let mut text = text.to_owned();
    for client in clients(world) {
        text = text
            .replace(&client.client_id, "[client]")
            .replace(&client.uuid, "[uuid]")
            .replace(&client.secret, "[secret]");
    }
    look::named(world, &text)
}

/// The errors of a run that failed.
#[track_caller]
fn errors(world: &World, run: &Run) -> String {
    run.expect_failure();
    named(world, &look::errors(world, run))
}

/// The warnings of a run that went well.
#[track_caller]
fn warnings(world: &World, run: &Run) -> String {
    run.expect_success();
    named(world, &look::warnings(world, run))
}
