//! `camunda_cluster_backup_schedule`, as users meet it, on good days and bad ones.

use std::time::Duration;

use camunda_simulator::{Fault, FaultAnswer, FaultBody, NewBackup, NewCluster, RetryAfter, seed};
use serde_json::json;

use crate::support::look::{bodies, count, errors, writes};
use crate::support::{Action, Cli, World};

const ADDRESS: &str = "camunda_cluster_backup_schedule.it";

/// A world with a cluster, and the cluster's ID.
fn with_cluster(cli: &Cli) -> (World, String) {
    let world = World::new(cli);
    let cluster = world.simulator.add_cluster(NewCluster::default());
    (world, cluster)
}

/// Writes a configuration with one schedule.
fn write(world: &World, cluster: &str, cron: &str) {
    world.write(&format!(
        "resource \"camunda_cluster_backup_schedule\" \"it\" {{\n  cluster_id = {cluster:?}\n  cron = \
         {cron:?}\n}}\n"
    ));
}

fn schedule(world: &World, cluster: &str) -> Option<String> {
    world.simulator.backup_schedule(cluster)
}

for_each_cli! {
    /// From nothing to nothing, through every kind of change.
    fn lives(cli: &Cli) on life {
        let (world, cluster) = with_cluster(cli);
        write(&world, &cluster, "0  2 * * *");
        assert_eq!(world.workspace.planned(&[]).change(ADDRESS).action, Action::Create);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(schedule(&world, &cluster).as_deref(), Some("0 2 * * *"));
        assert_eq!(
            world.workspace.attributes(ADDRESS),
            json!({ "id": cluster, "cluster_id": cluster, "cron": "0  2 * * *" })
        );
        world.workspace.assert_empty_plan();

        // Other blanks are no other schedule.
        write(&world, &cluster, "0 2 * * *");
        world.workspace.assert_empty_plan();
        write(&world, &cluster, "*/15 * * * *");
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("update {ADDRESS} (cron)"));
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(
            bodies(&world, "UpdateSchedule"),
            [json!({ "schedule": "0 2 * * *" }), json!({ "schedule": "*/15 * * * *" })]
        );

        // Changed in the console, then removed there.
        world.simulator.set_backup_schedule(&cluster, Some("0 4 * * 1"));
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("update {ADDRESS} (cron)"));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(schedule(&world, &cluster).as_deref(), Some("*/15 * * * *"));
        world.simulator.set_backup_schedule(&cluster, None);
        assert_eq!(world.workspace.planned(&[]).change(ADDRESS).action, Action::Create);
        world.workspace.apply(&[]).expect_success();

        // Moved to another cluster.
        let other = world.simulator.add_cluster(NewCluster::default());
        write(&world, &other, "*/15 * * * *");
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.change(ADDRESS).action, Action::Replace, "{plan}");
        world.workspace.apply(&[]).expect_success();
        assert_eq!(schedule(&world, &cluster), None);
        assert!(schedule(&world, &other).is_some());

        world.workspace.run(&["state", "rm", ADDRESS]).expect_success();
        world.workspace.import(ADDRESS, &other).expect_success();
        world.workspace.assert_empty_plan();
        let backup = world.simulator.add_backup(&other, NewBackup::default());
        world.workspace.destroy(&[]).expect_success();
        assert_eq!(schedule(&world, &other), None);
        let left = world.simulator.backups(&other);
        assert!(left.iter().any(|it| it.id == backup), "backups stay: {left:#?}");
        world.finish();
    }
}

for_each_cli! {
    fn is_imported_by_block(cli: &Cli) on main {
        let (world, cluster) = with_cluster(cli);
        world.simulator.set_backup_schedule(&cluster, Some("0 2 * * *"));
        write(&world, &cluster, "0 2 * * *");
        let text = world.workspace.read("main.tf");
        let block = format!("\nimport {{\n  to = {ADDRESS}\n  id = {cluster:?}\n}}\n");
        world.workspace.write("main.tf", &format!("{text}{block}"));
        assert_eq!(
            world.workspace.planned(&[]).to_string(),
            format!("nothing {ADDRESS}, imported")
        );
        world.workspace.apply(&[]).expect_success();
        assert_eq!(writes(&world), [""; 0]);
        world.finish();
    }
}

for_each_cli! {
    fn is_imported_by_identity(cli: &Cli) on [terraform_1_15_5] requires Identity {
        let (world, cluster) = with_cluster(cli);
        world.simulator.set_backup_schedule(&cluster, Some("0 2 * * *"));
        write(&world, &cluster, "0 2 * * *");
        let text = world.workspace.read("main.tf");
        let block = format!(
            "\nimport {{\n  to = {ADDRESS}\n  identity = {{\n    cluster_id = {cluster:?}\n  }}\n}}\n"
        );
        world.workspace.write("main.tf", &format!("{text}{block}"));
        assert_eq!(
            world.workspace.planned(&[]).to_string(),
            format!("nothing {ADDRESS}, imported")
        );
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(writes(&world), [""; 0]);
        world.finish();
    }
}

for_each_cli! {
    fn import_ids_are_checked(cli: &Cli) on main {
        let (world, cluster) = with_cluster(cli);
        write(&world, &cluster, "0 2 * * *");
        let run = world.workspace.import(ADDRESS, "orders");
        run.expect_failure_containing("Invalid import ID for camunda_cluster_backup_schedule");
        world
            .workspace
            .import(ADDRESS, &cluster)
            .expect_failure_containing("Cannot import non-existent remote object");
        world.finish();
    }
}

for_each_cli! {
    /// The service would overwrite it without a word.
    fn somebody_elses_schedule_is_not_taken_over(cli: &Cli) on main {
        let (world, cluster) = with_cluster(cli);
        world.simulator.set_backup_schedule(&cluster, Some("0 4 * * *"));
        write(&world, &cluster, "0 2 * * *");
        let run = world.workspace.apply(&[]);
        run.expect_failure();
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cluster [cluster] has a backup schedule already

        with camunda_cluster_backup_schedule.it, on main.tf line 10, in resource "camunda_cluster_backup_schedule" "it": 10: cluster_id = "[cluster]"

        Its schedule is "0 4 * * *". A cluster has one at most, and it is not overwritten here.

        If it is the one you mean, import it instead of creating it. With the address of your resource in "to":

        import { to = camunda_cluster_backup_schedule.example id = "[cluster]" }
        "#);
        assert_eq!(writes(&world), [""; 0]);
        assert_eq!(schedule(&world, &cluster).as_deref(), Some("0 4 * * *"));
        world.finish();
    }
}

for_each_cli! {
    fn wrong_texts_are_found_offline(cli: &Cli) on main {
        let (world, cluster) = with_cluster(cli);
        write(&world, &cluster, "0 25 * * *");
        let run = world.workspace.validate();
        run.expect_failure();
        insta::assert_snapshot!(errors(&world, &run).replace(&cluster, "[cluster]"), @r#"
        Error: Invalid field of a cron text

        with camunda_cluster_backup_schedule.it, on main.tf line 11, in resource "camunda_cluster_backup_schedule" "it": 11: cron = "0 25 * * *"

        In "0 25 * * *" the field for the hour, "25", has "25", which is no number from 0 to 23.
        "#);
        write(&world, &cluster, "*/5 * * * *");
        world
            .workspace
            .validate()
            .expect_failure_containing("Backups are too frequent");
        assert_eq!(world.simulator.statistics().requests, 0);
        world.finish();
    }
}

for_each_cli! {
    /// Wrong cluster, permission missing, no Enterprise contract, refused by the service.
    fn refusals_say_why(cli: &Cli) on main {
        let (mut world, cluster) = with_cluster(cli);
        let mut said = Vec::new();
        let refused = |world: &World| {
            let run = world.workspace.apply(&[]);
            run.expect_failure();
            errors(world, &run)
        };
        write(&world, "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11", "0 2 * * *");
        said.push(refused(&world));
        write(&world, &cluster, "0 2 * * *");
        world.log_in(&seed::credentials::CLUSTER);
        said.push(refused(&world));
        world.log_in(&seed::credentials::READ_ONLY);
        said.push(refused(&world));
        world.log_in(&seed::credentials::FULL);
        world.simulator.change_organization(|all| all.enterprise = false);
        said.push(refused(&world));
        world.simulator.change_organization(|all| all.enterprise = true);
        world
            .simulator
            .faults()
            .on("UpdateSchedule").inject(Fault::status(400));
        said.push(refused(&world));
        insta::assert_snapshot!(said.join("\n---\n"), @r#"
        Error: Cannot set the backup schedule of cluster 6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11

        with camunda_cluster_backup_schedule.it, on main.tf line 10, in resource "camunda_cluster_backup_schedule" "it": 10: cluster_id = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"

        127.0.0.1 answered 404 Not Found: There is no cluster `6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11`.

        Check cluster_id: this organisation has no such cluster.

        (PUT /clusters/6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11/backups/schedule)
        ---
        Error: Cannot read the backup schedule of cluster [cluster]

        with camunda_cluster_backup_schedule.it, on main.tf line 9, in resource "camunda_cluster_backup_schedule" "it": 9: resource "camunda_cluster_backup_schedule" "it" {

        127.0.0.1 answered 403 Forbidden: The client lacks the permission get of the group Backups.

        The credentials probably lack the permission group "Backups". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

        (GET /clusters/[cluster]/backups/schedule)
        ---
        Error: Cannot set the backup schedule of cluster [cluster]

        with camunda_cluster_backup_schedule.it, on main.tf line 9, in resource "camunda_cluster_backup_schedule" "it": 9: resource "camunda_cluster_backup_schedule" "it" {

        127.0.0.1 answered 403 Forbidden: The client lacks the permission update of the group Backups.

        The credentials probably lack the permission group "Backups". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

        (PUT /clusters/[cluster]/backups/schedule)
        ---
        Error: Cannot set the backup schedule of cluster [cluster]

        with camunda_cluster_backup_schedule.it, on main.tf line 9, in resource "camunda_cluster_backup_schedule" "it": 9: resource "camunda_cluster_backup_schedule" "it" {

        127.0.0.1 answered 403 Forbidden: Backups are a feature of Enterprise contracts.

        By these words, the organisation's plan or this kind of cluster lacks the feature. If that is not so, the credentials lack the permission group "Backups". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

        (PUT /clusters/[cluster]/backups/schedule)
        ---
        Error: Cannot set the backup schedule of cluster [cluster]

        with camunda_cluster_backup_schedule.it, on main.tf line 11, in resource "camunda_cluster_backup_schedule" "it": 11: cron = "0 2 * * *"

        127.0.0.1 answered 400 Bad Request: The request was refused.

        (PUT /clusters/[cluster]/backups/schedule)
        "#);
        assert_eq!(schedule(&world, &cluster), None);
        world.finish();
    }
}

for_each_cli! {
    /// Setting it once more is the same: nobody is asked, and nothing is reported as taken.
    fn lost_answers_do_no_harm(cli: &Cli) on main {
        let (world, cluster) = with_cluster(cli);
        write(&world, &cluster, "0 2 * * *");
        world
            .simulator
            .faults()
            .on("UpdateSchedule").inject(Fault::lost_answer());
        world.workspace.apply(&[]).expect_success();
        assert_eq!(count(&world, "UpdateSchedule"), 2);
        world.workspace.assert_empty_plan();
        world
            .simulator
            .faults()
            .on("DeleteSchedule").inject(Fault::lost_answer());
        world.workspace.destroy(&[]).expect_success();
        assert_eq!(schedule(&world, &cluster), None);
        world.finish();
    }
}

for_each_cli! {
    /// An answer that leaves open what has happened is no reason to call it somebody else's.
    fn what_was_set_all_the_same_is_found(cli: &Cli) on main {
        let (world, cluster) = with_cluster(cli);
        write(&world, &cluster, "0  2 * * *");
        let fault = Fault::Answer(FaultAnswer {
            status: 500,
            body: FaultBody::Usual,
            retry_after: None,
            after_commit: true,
        });
        world.simulator.faults().on("UpdateSchedule").inject(fault);
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(count(&world, "UpdateSchedule"), 1);
        world.finish();
    }
}

for_each_cli! {
    /// Killed over the request: the next run goes on with what it has set.
    fn a_killed_run_loses_nothing(cli: &Cli) on main {
        let (world, cluster) = with_cluster(cli);
        world.simulator.faults().on("UpdateSchedule").inject(Fault::held_answer());
        write(&world, &cluster, "0 2 * * *");
        let apply = world.workspace.spawn(&["apply", "-auto-approve"]);
        world.wait_for("UpdateSchedule", 1);
        apply.kill_all();
        apply.wait(Duration::from_secs(120));
        world.workspace.wait_until_gone();
        assert!(schedule(&world, &cluster).is_some());
        world.simulator.faults().clear();
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(count(&world, "UpdateSchedule"), 1);
        world.finish();
    }
}

for_each_cli! {
    /// A restore keeps changes out; later they go through. What failed stays as it was in the state.
    fn a_restore_keeps_changes_out(cli: &Cli) on main {
        let (world, cluster) = with_cluster(cli);
        write(&world, &cluster, "0 2 * * *");
        world.workspace.apply(&[]).expect_success();
        write(&world, &cluster, "0 3 * * *");
        world.simulator.faults().on("UpdateSchedule").inject(Fault::status(409));
        let run = world.workspace.apply(&[]);
        run.expect_failure_containing("while a restore is running");
        assert_eq!(world.workspace.attributes(ADDRESS)["cron"], "0 2 * * *");
        world.workspace.apply(&[]).expect_success();
        assert_eq!(schedule(&world, &cluster).as_deref(), Some("0 3 * * *"));
        world.finish();
    }
}

for_each_cli! {
    /// With the cluster everything is gone; a destroy has nothing left to do.
    fn the_cluster_disappears(cli: &Cli) on main {
        let (world, cluster) = with_cluster(cli);
        write(&world, &cluster, "0 2 * * *");
        world.workspace.apply(&[]).expect_success();
        world.simulator.delete_cluster(&cluster);
        assert_eq!(world.workspace.planned(&[]).change(ADDRESS).action, Action::Create);
        world.workspace.destroy(&["-refresh=false"]).expect_success();
        world.finish();
    }
}

for_each_cli! {
    /// The service is in trouble, or asks to come back later: it is asked again.
    fn a_bad_moment_is_waited_out(cli: &Cli) on main {
        let (world, cluster) = with_cluster(cli);
        write(&world, &cluster, "0 2 * * *");
        let faults = world.simulator.faults();
        faults.on("GetSchedule").inject(Fault::status(502));
        let wait = RetryAfter::Seconds(0);
        faults.on("UpdateSchedule").inject(Fault::too_many_requests(wait));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(schedule(&world, &cluster).as_deref(), Some("0 2 * * *"));
        world.finish();
    }
}
