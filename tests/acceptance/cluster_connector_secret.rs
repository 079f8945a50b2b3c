//! `camunda_cluster_connector_secret` and its data source, as users meet them: with values that the
//! state holds and values that it must not, alone and while others change secrets too.

mod busy;
mod data_source;
mod drift;
mod import;
mod life;
mod lost;
mod peer_state;
mod refused;
mod secrets;
mod validation;
mod write_only;

use std::collections::BTreeMap;

use camunda_simulator::NewCluster;

use crate::support::{Cli, World};

/// The secret that [`write`] writes.
const ADDRESS: &str = "camunda_cluster_connector_secret.it";

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

/// Writes a configuration with one secret. `more` goes into its block.
fn write(world: &World, name: &str, more: &str) {
    world.write(&block("it", name, more));
}

fn block(label: &str, name: &str, more: &str) -> String {
    format!(
        "resource \"camunda_cluster_connector_secret\" {label:?} {{\n  cluster_id = {CLUSTER:?}\n  \
         name = {name:?}\n{more}\n}}\n"
    )
}

/// All secrets of the cluster.
fn secrets(world: &World) -> BTreeMap<String, String> {
    world.simulator.connector_secrets(CLUSTER)
}

#[track_caller]
fn assert_secrets<const N: usize>(world: &World, expected: [(&str, &str); N]) {
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(secrets(world), BTreeMap::from(expected));
}

fn set_by_hand(world: &World, name: &str, value: &str) {
    assert!(world.simulator.set_connector_secret(CLUSTER, name, value));
}

fn delete_by_hand(world: &World, name: &str) {
    assert!(world.simulator.delete_connector_secret(CLUSTER, name));
}
