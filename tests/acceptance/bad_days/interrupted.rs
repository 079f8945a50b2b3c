//! Runs that are interrupted with Ctrl-C, and runs that are killed. Afterwards nothing runs on, and
//! the next run goes on with the clusters there are.

use camunda_simulator::{Fault, seed};

use super::*;
use crate::support::Running;

/// An apply that waits for a new cluster, which does not get ready.
fn waiting_for_cluster(world: &World) -> Running {
    stand_still(world);
    world.write_cluster("orders", "");
    let apply = world.workspace.spawn(&["apply", "-auto-approve"]);
    world.wait_for("GetCluster", 2);
    apply
}

for_each_cli! {
    fn ctrl_c_during_the_wait_loses_nothing(cli: &Cli) on life {
        let world = World::new(cli);
        let apply = waiting_for_cluster(&world);
        apply.interrupt();
        let run = apply.wait(DEADLINE);
        assert_silent_about_secrets(&run);
        run.expect_output_containing("is not ready yet");
        run.expect_output_containing("The run was interrupted while it was starting.");
        world.workspace.wait_until_alone();
        let id = assert_kept(&world);
        move_on(&world);
        assert_carries_on(&world, &id);
        world.finish();
    }
}

for_each_cli! {
    /// The request is out, its answer is not there: the run waits for the answer, not for the wait.
    fn ctrl_c_during_the_request_loses_nothing(cli: &Cli) on main {
        let world = World::new(cli);
        let held = world.simulator.faults().on("CreateCluster").inject(Fault::held_answer());
        world.write_cluster("orders", "");
        let mut apply = world.workspace.spawn(&["apply", "-auto-approve"]);
        world.wait_for("CreateCluster", 1);
        apply.interrupt();
        apply.wait_for_output("Interrupt received", DEADLINE);
        world.simulator.faults().release(held);
        assert_silent_about_secrets(&apply.wait(DEADLINE));
        world.workspace.wait_until_alone();
        let id = assert_kept(&world);
        assert_carries_on(&world, &id);
        world.finish();
    }
}

/// Kills a run, and looks what becomes of its cluster.
fn killed(world: &World, apply: Running, kill: fn(&Running)) {
    kill(&apply);
    let run = apply.wait(DEADLINE);
    assert_eq!(run.status.code(), None, "ended by a signal\n{run}");
    assert_silent_about_secrets(&run);
    world.workspace.wait_until_gone();
    let id = world.cluster_id();
    assert!(object(world).is_none(), "a killed run stores nothing");
    world.simulator.faults().clear();
    move_on(world);
    assert_carries_on(world, &id);
}

for_each_cli! {
    /// As when the system runs out of memory: the provider notices that nobody is left.
    fn a_killed_cli_leaves_no_provider_and_no_orphan(cli: &Cli) on main {
        let world = World::new(cli);
        let apply = waiting_for_cluster(&world);
        killed(&world, apply, Running::kill_cli);
        world.finish();
    }
}

for_each_cli! {
    /// As when a build job is cancelled.
    fn a_killed_run_leaves_no_orphan(cli: &Cli) on life {
        let world = World::new(cli);
        let apply = waiting_for_cluster(&world);
        killed(&world, apply, Running::kill_all);
        world.finish();
    }
}

for_each_cli! {
    /// Nobody has been told the identifier of the cluster.
    fn killed_before_the_answer_leaves_no_orphan(cli: &Cli) on main {
        let world = World::new(cli);
        world.simulator.faults().on("CreateCluster").inject(Fault::held_answer());
        world.write_cluster("orders", "");
        let apply = world.workspace.spawn(&["apply", "-auto-approve"]);
        world.wait_for("CreateCluster", 1);
        killed(&world, apply, Running::kill_all);
        world.finish();
    }
}

for_each_cli! {
    /// Killed before anything was created: nothing is found, and one cluster is created.
    fn killed_before_the_request_creates_one(cli: &Cli) on main {
        let world = World::new(cli);
        let fault = Fault::Hold { after_commit: false };
        world.simulator.faults().on("CreateCluster").inject(fault);
        world.write_cluster("orders", "");
        let apply = world.workspace.spawn(&["apply", "-auto-approve"]);
        world.wait_for("CreateCluster", 1);
        apply.kill_all();
        apply.wait(DEADLINE);
        world.workspace.wait_until_gone();
        world.workspace.apply(&[]).expect_success();
        assert_kept(&world);
        world.simulator.faults().clear();
        world.finish();
    }
}

for_each_cli! {
    fn ctrl_c_during_a_destroy_keeps_the_cluster_in_the_state(cli: &Cli) on main {
        let world = World::new(cli);
        world.write_cluster("orders", "");
        world.workspace.apply(&[]).expect_success();
        stand_still(&world);
        let reads = asked(&world, "GetCluster") as u64;
        let destroy = world.workspace.spawn(&["destroy", "-auto-approve"]);
        world.wait_for("DeleteCluster", 1);
        world.wait_for("GetCluster", reads + 3);
        destroy.interrupt();
        let run = destroy.wait(DEADLINE);
        world.workspace.wait_until_alone();
        assert_kept(&world);
        move_on(&world);
        world.workspace.destroy(&[]).expect_success();
        assert!(object(&world).is_none());
        let _filters = filters();
        insta::assert_snapshot!(errors(&run), @r#"
        Error: Cluster "orders" may still be there

        Its deletion was accepted, but the run was interrupted while waiting for it. Seen last: Healthy.

        Run destroy again to make sure.
        "#);
        world.finish_empty();
    }
}

for_each_cli! {
    fn ctrl_c_during_an_upgrade_goes_on_later(cli: &Cli) on main {
        let world = World::new(cli);
        let generation = |id: &str| format!("  generation = {id:?}");
        world.write_cluster("orders", &generation(seed::GENERATION_8_8_GEN22));
        world.workspace.apply(&[]).expect_success();
        world.write_cluster("sales", &generation(seed::GENERATION_8_9_GEN3));
        stand_still(&world);
        let reads = asked(&world, "GetCluster") as u64;
        let apply = world.workspace.spawn(&["apply", "-auto-approve"]);
        world.wait_for("UpgradeCluster", 1);
        // One before the plan, and two looks of the wait: what the first found has been noted.
        world.wait_for("GetCluster", reads + 3);
        apply.interrupt();
        let run = apply.wait(DEADLINE);
        world.workspace.wait_until_alone();
        assert_eq!(world.workspace.attributes(CLUSTER)["name"], "sales");
        let id = assert_kept(&world);
        // The service goes on by itself; nobody asks it a second time.
        world.simulator.advance(Duration::from_secs(3600));
        move_on(&world);
        assert_carries_on(&world, &id);
        assert_eq!(asked(&world, "UpgradeCluster"), 1);
        assert_eq!(
            world.workspace.attributes(CLUSTER)["current_generation"],
            seed::GENERATION_8_9_GEN3
        );
        let _filters = filters();
        insta::assert_snapshot!(errors(&run), @r#"
        Error: Cluster "orders" is not healthy

        with camunda_cluster.it, on main.tf line 9, in resource "camunda_cluster" "it": 9: resource "camunda_cluster" "it" {

        The run was interrupted while waiting. Seen last: Updating (Zeebe Healthy, Operate Healthy, Tasklist Healthy, Optimize Healthy, Connectors Healthy).

        What was changed is in the state, and the service finishes what it has begun.
        "#);
        world.finish();
    }
}
