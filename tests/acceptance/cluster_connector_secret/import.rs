//! Secrets that exist already are taken over, with their values where the state may hold them.

use serde_json::{Value, json};

use super::*;
use crate::support::look::{bodies, errors, writes};

fn by_hand(cli: &Cli) -> World {
    let world = world(cli);
    set_by_hand(&world, "API/KEY", "by hand");
    write(&world, "API/KEY", "  value = \"by hand\"");
    world
}

fn id() -> String {
    format!("{CLUSTER}/API/KEY")
}

fn add(world: &World, more: &str) {
    let text = world.workspace.read("main.tf");
    world.workspace.write("main.tf", &format!("{text}\n{more}"));
}

fn import_block() -> String {
    format!("import {{\n  to = {ADDRESS}\n  id = {:?}\n}}\n", id())
}

for_each_cli! {
    fn by_command(cli: &Cli) on life {
        let world = by_hand(cli);
        world.workspace.import(ADDRESS, &id()).expect_success();
        world.workspace.assert_empty_plan();
        let state = world.workspace.attributes(ADDRESS);
        assert_eq!(state["id"], id().as_str());
        assert_eq!(state["value"], "by hand");
        world.workspace.apply(&[]).expect_success();
        assert_eq!(writes(&world), [""; 0]);
        world.workspace.destroy(&[]).expect_success();
        assert_secrets(&world, []);
        world.finish();
    }
}

for_each_cli! {
    fn by_block(cli: &Cli) on main {
        let world = by_hand(cli);
        add(&world, &import_block());
        assert_eq!(world.workspace.planned(&[]).to_string(), format!("nothing {ADDRESS}, imported"));
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(writes(&world), [""; 0]);
        world.finish();
    }
}

for_each_cli! {
    /// Without a value in the configuration, the secret keeps the one it has, whatever it becomes.
    fn without_a_value(cli: &Cli) on life {
        let world = by_hand(cli);
        write(&world, "API/KEY", "");
        add(&world, &import_block());
        assert_eq!(world.workspace.planned(&[]).to_string(), format!("nothing {ADDRESS}, imported"));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(world.workspace.attributes(ADDRESS)["value"], "by hand");
        world.workspace.assert_empty_plan();
        set_by_hand(&world, "API/KEY", "by another hand");
        world.workspace.assert_empty_plan();
        write(&world, "API/KEY", "  timeouts = { update = \"1m\" }");
        world.workspace.apply(&[]).expect_success();
        assert_eq!(writes(&world), [""; 0]);
        assert_secrets(&world, [("API/KEY", "by another hand")]);
        // From then on as if it had been made so.
        write(&world, "API/KEY", "  value = \"given\"");
        assert_eq!(world.workspace.planned(&[]).to_string(), format!("update {ADDRESS} (timeouts, value)"));
        world.workspace.apply(&[]).expect_success();
        assert_secrets(&world, [("API/KEY", "given")]);
        write(&world, "API/KEY", "");
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// What the CLI writes is valid as it is, and tells nothing.
    fn with_generated_configuration(cli: &Cli) on [terraform_1_11_4, terraform_1_15_5, tofu_1_6_2] {
        let world = by_hand(cli);
        world.write(&import_block());
        world.workspace.plan(&["-generate-config-out=generated.tf"]).expect_success();
        let generated = world.workspace.read("generated.tf");
        assert!(!generated.contains("by hand"), "{generated}");
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(writes(&world), [""; 0]);
        world.finish();
    }
}

for_each_cli! {
    fn by_identity(cli: &Cli) on [terraform_1_15_5] requires Identity {
        let world = by_hand(cli);
        add(
            &world,
            &format!(
                "import {{\n  to = {ADDRESS}\n  identity = {{\n    cluster_id = {CLUSTER:?}\n    name = \
                 \"API/KEY\"\n  }}\n}}\n"
            ),
        );
        assert_eq!(world.workspace.planned(&[]).to_string(), format!("nothing {ADDRESS}, imported"));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(world.workspace.attributes(ADDRESS)["value"], "by hand");
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// Nothing is destroyed, the value is sent once, and afterwards it is nowhere.
    fn with_a_write_only_value(cli: &Cli) on main {
        let world = by_hand(cli);
        write(&world, "API/KEY", "  value_wo = \"given\"\n  value_wo_version = 1");
        add(&world, &import_block());
        let plan = world.workspace.planned(&[]);
        let change = plan.change(ADDRESS);
        assert_eq!(change.action, crate::support::Action::Update, "{plan}");
        assert!(change.importing);
        world.workspace.apply(&[]).expect_success();
        assert_secrets(&world, [("API/KEY", "given")]);
        assert_eq!(writes(&world), ["UpdateSecret"]);
        let state = world.workspace.attributes(ADDRESS);
        assert_eq!((&state["value"], &state["value_wo_version"]), (&Value::Null, &json!(1)));
        assert!(!world.workspace.read("terraform.tfstate").contains("by hand"));
        world.workspace.assert_empty_plan();
        assert_eq!(bodies(&world, "UpdateSecret").len(), 1);
        world.finish();
    }
}

for_each_cli! {
    fn of_what_there_is_not(cli: &Cli) on main {
        let world = by_hand(cli);
        world
            .workspace
            .import(ADDRESS, &format!("{CLUSTER}/NOTHING"))
            .expect_failure_containing("Cannot import non-existent remote object");
        let run = world.workspace.import(ADDRESS, "API_KEY");
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Invalid import ID for camunda_cluster_connector_secret

        "API_KEY" has no / between the ID of the cluster and the rest.

        The import ID is <cluster_id>/<name>, for example 6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11/PAYMENT_API_KEY. The cluster's ID: The Console shows it on the cluster's page and in its address. The name of the secret is on the same page, under Connector Secrets.
        "#);
        world.finish();
    }
}
