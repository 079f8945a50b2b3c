//! Endpoints and credentials that exist already are taken over; only the password cannot be.

use super::*;
use crate::support::look::{count, writes};

/// An endpoint with credentials made in the console, and a configuration for both.
fn by_hand(cli: &Cli) -> (World, String) {
    let world = switched_on(cli);
    let id = world.simulator.add_monitoring_client(CLUSTER, "prom");
    world.simulator.add_monitoring_client(CLUSTER, "another");
    write_both(&world, "prom", "");
    (world, id)
}

for_each_cli! {
    fn by_command(cli: &Cli) on main {
        let (world, id) = by_hand(cli);
        world.workspace.import(ENDPOINT, CLUSTER).expect_success();
        world.workspace.import(CLIENT, &format!("{CLUSTER}/{id}")).expect_success();
        world.workspace.assert_empty_plan();
        let state = world.workspace.attributes(CLIENT);
        assert_eq!((&state["password"], &state["username"]), (&Value::Null, &"prom".into()));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(writes(&world), [""; 0]);

        // Whoever needs a password gets one.
        write_both(&world, "prom", "  password_version = 1");
        world.workspace.apply(&[]).expect_success();
        let known = world.workspace.attributes(CLIENT)["password"].as_str().unwrap().to_owned();
        assert!(world.simulator.monitoring_password_works(CLUSTER, "prom", &known));
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// With the cluster alone: the first credentials it has.
    fn of_the_first(cli: &Cli) on main {
        let (world, id) = by_hand(cli);
        world.workspace.import(CLIENT, CLUSTER).expect_success();
        assert_eq!(world.workspace.attributes(CLIENT)["id"], id.as_str());
        world.workspace.run(&["state", "rm", CLIENT]).expect_success();
        world.simulator.set_monitoring(CLUSTER, false);
        let run = world.workspace.import(CLIENT, CLUSTER);
        assert!(errors(&world, &run).contains("has no monitoring clients"), "{run}");
        world.finish();
    }
}

for_each_cli! {
    /// The CLI writes the configuration, and it is valid as it is.
    fn by_block_with_generated_configuration(cli: &Cli) on main {
        let (world, id) = by_hand(cli);
        world.write(&format!(
            "import {{\n  to = {ENDPOINT}\n  id = {CLUSTER:?}\n}}\n\
             import {{\n  to = {CLIENT}\n  id = \"{CLUSTER}/{id}\"\n}}\n"
        ));
        world.workspace.plan(&["-generate-config-out=generated.tf"]).expect_success();
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("nothing {ENDPOINT}, imported\nnothing {CLIENT}, imported"));
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(writes(&world), [""; 0]);
        world.finish();
    }
}

for_each_cli! {
    fn by_identity(cli: &Cli) on [terraform_1_15_5] requires Identity {
        let (world, id) = by_hand(cli);
        let text = world.workspace.read("main.tf");
        let import = format!(
            "import {{\n  to = {ENDPOINT}\n  identity = {{\n    cluster_id = {CLUSTER:?}\n  }}\n}}\n\
             import {{\n  to = {CLIENT}\n  identity = {{\n    cluster_id = {CLUSTER:?}\n    id = \
             {id:?}\n  }}\n}}\n"
        );
        world.workspace.write("main.tf", &format!("{text}\n{import}"));
        world.workspace.apply(&[]).expect_success();
        let identity = |address| object(&world, address).unwrap()["identity"].clone();
        assert_eq!(identity(ENDPOINT), serde_json::json!({ "cluster_id": CLUSTER }));
        assert_eq!(identity(CLIENT), serde_json::json!({ "cluster_id": CLUSTER, "id": id }));
        world.workspace.assert_empty_plan();
        assert_eq!(writes(&world), [""; 0]);
        world.finish();
    }
}

for_each_cli! {
    fn of_something_else(cli: &Cli) on main {
        let (world, _) = by_hand(cli);
        let run = world.workspace.import(CLIENT, "prom");
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Invalid import ID for camunda_cluster_monitoring_client

        "prom" has no / between the ID of the cluster and the rest.

        The import ID is <cluster_id>/<id>, for example 6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11/0e1d2c3b-4a59-4687-9786-a5b4c3d2e1f0. The cluster's ID: The Console shows it on the cluster's page and in its address. The ID of the credentials is known to the API alone: with just the ID of the cluster, the first ones are imported.
        "#);
        let run = world.workspace.import(ENDPOINT, "orders");
        assert!(errors(&world, &run).contains("\"orders\" is not the ID of a cluster."), "{run}");
        assert_eq!(count(&world, "GetMonitoringClients"), 0);
        world
            .workspace
            .import(CLIENT, &format!("{CLUSTER}/nobody"))
            .expect_failure_containing("Cannot import non-existent remote object");
        world.finish();
    }
}
