//! Bringing in a cluster that was made in the console: by command, block and identity.

use camunda_simulator::{NewCluster, seed};
use serde_json::json;

use super::{ADDRESS, bodies, count, errors, life, named, writes};
use crate::support::{Cli, World};

/// A cluster that somebody has made by hand, with a configuration that fits.
fn by_hand(cli: &Cli) -> (World, String) {
    let world = World::new(cli);
    let id = world.simulator.add_cluster(NewCluster {
        name: "orders".to_owned(),
        description: Some("Made by hand".to_owned()),
        backup_region: Some(seed::BACKUP_BELGIUM.to_owned()),
        stage_label: Some("prod".to_owned()),
        ..NewCluster::default()
    });
    world.write_cluster("orders", "  description = \"Made by hand\"");
    (world, id)
}

for_each_cli! {
    /// The command, then an empty plan; the state is complete.
    fn by_command(cli: &Cli) on every {
        let (world, id) = by_hand(cli);
        world.workspace.import(ADDRESS, &id).expect_success();
        world.workspace.assert_empty_plan();
        let state = world.workspace.attributes(ADDRESS);
        assert_eq!(state["id"], json!(id));
        assert_eq!(state["generation"], json!(seed::GENERATION_8_9_GEN3));
        assert_eq!(state["backup_region"], json!(seed::BACKUP_BELGIUM));
        assert_eq!(state["region_name"], json!("Belgium, Europe (europe-west1)"));
        assert_eq!(state["deletion_protection"], json!(false));
        assert_eq!(writes(&world), [""; 0]);
        world.workspace.destroy(&[]).expect_success();
        world.finish_empty();
    }
}

for_each_cli! {
    /// What was created with everything can be taken up again; only what the API does not return
    /// has to be set anew.
    fn of_what_was_created_with_everything(cli: &Cli) on main {
        let world = World::new(cli);
        world.write_cluster("orders", &life::everything());
        world.workspace.apply(&[]).expect_success();
        let id = world.cluster_id();
        world.workspace.run(&["state", "rm", ADDRESS]).expect_success();
        world.workspace.import(ADDRESS, &id).expect_success();
        let plan = world.workspace.planned(&[]);
        assert_eq!(
            plan.to_string(),
            "update camunda_cluster.it (delete_on_create_timeout, hardware_packages, labels, stage_label, timeouts)"
        );
        world.workspace.apply(&[]).expect_success();
        assert_eq!(
            bodies(&world, "UpdateCluster"),
            [json!({ "stageLabel": "test", "numberOfAllocatedHwPackages": 2 })]
        );
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// An import block; the plan says what comes in.
    fn by_block(cli: &Cli) on life {
        let (world, id) = by_hand(cli);
        let text = world.workspace.read("main.tf");
        world.workspace.write(
            "main.tf",
            &format!("{text}\nimport {{\n  to = camunda_cluster.it\n  id = {id:?}\n}}\n"),
        );
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), "nothing camunda_cluster.it, imported");
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(writes(&world), [""; 0]);
        world.finish();
    }
}

for_each_cli! {
    /// The CLI writes the configuration, and it is valid as it is.
    fn with_generated_configuration(cli: &Cli)
        on [terraform_1_6_6, terraform_1_8_4, terraform_1_11_4, terraform_1_15_5, tofu_1_6_2]
    {
        let (world, id) = by_hand(cli);
        world.write(&format!("import {{\n  to = camunda_cluster.it\n  id = {id:?}\n}}\n"));
        let run = world.workspace.plan(&["-generate-config-out=generated.tf"]);
        run.expect_success();
        let generated = world.workspace.read("generated.tf");
        assert!(generated.contains("resource \"camunda_cluster\" \"it\""), "{generated}");
        assert!(!generated.contains("current_generation"), "{generated}");
        world.workspace.validate().expect_success();
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(writes(&world), [""; 0]);
        world.finish();
    }
}

for_each_cli! {
    /// What Terraform 1.14 and later ask the provider for leaves out what is computed or default.
    fn with_generated_configuration_of_the_provider(cli: &Cli) on [terraform_1_15_5] {
        let (world, id) = by_hand(cli);
        world.write(&format!("import {{\n  to = camunda_cluster.it\n  id = {id:?}\n}}\n"));
        world
            .workspace
            .plan(&["-generate-config-out=generated.tf"])
            .expect_success();
        insta::assert_snapshot!(named(&world, &world.workspace.read("generated.tf")), @r#"
        # __generated__ by Terraform
        # Please review these resources and move them into your main configuration files.

        # __generated__ by Terraform from "[cluster]"
        resource "camunda_cluster" "it" {
          auto_update       = false
          backup_before     = null
          backup_region     = "[backup Belgium]"
          channel           = "[channel Stable]"
          description       = "Made by hand"
          encryption        = "Provider"
          hardware_packages = null
          keep_awake        = null
          name              = "orders"
          plan_type         = "[plan Advanced]"
          region            = "[region Belgium]"
          stage_label       = null
          timeouts          = null
        }
        "#);
        world.finish();
    }
}

for_each_cli! {
    fn by_identity(cli: &Cli) on [terraform_1_15_5] requires Identity {
        let (world, id) = by_hand(cli);
        let text = world.workspace.read("main.tf");
        world.workspace.write(
            "main.tf",
            &format!(
                "{text}\nimport {{\n  to = camunda_cluster.it\n  identity = {{\n    id = {id:?}\n  }}\n}}\n"
            ),
        );
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), "nothing camunda_cluster.it, imported");
        world.workspace.apply(&[]).expect_success();
        assert_eq!(world.workspace.attributes(ADDRESS)["id"], json!(id));
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// The wrong form is refused before anybody is asked.
    fn of_something_else(cli: &Cli) on main {
        let (world, _) = by_hand(cli);
        let run = world.workspace.import(ADDRESS, "orders");
        run.expect_failure();
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Invalid import ID for camunda_cluster

        "orders" is not the ID of a cluster.

        The import ID is the cluster's ID, for example 6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11. The Console shows it on the cluster's page and in its address.
        "#);
        assert_eq!(count(&world, "GetCluster"), 0);
        world.finish();
    }
}

for_each_cli! {
    /// The right form, but there is no such cluster.
    fn of_nothing(cli: &Cli) on main {
        let (world, _) = by_hand(cli);
        let run = world.workspace.import(ADDRESS, "00000000-0000-4000-8000-000000000000");
        run.expect_failure();
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot import non-existent remote object

        While attempting to import an existing object to "camunda_cluster.it", the provider detected that no object exists with the given id. Only pre-existing objects can be imported; check that the id is correct and that it is associated with the provider's configured region or endpoint, or use "terraform apply" to create a new remote object for this resource.
        "#);
        assert!(world.workspace.addresses().is_empty());
        world.finish();
    }
}
