//! `camunda_cluster_secure_connectivity` and its data source, as users meet them.

mod bad_days;
mod import;
mod life;
mod refused;

use camunda_simulator::{NewCluster, SecureConnectivity, seed};
use serde_json::Value;

use crate::support::look;
use crate::support::{Cli, Run, World};

const ADDRESS: &str = "camunda_cluster_secure_connectivity.it";

/// The cluster of these tests.
const CLUSTER: &str = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d";

const PRINCIPAL: &str = "arn:aws:iam::111122223333:root";

/// An organisation with a healthy cluster on AWS.
fn world(cli: &Cli) -> World {
    let world = World::new(cli);
    world.simulator.add_cluster(NewCluster {
        id: Some(CLUSTER.to_owned()),
        region: seed::REGION_FRANKFURT.to_owned(),
        ..NewCluster::default()
    });
    world
}

/// Writes a configuration for this region. `more` goes into its block.
fn write(world: &World, region: &str, more: &str) {
    world.write(&format!(
        "resource \"camunda_cluster_secure_connectivity\" \"it\" {{\n  cluster_id = {CLUSTER:?}\n  \
         allowed_principals = [{PRINCIPAL:?}]\n  allowed_regions = [{region:?}]\n{more}\n}}\n"
    ));
}

fn found(world: &World) -> Option<SecureConnectivity> {
    world.simulator.secure_connectivity(CLUSTER)
}

/// What is in the state, whether or not Terraform would destroy it.
fn object(world: &World) -> Option<Value> {
    let state = world.workspace.state();
    let resources = state["values"]["root_module"]["resources"].as_array();
    let mut resources = resources.into_iter().flatten();
    resources
        .find(|resource| resource["address"] == ADDRESS)
        .cloned()
}

/// The endpoint service is in the state, and Terraform will not replace it.
#[track_caller]
fn assert_kept(world: &World) -> Value {
    assert!(found(world).is_some(), "there is an endpoint service");
    let object = object(world).expect("it is in the state");
    assert_ne!(object["tainted"], true, "{object:#}");
    object["values"].clone()
}

/// Names in the place of what is random.
fn named(world: &World, text: &str) -> String {
    let service = found(world).map(|it| it.service_name).unwrap_or_default();
    let text = if service.is_empty() {
        text.to_owned()
    } else {
        text.replace(&service, "[service]")
    };
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
