//! Changes in place: exactly the changed members in exactly one request, and a plan that shows
//! nothing else.

use serde_json::{Value, json};

use super::{ADDRESS, bodies, count, warnings, writes};
use crate::support::{Action, Cli, World};

/// Applies `before`, then `after`, and checks what the plan says and what the service was asked.
/// `body` is null where nothing may be asked.
fn changes(cli: &Cli, before: &str, after: &str, attributes: &[&str], body: Value) {
    let world = World::new(cli);
    world.write_cluster("orders", before);
    world.workspace.apply(&[]).expect_success();
    let id = world.cluster_id();
    world.write_cluster("orders", after);
    let plan = world.workspace.planned(&[]);
    let change = plan.change(ADDRESS);
    assert_eq!(change.action, Action::Update, "{plan}");
    let changed: Vec<&str> = change.attributes.iter().map(String::as_str).collect();
    assert_eq!(changed, attributes);
    world.workspace.apply(&[]).expect_success();
    let expected = if body.is_null() {
        Vec::new()
    } else {
        vec![body]
    };
    assert_eq!(bodies(&world, "UpdateCluster"), expected);
    assert_eq!(count(&world, "UpgradeCluster"), 0);
    assert_eq!(count(&world, "CreateCluster"), 1);
    assert_eq!(world.cluster_id(), id);
    world.workspace.assert_empty_plan();
    world.workspace.destroy(&[]).expect_success();
    world.finish_empty();
}

for_each_cli! {
    fn of_the_name(cli: &Cli) on main {
        changes(cli, "", "  name = \"invoices\"", &["name"], json!({ "name": "invoices" }));
    }
}

for_each_cli! {
    fn of_the_description(cli: &Cli) on main {
        let described = |text: &str| format!("  description = \"{text}\"");
        changes(
            cli,
            &described("Orders"),
            &described("Orders — \\\"all\\\" of them"),
            &["description"],
            json!({ "description": "Orders — \"all\" of them" }),
        );
    }
}

for_each_cli! {
    /// Removing a description clears it.
    fn away_with_the_description(cli: &Cli) on main {
        let before = "  description = \"Orders\"";
        changes(cli, before, "", &["description"], json!({ "description": "" }));
    }
}

for_each_cli! {
    /// A service that shows the cleared description as an empty text is no reason for a plan.
    fn cleared_and_empty_are_the_same(cli: &Cli) on main {
        let world = World::new(cli);
        world.simulator.change_behaviour(|behaviour| behaviour.send_cleared_description = true);
        world.write_cluster("orders", "  description = \"Orders\"");
        world.workspace.apply(&[]).expect_success();
        world.write_cluster("orders", "");
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        world.write_cluster("orders", "  description = \"\"");
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(count(&world, "UpdateCluster"), 1, "empty and none are the same");
        world.finish();
    }
}

for_each_cli! {
    fn of_the_stage_label(cli: &Cli) on main {
        changes(
            cli,
            "  stage_label = \"dev\"",
            "  stage_label = \"prod\"",
            &["labels", "stage_label"],
            json!({ "stageLabel": "prod" }),
        );
    }
}

for_each_cli! {
    fn of_the_hardware_packages(cli: &Cli) on main {
        changes(
            cli,
            "  hardware_packages = 1",
            "  hardware_packages = 3",
            &["hardware_packages"],
            json!({ "numberOfAllocatedHwPackages": 3 }),
        );
    }
}

for_each_cli! {
    fn of_the_deletion_protection(cli: &Cli) on main {
        let before = "  deletion_protection = true";
        changes(cli, before, "", &["deletion_protection"], Value::Null);
    }
}

for_each_cli! {
    fn of_the_timeouts(cli: &Cli) on main {
        let after = "  timeouts = { create = \"45m\", delete = \"1h\" }";
        changes(cli, "", after, &["timeouts"], Value::Null);
    }
}

for_each_cli! {
    fn of_delete_on_create_timeout(cli: &Cli) on main {
        let after = "  delete_on_create_timeout = true";
        changes(cli, "", after, &["delete_on_create_timeout"], Value::Null);
    }
}

for_each_cli! {
    fn of_several_at_once(cli: &Cli) on main {
        changes(
            cli,
            "",
            "  name = \"invoices\"\n  description = \"New\"\n  deletion_protection = false",
            &["description", "name"],
            json!({ "name": "invoices", "description": "New" }),
        );
    }
}

for_each_cli! {
    /// What cannot be taken back is kept, and the user is told.
    fn a_stage_label_cannot_be_taken_back(cli: &Cli) on main {
        let world = World::new(cli);
        world.write_cluster("orders", "  stage_label = \"dev\"\n  hardware_packages = 2");
        world.workspace.apply(&[]).expect_success();
        world.write_cluster("orders", "");
        let run = world.workspace.apply(&[]);
        run.expect_success();
        insta::assert_snapshot!(warnings(&world, &run), @r#"
        Warning: Removing stage_label does not reset it

        with camunda_cluster.it, on main.tf line 9, in resource "camunda_cluster" "it": 9: resource "camunda_cluster" "it" {

        The API can change stage_label but not take it back: the cluster keeps the last value, and Terraform no longer looks after it.

        Set it to the value you want instead of removing it.

        (and one more similar warning elsewhere)

        Warning: Removing hardware_packages does not reset it

        with camunda_cluster.it, on main.tf line 9, in resource "camunda_cluster" "it": 9: resource "camunda_cluster" "it" {

        The API can change hardware_packages but not take it back: the cluster keeps the last value, and Terraform no longer looks after it.

        Set it to the value you want instead of removing it.

        (and one more similar warning elsewhere)
        "#);
        assert_eq!(writes(&world), ["CreateCluster"]);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}
