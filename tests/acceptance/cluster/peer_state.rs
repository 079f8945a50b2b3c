//! State of the community provider is taken over as it is: one command, then an empty plan.

use camunda_simulator::{NewCluster, seed};
use serde_json::{Value, json};

use super::{ADDRESS, writes};
use crate::support::{Cli, World};

const PEER: &str = "registry.terraform.io/camunda-community-hub/camunda";

/// A state file as the community provider has left it, for a cluster that exists.
fn takes_over(cli: &Cli, new: NewCluster, more: &str, attributes: impl FnOnce(&str) -> Value) {
    let world = World::new(cli);
    let id = world.simulator.add_cluster(new);
    let state = json!({
        "version": 4,
        "terraform_version": "1.5.7",
        "serial": 3,
        "lineage": "4f2f9e1c-1d2b-4a53-9c11-6de0a1b2c3d4",
        "outputs": {},
        "resources": [{
            "mode": "managed",
            "type": "camunda_cluster",
            "name": "it",
            "provider": format!("provider[\"{PEER}\"]"),
            "instances": [{
                "schema_version": 0,
                "attributes": attributes(&id),
                "sensitive_attributes": [],
            }],
        }],
        "check_results": null,
    });
    world.write_cluster("orders", more);
    world
        .workspace
        .write("terraform.tfstate", &state.to_string());
    let ours = format!("{}/camunda-rs/camunda", cli.kind.registry());
    world
        .workspace
        .run(&["state", "replace-provider", "-auto-approve", PEER, &ours])
        .expect_success();
    world.workspace.assert_empty_plan();
    world.workspace.apply(&[]).expect_success();
    world.workspace.assert_empty_plan();
    assert_eq!(writes(&world), [""; 0]);
    assert_eq!(world.workspace.attributes(ADDRESS)["id"], json!(id));

    // From here on it is a cluster like any other.
    let renamed = format!("  name = \"renamed\"\n{more}");
    world.write_cluster("orders", &renamed);
    let plan = world.workspace.planned(&[]);
    assert_eq!(plan.to_string(), "update camunda_cluster.it (name)");
    world.workspace.apply(&[]).expect_success();
    world.workspace.assert_empty_plan();
    world.workspace.destroy(&[]).expect_success();
    world.finish_empty();
}

fn orders() -> NewCluster {
    NewCluster {
        name: "orders".to_owned(),
        ..NewCluster::default()
    }
}

fn version_0_0(id: &str, generation: &str) -> Value {
    json!({
        "id": id,
        "name": "orders",
        "channel": seed::CHANNEL_STABLE,
        "region": seed::REGION_BELGIUM,
        "plan_type": seed::PLAN_ADVANCED,
        "generation": generation,
    })
}

fn version_0_1(id: &str, generation: &str, auto_update: bool, current: &str) -> Value {
    let mut state = version_0_0(id, generation);
    state["auto_update"] = json!(auto_update);
    state["description"] = Value::Null;
    state["current_generation"] = json!(current);
    state
}

for_each_cli! {
    fn of_0_0(cli: &Cli) on [terraform_1_11_4, tofu_1_6_2] {
        let generation = format!("  generation = {:?}", seed::GENERATION_8_9_GEN3);
        takes_over(cli, orders(), &generation, |id| version_0_0(id, seed::GENERATION_8_9_GEN3));
    }
}

for_each_cli! {
    /// Camunda has upgraded the cluster since the state was written.
    fn of_0_0_with_a_newer_generation(cli: &Cli) on [terraform_1_11_4, tofu_1_6_2] {
        let generation = format!("  generation = {:?}", seed::GENERATION_8_8_GEN22);
        takes_over(cli, orders(), &generation, |id| version_0_0(id, seed::GENERATION_8_8_GEN22));
    }
}

for_each_cli! {
    fn of_0_1(cli: &Cli) on [terraform_1_11_4, tofu_1_6_2] {
        let new = NewCluster { auto_update: true, ..orders() };
        let more = format!("  generation = {:?}\n  auto_update = true", seed::GENERATION_8_9_GEN3);
        takes_over(cli, new, &more, |id| {
            version_0_1(id, seed::GENERATION_8_9_GEN3, true, seed::GENERATION_8_9_GEN3)
        });
    }
}

for_each_cli! {
    /// Automatic updates off and not mentioned, a newer generation running.
    fn of_0_1_without_updates(cli: &Cli) on [terraform_1_11_4, tofu_1_6_2] {
        let more = format!("  generation = {:?}", seed::GENERATION_8_8_GEN22);
        takes_over(cli, orders(), &more, |id| {
            version_0_1(id, seed::GENERATION_8_8_GEN22, false, seed::GENERATION_8_9_GEN3)
        });
    }
}
