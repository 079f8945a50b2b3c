//! The life of a cluster: created, changed, destroyed, with an empty plan after every step.

use camunda_simulator::seed;
use serde_json::{Value, json};

use super::{ADDRESS, bodies, count, writes};
use crate::support::{Action, World};

/// Everything a cluster can be created with.
pub(super) fn everything() -> String {
    format!(
        r#"
  description = "Orders and invoices"
  generation = "{}"
  auto_update = true
  stage_label = "test"
  hardware_packages = 2
  encryption = "Software"
  backup_region = "{}"
  deletion_protection = false
  delete_on_create_timeout = true
  timeouts = {{
    create = "40m"
    update = "50m"
    delete = "10m"
  }}
"#,
        seed::GENERATION_8_8_GEN22,
        seed::BACKUP_BELGIUM_GERMANY,
    )
}

for_each_cli! {
    /// From nothing to nothing with everything that can be said, through every kind of change.
    fn lives(cli: &Cli) on life {
        let world = World::new(cli);
        world.write_cluster("orders", &everything());
        assert_eq!(world.workspace.planned(&[]).change(ADDRESS).action, Action::Create);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(
            bodies(&world, "CreateCluster"),
            [json!({
                "name": "orders",
                "planTypeId": seed::PLAN_ADVANCED,
                "channelId": seed::CHANNEL_STABLE,
                "generationId": seed::GENERATION_8_8_GEN22,
                "regionId": seed::REGION_BELGIUM,
                "backupRegionId": seed::BACKUP_BELGIUM_GERMANY,
                "autoUpdate": true,
                "stageLabel": "test",
                "encryption": "Software",
                "hardwarePackages": 2,
                "description": "Orders and invoices",
            })],
        );
        let id = world.cluster_id();
        let state = world.workspace.attributes(ADDRESS);
        insta::assert_snapshot!(known(&world, &state), @r#"
        {
          "auto_update": true,
          "backup_before": null,
          "backup_region": "[backup Belgium and Germany]",
          "channel": "[channel Stable]",
          "channel_name": "Stable",
          "created_at": "[time]",
          "current_generation": "[generation 8.8+gen22]",
          "current_generation_name": "Camunda 8.8+gen22",
          "delete_on_create_timeout": true,
          "deletion_protection": false,
          "description": "Orders and invoices",
          "encryption": "Software",
          "generation": "[generation 8.8+gen22]",
          "hardware_packages": 2,
          "id": "[cluster]",
          "keep_awake": null,
          "labels": [
            "test"
          ],
          "links": {
            "connectors": "https://bru-2.connectors.camunda.io/[cluster]",
            "console": "https://console.cloud.camunda.io/org/[organization]/cluster/[cluster]",
            "identity": null,
            "oauth": "https://login.cloud.camunda.io/oauth/token",
            "operate": "https://bru-2.operate.camunda.io/[cluster]",
            "optimize": "https://bru-2.optimize.camunda.io/[cluster]",
            "tasklist": "https://bru-2.tasklist.camunda.io/[cluster]",
            "zeebe": "[cluster].bru-2.zeebe.camunda.io"
          },
          "name": "orders",
          "organization_id": "[organization]",
          "plan_type": "[plan Advanced]",
          "plan_type_name": "Advanced",
          "region": "[region Belgium]",
          "region_name": "Belgium, Europe (europe-west1)",
          "stage_label": "test",
          "timeouts": {
            "create": "40m",
            "delete": "10m",
            "update": "50m"
          }
        }
        "#);
        world.workspace.assert_empty_plan();

        // Everything that changes in place, at once.
        let more = everything()
            .replace("Orders and invoices", "Orders only")
            .replace("\"test\"", "\"stage\"")
            .replace("hardware_packages = 2", "hardware_packages = 3")
            .replace("create_timeout = true", "create_timeout = false")
            .replace("50m", "55m")
            .replace(seed::GENERATION_8_8_GEN22, seed::GENERATION_8_9_GEN3);
        world.write_cluster("orders-and-more", &more);
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.change(ADDRESS).action, Action::Update, "{plan}");
        world.workspace.apply(&[]).expect_success();
        assert_eq!(world.cluster_id(), id, "the same cluster");
        let mut done = writes(&world);
        // A cluster that is being resized cannot be upgraded: the provider asks until it can.
        done.dedup();
        assert_eq!(done, ["CreateCluster", "UpdateCluster", "UpgradeCluster"]);
        let upgrades = world.simulator.requests_of("UpgradeCluster");
        assert_eq!(upgrades.iter().filter(|it| it.status == Some(200)).count(), 1);
        world.workspace.assert_empty_plan();

        // What a person does in the console, taken back.
        world.simulator.rename_cluster(&id, "renamed");
        world.workspace.apply(&[]).expect_success();
        assert_eq!(world.simulator.clusters()[0].name, "orders-and-more");
        world.workspace.assert_empty_plan();

        world.workspace.destroy(&[]).expect_success();
        assert!(world.workspace.addresses().is_empty());
        assert_eq!(count(&world, "DeleteCluster"), 1);
        world.finish_empty();
    }
}

for_each_cli! {
    /// The same with as little as possible, on every other CLI.
    fn lives_with_the_minimum(cli: &Cli) on every {
        let world = World::new(cli);
        world.write_cluster("orders", "");
        world.workspace.apply(&[]).expect_success();
        assert_eq!(
            bodies(&world, "CreateCluster"),
            [json!({
                "name": "orders",
                "planTypeId": seed::PLAN_ADVANCED,
                "channelId": seed::CHANNEL_STABLE,
                "generationId": seed::GENERATION_8_9_GEN3,
                "regionId": seed::REGION_BELGIUM,
            })],
        );
        let id = world.cluster_id();
        let state = world.workspace.attributes(ADDRESS);
        assert_eq!(state["id"], json!(id));
        assert_eq!(state["generation"], json!(seed::GENERATION_8_9_GEN3));
        assert_eq!(state["current_generation_name"], json!("Camunda 8.9+gen3"));
        assert_eq!(state["auto_update"], json!(false));
        assert_eq!(state["encryption"], json!("Provider"));
        assert_eq!(state["description"], Value::Null);
        world.workspace.assert_empty_plan();
        world.write_cluster("orders-2", "");
        world.workspace.apply(&[]).expect_success();
        assert_eq!(world.simulator.clusters()[0].name, "orders-2");
        world.workspace.assert_empty_plan();
        world.workspace.destroy(&[]).expect_success();
        assert!(world.workspace.addresses().is_empty());
        world.finish_empty();
    }
}

for_each_cli! {
    /// The wait ends when the cluster was seen healthy twice in a row, not before.
    fn waits_until_healthy(cli: &Cli) on main {
        let world = World::new(cli);
        world.simulator.change_behaviour(|behaviour| {
            behaviour.creation_flicker = Some(camunda_simulator::behaviour::Flicker {
                after: std::time::Duration::from_secs(40),
                lasting: std::time::Duration::from_secs(20),
            });
        });
        world.write_cluster("orders", "");
        world.workspace.apply(&[]).expect_success();
        let seen: Vec<String> = world
            .simulator
            .requests_of("GetCluster")
            .iter()
            .filter_map(|request| request.response_body.as_ref())
            .map(|body| body["status"]["ready"].as_str().unwrap_or_default().to_owned())
            .collect();
        assert!(seen.contains(&"Creating".to_owned()), "{seen:?}");
        assert!(seen.ends_with(&["Healthy".to_owned(), "Healthy".to_owned()]), "{seen:?}");
        let links = &world.workspace.attributes(ADDRESS)["links"];
        assert!(links["operate"].as_str().unwrap().starts_with("https://"), "{links:#}");
        world.finish();
    }
}

for_each_cli! {
    /// The identity is the cluster's id, in the state from the creation on.
    fn has_an_identity(cli: &Cli) on [terraform_1_15_5] requires Identity {
        let world = World::new(cli);
        world.write_cluster("orders", "");
        world.workspace.apply(&[]).expect_success();
        let state = world.workspace.state();
        let resource = &state["values"]["root_module"]["resources"][0];
        assert_eq!(resource["identity"], json!({ "id": world.cluster_id() }));
        world.finish();
    }
}

for_each_cli! {
    /// A saved plan is what is applied, and prevent_destroy is respected.
    fn applies_a_saved_plan(cli: &Cli) on main {
        let world = World::new(cli);
        world.write_cluster("orders", "  lifecycle {\n    prevent_destroy = true\n  }\n");
        world.workspace.plan(&["-out=saved"]).expect_success();
        assert_eq!(writes(&world), [""; 0], "planning writes nothing");
        world.workspace.run(&["apply", "saved"]).expect_success();
        let id = world.cluster_id();
        world.workspace.assert_empty_plan();
        world.workspace.destroy(&[]).expect_failure_containing("prevent_destroy");
        assert_eq!(world.cluster_id(), id);
        world.finish();
    }
}

/// A state with names instead of what differs from run to run.
fn known(world: &World, state: &Value) -> String {
    let created = state["created_at"].as_str().unwrap();
    assert!(created.ends_with('Z'), "{created}");
    super::named(world, &format!("{state:#}")).replace(created, "[time]")
}
