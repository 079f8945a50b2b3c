//! A request for credentials whose answer does not come: the password is in it. In the end there are the
//! one credentials, and the password that is good is in the state.

use std::time::Duration;

use camunda_simulator::Fault;

use super::*;
use crate::support::Running;
use crate::support::look::{count, writes};

const DEADLINE: Duration = Duration::from_secs(120);

const CREATE: &str = "CreateMonitoringClient";
const ROTATE: &str = "RotateMonitoringClientPassword";

/// Applies a configuration with credentials while the request for them suffers this.
fn creates_one(cli: &Cli, fault: Fault, requests: &[&str]) {
    let world = switched_on(cli);
    world.simulator.faults().on(CREATE).inject(fault);
    write(&world, "prom", "");
    world.workspace.apply(&[]).expect_success();
    assert_kept(&world);
    world.workspace.assert_empty_plan();
    assert_eq!(writes(&world), requests);
    world.workspace.destroy(&[]).expect_success();
    assert!(!is_on(&world));
    world.finish();
}

for_each_cli! {
    /// Deleting the only credentials would have switched the endpoint off.
    fn a_lost_answer_leaves_no_orphan(cli: &Cli) on life {
        creates_one(cli, Fault::lost_answer(), &[CREATE, ROTATE]);
    }
}

for_each_cli! {
    fn too_many_requests_after_all_leaves_no_orphan(cli: &Cli) on main {
        creates_one(cli, Fault::too_many_requests_after_commit(), &[CREATE, ROTATE]);
    }
}

for_each_cli! {
    fn half_an_answer_leaves_no_orphan(cli: &Cli) on main {
        creates_one(cli, Fault::TruncatedJson, &[CREATE, ROTATE]);
        creates_one(cli, Fault::Omit(vec!["password".to_owned()]), &[CREATE, ROTATE]);
    }
}

for_each_cli! {
    fn what_was_not_carried_out_is_asked_for_again(cli: &Cli) on main {
        creates_one(cli, Fault::html(502), &[CREATE, CREATE]);
    }
}

for_each_cli! {
    /// Even the rescue gets lost: it is repeated until an answer arrives.
    fn a_lost_rotation_on_top_leaves_no_orphan(cli: &Cli) on main {
        let world = switched_on(cli);
        world.simulator.faults().on(CREATE).inject(Fault::lost_answer());
        world.simulator.faults().on(ROTATE).inject(Fault::lost_answer());
        write(&world, "prom", "");
        world.workspace.apply(&[]).expect_success();
        assert_kept(&world);
        assert_eq!(writes(&world), [CREATE, ROTATE, ROTATE]);
        world.finish();
    }
}

for_each_cli! {
    /// The rescue is refused: the message says what there is, and the next run takes it over.
    fn what_cannot_be_rescued_now_is_rescued_next_time(cli: &Cli) on main {
        let world = switched_on(cli);
        world.simulator.faults().on(CREATE).inject(Fault::lost_answer());
        world.simulator.faults().on(ROTATE).inject(Fault::status(403));
        write(&world, "prom", "");
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot create monitoring client "prom" in cluster [cluster]

        with camunda_cluster_monitoring_client.it, on main.tf line 9, in resource "camunda_cluster_monitoring_client" "it": 9: resource "camunda_cluster_monitoring_client" "it" {

        127.0.0.1 gave no whole answer. The monitoring client was created all the same, with the ID [client], and could not be given a password that is known. Cause: 127.0.0.1 answered POST /clusters/[cluster]/monitoring/clients/[client]/rotate with 403 Forbidden: The client lacks a permission.

        The service may have carried the request out all the same. Look in the Console before running again.

        If there are credentials of this name now, nobody knows their password: the next apply on this machine takes them over with a new one.

        (POST /clusters/[cluster]/monitoring/clients)
        "#);
        assert!(object(&world, CLIENT).is_none());
        world.workspace.apply(&[]).expect_success();
        assert_kept(&world);
        assert_eq!(count(&world, CREATE), 1);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

/// An apply that has asked for credentials and waits for the answer.
fn waiting_for_answer(world: &World, fault: Fault) -> Running {
    world.simulator.faults().on(CREATE).inject(fault);
    write(world, "prom", "");
    let apply = world.workspace.spawn(&["apply", "-auto-approve"]);
    world.wait_for(CREATE, 1);
    apply
}

for_each_cli! {
    /// Nobody has been told the password: the next run takes the credentials over with another.
    fn killed_before_the_answer_leaves_no_orphan(cli: &Cli) on main {
        let world = switched_on(cli);
        let by_hand = world.simulator.add_monitoring_client(CLUSTER, "by-hand");
        let apply = waiting_for_answer(&world, Fault::held_answer());
        apply.kill_all();
        apply.wait(DEADLINE);
        world.workspace.wait_until_gone();
        assert!(object(&world, CLIENT).is_none(), "a killed run stores nothing");
        world.simulator.faults().clear();
        world.workspace.apply(&[]).expect_success();
        assert_eq!(writes(&world), [CREATE, ROTATE]);
        world.simulator.delete_monitoring_client(CLUSTER, &by_hand);
        assert_kept(&world);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    fn killed_before_the_request_creates_one(cli: &Cli) on main {
        let world = switched_on(cli);
        let apply = waiting_for_answer(&world, Fault::Hold { after_commit: false });
        apply.kill_all();
        apply.wait(DEADLINE);
        world.workspace.wait_until_gone();
        world.simulator.faults().clear();
        world.workspace.apply(&[]).expect_success();
        assert_kept(&world);
        world.finish();
    }
}

for_each_cli! {
    /// The request is out, its answer is not there: the run waits for the answer.
    fn ctrl_c_during_the_request_keeps_the_password(cli: &Cli) on main {
        let world = switched_on(cli);
        let held = world.simulator.faults().on(CREATE).inject(Fault::held_answer());
        write(&world, "prom", "");
        let mut apply = world.workspace.spawn(&["apply", "-auto-approve"]);
        world.wait_for(CREATE, 1);
        apply.interrupt();
        apply.wait_for_output("Interrupt received", DEADLINE);
        world.simulator.faults().release(held);
        apply.wait(DEADLINE);
        world.workspace.wait_until_alone();
        assert_kept(&world);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// Everything after the answer fails, whatever it may be: the password is in the state.
    fn nothing_after_the_answer_can_lose_it(cli: &Cli) on main {
        let world = switched_on(cli);
        // The one look is before the request.
        world.simulator.faults().on("GetMonitoringClients").skip(1).always().inject(Fault::status(500));
        write(&world, "prom", "");
        world.workspace.apply(&[]).expect_success();
        assert_kept(&world);
        world.simulator.faults().clear();
        world.workspace.assert_empty_plan();
        world.finish();
    }
}
