//! `keep_awake`: a cluster that is found asleep is woken by the next apply, and only where that was
//! asked for.

use camunda_simulator::{ClockMode, Fault, NewCluster};
use serde_json::json;

use super::{ADDRESS, count, errors, warnings, writes};
use crate::support::{Action, Cli, World};
use std::time::Duration;

const DEADLINE: Duration = Duration::from_secs(60);
const KEPT: &str = "  keep_awake = true";

/// A cluster in the state, which has fallen asleep since.
fn asleep(cli: &Cli, more: &str) -> World {
    let world = World::new(cli);
    world.write_cluster("orders", more);
    world.workspace.apply(&[]).expect_success();
    world.workspace.assert_empty_plan();
    fall_asleep(&world);
    world
}

fn fall_asleep(world: &World) {
    assert!(world.simulator.suspend(&world.cluster_id()));
}

fn status(world: &World) -> String {
    world.simulator.clusters()[0].status.to_string()
}

for_each_cli! {
    /// The plan says so, the apply does so, and nothing is left to do.
    fn is_woken(cli: &Cli) on every {
        let world = asleep(cli, KEPT);
        let run = world.workspace.plan(&[]);
        insta::assert_snapshot!(warnings(&world, run.expect_success()), @r#"
        Warning: Cluster "orders" is asleep and will be woken

        with camunda_cluster.it, on main.tf line 14, in resource "camunda_cluster" "it": 14: keep_awake = true

        The service has suspended the cluster. As keep_awake says, the apply wakes it and waits until it is healthy; Camunda documents 5 to 10 minutes for that. The process data that the cluster held is lost.
        "#);
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), "update camunda_cluster.it (labels)");
        assert_eq!(writes(&world), ["CreateCluster"]);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(status(&world), "Healthy");
        assert_eq!(writes(&world), ["CreateCluster", "Wake"]);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// Without it, or with `false`, a sleeping cluster is no difference.
    fn is_left_asleep(cli: &Cli) on every {
        for more in ["", "  keep_awake = false"] {
            let world = asleep(cli, more);
            let run = world.workspace.plan(&["-detailed-exitcode"]);
            run.expect_code(0).expect_output_without("asleep");
            world.workspace.assert_empty_plan();
            world.workspace.apply(&[]).expect_success();
            assert_eq!(status(&world), "Suspended");
            assert_eq!(writes(&world), ["CreateCluster"]);
            world.finish();
        }
    }
}

for_each_cli! {
    /// Asked for while it sleeps, together with other changes: it is woken before anything else.
    fn is_woken_before_it_is_changed(cli: &Cli) on life {
        let world = asleep(cli, "");
        world.write_cluster("sales", KEPT);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(writes(&world), ["CreateCluster", "Wake", "UpdateCluster"]);
        assert_eq!(status(&world), "Healthy");
        let state = world.workspace.attributes(ADDRESS);
        assert_eq!((&state["name"], &state["keep_awake"]), (&json!("sales"), &json!(true)));
        world.workspace.assert_empty_plan();
        // Taken back, nothing is sent.
        world.write_cluster("sales", "");
        world.workspace.apply(&[]).expect_success();
        assert_eq!(count(&world, "UpdateCluster"), 1);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// Somebody was faster, between the plan and the apply, or the plan looked at nothing: no request.
    fn one_that_is_awake_again_is_left_alone(cli: &Cli) on main {
        let world = asleep(cli, KEPT);
        let file = world.workspace.project().join("saved");
        let out = format!("-out={}", file.display());
        world.workspace.plan(&[&out]).expect_success();
        world.simulator.set_status(&world.cluster_id(), "Healthy");
        world.workspace.run(&["apply", file.to_str().unwrap()]).expect_success();
        assert_eq!(writes(&world), ["CreateCluster"]);
        world.workspace.assert_empty_plan();
        // The next apply after a sleep that nobody has seen.
        fall_asleep(&world);
        world.workspace.refresh().expect_success();
        world.simulator.set_status(&world.cluster_id(), "Healthy");
        world.workspace.apply(&["-refresh=false"]).expect_success();
        assert_eq!(writes(&world), ["CreateCluster"]);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    fn lost_answers_and_refusals(cli: &Cli) on main {
        let world = asleep(cli, KEPT);
        world.simulator.change_behaviour(|all| all.refuse_wake_of_running_cluster = true);
        world.simulator.faults().on("Wake").inject(Fault::lost_answer());
        world.workspace.apply(&[]).expect_success();
        assert_eq!(status(&world), "Healthy");
        fall_asleep(&world);
        world.simulator.faults().on("Wake").inject(Fault::status(409));
        let run = world.workspace.apply(&[]);
        run.expect_failure();
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot wake cluster "orders"

        with camunda_cluster.it, on main.tf line 14, in resource "camunda_cluster" "it": 14: keep_awake = true

        127.0.0.1 answered 409 Conflict: Another change is running.

        (PUT /clusters/[cluster]/wake)
        "#);
        // Nothing was forgotten.
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.change(ADDRESS).action, Action::Update);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(status(&world), "Healthy");
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// A cluster that has been woken may show as suspended for a while: no reason to give up.
    fn one_that_shows_as_asleep_for_a_while_is_waited_for(cli: &Cli) on main {
        let world = asleep(cli, KEPT);
        let late = Fault::Overlay(json!({ "status": { "ready": "Suspended" } }));
        // One look before the plan and one before the request are true.
        world.simulator.faults().on("GetCluster").skip(2).times(2).inject(late);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(count(&world, "Wake"), 1);
        assert_eq!(status(&world), "Healthy");
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

/// An apply that has woken the cluster and waits for it.
fn waiting(world: &World) -> crate::support::Running {
    world.simulator.set_clock(ClockMode::Manual);
    let reads = count(world, "GetCluster") as u64;
    let apply = world.workspace.spawn(&["apply", "-auto-approve"]);
    world.wait_for("Wake", 1);
    // One before the plan, one before the request, and two looks of the wait.
    world.wait_for("GetCluster", reads + 4);
    apply
}

fn move_on(world: &World) {
    world
        .simulator
        .set_clock(ClockMode::PerRequest(Duration::from_secs(30)));
}

for_each_cli! {
    /// Interrupted or killed: the service goes on by itself, and nobody wakes the cluster twice.
    fn ended_in_the_middle(cli: &Cli) on life {
        for kill in [false, true] {
            let world = asleep(cli, KEPT);
            let apply = waiting(&world);
            if kill {
                apply.kill_all();
                apply.wait(DEADLINE);
                world.workspace.wait_until_gone();
            } else {
                apply.interrupt();
                let run = apply.wait(DEADLINE);
                world.workspace.wait_until_alone();
                run.expect_failure_containing("The run was interrupted while waiting. Seen last: Resuming");
            }
            world.workspace.assert_empty_plan();
            move_on(&world);
            world.workspace.apply(&[]).expect_success();
            world.simulator.advance(Duration::from_secs(600));
            assert_eq!(status(&world), "Healthy");
            assert_eq!(count(&world, "Wake"), 1);
            world.workspace.assert_empty_plan();
            world.finish();
        }
    }
}

for_each_cli! {
    /// An import leaves no difference, asleep or not.
    fn is_not_needed_after_an_import(cli: &Cli) on life {
        let world = World::new(cli);
        let id = world.simulator.add_cluster(NewCluster {
            name: "orders".to_owned(),
            ..NewCluster::default()
        });
        world.write_cluster("orders", "");
        world.workspace.import(ADDRESS, &id).expect_success();
        world.workspace.assert_empty_plan();
        assert!(world.workspace.attributes(ADDRESS)["keep_awake"].is_null());
        fall_asleep(&world);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}
