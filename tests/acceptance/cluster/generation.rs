//! The generation: upgraded in place, never a reason to replace, never planned back.

use camunda_simulator::Fault;
use camunda_simulator::seed::{self, Generation};
use serde_json::json;

use super::{ADDRESS, count, errors, writes};
use crate::support::{Cli, World};

fn generation(id: &str) -> String {
    format!("  generation = \"{id}\"\n")
}

/// A cluster that was created with the oldest generation.
fn old(cli: &Cli, more: &str) -> World {
    let world = World::new(cli);
    world.write_cluster("orders", &(generation(seed::GENERATION_8_8_GEN22) + more));
    world.workspace.apply(&[]).expect_success();
    world
}

const NEWEST: &str = "6b8f2f0e-4c1d-4f57-9a0b-d2c3e4f5a6b7";

fn release(world: &World) {
    let generation = Generation {
        id: NEWEST.to_owned(),
        name: "Camunda 8.10+gen1".to_owned(),
        minor: "8.10".to_owned(),
    };
    assert!(
        world
            .simulator
            .release_generation(seed::CHANNEL_STABLE, generation)
    );
}

for_each_cli! {
    /// One PUT, a wait, the same cluster.
    fn upgrades_in_place(cli: &Cli) on main {
        let world = old(cli, "");
        let id = world.cluster_id();
        world.workspace.assert_empty_plan();
        world.write_cluster("orders", &generation(seed::GENERATION_8_9_GEN3));
        let plan = world.workspace.planned(&[]);
        assert_eq!(
            plan.to_string(),
            "update camunda_cluster.it (current_generation, current_generation_name, generation)"
        );
        world.workspace.apply(&[]).expect_success();
        assert_eq!(writes(&world), ["CreateCluster", "UpgradeCluster"]);
        assert_eq!(world.cluster_id(), id);
        assert_eq!(world.simulator.clusters()[0].generation, seed::GENERATION_8_9_GEN3);
        let state = world.workspace.attributes(ADDRESS);
        assert_eq!(state["current_generation"], json!(seed::GENERATION_8_9_GEN3));
        assert_eq!(state["current_generation_name"], json!("Camunda 8.9+gen3"));
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// Only the service chooses the target. The state tells the truth, the error tells the value.
    fn another_than_configured(cli: &Cli) on main {
        let world = old(cli, "");
        world.write_cluster("orders", &generation(seed::GENERATION_8_8_GEN23));
        let run = world.workspace.apply(&[]);
        run.expect_failure();
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cluster "orders" was upgraded to another generation than configured

        with camunda_cluster.it, on main.tf line 14, in resource "camunda_cluster" "it": 14: generation = "[generation 8.8+gen23]"

        The service chooses the target of an upgrade. It chose [generation 8.9+gen3] (Camunda 8.9+gen3), the configuration says [generation 8.8+gen23].

        Set generation = "[generation 8.9+gen3]". The cluster is healthy and in the state.
        "#);
        let state = world.workspace.attributes(ADDRESS);
        assert_eq!(state["generation"], json!(seed::GENERATION_8_9_GEN3));
        assert_eq!(state["current_generation"], json!(seed::GENERATION_8_9_GEN3));
        // As long as the configuration asks for the impossible, the plan says so, never "replace".
        assert_eq!(
            world.workspace.planned(&[]).to_string(),
            "update camunda_cluster.it (current_generation, current_generation_name, generation)"
        );
        world.write_cluster("orders", &generation(seed::GENERATION_8_9_GEN3));
        world.workspace.assert_empty_plan();
        assert_eq!(count(&world, "UpgradeCluster"), 1);
        world.finish();
    }
}

for_each_cli! {
    /// The API cannot downgrade.
    fn nothing_newer(cli: &Cli) on main {
        let world = World::new(cli);
        world.write_cluster("orders", &generation(seed::GENERATION_8_9_GEN3));
        world.workspace.apply(&[]).expect_success();
        world.write_cluster("orders", &generation(seed::GENERATION_8_8_GEN23));
        let run = world.workspace.apply(&[]);
        run.expect_failure();
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot upgrade cluster "orders"

        with camunda_cluster.it, on main.tf line 14, in resource "camunda_cluster" "it": 14: generation = "[generation 8.8+gen23]"

        127.0.0.1 answered 400 Bad Request: There is no newer generation for this cluster.

        The service has nothing newer on offer for this cluster. The API can neither downgrade a cluster nor upgrade it to a generation of choice. The cluster runs Camunda 8.9+gen3: set generation = "[generation 8.9+gen3]".

        (PUT /clusters/[cluster]/upgrade)
        "#);
        assert_eq!(
            world.workspace.attributes(ADDRESS)["generation"],
            json!(seed::GENERATION_8_9_GEN3)
        );
        world.finish();
    }
}

for_each_cli! {
    /// Somebody upgraded it: no diff, and taking the new value over costs no request.
    fn upgraded_by_hand(cli: &Cli) on main {
        let world = old(cli, "");
        world.simulator.set_generation(&world.cluster_id(), seed::GENERATION_8_8_GEN23);
        world.workspace.assert_empty_plan();
        world.write_cluster("orders", &generation(seed::GENERATION_8_8_GEN23));
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), "update camunda_cluster.it (generation)");
        world.workspace.apply(&[]).expect_success();
        assert_eq!(writes(&world), ["CreateCluster"]);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// With automatic updates the configured value is a floor.
    fn updated_automatically(cli: &Cli) on main {
        let world = old(cli, "  auto_update = true\n");
        assert_eq!(world.simulator.run_auto_updates(), 1);
        world.simulator.advance(std::time::Duration::from_secs(600));
        world.workspace.assert_empty_plan();
        assert_eq!(world.simulator.clusters()[0].generation, seed::GENERATION_8_8_GEN23);
        world.workspace.refresh().expect_success();
        let state = world.workspace.attributes(ADDRESS);
        assert_eq!(state["generation"], json!(seed::GENERATION_8_8_GEN22));
        assert_eq!(state["current_generation"], json!(seed::GENERATION_8_8_GEN23));
        assert_eq!(writes(&world), ["CreateCluster"]);
        world.finish();
    }
}

for_each_cli! {
    /// Left out from the beginning: follows whatever runs, without a diff.
    fn left_out(cli: &Cli) on main {
        let world = World::new(cli);
        world.write_cluster("orders", "");
        world.workspace.apply(&[]).expect_success();
        release(&world);
        world.workspace.assert_empty_plan();
        world.simulator.set_generation(&world.cluster_id(), NEWEST);
        world.workspace.assert_empty_plan();
        world.workspace.refresh().expect_success();
        assert_eq!(world.workspace.attributes(ADDRESS)["generation"], json!(NEWEST));
        world.workspace.assert_empty_plan();
        assert_eq!(writes(&world), ["CreateCluster"]);
        world.finish();
    }
}

for_each_cli! {
    /// Removed from the configuration: nothing happens.
    fn removed(cli: &Cli) on main {
        let world = old(cli, "");
        world.write_cluster("orders", "");
        world.workspace.assert_empty_plan();
        world.simulator.set_generation(&world.cluster_id(), seed::GENERATION_8_9_GEN3);
        world.workspace.assert_empty_plan();
        assert_eq!(writes(&world), ["CreateCluster"]);
        world.finish();
    }
}

for_each_cli! {
    /// A cluster that cannot be upgraded just now is waited for.
    fn waits_while_it_cannot_be_upgraded(cli: &Cli) on main {
        let world = old(cli, "");
        world.simulator.faults().on("UpgradeCluster").times(3).inject(Fault::status(412));
        world.write_cluster("orders", &generation(seed::GENERATION_8_9_GEN3));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(count(&world, "UpgradeCluster"), 4);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// A day has to pass between two minor upgrades.
    fn too_soon(cli: &Cli) on main {
        let world = old(cli, "");
        world.write_cluster("orders", &generation(seed::GENERATION_8_9_GEN3));
        world.workspace.apply(&[]).expect_success();
        release(&world);
        world.write_cluster("orders", &generation(NEWEST));
        let run = world.workspace.apply(&[]);
        run.expect_failure();
        let said = errors(&world, &run);
        let (before, after) = said.split_once("possible from ").unwrap();
        let after = after.split_once('Z').unwrap().1;
        insta::assert_snapshot!(format!("{before}possible from [time]{after}"), @r#"
        Error: Cannot upgrade cluster "orders"

        with camunda_cluster.it, on main.tf line 14, in resource "camunda_cluster" "it": 14: generation = "6b8f2f0e-4c1d-4f57-9a0b-d2c3e4f5a6b7"

        127.0.0.1 answered 409 Conflict: The last minor upgrade is too recent. The next one is possible from [time].

        The service holds the upgrade back for now; its words above say why. After an upgrade to a new minor version the next one has to wait for 24 hours.

        (PUT /clusters/[cluster]/upgrade)
        "#);
        assert_eq!(
            world.workspace.attributes(ADDRESS)["generation"],
            json!(seed::GENERATION_8_9_GEN3)
        );
        world.simulator.advance(std::time::Duration::from_secs(25 * 3600));
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// auto_update cannot be changed; the error names two ways out, and both work.
    fn auto_update_cannot_be_changed(cli: &Cli) on [terraform_1_11_4, tofu_1_6_2] {
        let world = World::new(cli);
        world.write_cluster("orders", "");
        world.workspace.apply(&[]).expect_success();
        let id = world.cluster_id();
        world.write_cluster("orders", "  auto_update = true");
        let run = world.workspace.plan(&[]);
        run.expect_failure();
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Automatic updates cannot be switched by the API

        with camunda_cluster.it, on main.tf line 14, in resource "camunda_cluster" "it": 14: auto_update = true

        The cluster has auto_update = false, the configuration says true. The API takes this setting only when a cluster is created.

        Either change it in the Console, on the cluster's settings page: the next plan is then empty.

        Or replace the cluster with all its data: mark it with `terraform taint` (or `tofu taint`) and apply. With -replace alone this check would come first.
        "#);

        let change = camunda_simulator::ClusterChange {
            auto_update: Some(true),
            ..Default::default()
        };
        world.simulator.change_cluster(&id, change);
        world.workspace.assert_empty_plan();

        world.write_cluster("orders", "  auto_update = false");
        world.workspace.plan(&[]).expect_failure();
        world.workspace.run(&["taint", ADDRESS]).expect_success();
        world.workspace.apply(&[]).expect_success();
        assert_ne!(world.cluster_id(), id);
        assert!(!world.simulator.clusters()[0].auto_update);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}
