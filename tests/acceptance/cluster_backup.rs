//! `camunda_cluster_backup` and its data sources, as users meet them, on good days and bad ones.

mod data_sources;
mod life;
mod lost;
mod refused;
mod waiting;

use std::time::Duration;

use camunda_simulator::{Backup, ClockMode, NewCluster};
use serde_json::Value;

use crate::support::look::{count, errors, warnings, writes};
use crate::support::{Action, Cli, World};

/// The backup that [`write`] writes.
const ADDRESS: &str = "camunda_cluster_backup.it";

/// The cluster of these tests.
const CLUSTER: &str = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d";

/// An organisation with a healthy cluster, in which backups may follow each other at once.
fn world(cli: &Cli) -> World {
    let world = World::new(cli);
    world.simulator.add_cluster(NewCluster {
        id: Some(CLUSTER.to_owned()),
        ..NewCluster::default()
    });
    world
        .simulator
        .change_behaviour(|all| all.durations.backup_pace = Duration::ZERO);
    world
}

/// Writes a configuration with one backup.
fn write(world: &World, more: &str) {
    world.write(&format!(
        "resource \"camunda_cluster_backup\" \"it\" {{\n  cluster_id = {CLUSTER:?}\n{more}\n}}\n"
    ));
}

fn backups(world: &World) -> Vec<Backup> {
    world.simulator.backups(CLUSTER)
}

/// The one backup there is.
fn backup(world: &World) -> Backup {
    let backups = backups(world);
    let [backup] = &backups[..] else {
        panic!("exactly one backup: {backups:#?}");
    };
    backup.clone()
}

/// The one backup there is, which is the one in the state.
fn assert_kept(world: &World) -> Value {
    let state = world.workspace.attributes(ADDRESS);
    assert_eq!(state["id"], backup(world).id);
    state
}

/// Time stands still: what is being made stays so.
fn stand_still(world: &World) {
    world.simulator.set_clock(ClockMode::Manual);
}

/// Virtual time passes with every request, as at the start.
fn move_on(world: &World) {
    let step = Duration::from_secs(30);
    world.simulator.set_clock(ClockMode::PerRequest(step));
}

/// The only error of an apply, with names instead of what is random.
fn refused(world: &World) -> String {
    let run = world.workspace.apply(&[]);
    run.expect_failure();
    named(world, &errors(world, &run))
}

/// Puts words in the place of the identifiers, names and times of backups.
fn named(world: &World, text: &str) -> String {
    let mut text = text.to_owned();
    for (number, backup) in backups(world).iter().enumerate() {
        text = text.replace(&backup.id, &format!("[backup {number}]"));
        text = text.replace(&backup.name, "[name]");
    }
    text
}
