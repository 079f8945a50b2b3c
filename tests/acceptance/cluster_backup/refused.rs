//! Backups that the service refuses, and what users are told.

use camunda_simulator::{Fault, seed};

use super::*;

for_each_cli! {
    /// When the next one may be taken is said, whatever status the refusal has.
    fn one_that_comes_too_soon(cli: &Cli) on main {
        let world = world(cli);
        world
            .simulator
            .change_behaviour(|all| all.durations.backup_pace = Duration::from_secs(3600));
        stand_still(&world);
        world.write(&format!(
            "resource \"camunda_cluster_backup\" \"it\" {{\n  cluster_id = {CLUSTER:?}\n  timeouts = {{\n    \
             create = \"1s\"\n  }}\n}}\n"
        ));
        world.workspace.apply(&[]).expect_success();
        world.workspace.run(&["state", "rm", ADDRESS]).expect_success();
        let created = backup(&world).created;
        let at = |minutes: i64| {
            let time = created + std::time::Duration::from_secs(60 * minutes.unsigned_abs());
            let text = time.to_string();
            text[..16].to_owned()
        };
        let said = refused(&world);
        assert!(said.contains(&at(0)) && said.contains(&at(15)), "{said}");
        for status in [400, 403, 429] {
            world.simulator.change_behaviour(|all| all.backup_pace_status = status);
            let said = refused(&world);
            assert!(said.contains("every 15 minutes at most"), "{said}");
            assert!(said.contains("nothing was changed"), "{said}");
        }
        // Asked for once each time, and none was taken.
        assert_eq!(count(&world, "CreateBackup"), 5);
        backup(&world);
        world.finish();
    }
}

for_each_cli! {
    fn refusals_say_why(cli: &Cli) on main {
        let mut world = world(cli);
        let mut said = Vec::new();
        write(&world, "");
        world.simulator.suspend(CLUSTER);
        said.push(refused(&world));
        world.simulator.set_status(CLUSTER, "Healthy");
        world.log_in(&seed::credentials::READ_ONLY);
        said.push(refused(&world));
        world.log_in(&seed::credentials::FULL);
        world.simulator.change_organization(|all| all.enterprise = false);
        said.push(refused(&world));
        world.simulator.change_organization(|all| all.enterprise = true);
        world.simulator.faults().on("CreateBackup").inject(Fault::status(500));
        said.push(refused(&world));
        world.simulator.delete_cluster(CLUSTER);
        said.push(refused(&world));
        insta::assert_snapshot!(said.join("\n---\n"), @r#"
        Error: Cannot back up cluster [cluster]

        with camunda_cluster_backup.it, on main.tf line 9, in resource "camunda_cluster_backup" "it": 9: resource "camunda_cluster_backup" "it" {

        127.0.0.1 answered 409 Conflict: The cluster is Suspended; only a Healthy one can be backed up.

        A backup needs a healthy cluster in which no other backup and no restore is running. Apply again when it is.

        (POST /clusters/[cluster]/backups)
        ---
        Error: Cannot back up cluster [cluster]

        with camunda_cluster_backup.it, on main.tf line 9, in resource "camunda_cluster_backup" "it": 9: resource "camunda_cluster_backup" "it" {

        127.0.0.1 answered 403 Forbidden: The client lacks the permission create of the group Backups.

        The credentials probably lack the permission group "Backups". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

        (POST /clusters/[cluster]/backups)
        ---
        Error: Cannot back up cluster [cluster]

        with camunda_cluster_backup.it, on main.tf line 9, in resource "camunda_cluster_backup" "it": 9: resource "camunda_cluster_backup" "it" {

        127.0.0.1 answered 403 Forbidden: Backups are a feature of Enterprise contracts.

        By these words, the organisation's plan or this kind of cluster lacks the feature. If that is not so, the credentials lack the permission group "Backups". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

        (POST /clusters/[cluster]/backups)
        ---
        Error: Cannot back up cluster [cluster]

        with camunda_cluster_backup.it, on main.tf line 9, in resource "camunda_cluster_backup" "it": 9: resource "camunda_cluster_backup" "it" {

        127.0.0.1 answered 500 Internal Server Error: The service is not available. The list of backups shows no new one.

        The service may have carried the request out all the same. Look in the Console before running again.

        If the backup is there, import it instead of taking another one: the import ID of camunda_cluster_backup is the cluster's ID, a slash and the backup's ID.

        (POST /clusters/[cluster]/backups)
        ---
        Error: Cannot back up cluster 0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d

        with camunda_cluster_backup.it, on main.tf line 10, in resource "camunda_cluster_backup" "it": 10: cluster_id = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"

        127.0.0.1 answered 404 Not Found: There is no cluster `0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d`.

        Check cluster_id: this organisation has no such cluster.

        (GET /clusters/0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d/backups)
        "#);
        world.finish();
    }
}

for_each_cli! {
    /// Neither reading nor deleting takes a refusal for an absence.
    fn what_may_not_be_seen_is_not_gone(cli: &Cli) on main {
        let mut world = world(cli);
        write(&world, "");
        world.workspace.apply(&[]).expect_success();
        world.log_in(&seed::credentials::CLUSTER);
        world
            .workspace
            .plan(&[])
            .expect_failure_containing("the permission group \"Backups\"");
        world.log_in(&seed::credentials::READ_ONLY);
        world
            .workspace
            .destroy(&[])
            .expect_failure_containing("Cannot delete backup");
        world.log_in(&seed::credentials::FULL);
        assert_kept(&world);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}
