//! The data sources: one backup in each of three ways, and all of them.

use camunda_simulator::{BackupStatus, NewBackup};
use serde_json::{Value, json};

use super::*;

fn add(world: &World, name: &str, status: BackupStatus, age_seconds: u32) -> String {
    world.simulator.add_backup(
        CLUSTER,
        NewBackup {
            name: name.to_owned(),
            status,
            age_seconds,
            ..NewBackup::default()
        },
    )
}

fn singular(label: &str, arguments: &str) -> String {
    format!(
        "data \"camunda_cluster_backup\" {label:?} {{\n  cluster_id = {CLUSTER:?}\n  {arguments}\n}}\n"
    )
}

fn plural(label: &str, arguments: &str) -> String {
    singular(label, arguments).replace("camunda_cluster_backup", "camunda_cluster_backups")
}

for_each_cli! {
    fn say_everything(cli: &Cli) on life {
        let world = world(cli);
        let release = add(&world, "release", BackupStatus::Complete, 3000);
        let nightly = add(&world, "nightly", BackupStatus::Complete, 2000);
        let failed = add(&world, "nightly", BackupStatus::Failed, 1000);
        world.write(&[
            singular("id", &format!("id = {release:?}")),
            singular("name", "name = \"release\""),
            singular("recent", "most_recent = true"),
            plural("all", ""),
            plural("failed", "status = \"Failed\""),
            plural("none", "status = \"In progress\""),
        ].concat());
        world.workspace.apply(&[]).expect_success();
        // Those who come at the same moment share a list; how many do is a matter of luck.
        assert!(count(&world, "GetBackups") <= 6, "one list for each at most");
        let attributes = |label: &str| world.workspace.attributes(&format!("data.{label}"));
        let by_id = attributes("camunda_cluster_backup.id");
        assert_eq!(
            by_id,
            json!({
                "id": release,
                "cluster_id": CLUSTER,
                "name": "release",
                "most_recent": null,
                "status": "Complete",
                "zeebe_status": "Complete",
                "operate_status": "Complete",
                "tasklist_status": "Complete",
                "optimize_status": "Complete",
                "created_at": by_id["created_at"],
                "completed_at": by_id["completed_at"],
                "generation": backups(&world)[0].generation,
                "generation_name": "Camunda 8.9+gen3",
            })
        );
        assert_eq!(attributes("camunda_cluster_backup.name"), by_id);
        assert_eq!(attributes("camunda_cluster_backup.recent")["id"], nightly);
        let listed = |label: &str| -> Vec<Value> {
            let all = attributes(label)["backups"].clone();
            let all = all.as_array().expect("a list").iter();
            all.map(|backup| backup["id"].clone()).collect()
        };
        assert_eq!(listed("camunda_cluster_backups.all"), [&failed[..], &nightly, &release]);
        assert_eq!(listed("camunda_cluster_backups.failed"), [&failed[..]]);
        assert_eq!(listed("camunda_cluster_backups.none"), [""; 0]);
        world.finish();
    }
}

for_each_cli! {
    fn say_what_is_wrong(cli: &Cli) on main {
        let world = world(cli);
        let mut said = Vec::new();
        add(&world, "nightly", BackupStatus::Failed, 1000);
        for arguments in ["", "name = \"nightly\"\n  most_recent = true"] {
            world.write(&singular("it", arguments));
            let run = world.workspace.validate();
            run.expect_failure();
            said.push(errors(&world, &run));
        }
        for arguments in ["name = \"nightli\"", "most_recent = true"] {
            world.write(&singular("it", arguments));
            let run = world.workspace.plan(&[]);
            run.expect_failure();
            said.push(named(&world, &errors(&world, &run)));
        }
        insta::assert_snapshot!(said.join("\n---\n"), @r#"
        Error: Nothing to find the backup by

        with data.camunda_cluster_backup.it, on main.tf line 9, in data "camunda_cluster_backup" "it": 9: data "camunda_cluster_backup" "it" {

        None of id, name and most_recent = true is set.

        Set exactly one of them.
        ---
        Error: Several ways to find the backup

        with data.camunda_cluster_backup.it, on main.tf line 12, in data "camunda_cluster_backup" "it": 12: most_recent = true

        Set are: name, most_recent.

        Set exactly one of them.
        ---
        Error: No backup has the name "nightli"

        with data.camunda_cluster_backup.it, on main.tf line 11, in data "camunda_cluster_backup" "it": 11: name = "nightli"

        Cluster [cluster] has no such backup.

        Did you mean "[name]"?

        Its backups are: "[name]" ([backup 0]).
        ---
        Error: Cluster [cluster] has no complete backup

        with data.camunda_cluster_backup.it, on main.tf line 11, in data "camunda_cluster_backup" "it": 11: most_recent = true

        Of its backups (1), none is complete.
        "#);
        world.simulator.delete_cluster(CLUSTER);
        world.write(&plural("it", ""));
        world
            .workspace
            .plan(&[])
            .expect_failure_containing("Cannot read the backups of cluster");
        world.finish();
    }
}
