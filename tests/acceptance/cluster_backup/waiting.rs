//! Backups that take their time, fail, or are not waited for to the end.

use camunda_simulator::Fault;

use super::*;

const DEADLINE: Duration = Duration::from_secs(60);

/// An apply whose wait runs out at once.
fn out_of_time(world: &World) -> String {
    stand_still(world);
    write(world, "  timeouts = {\n    create = \"1s\"\n  }");
    let run = world.workspace.apply(&[]);
    run.expect_success();
    named(world, &warnings(world, &run))
}

for_each_cli! {
    /// A warning, not an error: the backup is kept, and the next apply waits for it.
    fn one_that_takes_long_is_waited_for_later(cli: &Cli) on main {
        let world = world(cli);
        insta::assert_snapshot!(out_of_time(&world), @r#"
        Warning: Backup "[name]" of cluster [cluster] is not complete yet

        with camunda_cluster_backup.it, on main.tf line 9, in resource "camunda_cluster_backup" "it": 9: resource "camunda_cluster_backup" "it" {

        The backup was begun with the ID [backup 0]. It was not complete within timeouts.create. Seen last: In progress.

        Nothing is lost: the backup is in the state, the service goes on with it, and the next apply goes on waiting. If it needs more time, raise timeouts.create.
        "#);
        let state = assert_kept(&world);
        assert_eq!(state["status"], "In progress");
        assert!(state["completed_at"].is_null(), "{state}");
        // Still not complete, and again not in time.
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.change(ADDRESS).action, Action::Update, "{plan}");
        insta::assert_snapshot!(refused(&world), @r#"
        Error: Backup "[name]" of cluster [cluster] is not complete

        with camunda_cluster_backup.it, on main.tf line 9, in resource "camunda_cluster_backup" "it": 9: resource "camunda_cluster_backup" "it" {

        It was not complete within timeouts.create. Seen last: In progress.

        Apply again to go on waiting, or raise timeouts.create.
        "#);
        assert_kept(&world);
        move_on(&world);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(assert_kept(&world)["status"], "Complete");
        world.workspace.assert_empty_plan();
        assert_eq!(writes(&world), ["CreateBackup"]);
        world.finish();
    }
}

for_each_cli! {
    /// A refresh that finds it complete is the end of the story.
    fn one_that_was_completed_meanwhile_needs_nothing(cli: &Cli) on main {
        let world = world(cli);
        out_of_time(&world);
        world.simulator.advance(Duration::from_secs(120));
        world.workspace.assert_empty_plan();
        world.workspace.refresh().expect_success();
        assert_eq!(assert_kept(&world)["status"], "Complete");
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// One that has failed meanwhile is replaced, as if it had been seen to fail.
    fn one_that_failed_meanwhile_is_replaced(cli: &Cli) on main {
        let world = world(cli);
        world.simulator.change_behaviour(|all| all.fail_backups = true);
        out_of_time(&world);
        let failed = backup(&world).id;
        world.simulator.advance(Duration::from_secs(120));
        world.simulator.change_behaviour(|all| all.fail_backups = false);
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.change(ADDRESS).action, Action::Replace, "{plan}");
        move_on(&world);
        world.workspace.apply(&[]).expect_success();
        let state = assert_kept(&world);
        assert_eq!(state["status"], "Complete");
        assert_ne!(state["id"], failed);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// An error, and the backup in the state: the next apply deletes it and takes another one.
    fn one_that_fails_is_tainted(cli: &Cli) on main {
        let world = world(cli);
        world.simulator.change_behaviour(|all| all.fail_backups = true);
        write(&world, "");
        insta::assert_snapshot!(refused(&world), @r#"
        Error: Backup "[name]" of cluster [cluster] failed

        with camunda_cluster_backup.it, on main.tf line 9, in resource "camunda_cluster_backup" "it": 9: resource "camunda_cluster_backup" "it" {

        The service could not finish the backup [backup 0]. Failed parts: Zeebe.

        The next apply deletes it and takes another one. The service may want 15 minutes to lie between the two.
        "#);
        assert_eq!(assert_kept(&world)["status"], "Failed");
        world.simulator.change_behaviour(|all| all.fail_backups = false);
        assert_eq!(world.workspace.planned(&[]).change(ADDRESS).action, Action::Replace);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(assert_kept(&world)["status"], "Complete");
        assert_eq!(writes(&world), ["CreateBackup", "DeleteBackup", "CreateBackup"]);
        world.finish();
    }
}

for_each_cli! {
    fn ctrl_c_loses_nothing(cli: &Cli) on main {
        let world = world(cli);
        stand_still(&world);
        write(&world, "");
        let apply = world.workspace.spawn(&["apply", "-auto-approve"]);
        world.wait_for("GetBackups", 3);
        apply.interrupt();
        let run = apply.wait(DEADLINE);
        world.workspace.wait_until_alone();
        run.expect_output_containing("is not complete yet");
        run.expect_output_containing("The run was interrupted while it was being taken.");
        assert_kept(&world);
        move_on(&world);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(assert_kept(&world)["status"], "Complete");
        assert_eq!(count(&world, "CreateBackup"), 1);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// A backup that vanishes while it is being taken is nobody's.
    fn one_that_vanishes_is_not_kept(cli: &Cli) on main {
        let world = world(cli);
        stand_still(&world);
        write(&world, "");
        let apply = world.workspace.spawn(&["apply", "-auto-approve"]);
        world.wait_for("GetBackups", 2);
        world.simulator.delete_backup(&backup(&world).id);
        let run = apply.wait(DEADLINE);
        run.expect_failure_containing("vanished while it was being taken");
        assert_eq!(world.workspace.addresses(), [""; 0]);
        world.finish();
    }
}

for_each_cli! {
    /// Looks that fail for a while are tolerated; those that fail for good leave the backup in the
    /// state.
    fn looks_may_fail(cli: &Cli) on main {
        let world = world(cli);
        let faults = world.simulator.faults();
        faults.on("GetBackups").skip(1).times(2).inject(Fault::status(502));
        write(&world, "");
        world.workspace.apply(&[]).expect_success();
        world.workspace.destroy(&[]).expect_success();
        let faults = world.simulator.faults();
        faults.on("GetBackups").skip(1).inject(Fault::status(403));
        let run = world.workspace.apply(&[]);
        run.expect_success();
        assert!(warnings(&world, &run).contains("is not complete yet"), "{run}");
        assert_kept(&world);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(assert_kept(&world)["status"], "Complete");
        world.finish();
    }
}
