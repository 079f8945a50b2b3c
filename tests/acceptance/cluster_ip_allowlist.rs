//! IP allowlists as users meet them: whole ones, single entries beside those of others, and the
//! community provider's form.

mod bad_days;
mod entry;
mod import_blocks;
mod whitelist;
mod whole;

use camunda_simulator::NewCluster;

use crate::support::look::{count, errors, warnings, writes};
use crate::support::{Cli, World};

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

/// The list as the service has it, sorted: `office=10.0.0.1 vpn=10.0.0.2`.
fn list(world: &World) -> String {
    let mut entries: Vec<String> = world
        .simulator
        .allowlist(CLUSTER)
        .iter()
        .map(|entry| format!("{}={}", entry.description, entry.ip))
        .collect();
    entries.sort();
    entries.join(" ")
}
