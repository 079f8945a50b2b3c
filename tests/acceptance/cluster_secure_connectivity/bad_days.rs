//! Answers that get lost, waits that end early, runs that are killed: there is one endpoint service in
//! the end, and it is in the state.

use std::time::Duration;

use camunda_simulator::{ClockMode, Fault};

use super::*;
use crate::support::look::count;
use crate::support::{Action, Running};

const DEADLINE: Duration = Duration::from_secs(120);

/// Time passes with every request, fast.
fn move_on(world: &World) {
    let step = Duration::from_secs(300);
    world.simulator.set_clock(ClockMode::PerRequest(step));
}

/// The next apply goes on and ends well, with the same endpoint service.
#[track_caller]
fn assert_carries_on(world: &World) {
    move_on(world);
    let service = found(world).expect("it is there").service_name;
    world.workspace.apply(&[]).expect_success();
    let state = assert_kept(world);
    assert_eq!(state["ready"], true);
    assert_eq!(state["service_name"], service.as_str());
    assert_eq!(found(world).unwrap().service_name, service);
    world.workspace.assert_empty_plan();
    assert_eq!(count(world, "ActivateSecureConnectivity"), 1);
}

for_each_cli! {
    fn a_lost_answer_is_found(cli: &Cli) on main {
        for fault in [Fault::lost_answer(), Fault::too_many_requests_after_commit()] {
            let world = world(cli);
            world.simulator.faults().on("ActivateSecureConnectivity").inject(fault);
            write(&world, "eu-central-1", "");
            world.workspace.apply(&[]).expect_success();
            assert_eq!(assert_kept(&world)["ready"], true);
            assert_eq!(count(&world, "ActivateSecureConnectivity"), 1);
            world.workspace.assert_empty_plan();
            world.finish();
        }
    }
}

for_each_cli! {
    fn time_runs_out(cli: &Cli) on main {
        let world = world(cli);
        world.simulator.set_clock(ClockMode::Manual);
        write(&world, "eu-central-1", "  timeouts = { create = \"1s\", delete = \"1s\" }");
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(warnings(&world, &run), @r#"
        Warning: Secure connectivity of cluster [cluster] is not ready yet

        with camunda_cluster_secure_connectivity.it, on main.tf line 9, in resource "camunda_cluster_secure_connectivity" "it": 9: resource "camunda_cluster_secure_connectivity" "it" {

        It was activated. It did not become ready within 1 s (timeouts.create). Seen last: not ready (Provisioning).

        Nothing is lost: it is in the state, and the next apply goes on waiting for it. If it needs more time, raise timeouts.create.
        "#);
        assert_eq!(assert_kept(&world)["service_name"], Value::Null);
        // Not ready yet: the next plan means to go on.
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.change(ADDRESS).action, Action::Update, "{plan}");
        let run = world.workspace.apply(&[]);
        assert!(errors(&world, &run).contains("The next apply goes on waiting for it."), "{run}");
        assert_kept(&world);
        assert_carries_on(&world);
        world.simulator.set_clock(ClockMode::Manual);
        let run = world.workspace.destroy(&[]);
        insta::assert_snapshot!(errors(&world, &run), @"
        Error: Secure connectivity of cluster [cluster] is still there

        Its removal was accepted, but it was not gone within 1 s (timeouts.delete). Seen last: not ready (Removing).

        Run destroy again to go on waiting, or raise timeouts.delete.
        ");
        assert!(object(&world).is_some());
        move_on(&world);
        world.workspace.destroy(&[]).expect_success();
        assert_eq!(found(&world), None);
        world.finish();
    }
}

for_each_cli! {
    /// It gets ready between two runs: the next plan has nothing to do.
    fn what_gets_ready_by_itself_is_no_change(cli: &Cli) on main {
        let world = world(cli);
        world.simulator.set_clock(ClockMode::Manual);
        write(&world, "eu-central-1", "  timeouts = { create = \"1s\" }");
        world.workspace.apply(&[]).expect_success();
        world.simulator.advance(Duration::from_secs(600));
        world.workspace.assert_empty_plan();
        assert_carries_on(&world);
        world.finish();
    }
}

for_each_cli! {
    /// Each answer that the look after the activation can get instead of the right one.
    fn the_look_fails(cli: &Cli) on main {
        for fault in [Fault::status(403), Fault::status(500), Fault::TruncatedJson] {
            let world = world(cli);
            world.workspace.write("provider.tf", "provider \"camunda\" {\n  max_retries = 0\n}\n");
            // The first look is before the activation.
            let faults = world.simulator.faults();
            faults.on("GetSecureConnectivityStatus").skip(1).always().inject(fault);
            write(&world, "eu-central-1", "  timeouts = { create = \"3s\" }");
            let run = world.workspace.apply(&[]);
            let said = warnings(&world, &run);
            assert!(said.contains("Nothing is lost"), "{said}");
            assert_kept(&world);
            world.simulator.faults().clear();
            assert_carries_on(&world);
            world.finish();
        }
    }
}

for_each_cli! {
    fn it_vanishes_while_it_is_provisioned(cli: &Cli) on main {
        let world = world(cli);
        world.simulator.set_clock(ClockMode::Manual);
        write(&world, "eu-central-1", "");
        let apply = waiting(&world);
        world.simulator.delete_secure_connectivity(CLUSTER);
        let run = apply.wait(DEADLINE);
        assert!(errors(&world, &run).contains("vanished while it was being provisioned"), "{run}");
        assert!(object(&world).is_none());
        world.finish();
    }
}

/// An apply that waits for an endpoint service, which does not get ready.
fn waiting(world: &World) -> Running {
    world.simulator.set_clock(ClockMode::Manual);
    write(world, "eu-central-1", "");
    let apply = world.workspace.spawn(&["apply", "-auto-approve"]);
    world.wait_for("GetSecureConnectivityStatus", 3);
    apply
}

for_each_cli! {
    fn ctrl_c_during_the_wait_loses_nothing(cli: &Cli) on main {
        let world = world(cli);
        let apply = waiting(&world);
        apply.interrupt();
        let run = apply.wait(DEADLINE);
        run.expect_output_containing("The run was interrupted while waiting.");
        world.workspace.wait_until_alone();
        assert_kept(&world);
        assert_carries_on(&world);
        world.finish();
    }
}

for_each_cli! {
    /// A killed run stores nothing; the next one goes on with what it has left.
    fn a_killed_run_loses_nothing(cli: &Cli) on main {
        let world = world(cli);
        let apply = waiting(&world);
        apply.kill_all();
        apply.wait(DEADLINE);
        world.workspace.wait_until_gone();
        assert!(object(&world).is_none());
        assert_carries_on(&world);
        world.finish();
    }
}
