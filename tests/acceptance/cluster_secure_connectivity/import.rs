//! Endpoint services that exist already are taken over.

use camunda_simulator::ConnectivityChange;

use super::*;
use crate::support::look::{count, writes};

/// An endpoint service made in the console, and a configuration for it.
fn by_hand(cli: &Cli) -> World {
    let world = world(cli);
    let change = ConnectivityChange::default();
    world.simulator.set_secure_connectivity(CLUSTER, change);
    write(&world, "eu-central-1", "");
    world
}

for_each_cli! {
    fn by_command(cli: &Cli) on main {
        let world = by_hand(cli);
        world.workspace.import(ADDRESS, CLUSTER).expect_success();
        world.workspace.assert_empty_plan();
        let state = world.workspace.attributes(ADDRESS);
        assert_eq!((&state["id"], &state["ready"]), (&CLUSTER.into(), &true.into()));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(writes(&world), [""; 0]);
        world.finish();
    }
}

for_each_cli! {
    /// The CLI writes the configuration, and it is valid as it is.
    fn by_block_with_generated_configuration(cli: &Cli) on main {
        let world = by_hand(cli);
        world.write(&format!("import {{\n  to = {ADDRESS}\n  id = {CLUSTER:?}\n}}\n"));
        world.workspace.plan(&["-generate-config-out=generated.tf"]).expect_success();
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("nothing {ADDRESS}, imported"));
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(writes(&world), [""; 0]);
        world.finish();
    }
}

for_each_cli! {
    fn by_identity(cli: &Cli) on [terraform_1_15_5] requires Identity {
        let world = by_hand(cli);
        let text = world.workspace.read("main.tf");
        let import = format!(
            "import {{\n  to = {ADDRESS}\n  identity = {{\n    cluster_id = {CLUSTER:?}\n  }}\n}}\n"
        );
        world.workspace.write("main.tf", &format!("{text}\n{import}"));
        assert_eq!(world.workspace.planned(&[]).to_string(), format!("nothing {ADDRESS}, imported"));
        world.workspace.apply(&[]).expect_success();
        let identity = object(&world).unwrap()["identity"].clone();
        assert_eq!(identity, serde_json::json!({ "cluster_id": CLUSTER }));
        world.finish();
    }
}

for_each_cli! {
    fn of_something_else(cli: &Cli) on main {
        let world = by_hand(cli);
        let run = world.workspace.import(ADDRESS, "orders");
        assert!(errors(&world, &run).contains("\"orders\" is not the ID of a cluster."));
        assert_eq!(count(&world, "GetSecureConnectivityStatus"), 0);
        world.simulator.delete_secure_connectivity(CLUSTER);
        world
            .workspace
            .import(ADDRESS, CLUSTER)
            .expect_failure_containing("Cannot import non-existent remote object");
        world.finish();
    }
}
