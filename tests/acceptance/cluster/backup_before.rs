//! `backup_before`: no upgrade and no end without a backup that is complete, where that was asked for.

use std::time::Duration;

use camunda_simulator::seed;
use camunda_simulator::{Backup, BackupStatus, ClockMode, Fault};
use serde_json::{Value, json};

use super::{ADDRESS, count, errors, warnings, writes};
use crate::support::{Action, Cli, Run, Running, World};

const DEADLINE: Duration = Duration::from_secs(60);
const BEFORE_UPGRADE: &str = "  backup_before = [\"upgrade\"]\n";
const BEFORE_END: &str = "  backup_before = [\"destroy\"]\n";

fn generation(id: &str) -> String {
    format!("  generation = {id:?}\n")
}

/// A cluster that runs the oldest generation, so that it can be upgraded.
fn with_cluster(cli: &Cli, more: &str) -> World {
    let world = World::new(cli);
    world.write_cluster("orders", &(generation(seed::GENERATION_8_8_GEN22) + more));
    world.workspace.apply(&[]).expect_success();
    world
}

/// The configuration of an upgrade, and of another change with it.
fn write_upgrade(world: &World, more: &str) {
    world.write_cluster("sales", &(generation(seed::GENERATION_8_9_GEN3) + more));
}

/// All backups there are, of whatever cluster.
fn backups(world: &World) -> Vec<Backup> {
    let clusters = world.simulator.clusters().into_iter();
    clusters
        .flat_map(|cluster| world.simulator.backups(&cluster.id))
        .collect()
}

/// Names in the place of what is random. Looks at a text from before the end of the cluster.
fn named(text: &str, cluster: &str, backup: &str) -> String {
    let text = text
        .replace(cluster, "[cluster]")
        .replace(backup, "[backup]");
    // `manual-2026-…`: what the service calls it.
    let mut parts: Vec<String> = Vec::new();
    for (index, part) in text.split("Backup \"").enumerate() {
        match part.split_once('"') {
            Some((_, rest)) if index > 0 => parts.push(format!("[name]\"{rest}")),
            _ => parts.push(part.to_owned()),
        }
    }
    parts.join("Backup \"")
}

/// The ID of the backup that was created, as the warning of an apply names it.
#[track_caller]
fn id_told(run: &Run) -> String {
    let text = run.text();
    let (_, rest) = text
        .split_once("with the ID ")
        .unwrap_or_else(|| panic!("no ID\n{run}"));
    rest[..36].to_owned()
}

fn stand_still(world: &World) {
    world.simulator.set_clock(ClockMode::Manual);
}

fn move_on(world: &World) {
    world
        .simulator
        .set_clock(ClockMode::PerRequest(Duration::from_secs(30)));
}

/// Backups may follow each other at once.
fn without_pace(world: &World) {
    world
        .simulator
        .change_behaviour(|all| all.durations.backup_pace = Duration::ZERO);
}

fn fail_backups(world: &World, fail: bool) {
    world
        .simulator
        .change_behaviour(|all| all.fail_backups = fail);
}

for_each_cli! {
    /// The plan says so; the backup comes before any change; its ID is told; nothing is left to do.
    fn an_upgrade(cli: &Cli) on every {
        let world = with_cluster(cli, BEFORE_UPGRADE);
        world.workspace.assert_empty_plan();
        write_upgrade(&world, BEFORE_UPGRADE);
        let run = world.workspace.plan(&[]);
        insta::assert_snapshot!(warnings(&world, run.expect_success()), @r#"
        Warning: Cluster "orders" is backed up before its upgrade

        with camunda_cluster.it, on main.tf line 15, in resource "camunda_cluster" "it": 15: backup_before = ["upgrade"]

        As backup_before says, the apply takes a backup first, waits until it is complete, and changes nothing unless it is. That may take as long as timeouts.update says, in addition to the upgrade.
        "#);
        let run = world.workspace.apply(&[]);
        run.expect_success();
        let [backup] = &backups(&world)[..] else { panic!("one backup\n{run}") };
        assert_eq!(backup.status, BackupStatus::Complete);
        assert_eq!(backup.generation, seed::GENERATION_8_8_GEN22);
        assert_eq!(id_told(&run), backup.id);
        run.expect_output_containing("was backed up before its upgrade");
        assert_eq!(writes(&world), ["CreateCluster", "CreateBackup", "UpdateCluster", "UpgradeCluster"]);
        world.workspace.assert_empty_plan();
        // Nothing was said of the end.
        let run = world.workspace.destroy(&[]);
        run.expect_success().expect_output_without("backed up");
        assert_eq!(count(&world, "CreateBackup"), 1);
        world.finish_empty();
    }
}

for_each_cli! {
    fn the_end(cli: &Cli) on every {
        let world = with_cluster(cli, BEFORE_END);
        let cluster = world.cluster_id();
        let run = world.workspace.plan(&["-destroy"]);
        run.expect_success();
        run.expect_output_containing("Cluster \"orders\" is backed up before it is destroyed");
        run.expect_output_containing("The backup is no way back: the service deletes the backups of a cluster together with it.");
        let run = world.workspace.destroy(&[]);
        run.expect_success();
        let told = warnings(&world, &run);
        let told = &told[told.find("Warning: Cluster \"orders\" was").unwrap_or_else(|| panic!("not told\n{run}"))..];
        insta::assert_snapshot!(named(told, &cluster, &id_told(&run)), @r#"
        Warning: Cluster "orders" was backed up before it was destroyed

        Backup "[name]" of cluster [cluster] with the ID [backup] is complete. The service deletes it together with the cluster.

        Warning: Cluster "orders" is backed up before it is destroyed

        with camunda_cluster.it, on main.tf line 15, in resource "camunda_cluster" "it": 15: backup_before = ["destroy"]

        As backup_before says, the apply takes a backup first, waits until it is complete, and destroys nothing unless it is. That may take as long as timeouts.update says, in addition to the deletion.

        The backup is no way back: the service deletes the backups of a cluster together with it.
        "#);
        assert_eq!(writes(&world), ["CreateCluster", "CreateBackup", "DeleteCluster"]);
        world.finish_empty();
    }
}

for_each_cli! {
    /// A replacement, planned, tainted or forced: the cluster before is backed up.
    fn a_replacement(cli: &Cli) on life {
        let both = "  backup_before = [\"upgrade\", \"destroy\"]\n";
        let region = format!("  region = {:?}\n", seed::REGION_SYDNEY);
        for way in ["planned", "taint", "forced"] {
            let world = with_cluster(cli, both);
            let id = world.cluster_id();
            let mut arguments = Vec::new();
            match way {
                "planned" => {
                    world.write_cluster("orders", &(both.to_owned() + &region));
                    let run = world.workspace.plan(&[]);
                    run.expect_success().expect_output_containing("is backed up before it is destroyed");
                }
                "taint" => drop(world.workspace.run(&["taint", ADDRESS])),
                _ => arguments.push("-replace=camunda_cluster.it"),
            }
            if way != "planned" {
                // What the page of the resource says: the provider is not told what is going to happen.
                let run = world.workspace.plan(&arguments);
                run.expect_success().expect_output_without("is backed up before it is destroyed");
            }
            let run = world.workspace.apply(&arguments);
            run.expect_success().expect_output_containing("was backed up before it was destroyed");
            assert_ne!(world.cluster_id(), id);
            assert_eq!(writes(&world), ["CreateCluster", "CreateBackup", "DeleteCluster", "CreateCluster"]);
            world.workspace.assert_empty_plan();
            world.finish();
        }
    }
}

for_each_cli! {
    /// What is no upgrade needs no backup: other changes, and a generation that runs already.
    fn nothing_else(cli: &Cli) on life {
        let world = with_cluster(cli, BEFORE_UPGRADE);
        world.write_cluster("sales", &(generation(seed::GENERATION_8_8_GEN22) + BEFORE_UPGRADE));
        let run = world.workspace.apply(&[]);
        run.expect_success().expect_output_without("backed up");
        world.simulator.set_generation(&world.cluster_id(), seed::GENERATION_8_9_GEN3);
        world.write_cluster("sales", &(generation(seed::GENERATION_8_9_GEN3) + BEFORE_UPGRADE));
        let run = world.workspace.apply(&[]);
        run.expect_success().expect_output_without("backed up");
        // Taking it back, or asking for it, is nobody's business but the state's.
        world.write_cluster("sales", &generation(seed::GENERATION_8_9_GEN3));
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(writes(&world), ["CreateCluster", "UpdateCluster"]);
        world.finish();
    }
}

for_each_cli! {
    /// Nothing is changed, and nothing is forgotten.
    fn no_upgrade_after_a_failed_backup(cli: &Cli) on every {
        let world = with_cluster(cli, BEFORE_UPGRADE);
        without_pace(&world);
        let before = world.workspace.attributes(ADDRESS);
        write_upgrade(&world, BEFORE_UPGRADE);
        fail_backups(&world, true);
        let run = world.workspace.apply(&[]);
        let said = errors(&world, &run);
        insta::assert_snapshot!(named(&said, &world.cluster_id(), &backups(&world)[0].id), @r#"
        Error: Backup "[name]" of cluster [cluster] failed

        with camunda_cluster.it, on main.tf line 15, in resource "camunda_cluster" "it": 15: backup_before = ["upgrade"]

        The service could not finish the backup [backup]. Failed parts: Zeebe.

        The cluster was not changed. To do without a backup, take "upgrade" out of backup_before. The service may want 15 minutes to lie between this backup and the next.
        "#);
        assert_eq!(writes(&world), ["CreateCluster", "CreateBackup"]);
        assert_eq!(world.workspace.attributes(ADDRESS), before);
        assert_eq!(world.workspace.planned(&[]).change(ADDRESS).action, Action::Update);
        fail_backups(&world, false);
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(count(&world, "CreateBackup"), 2);
        world.finish();
    }
}

for_each_cli! {
    fn no_end_after_a_failed_backup(cli: &Cli) on every {
        let world = with_cluster(cli, BEFORE_END);
        without_pace(&world);
        fail_backups(&world, true);
        let run = world.workspace.destroy(&[]);
        run.expect_failure();
        let said = errors(&world, &run);
        insta::assert_snapshot!(named(&said, &world.cluster_id(), &backups(&world)[0].id), @r#"
        Error: Backup "[name]" of cluster [cluster] failed

        The service could not finish the backup [backup]. Failed parts: Zeebe.

        The cluster was not destroyed. To do without a backup, take "destroy" out of backup_before and apply; then repeat this. The service may want 15 minutes to lie between this backup and the next.
        "#);
        assert_eq!(writes(&world), ["CreateCluster", "CreateBackup"]);
        assert_eq!(world.workspace.attributes(ADDRESS)["id"], world.cluster_id());
        // As the message says.
        world.write_cluster("orders", &generation(seed::GENERATION_8_8_GEN22));
        world.workspace.apply(&[]).expect_success();
        world.workspace.destroy(&[]).expect_success();
        assert_eq!(count(&world, "CreateBackup"), 1);
        world.finish_empty();
    }
}

for_each_cli! {
    /// Refused because of the pace, or because of a plan that has no backups: nothing is changed.
    fn refused(cli: &Cli) on main {
        let world = with_cluster(cli, BEFORE_UPGRADE);
        world.simulator.faults().on("CreateBackup").inject(Fault::status(409));
        write_upgrade(&world, BEFORE_UPGRADE);
        let run = world.workspace.apply(&[]);
        run.expect_failure();
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot back up cluster [cluster]

        with camunda_cluster.it, on main.tf line 15, in resource "camunda_cluster" "it": 15: backup_before = ["upgrade"]

        127.0.0.1 answered 409 Conflict: Another change is running.

        A backup needs a healthy cluster in which no other backup and no restore is running. Apply again when it is.

        The cluster was not changed. To do without a backup, take "upgrade" out of backup_before.

        (POST /clusters/[cluster]/backups)
        "#);
        assert_eq!(writes(&world), ["CreateCluster", "CreateBackup"]);
        write_upgrade(&world, "  backup_before = [\"update\"]\n");
        let run = world.workspace.plan(&[]);
        run.expect_failure();
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Value is not allowed here

        with camunda_cluster.it, on main.tf line 15, in resource "camunda_cluster" "it": 15: backup_before = ["update"]

        "update" is not one of: upgrade, destroy.

        Did you mean "upgrade"?
        "#);
        world.finish();
    }
}

for_each_cli! {
    /// The answer is lost: one backup all the same. An upgrade that is refused after it leaves a backup
    /// that the next apply need not take again, and could not.
    fn lost_answers_and_a_refused_upgrade(cli: &Cli) on main {
        let world = with_cluster(cli, BEFORE_UPGRADE);
        world.simulator.faults().on("CreateBackup").inject(Fault::lost_answer());
        world.simulator.faults().on("UpgradeCluster").inject(Fault::status(409));
        write_upgrade(&world, BEFORE_UPGRADE);
        let run = world.workspace.apply(&[]);
        run.expect_failure_containing("Cannot upgrade cluster");
        run.expect_output_containing("was backed up before its upgrade");
        world.workspace.apply(&[]).expect_success();
        assert_eq!(backups(&world).len(), 1);
        assert_eq!(count(&world, "CreateBackup"), 1);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

/// A run that waits for the backup it has begun.
fn waiting(world: &World, arguments: &[&str]) -> Running {
    stand_still(world);
    let run = world.workspace.spawn(arguments);
    world.wait_for("CreateBackup", 1);
    // One before the request, and two looks of the wait.
    world.wait_for("GetBackups", 3);
    run
}

/// Ends a run in the middle, in one of two ways.
fn end(world: &World, run: Running, kill: bool) {
    if kill {
        run.kill_all();
        run.wait(DEADLINE);
        world.workspace.wait_until_gone();
    } else {
        run.interrupt();
        let run = run.wait(DEADLINE);
        world.workspace.wait_until_alone();
        run.expect_failure_containing("The run was interrupted while it was being taken");
    }
}

for_each_cli! {
    /// Interrupted or killed: nothing was changed, and the next apply goes on with the same backup.
    fn an_upgrade_ended_in_the_middle(cli: &Cli) on life {
        for kill in [false, true] {
            let world = with_cluster(cli, BEFORE_UPGRADE);
            write_upgrade(&world, BEFORE_UPGRADE);
            let run = waiting(&world, &["apply", "-auto-approve"]);
            end(&world, run, kill);
            assert_eq!(writes(&world), ["CreateCluster", "CreateBackup"]);
            assert_eq!(world.workspace.attributes(ADDRESS)["name"], "orders");
            move_on(&world);
            world.workspace.apply(&[]).expect_success();
            assert_eq!(writes(&world), ["CreateCluster", "CreateBackup", "UpdateCluster", "UpgradeCluster"]);
            world.workspace.assert_empty_plan();
            world.finish();
        }
    }
}

for_each_cli! {
    fn the_end_ended_in_the_middle(cli: &Cli) on life {
        for kill in [false, true] {
            let world = with_cluster(cli, BEFORE_END);
            let run = waiting(&world, &["destroy", "-auto-approve"]);
            end(&world, run, kill);
            assert_eq!(world.workspace.attributes(ADDRESS)["id"], world.cluster_id());
            move_on(&world);
            world.workspace.destroy(&[]).expect_success();
            assert_eq!(writes(&world), ["CreateCluster", "CreateBackup", "DeleteCluster"]);
            world.finish_empty();
        }
    }
}

for_each_cli! {
    /// Killed before anybody was told the ID of the backup.
    fn killed_before_the_answer(cli: &Cli) on main {
        let world = with_cluster(cli, BEFORE_UPGRADE);
        write_upgrade(&world, BEFORE_UPGRADE);
        world.simulator.faults().on("CreateBackup").inject(Fault::held_answer());
        let run = world.workspace.spawn(&["apply", "-auto-approve"]);
        world.wait_for("CreateBackup", 1);
        end(&world, run, true);
        world.simulator.faults().clear();
        world.workspace.apply(&[]).expect_success();
        assert_eq!(count(&world, "CreateBackup"), 1);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// Nothing to back up: a cluster that is gone already, and one that was never in service.
    fn nothing_to_back_up(cli: &Cli) on main {
        let world = with_cluster(cli, BEFORE_END);
        assert!(world.simulator.delete_cluster(&world.cluster_id()));
        world.workspace.destroy(&["-refresh=false"]).expect_success();
        stand_still(&world);
        world.write_cluster("orders", &format!("{BEFORE_END}  timeouts = {{ create = \"1s\" }}"));
        world.workspace.apply(&[]).expect_success();
        move_on(&world);
        world.simulator.set_status(&world.cluster_id(), "Unhealthy");
        world.workspace.destroy(&[]).expect_success();
        assert_eq!(count(&world, "CreateBackup"), 0);
        world.finish_empty();
    }
}

for_each_cli! {
    /// A state of an older version has neither of the two, and nothing is planned because of that; nor is
    /// it after an import.
    fn older_states_and_imports(cli: &Cli) on every {
        let world = with_cluster(cli, "");
        let mut state: Value = serde_json::from_str(&world.workspace.read("terraform.tfstate")).unwrap();
        let attributes = &mut state["resources"][0]["instances"][0]["attributes"];
        for name in ["backup_before", "keep_awake"] {
            assert_eq!(attributes.as_object_mut().unwrap().remove(name), Some(json!(null)));
        }
        state["serial"] = json!(state["serial"].as_u64().unwrap() + 1);
        world.workspace.write("terraform.tfstate", &state.to_string());
        world.workspace.plan(&["-detailed-exitcode", "-refresh=false"]).expect_code(0);
        world.workspace.assert_empty_plan();
        world.workspace.run(&["state", "rm", ADDRESS]).expect_success();
        world.workspace.import(ADDRESS, &world.cluster_id()).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(writes(&world), ["CreateCluster"]);
        world.workspace.destroy(&[]).expect_success();
        world.finish_empty();
    }
}

for_each_cli! {
    /// A cluster that sleeps is woken, backed up and upgraded, in this order.
    fn together_with_keep_awake(cli: &Cli) on life {
        let more = format!("{BEFORE_UPGRADE}  keep_awake = true\n");
        let world = with_cluster(cli, &more);
        assert!(world.simulator.suspend(&world.cluster_id()));
        write_upgrade(&world, &more);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(
            writes(&world),
            ["CreateCluster", "Wake", "CreateBackup", "UpdateCluster", "UpgradeCluster"]
        );
        world.workspace.assert_empty_plan();
        world.finish();
    }
}
