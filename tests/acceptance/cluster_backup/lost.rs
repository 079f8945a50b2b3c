//! Answers that got lost, and runs that were killed: no backup is taken twice, none is forgotten.

use camunda_simulator::Fault;

use super::*;
use crate::support::Running;

const DEADLINE: Duration = Duration::from_secs(60);

fn taken_once(cli: &Cli, fault: Fault) {
    let world = world(cli);
    world.simulator.faults().on("CreateBackup").inject(fault);
    write(&world, "");
    world.workspace.apply(&[]).expect_success();
    assert_kept(&world);
    assert_eq!(count(&world, "CreateBackup"), 1);
    world.workspace.assert_empty_plan();
    world.finish();
}

for_each_cli! {
    fn a_lost_answer_is_found(cli: &Cli) on main {
        taken_once(cli, Fault::lost_answer());
    }
}

for_each_cli! {
    fn a_429_after_the_fact_is_found(cli: &Cli) on main {
        taken_once(cli, Fault::too_many_requests_after_commit());
    }
}

/// An apply that has asked for a backup and waits for the answer.
fn waiting_for_answer(world: &World, fault: Fault) -> Running {
    world.simulator.faults().on("CreateBackup").inject(fault);
    write(world, "");
    let apply = world.workspace.spawn(&["apply", "-auto-approve"]);
    world.wait_for("CreateBackup", 1);
    apply
}

for_each_cli! {
    /// The next run goes on with the backup of the killed one.
    fn killed_before_the_answer_leaves_no_orphan(cli: &Cli) on main {
        let world = world(cli);
        let apply = waiting_for_answer(&world, Fault::held_answer());
        apply.kill_all();
        apply.wait(DEADLINE);
        world.workspace.wait_until_gone();
        assert_eq!(world.workspace.addresses(), [""; 0]);
        world.simulator.faults().clear();
        world.workspace.apply(&[]).expect_success();
        assert_eq!(assert_kept(&world)["status"], "Complete");
        assert_eq!(count(&world, "CreateBackup"), 1);
        world.workspace.assert_empty_plan();
        // The story is over: whoever needs another one later gets one in the ordinary way.
        world.workspace.apply(&["-replace", ADDRESS]).expect_success();
        assert_kept(&world);
        assert_eq!(count(&world, "CreateBackup"), 2);
        world.finish();
    }
}

for_each_cli! {
    fn killed_during_the_wait_leaves_no_orphan(cli: &Cli) on main {
        let world = world(cli);
        stand_still(&world);
        write(&world, "");
        let apply = world.workspace.spawn(&["apply", "-auto-approve"]);
        world.wait_for("GetBackups", 3);
        apply.kill_all();
        apply.wait(DEADLINE);
        world.workspace.wait_until_gone();
        move_on(&world);
        world.workspace.apply(&[]).expect_success();
        assert_kept(&world);
        assert_eq!(count(&world, "CreateBackup"), 1);
        world.finish();
    }
}

for_each_cli! {
    fn killed_before_the_request_takes_one(cli: &Cli) on main {
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
    /// A deletion whose answer got lost is a deletion.
    fn a_lost_answer_to_a_deletion_does_no_harm(cli: &Cli) on main {
        let world = world(cli);
        write(&world, "");
        world.workspace.apply(&[]).expect_success();
        world.simulator.faults().on("DeleteBackup").inject(Fault::lost_answer());
        world.workspace.destroy(&[]).expect_success();
        assert!(backups(&world).is_empty());
        world.finish();
    }
}
