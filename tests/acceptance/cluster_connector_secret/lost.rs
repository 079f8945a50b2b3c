//! Answers that do not come, and runs that end before them. In the end there is one secret, and the
//! state has it.

use std::time::Duration;

use camunda_simulator::Fault;

use super::*;
use crate::support::Running;
use crate::support::look::{errors, writes};

const DEADLINE: Duration = Duration::from_secs(120);

fn creates_one(cli: &Cli, fault: Fault, requests: &[&str]) {
    let world = world(cli);
    world.simulator.faults().on("CreateSecret").inject(fault);
    write(&world, "API_KEY", "  value = \"first\"");
    world.workspace.apply(&[]).expect_success();
    assert_secrets(&world, [("API_KEY", "first")]);
    world.workspace.assert_empty_plan();
    assert_eq!(writes(&world), requests);
    world.workspace.destroy(&[]).expect_success();
    assert_secrets(&world, []);
    world.finish();
}

for_each_cli! {
    fn a_lost_answer_leaves_no_orphan(cli: &Cli) on life {
        creates_one(cli, Fault::lost_answer(), &["CreateSecret"]);
    }
}

for_each_cli! {
    /// "Too many" does not mean "not done".
    fn too_many_requests_after_all_leaves_no_orphan(cli: &Cli) on main {
        creates_one(cli, Fault::too_many_requests_after_commit(), &["CreateSecret"]);
    }
}

for_each_cli! {
    fn what_was_not_carried_out_is_asked_for_again(cli: &Cli) on main {
        creates_one(cli, Fault::html(502), &["CreateSecret", "CreateSecret"]);
    }
}

for_each_cli! {
    /// The same value, but there before: it is not ours, and is left alone.
    fn a_secret_of_somebody_else_is_left_alone(cli: &Cli) on main {
        let world = world(cli);
        set_by_hand(&world, "API_KEY", "first");
        world.simulator.faults().on("CreateSecret").inject(Fault::reset());
        write(&world, "API_KEY", "  value = \"first\"");
        let run = world.workspace.apply(&[]);
        assert!(errors(&world, &run).contains("to = camunda_cluster_connector_secret.example"), "{run}");
        assert!(world.workspace.addresses().is_empty());
        assert_secrets(&world, [("API_KEY", "first")]);
        world.finish();
    }
}

for_each_cli! {
    /// Changes and deletions are simply made again.
    fn changes_and_deletions_are_repeated(cli: &Cli) on main {
        let world = world(cli);
        write(&world, "API_KEY", "  value = \"first\"");
        world.workspace.apply(&[]).expect_success();
        world.simulator.faults().on("UpdateSecret").inject(Fault::lost_answer());
        write(&world, "API_KEY", "  value = \"second\"");
        world.workspace.apply(&[]).expect_success();
        assert_secrets(&world, [("API_KEY", "second")]);
        world
            .simulator
            .change_behaviour(|all| all.refuse_delete_of_unknown_secret = true);
        world.simulator.faults().on("DeleteSecret").inject(Fault::lost_answer());
        world.workspace.destroy(&[]).expect_success();
        assert!(world.workspace.addresses().is_empty());
        assert_secrets(&world, []);
        world.finish();
    }
}

/// An apply that has asked for a secret and waits for the answer.
fn waiting_for_answer(world: &World, fault: Fault) -> Running {
    world.simulator.faults().on("CreateSecret").inject(fault);
    write(world, "API_KEY", "  value = \"first\"");
    let apply = world.workspace.spawn(&["apply", "-auto-approve"]);
    world.wait_for("CreateSecret", 1);
    apply
}

fn kill(world: &World, apply: Running) {
    apply.kill_all();
    apply.wait(DEADLINE);
    world.workspace.wait_until_gone();
    assert!(
        world.workspace.addresses().is_empty(),
        "a killed run stores nothing"
    );
    world.simulator.faults().clear();
}

for_each_cli! {
    /// The next run finds the secret that nobody was told of, and takes it.
    fn killed_before_the_answer_leaves_no_orphan(cli: &Cli) on life {
        let world = world(cli);
        set_by_hand(&world, "OTHER", "other");
        let apply = waiting_for_answer(&world, Fault::held_answer());
        kill(&world, apply);
        world.workspace.apply(&[]).expect_success();
        assert_secrets(&world, [("API_KEY", "first"), ("OTHER", "other")]);
        assert_eq!(writes(&world), ["CreateSecret"]);
        world.workspace.assert_empty_plan();
        world.workspace.destroy(&[]).expect_success();
        assert_secrets(&world, [("OTHER", "other")]);
        world.finish();
    }
}

for_each_cli! {
    /// Meanwhile somebody has made one of that name: it is not taken for ours.
    fn killed_and_made_by_somebody_else(cli: &Cli) on main {
        let world = world(cli);
        let apply = waiting_for_answer(&world, Fault::Hold { after_commit: false });
        kill(&world, apply);
        set_by_hand(&world, "API_KEY", "somebody else's");
        world.workspace.apply(&[]).expect_failure_containing("import it instead of creating it");
        assert_secrets(&world, [("API_KEY", "somebody else's")]);
        delete_by_hand(&world, "API_KEY");
        world.workspace.apply(&[]).expect_success();
        assert_secrets(&world, [("API_KEY", "first")]);
        world.finish();
    }
}

for_each_cli! {
    /// The request is out, its answer is not there: the run waits for the answer.
    fn ctrl_c_during_the_request_loses_nothing(cli: &Cli) on main {
        let world = world(cli);
        let held = world.simulator.faults().on("CreateSecret").inject(Fault::held_answer());
        write(&world, "API_KEY", "  value = \"first\"");
        let mut apply = world.workspace.spawn(&["apply", "-auto-approve"]);
        world.wait_for("CreateSecret", 1);
        apply.interrupt();
        apply.wait_for_output("Interrupt received", DEADLINE);
        world.simulator.faults().release(held);
        apply.wait(DEADLINE);
        world.workspace.wait_until_alone();
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(writes(&world), ["CreateSecret"]);
        world.finish();
    }
}
