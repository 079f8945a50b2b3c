//! A new cluster that does not become healthy just like that.

use std::time::Duration;

use camunda_simulator::Fault;
use camunda_simulator::behaviour::Flicker;

use super::*;

/// Time for a creation that is not going to come to its end.
const SHORT: &str = "  timeouts = { create = \"2s\" }";

for_each_cli! {
    fn unhealthy_in_between_is_no_failure(cli: &Cli) on life {
        let world = World::new(cli);
        world.simulator.change_behaviour(|behaviour| {
            behaviour.durations.create = Duration::from_secs(300);
            behaviour.creation_flicker = Some(Flicker {
                after: Duration::from_secs(60),
                lasting: Duration::from_secs(120),
            });
        });
        // Healthy once, and then not: only the second look in a row counts.
        let faults = world.simulator.faults();
        faults.on("GetCluster").inject(Fault::cluster_status("Healthy"));
        world.write_cluster("orders", "");
        world.workspace.apply(&[]).expect_success();
        assert_eq!(world.simulator.clusters()[0].status.to_string(), "Healthy");
        assert_kept(&world);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// A warning, not an error: an error would taint the cluster, and the next apply destroy it.
    fn a_creation_out_of_time_is_gone_on_with(cli: &Cli) on life {
        let world = World::new(cli);
        stand_still(&world);
        world.write_cluster("orders", SHORT);
        let run = world.workspace.apply(&[]);
        run.expect_success().expect_output_containing("Warning: Cluster \"orders\" is not ready yet");
        assert_silent_about_secrets(&run);
        let id = assert_kept(&world);
        // Still not there: the plan goes on with it, the apply waits on.
        let plan = world.workspace.planned(&[]);
        assert!(!plan.is_empty(), "{plan}");
        move_on(&world);
        assert_carries_on(&world, &id);
        world.workspace.destroy(&[]).expect_success();
        world.finish_empty();
    }
}

for_each_cli! {
    fn a_creation_out_of_time_is_explained(cli: &Cli) on main {
        let world = World::new(cli);
        stand_still(&world);
        world.write_cluster("orders", SHORT);
        let _filters = filters();
        insta::assert_snapshot!(warnings(&world.workspace.apply(&[])), @r#"
        Warning: Cluster "orders" is not ready yet

        with camunda_cluster.it, on main.tf line 9, in resource "camunda_cluster" "it": 9: resource "camunda_cluster" "it" {

        The cluster exists with the ID [id]. It did not become healthy within [time] (timeouts.create). Seen last: Creating.

        Nothing is lost: the cluster is in the state, and the next apply goes on waiting for it. If it needs more time, raise timeouts.create.
        "#);
        world.finish();
    }
}

for_each_cli! {
    /// The next apply waits for as long as a creation may take, and says so when that is over.
    fn a_second_wait_may_run_out_too(cli: &Cli) on main {
        let world = World::new(cli);
        stand_still(&world);
        world.write_cluster("orders", SHORT);
        world.workspace.apply(&[]).expect_success();
        let id = assert_kept(&world);
        let run = world.workspace.apply(&[]);
        let _filters = filters();
        insta::assert_snapshot!(errors(&run), @r#"
        Error: Cluster "orders" is not healthy

        with camunda_cluster.it, on main.tf line 9, in resource "camunda_cluster" "it": 9: resource "camunda_cluster" "it" {

        The cluster was not healthy within [time] (timeouts.create). Seen last: Creating.

        What was changed is in the state. Apply again to go on, or raise timeouts.create.
        "#);
        assert_eq!(assert_kept(&world), id);
        move_on(&world);
        assert_carries_on(&world, &id);
        world.finish();
    }
}

for_each_cli! {
    fn a_creation_out_of_time_can_be_taken_back(cli: &Cli) on main {
        let world = World::new(cli);
        let stuck = world.simulator.faults().on("GetCluster").always()
            .inject(Fault::cluster_status("Creating"));
        world.write_cluster("orders", &format!("{SHORT}\n  delete_on_create_timeout = true"));
        let run = world.workspace.apply(&[]);
        assert!(world.simulator.clusters().is_empty());
        assert!(object(&world).is_none());
        let _filters = filters();
        insta::assert_snapshot!(errors(&run), @r#"
        Error: Cluster "orders" did not become healthy in time

        with camunda_cluster.it, on main.tf line 9, in resource "camunda_cluster" "it": 9: resource "camunda_cluster" "it" {

        The cluster [id] was not healthy within [time] (timeouts.create). Seen last: Creating (Zeebe Healthy, Operate Healthy, Tasklist Healthy, Optimize Healthy, Connectors Healthy). delete_on_create_timeout is set, so it was deleted.

        Apply again to create it anew; if it needs more time, raise timeouts.create.
        "#);
        world.simulator.faults().remove(stuck);
        world.workspace.apply(&[]).expect_success();
        assert_kept(&world);
        world.finish();
    }
}

/// A creation in which the cluster gets into a state of which waiting does not get it out.
fn stuck_in(cli: &Cli, status: &str) -> String {
    let world = World::new(cli);
    let faults = world.simulator.faults();
    faults
        .on("GetCluster")
        .inject(Fault::cluster_status(status));
    world.write_cluster("orders", "");
    let run = world.workspace.apply(&[]);
    assert_eq!(asked(&world, "GetCluster"), 1, "fails fast");
    let id = world.cluster_id();
    let tainted = object(&world).expect("the cluster is in the state");
    assert_eq!(tainted["tainted"], true, "{tainted:#}");
    // What the message says helps: a person gets the cluster going, nobody replaces it.
    world.workspace.run(&["untaint", CLUSTER]).expect_success();
    assert!(world.simulator.set_status(&id, "Healthy"));
    assert_carries_on(&world, &id);
    world.finish();
    errors(&run)
}

for_each_cli! {
    fn asleep_before_it_was_ever_awake(cli: &Cli) on main {
        let _filters = filters();
        insta::assert_snapshot!(stuck_in(cli, "Suspended"), @r#"
        Error: Cluster "orders" does not become healthy by itself

        with camunda_cluster.it, on main.tf line 9, in resource "camunda_cluster" "it": 9: resource "camunda_cluster" "it" {

        The cluster was created with the ID [id], but is now Suspended (Zeebe Creating, Operate Creating, Tasklist Creating, Optimize Creating, Connectors Creating).

        The cluster is asleep. Wake it with keep_awake = true on its camunda_cluster, with the action camunda_cluster_wake, or on its page in the Console (Resume); when it is healthy, apply again.

        The cluster is in the state, but Terraform has marked it as tainted and would replace it. To keep it, run `terraform untaint` (or `tofu untaint`) with the resource's address first.
        "#);
    }
}

for_each_cli! {
    fn waiting_for_a_person(cli: &Cli) on main {
        let _filters = filters();
        insta::assert_snapshot!(stuck_in(cli, "WaitingForInput"), @r#"
        Error: Cluster "orders" does not become healthy by itself

        with camunda_cluster.it, on main.tf line 9, in resource "camunda_cluster" "it": 9: resource "camunda_cluster" "it" {

        The cluster was created with the ID [id], but is now WaitingForInput (Zeebe Creating, Operate Creating, Tasklist Creating, Optimize Creating, Connectors Creating).

        The cluster waits for a person: with encryption "External" it needs the key, which is handed in on the cluster's page in the Console. Do that, then apply again.

        The cluster is in the state, but Terraform has marked it as tainted and would replace it. To keep it, run `terraform untaint` (or `tofu untaint`) with the resource's address first.
        "#);
    }
}

for_each_cli! {
    fn an_unknown_state_is_waited_out(cli: &Cli) on main {
        let world = World::new(cli);
        world.simulator.faults().on("GetCluster").times(4).inject(Fault::cluster_status("Dreaming"));
        world.write_cluster("orders", "");
        world.workspace.apply(&[]).expect_success();
        assert!(asked(&world, "GetCluster") >= 6, "two looks find it healthy");
        assert_kept(&world);
        world.finish();
    }
}

for_each_cli! {
    /// Not every machine of the service knows the cluster at once.
    fn a_new_cluster_may_be_unknown_at_first(cli: &Cli) on main {
        let world = World::new(cli);
        world.simulator.faults().on("GetCluster").times(3).inject(Fault::status(404));
        world.write_cluster("orders", "");
        world.workspace.apply(&[]).expect_success();
        assert_kept(&world);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    fn deleted_by_hand_between_two_looks(cli: &Cli) on main {
        let world = World::new(cli);
        stand_still(&world);
        world.write_cluster("orders", "");
        let apply = world.workspace.spawn(&["apply", "-auto-approve"]);
        world.wait_for("GetCluster", 2);
        assert!(world.simulator.delete_cluster(&world.cluster_id()));
        let run = apply.wait(DEADLINE);
        assert!(object(&world).is_none());
        let _filters = filters();
        insta::assert_snapshot!(errors(&run), @r#"
        Error: Cluster "orders" vanished while it was being created

        with camunda_cluster.it, on main.tf line 9, in resource "camunda_cluster" "it": 9: resource "camunda_cluster" "it" {

        The cluster was created with the ID [id], but the API no longer knows it. Somebody may have deleted it.

        Nothing is left of it. Apply again to create it anew.
        "#);
        move_on(&world);
        world.workspace.apply(&[]).expect_success();
        assert_kept(&world);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}
