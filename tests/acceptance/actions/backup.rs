//! `camunda_cluster_backup_create`: one backup per invocation, also on bad days.

use camunda_simulator::{Backup, Fault, seed};

use super::*;

const BACKUP: &str = "camunda_cluster_backup_create";

fn healthy(cli: &Cli) -> World {
    world(cli, NewCluster::default())
}

/// The same, and backups may follow each other at once.
fn without_pace(cli: &Cli) -> World {
    let world = healthy(cli);
    let pace = Duration::ZERO;
    world
        .simulator
        .change_behaviour(|all| all.durations.backup_pace = pace);
    world
}

fn backups(world: &World) -> Vec<Backup> {
    world.simulator.backups(CLUSTER)
}

/// Names in the place of what is random.
fn named(world: &World, text: &str) -> String {
    let mut text = text.to_owned();
    for (number, backup) in backups(world).iter().enumerate() {
        text = text.replace(&backup.id, &format!("[backup {number}]"));
        text = text.replace(&backup.name, "[name]");
    }
    text
}

fn refused(world: &World) -> String {
    let run = invoke(world, BACKUP);
    named(world, &errors(world, &run))
}

for_each_cli! {
    fn by_hand(cli: &Cli) on [terraform_1_14_9, terraform_1_15_5] requires Actions {
        let world = healthy(cli);
        write(&world, BACKUP, "");
        let run = invoke(&world, BACKUP);
        run.expect_success();
        insta::assert_snapshot!(named(&world, &told(&world, &run)), @r#"
        Action started: action.camunda_cluster_backup_create.it (triggered by CLI)
        Action action.camunda_cluster_backup_create.it (triggered by CLI): cluster [cluster]: asking for a backup
        Action action.camunda_cluster_backup_create.it (triggered by CLI): cluster [cluster]: backup [backup 0] has begun
        Action action.camunda_cluster_backup_create.it (triggered by CLI): cluster [cluster]: In progress
        Action action.camunda_cluster_backup_create.it (triggered by CLI): backup "[name]" of cluster [cluster] is complete, with the ID [backup 0]
        Action complete: action.camunda_cluster_backup_create.it (triggered by CLI)
        "#);
        assert_eq!(writes(&world), ["CreateBackup"]);
        // Too soon for another one: that one is complete, and another one was asked for.
        let said = refused(&world);
        assert!(said.contains("every 15 minutes at most"), "{said}");
        world.simulator.advance(Duration::from_secs(16 * 60));
        invoke(&world, BACKUP).expect_success();
        assert_eq!(backups(&world).len(), 2);
        world.finish();
    }
}

for_each_cli! {
    fn by_trigger(cli: &Cli) on [terraform_1_14_9, terraform_1_15_5] requires Actions {
        let world = without_pace(cli);
        write_triggered(&world, BACKUP, "", 1);
        world.workspace.apply(&[]).expect_success();
        write_triggered(&world, BACKUP, "", 2);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(backups(&world).len(), 2);
        world.finish();
    }
}

for_each_cli! {
    /// A lost answer, and one that came too late: one backup each.
    fn on_bad_days(cli: &Cli) on [terraform_1_15_5] requires Actions {
        for fault in [Fault::lost_answer(), Fault::too_many_requests_after_commit()] {
            let world = healthy(cli);
            world.simulator.faults().on("CreateBackup").inject(fault);
            write(&world, BACKUP, "");
            invoke(&world, BACKUP).expect_success();
            assert_eq!(backups(&world).len(), 1);
            world.finish();
        }
    }
}

for_each_cli! {
    fn refused_and_failed(cli: &Cli) on [terraform_1_15_5] requires Actions {
        let mut world = without_pace(cli);
        write(&world, BACKUP, "");
        world.simulator.change_behaviour(|all| all.fail_backups = true);
        insta::assert_snapshot!(refused(&world), @r#"
        Error: Error when invoking action

        Backup "[name]" of cluster [cluster] failed: The service could not finish the backup [backup 0]. Failed parts: Zeebe.

        The service may want 15 minutes to lie between this backup and the next.
        "#);
        world.simulator.change_behaviour(|all| all.fail_backups = false);
        world.simulator.faults().on("CreateBackup").inject(Fault::status(409));
        insta::assert_snapshot!(refused(&world), @"
        Error: Error when invoking action

        Cannot back up cluster [cluster]: 127.0.0.1 answered 409 Conflict: Another change is running.

        A backup needs a healthy cluster in which no other backup and no restore is running. Apply again when it is.

        (POST /clusters/[cluster]/backups)
        ");
        world.log_in(&seed::credentials::READ_ONLY);
        let said = refused(&world);
        assert!(said.contains("the permission group \"Backups\""), "{said}");
        world.finish();
    }
}

for_each_cli! {
    /// A resource is not changed when the backup before it fails.
    fn a_failure_stops_the_resource(cli: &Cli) on [terraform_1_14_9, terraform_1_15_5] requires Actions {
        let world = without_pace(cli);
        write_triggered(&world, BACKUP, "", 1);
        world.simulator.change_behaviour(|all| all.fail_backups = true);
        world.workspace.apply(&[]).expect_failure_containing("failed");
        assert_eq!(world.workspace.addresses(), [""; 0]);
        world.finish();
    }
}

for_each_cli! {
    fn out_of_time(cli: &Cli) on [terraform_1_15_5] requires Actions {
        let world = without_pace(cli);
        stand_still(&world);
        write(&world, BACKUP, "    timeout = \"1s\"");
        insta::assert_snapshot!(refused(&world), @r#"
        Error: Error when invoking action

        Backup "[name]" of cluster [cluster] is not complete: The backup was begun with the ID [backup 0]. It was not complete within timeout. Seen last: In progress.

        Invoke the action again to go on waiting for it, or raise timeout.
        "#);
        move_on(&world);
        write(&world, BACKUP, "");
        invoke(&world, BACKUP).expect_success();
        assert_eq!(count(&world, "CreateBackup"), 1);
        world.finish();
    }
}

/// The next invocation goes on with the backup there is; the one after takes another.
fn goes_on(world: &World) {
    move_on(world);
    invoke(world, BACKUP).expect_success();
    assert_eq!(backups(world).len(), 1);
    invoke(world, BACKUP).expect_success();
    assert_eq!(backups(world).len(), 2);
}

for_each_cli! {
    fn interrupted(cli: &Cli) on [terraform_1_14_9, terraform_1_15_5] requires Actions {
        let world = without_pace(cli);
        let run = waiting(&world, BACKUP, "CreateBackup", "In progress");
        run.interrupt();
        let run = run.wait(DEADLINE);
        world.workspace.wait_until_alone();
        insta::assert_snapshot!(named(&world, &errors(&world, &run)), @r#"
        Error: Error when invoking action

        Backup "[name]" of cluster [cluster] is not complete: The backup was begun with the ID [backup 0]. The run was interrupted while it was being taken. Seen last: In progress.

        Invoke the action again to go on waiting for it, or raise timeout.
        "#);
        goes_on(&world);
        world.finish();
    }
}

for_each_cli! {
    fn killed(cli: &Cli) on [terraform_1_14_9, terraform_1_15_5] requires Actions {
        let world = without_pace(cli);
        let run = waiting(&world, BACKUP, "CreateBackup", "In progress");
        run.kill_all();
        run.wait(DEADLINE);
        world.workspace.wait_until_gone();
        goes_on(&world);
        world.finish();
    }
}

for_each_cli! {
    /// Nobody has been told the ID of the backup.
    fn killed_before_the_answer(cli: &Cli) on [terraform_1_15_5] requires Actions {
        let world = without_pace(cli);
        world.simulator.faults().on("CreateBackup").inject(Fault::held_answer());
        write(&world, BACKUP, "");
        let run = begin(&world, BACKUP);
        world.wait_for("CreateBackup", 1);
        run.kill_all();
        run.wait(DEADLINE);
        world.workspace.wait_until_gone();
        world.simulator.faults().clear();
        goes_on(&world);
        world.finish();
    }
}
