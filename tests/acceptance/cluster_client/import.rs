//! Clients that exist already are taken over; only their secret cannot be.

use camunda_simulator::NewZeebeClient;
use serde_json::{Value, json};

use super::*;
use crate::support::look::{count, writes};

const SCOPES: &str = "  scopes = [\"Zeebe\", \"Optimize\"]";

/// A client made in the console, and a configuration for it.
fn by_hand(cli: &Cli) -> (World, String) {
    let world = world(cli);
    let id = world.simulator.add_zeebe_client(
        CLUSTER,
        NewZeebeClient {
            name: "workers".to_owned(),
            permissions: vec!["Optimize".to_owned(), "Zeebe".to_owned()],
        },
    );
    write(&world, "workers", SCOPES);
    (world, id)
}

for_each_cli! {
    fn by_command(cli: &Cli) on life {
        let (world, id) = by_hand(cli);
        world.workspace.import(ADDRESS, &format!("{CLUSTER}/{id}")).expect_success();
        world.workspace.assert_empty_plan();
        let state = world.workspace.attributes(ADDRESS);
        assert_eq!(state["id"], format!("{CLUSTER}/{id}"));
        assert_eq!(state["secret"], Value::Null);
        assert_eq!(state["scopes"], json!(["Optimize", "Zeebe"]));
        assert_eq!(state["zeebe_address"], format!("{CLUSTER}.bru-2.zeebe.camunda.io:443"));
        assert_eq!(
            state["zeebe_authorization_server_url"],
            "https://login.cloud.camunda.io/oauth/token"
        );
        world.workspace.apply(&[]).expect_success();
        assert_eq!(writes(&world), [""; 0]);
        world.workspace.destroy(&[]).expect_success();
        assert_eq!(clients(&world), []);
        world.finish();
    }
}

for_each_cli! {
    /// The CLI writes the configuration, and it is valid as it is.
    fn by_block_with_generated_configuration(cli: &Cli) on [terraform_1_11_4, terraform_1_15_5] {
        let (world, id) = by_hand(cli);
        world.write(&format!("import {{\n  to = {ADDRESS}\n  id = \"{CLUSTER}/{id}\"\n}}\n"));
        world.workspace.plan(&["-generate-config-out=generated.tf"]).expect_success();
        let generated = world.workspace.read("generated.tf");
        assert!(!generated.contains("secret"), "{generated}");
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
        let (world, id) = by_hand(cli);
        let text = world.workspace.read("main.tf");
        let import = format!(
            "import {{\n  to = {ADDRESS}\n  identity = {{\n    cluster_id = {CLUSTER:?}\n    \
             zeebe_client_id = {id:?}\n  }}\n}}\n"
        );
        world.workspace.write("main.tf", &format!("{text}\n{import}"));
        assert_eq!(world.workspace.planned(&[]).to_string(), format!("nothing {ADDRESS}, imported"));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(world.workspace.attributes(ADDRESS)["id"], format!("{CLUSTER}/{id}"));
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// The wrong form is refused before anybody is asked; the right one that leads nowhere, after.
    fn of_something_else(cli: &Cli) on main {
        let (world, id) = by_hand(cli);
        let run = world.workspace.import(ADDRESS, &id);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Invalid import ID for camunda_cluster_client

        "[client]" has no / between the ID of the cluster and the rest.

        The import ID is <cluster_id>/<zeebe_client_id>, for example 6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11/Qm7x~2LdPz0aVt9KcW4eRb1hNs6uYj3F. The cluster's ID: The Console shows it on the cluster's page and in its address. The client's ID is on the same page, under API.
        "#);
        assert_eq!(count(&world, "GetClients"), 0);
        for absent in [format!("{CLUSTER}/nobody"), format!("1{}/{id}", &CLUSTER[1..])] {
            world
                .workspace
                .import(ADDRESS, &absent)
                .expect_failure_containing("Cannot import non-existent remote object");
        }
        assert!(world.workspace.addresses().is_empty());
        world.finish();
    }
}

for_each_cli! {
    /// While the cluster sleeps there is no address; it comes later, without a difference.
    fn of_a_client_whose_cluster_sleeps(cli: &Cli) on main {
        let (world, id) = by_hand(cli);
        world.simulator.suspend(CLUSTER);
        world.workspace.import(ADDRESS, &format!("{CLUSTER}/{id}")).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(world.workspace.attributes(ADDRESS)["zeebe_address"], Value::Null);
        world.simulator.set_status(CLUSTER, "Healthy");
        world.workspace.assert_empty_plan();
        world.workspace.apply(&[]).expect_success();
        assert!(world.workspace.attributes(ADDRESS)["zeebe_address"].is_string());
        world.finish();
    }
}
