//! Ephemeral resources, as users meet them: what flows where nothing is stored, and what is left when a
//! run does not come to its end.

mod access_token;
mod client;
mod client_failures;
mod client_killed;
mod connector_secret;
mod secrets;

use std::collections::BTreeMap;
use std::time::Duration;

use camunda_simulator::{NewCluster, ZeebeClient};

use crate::support::look;
use crate::support::{Cli, Run, World};

/// The cluster of these tests.
const CLUSTER: &str = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d";

/// Longer than any command of these tests takes.
const DEADLINE: Duration = Duration::from_secs(120);

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

/// A connector secret with a write-only value.
fn sink(value: &str) -> String {
    format!(
        "resource \"camunda_cluster_connector_secret\" \"it\" {{\n  cluster_id = {CLUSTER:?}\n  \
         name = \"SINK\"\n  value_wo = {value}\n  value_wo_version = 1\n}}\n"
    )
}

/// What has arrived there.
#[track_caller]
fn sunk(world: &World) -> String {
    let mut secrets: BTreeMap<String, String> = world.simulator.connector_secrets(CLUSTER);
    secrets.remove("SINK").expect("the secret is there")
}

/// A program of the run that writes what it gets into the file `seen`.
fn program(expression: &str) -> String {
    format!(
        "resource \"terraform_data\" \"program\" {{\n  provisioner \"local-exec\" {{\n    command = \
         \"printf %s \\\"$VALUE\\\" > seen\"\n    environment = {{ VALUE = {expression} }}\n  }}\n}}\n"
    )
}

/// All clients of the cluster.
fn clients(world: &World) -> Vec<ZeebeClient> {
    world.simulator.zeebe_clients(CLUSTER)
}

/// The one client there is.
#[track_caller]
fn only_client(world: &World) -> ZeebeClient {
    let mut clients = clients(world);
    assert_eq!(clients.len(), 1, "exactly one client: {clients:#?}");
    clients.remove(0)
}

/// Names in the place of what is random, in what was said about clients with this prefix.
fn named(world: &World, text: &str) -> String {
    let mut text = look::named(world, text);
    for request in world.simulator.requests_of("CreateClient") {
        let created = request.response_body.unwrap_or_default();
        if let Some(id) = created["clientId"].as_str() {
            text = text.replace(id, "[client]");
        }
    }
    // The time, and the letters.
    for prefix in ["terraform-ephemeral-", "deploy-"] {
        let mut parts = text.split(prefix);
        let mut rest = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            rest += prefix;
            let is_time = |suffix: &str| suffix.bytes().take(14).all(|byte| byte.is_ascii_digit());
            match part.split_at_checked(23) {
                Some((suffix, end)) if is_time(suffix) => rest += &format!("[unique]{end}"),
                _ => rest += part,
            }
        }
        text = rest;
    }
    text
}

/// The errors of a run that failed.
#[track_caller]
fn errors(world: &World, run: &Run) -> String {
    run.expect_failure();
    named(world, &look::errors(world, run))
}
