//! Values are where the user has put them, and nowhere else.

use camunda_simulator::Fault;

use super::*;
use crate::support::Run;

const FIRST: &str = "known-value-first-5d1f";
const SECOND: &str = "known-value-second-9a3c";
const BY_HAND: &str = "known-value-by-hand-77e0";

/// A world that logs everything, with the value in a variable.
fn traced(cli: &Cli, kind: &str, more: &str) -> World {
    let mut world = world(cli);
    world.workspace = world.workspace.with_trace();
    world.workspace.set("TF_VAR_value", FIRST);
    let variable =
        format!("variable \"value\" {{\n  type = string\n  sensitive = true\n{kind}\n}}\n");
    world.write(&format!("{variable}{}", block("it", "API_KEY", more)));
    world
}

#[track_caller]
fn assert_silent(what: &str, text: &str) {
    for value in [FIRST, SECOND, BY_HAND] {
        assert!(!text.contains(value), "{what} has {value}");
    }
}

/// Creates, changes and destroys, with failures in between; returns what was said.
fn say(world: &mut World, change: impl FnOnce(&mut World)) -> String {
    let mut said = Vec::new();
    let mut keep = |run: Run| said.extend([run.stdout, run.stderr]);
    world
        .simulator
        .faults()
        .on("CreateSecret")
        .inject(Fault::lost_answer());
    keep(world.workspace.apply(&[]));
    assert_secrets(world, [("API_KEY", FIRST)]);
    change(world);
    world
        .simulator
        .faults()
        .on("UpdateSecret")
        .inject(Fault::status(500));
    let run = world.workspace.apply(&[]);
    run.expect_failure();
    keep(run);
    keep(world.workspace.plan(&["-out=saved"]));
    keep(world.workspace.run(&["apply", "saved"]));
    assert_secrets(world, [("API_KEY", SECOND)]);
    keep(world.workspace.run(&["show"]));
    said.join("\n")
}

for_each_cli! {
    /// Of a write-only value there is nothing in the state and in the plan either.
    fn of_a_write_only_value(cli: &Cli) on [terraform_1_11_4, terraform_1_15_5] requires WriteOnly {
        let more = "  value_wo = var.value\n  value_wo_version = 1";
        let mut world = traced(cli, "  ephemeral = true", more);
        let said = say(&mut world, |world| {
            world.workspace.set("TF_VAR_value", SECOND);
            let text = world.workspace.read("main.tf");
            world.workspace.write("main.tf", &text.replace("version = 1", "version = 2"));
        });
        assert_silent("the output", &said);
        set_by_hand(&world, "API_KEY", BY_HAND);
        world.workspace.assert_empty_plan();
        world.workspace.refresh().expect_success();
        for file in ["terraform.tfstate", "terraform.tfstate.backup"] {
            assert_silent(file, &world.workspace.read(file));
        }
        let saved = world.workspace.run(&["show", "-json", "saved"]);
        assert_silent("the plan", &saved.expect_success().stdout);
        world.workspace.destroy(&[]).expect_success();
        let trace = world.workspace.trace();
        assert!(trace.contains("CreateSecret"), "the log has our part");
        assert_silent("the log", &trace);
        world.finish();
    }
}

for_each_cli! {
    /// A stored value is in state and plan, and still in no log and no message.
    fn of_a_stored_value(cli: &Cli) on life {
        let mut world = traced(cli, "", "  value = var.value");
        let said = say(&mut world, |world| {
            world.workspace.set("TF_VAR_value", SECOND);
        });
        assert_silent("the output", &said);
        set_by_hand(&world, "API_KEY", BY_HAND);
        let run = world.workspace.plan(&[]);
        assert_silent("the plan of a drift", &format!("{}{}", run.stdout, run.stderr));
        world.workspace.destroy(&[]).expect_success();
        let trace = world.workspace.trace();
        assert!(trace.contains("CreateSecret"), "the log has our part");
        assert_silent("the log", &trace);
        world.finish();
    }
}
