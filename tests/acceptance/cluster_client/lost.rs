//! A request for a client whose answer does not come: the secret is in it. In the end there is one
//! client, and its secret is in the state.

use std::time::Duration;

use camunda_simulator::{Fault, NewZeebeClient};

use super::*;
use crate::support::Running;
use crate::support::look::{count, writes};

const DEADLINE: Duration = Duration::from_secs(120);

/// Applies a configuration with one client while the request for it suffers this.
fn creates_one(cli: &Cli, fault: Fault, requests: &[&str]) {
    let world = world(cli);
    world.simulator.faults().on("CreateClient").inject(fault);
    write(&world, "workers", "");
    world.workspace.apply(&[]).expect_success();
    assert_kept(&world);
    world.workspace.assert_empty_plan();
    assert_eq!(writes(&world), requests);
    world.workspace.destroy(&[]).expect_success();
    assert_eq!(clients(&world), []);
    world.finish();
}

const AGAIN: [&str; 3] = ["CreateClient", "DeleteClient", "CreateClient"];

for_each_cli! {
    fn a_lost_answer_leaves_no_orphan(cli: &Cli) on life {
        creates_one(cli, Fault::lost_answer(), &AGAIN);
    }
}

for_each_cli! {
    /// "Too many" does not mean "not done".
    fn too_many_requests_after_all_leaves_no_orphan(cli: &Cli) on main {
        creates_one(cli, Fault::too_many_requests_after_commit(), &AGAIN);
    }
}

for_each_cli! {
    fn half_an_answer_leaves_no_orphan(cli: &Cli) on main {
        creates_one(cli, Fault::TruncatedJson, &AGAIN);
    }
}

for_each_cli! {
    fn an_answer_without_the_secret_leaves_no_orphan(cli: &Cli) on main {
        creates_one(cli, Fault::Omit(vec!["clientSecret".to_owned()]), &AGAIN);
    }
}

for_each_cli! {
    fn what_was_not_carried_out_is_asked_for_again(cli: &Cli) on main {
        creates_one(cli, Fault::html(502), &["CreateClient", "CreateClient"]);
    }
}

for_each_cli! {
    /// The list does not show it yet when we look; its name, which is taken, gives it away.
    fn a_lost_answer_and_a_late_list_leave_no_orphan(cli: &Cli) on main {
        let world = world(cli);
        world
            .simulator
            .change_behaviour(|all| all.durations.client_visibility = Duration::from_secs(120));
        world.simulator.faults().on("CreateClient").inject(Fault::lost_answer());
        write(&world, "workers", "");
        world.workspace.apply(&[]).expect_success();
        assert_kept(&world);
        world.workspace.assert_empty_plan();
        assert_kept(&world);
        world.finish();
    }
}

for_each_cli! {
    /// The service never gets well: nothing is left, and the message says so.
    fn a_service_that_stays_ill_leaves_nothing(cli: &Cli) on main {
        let world = world(cli);
        world.workspace.write("provider.tf", "provider \"camunda\" {\n  max_retries = 1\n}\n");
        world.simulator.faults().on("CreateClient").always().inject(Fault::lost_answer());
        write(&world, "workers", "");
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot create API client "workers" in cluster [cluster]

        with camunda_cluster_client.it, on main.tf line 9, in resource "camunda_cluster_client" "it": 9: resource "camunda_cluster_client" "it" {

        127.0.0.1 gave no whole answer. The API client that came of it was deleted again. Cause: error sending request. Cause: client error (SendRequest). Cause: connection error. Cause: Connection reset by peer (os error 104).

        Nothing was changed by this request; it is safe to run again.

        (POST /clusters/[cluster]/clients)
        "#);
        assert_eq!(clients(&world), []);
        assert!(object(&world).is_none());
        world.finish();
    }
}

for_each_cli! {
    /// The name was taken before, so that the lost answer cannot have been a success.
    fn a_client_of_somebody_else_is_left_alone(cli: &Cli) on main {
        let world = world(cli);
        let other = NewZeebeClient { name: "workers".to_owned(), ..NewZeebeClient::default() };
        let other = world.simulator.add_zeebe_client(CLUSTER, other);
        world.simulator.faults().on("CreateClient").inject(Fault::reset());
        write(&world, "workers", "");
        let run = world.workspace.apply(&[]);
        assert!(errors(&world, &run).contains("to = camunda_cluster_client.example"), "{run}");
        assert_eq!(client(&world).client_id, other);
        assert_eq!(count(&world, "DeleteClient"), 0);
        world.finish();
    }
}

/// An apply that has asked for a client and waits for the answer.
fn waiting_for_answer(world: &World, fault: Fault) -> Running {
    world.simulator.faults().on("CreateClient").inject(fault);
    write(world, "workers", "");
    let apply = world.workspace.spawn(&["apply", "-auto-approve"]);
    world.wait_for("CreateClient", 1);
    apply
}

for_each_cli! {
    /// Nobody has been told the secret: the next run deletes the client and creates another.
    fn killed_before_the_answer_leaves_no_orphan(cli: &Cli) on main {
        let world = world(cli);
        let by_hand = world.simulator.add_zeebe_client(CLUSTER, NewZeebeClient::default());
        let apply = waiting_for_answer(&world, Fault::held_answer());
        apply.kill_all();
        apply.wait(DEADLINE);
        world.workspace.wait_until_gone();
        assert!(object(&world).is_none(), "a killed run stores nothing");
        world.simulator.faults().clear();
        world.workspace.apply(&[]).expect_success();
        let left: Vec<String> = clients(&world).into_iter().map(|it| it.name).collect();
        assert_eq!(left, ["by-hand", "workers"]);
        assert_eq!(writes(&world), AGAIN);
        world.simulator.delete_zeebe_client(CLUSTER, &by_hand);
        assert_kept(&world);
        world.workspace.assert_empty_plan();
        // The story is over: whoever needs another one later gets one in the ordinary way.
        world.workspace.apply(&["-replace", ADDRESS]).expect_success();
        assert_kept(&world);
        world.finish();
    }
}

for_each_cli! {
    /// Killed while the address was waited for: the secret was told, but not stored.
    fn killed_after_the_answer_leaves_no_orphan(cli: &Cli) on main {
        let world = world(cli);
        world.simulator.set_status(CLUSTER, "Creating");
        write(&world, "workers", "");
        let apply = world.workspace.spawn(&["apply", "-auto-approve"]);
        world.wait_for("GetClient", 2);
        apply.kill_all();
        apply.wait(DEADLINE);
        world.workspace.wait_until_gone();
        world.simulator.set_status(CLUSTER, "Healthy");
        world.workspace.apply(&[]).expect_success();
        assert_kept(&world);
        assert_eq!(writes(&world), AGAIN);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    fn killed_before_the_request_creates_one(cli: &Cli) on main {
        let world = world(cli);
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
    fn ctrl_c_during_the_request_keeps_the_secret(cli: &Cli) on main {
        let world = world(cli);
        let held = world.simulator.faults().on("CreateClient").inject(Fault::held_answer());
        write(&world, "workers", "");
        let mut apply = world.workspace.spawn(&["apply", "-auto-approve"]);
        world.wait_for("CreateClient", 1);
        apply.interrupt();
        apply.wait_for_output("Interrupt received", DEADLINE);
        world.simulator.faults().release(held);
        apply.wait(DEADLINE);
        world.workspace.wait_until_alone();
        let before = assert_kept(&world);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(assert_kept(&world)["secret"], before["secret"]);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}
