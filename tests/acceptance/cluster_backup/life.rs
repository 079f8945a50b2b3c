//! The life of a backup, and how it comes into a state.

use camunda_simulator::NewBackup;
use serde_json::json;

use super::*;

for_each_cli! {
    /// From nothing to nothing, through every kind of change.
    fn lives(cli: &Cli) on life {
        let world = world(cli);
        write(&world, "  triggers = {\n    release = \"1\"\n  }\n  timeouts = {\n    create = \"40m\"\n  }");
        assert_eq!(world.workspace.planned(&[]).change(ADDRESS).action, Action::Create);
        world.workspace.apply(&[]).expect_success();
        let made = backup(&world);
        let state = world.workspace.attributes(ADDRESS);
        assert!(state["created_at"].as_str() < state["completed_at"].as_str(), "{state}");
        assert_eq!(
            state,
            json!({
                "id": made.id,
                "cluster_id": CLUSTER,
                "triggers": { "release": "1" },
                "name": made.name,
                "status": "Complete",
                "zeebe_status": "Complete",
                "operate_status": "Complete",
                "tasklist_status": "Complete",
                "optimize_status": "Complete",
                "created_at": state["created_at"],
                "completed_at": state["completed_at"],
                "generation": made.generation,
                "generation_name": "Camunda 8.9+gen3",
                "timeouts": { "create": "40m", "delete": null },
            })
        );
        world.workspace.assert_empty_plan();

        // What only we know changes without a word to the service.
        write(&world, "  triggers = {\n    release = \"1\"\n  }");
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("update {ADDRESS} (timeouts)"));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(writes(&world), ["CreateBackup"]);
        assert_kept(&world);

        // Another trigger, another backup.
        world.simulator.change_behaviour(|all| all.optimize_in_backups = false);
        write(&world, "  triggers = {\n    release = \"2\"\n  }");
        assert_eq!(world.workspace.planned(&[]).change(ADDRESS).action, Action::Replace);
        world.workspace.apply(&[]).expect_success();
        let state = assert_kept(&world);
        assert_ne!(state["id"], made.id);
        assert_eq!(state["optimize_status"], "-");
        assert_eq!(writes(&world), ["CreateBackup", "DeleteBackup", "CreateBackup"]);
        world.workspace.assert_empty_plan();

        // The triggers are ours: an import does not know them.
        write(&world, "");
        world.workspace.run(&["state", "rm", ADDRESS]).expect_success();
        let id = format!("{CLUSTER}/{}", backup(&world).id);
        world.workspace.import(ADDRESS, &id).expect_success();
        world.workspace.assert_empty_plan();
        assert_kept(&world);
        world.workspace.destroy(&[]).expect_success();
        assert!(backups(&world).is_empty());
        world.finish();
    }
}

for_each_cli! {
    fn is_imported_by_block(cli: &Cli) on main {
        let world = world(cli);
        let id = world.simulator.add_backup(CLUSTER, NewBackup::default());
        write(&world, "");
        let text = world.workspace.read("main.tf");
        let block = format!("\nimport {{\n  to = {ADDRESS}\n  id = \"{CLUSTER}/{id}\"\n}}\n");
        world.workspace.write("main.tf", &format!("{text}{block}"));
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("nothing {ADDRESS}, imported"));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(writes(&world), [""; 0]);
        // What is not there, and what is no ID at all.
        world.workspace.run(&["state", "rm", ADDRESS]).expect_success();
        world.workspace.write("main.tf", &text);
        world
            .workspace
            .import(ADDRESS, &format!("{CLUSTER}/schedule"))
            .expect_failure_containing("Cannot import non-existent remote object");
        world
            .workspace
            .import(ADDRESS, &id)
            .expect_failure_containing("<cluster_id>/<backup_id>");
        world.finish();
    }
}

for_each_cli! {
    fn is_imported_by_identity(cli: &Cli) on [terraform_1_15_5] requires Identity {
        let world = world(cli);
        let id = world.simulator.add_backup(CLUSTER, NewBackup::default());
        write(&world, "");
        let text = world.workspace.read("main.tf");
        let block = format!(
            "\nimport {{\n  to = {ADDRESS}\n  identity = {{\n    cluster_id = {CLUSTER:?}\n    id = \
             {id:?}\n  }}\n}}\n"
        );
        world.workspace.write("main.tf", &format!("{text}{block}"));
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("nothing {ADDRESS}, imported"));
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// The service lets the oldest go: the plan takes it anew.
    fn what_retention_removed_is_taken_anew(cli: &Cli) on main {
        let world = world(cli);
        write(&world, "");
        world.workspace.apply(&[]).expect_success();
        let first = backup(&world).id;
        for _ in 0..3 {
            let new = NewBackup { age_seconds: 0, ..NewBackup::default() };
            world.simulator.add_backup(CLUSTER, new);
        }
        // With the fourth success, which is one of a person in the console.
        let new = NewBackup {
            status: camunda_simulator::BackupStatus::InProgress,
            age_seconds: 0,
            ..NewBackup::default()
        };
        world.simulator.add_backup(CLUSTER, new);
        world.simulator.advance(Duration::from_secs(120));
        // Whatever a request finds is settled.
        let plan = world.workspace.planned(&[]);
        assert!(backups(&world).iter().all(|it| it.id != first));
        assert_eq!(plan.change(ADDRESS).action, Action::Create, "{plan}");
        world.finish();
    }
}

for_each_cli! {
    /// Deleted behind our back: a plan shows it, and a destroy without a look has nothing left to do.
    fn it_or_its_cluster_disappears(cli: &Cli) on main {
        let world = world(cli);
        write(&world, "");
        world.workspace.apply(&[]).expect_success();
        world.simulator.delete_backup(&backup(&world).id);
        assert_eq!(world.workspace.planned(&[]).change(ADDRESS).action, Action::Create);
        world.workspace.destroy(&["-refresh=false"]).expect_success();
        world.workspace.apply(&[]).expect_success();
        world.simulator.delete_cluster(CLUSTER);
        assert_eq!(world.workspace.planned(&[]).change(ADDRESS).action, Action::Create);
        world.workspace.destroy(&["-refresh=false"]).expect_success();
        world.finish();
    }
}
