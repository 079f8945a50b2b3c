//! The data sources of the catalogue, by name.

use camunda_simulator::{Options, seed};
use serde_json::json;

use super::{errors, named, writes};
use crate::support::{Action, Cli, World};

fn refused(cli: &Cli, source: &str, name: &str) -> String {
    let world = World::new(cli);
    world.write(&format!(
        "data \"{source}\" \"it\" {{\n  name = {name:?}\n}}\n"
    ));
    world.workspace.validate().expect_success();
    let run = world.workspace.plan(&[]);
    run.expect_failure();
    let said = errors(&world, &run);
    world.finish();
    said
}

/// All of them, and a cluster made of what they find.
const ALL: &str = r#"
data "camunda_channel" "stable" {
  name = "Stable"
}
data "camunda_cluster_plan_type" "advanced" {
  name = "Advanced"
}
data "camunda_region" "belgium" {
  name = "Belgium, Europe (europe-west1)"
}
resource "camunda_cluster" "it" {
  name          = "orders"
  channel       = data.camunda_channel.stable.id
  generation    = data.camunda_channel.stable.default_generation_id
  plan_type     = data.camunda_cluster_plan_type.advanced.id
  region        = data.camunda_region.belgium.id
  backup_region = data.camunda_region.belgium.backup_regions[1].id
}
"#;

for_each_cli! {
    /// Everything they say, and that a cluster can be made of it.
    fn say_everything(cli: &Cli) on life {
        let world = World::new(cli);
        world.write(ALL);
        world.workspace.apply(&[]).expect_success();
        let cluster = &world.simulator.clusters()[0];
        assert_eq!(cluster.region, seed::REGION_BELGIUM);
        assert_eq!(cluster.generation, seed::GENERATION_8_9_GEN3);
        assert_eq!(cluster.backup_region.as_deref(), Some(seed::BACKUP_BELGIUM_GERMANY));
        world.workspace.assert_empty_plan();
        let sources = ["channel.stable", "cluster_plan_type.advanced", "region.belgium"];
        let said: Vec<serde_json::Value> = sources
            .iter()
            .map(|source| world.workspace.attributes(&format!("data.camunda_{source}")))
            .collect();
        let said: serde_json::Value =
            serde_json::from_str(&named(&world, &json!(said).to_string())).unwrap();
        insta::assert_json_snapshot!(said, @r#"
        [
          {
            "allowed_generations": [
              {
                "id": "[generation 8.8+gen22]",
                "name": "Camunda 8.8+gen22"
              },
              {
                "id": "[generation 8.8+gen23]",
                "name": "Camunda 8.8+gen23"
              },
              {
                "id": "[generation 8.9+gen3]",
                "name": "Camunda 8.9+gen3"
              }
            ],
            "default_generation_id": "[generation 8.9+gen3]",
            "default_generation_name": "Camunda 8.9+gen3",
            "id": "[channel Stable]",
            "name": "Stable"
          },
          {
            "id": "[plan Advanced]",
            "name": "Advanced"
          },
          {
            "backup_regions": [
              {
                "id": "[backup Belgium]",
                "region_codes": [
                  "europe-west1"
                ],
                "region_names": [
                  "Belgium, Europe (europe-west1)"
                ]
              },
              {
                "id": "[backup Belgium and Germany]",
                "region_codes": [
                  "europe-west1",
                  "europe-west3"
                ],
                "region_names": [
                  "Belgium, Europe (europe-west1)",
                  "Germany, Europe (europe-west3)"
                ]
              }
            ],
            "cloud_provider": "gcp",
            "id": "[region Belgium]",
            "name": "Belgium, Europe (europe-west1)"
          }
        ]
        "#);
        world.finish();
    }
}

for_each_cli! {
    /// They load and read on every CLI.
    fn read_on(cli: &Cli) on smoke {
        let world = World::new(cli);
        world.write(ALL);
        world.workspace.plan(&[]).expect_success();
        world.finish();
    }
}

for_each_cli! {
    fn no_such_channel(cli: &Cli) on main {
        insta::assert_snapshot!(refused(cli, "camunda_channel", "stabel"), @r#"
        Error: No channel is called "stabel"

        with data.camunda_channel.it, on main.tf line 10, in data "camunda_channel" "it": 10: name = "stabel"

        This organisation cannot use a channel of this name.

        Did you mean "Stable"?

        Offered are: Alpha; Stable.
        "#);
    }
}

for_each_cli! {
    fn no_such_plan_type(cli: &Cli) on main {
        insta::assert_snapshot!(refused(cli, "camunda_cluster_plan_type", "Standart"), @r#"
        Error: No plan type is called "Standart"

        with data.camunda_cluster_plan_type.it, on main.tf line 10, in data "camunda_cluster_plan_type" "it": 10: name = "Standart"

        This organisation cannot use a plan type of this name.

        Did you mean "Standard"?

        Offered are: Advanced; Basic; Standard; Trial.
        "#);
    }
}

for_each_cli! {
    fn no_such_region(cli: &Cli) on main {
        insta::assert_snapshot!(refused(cli, "camunda_region", "europe-west1"), @r#"
        Error: No region is called "europe-west1"

        with data.camunda_region.it, on main.tf line 10, in data "camunda_region" "it": 10: name = "europe-west1"

        This organisation cannot use a region of this name.

        Did you mean "Belgium, Europe (europe-west1)"?

        Offered are: Belgium, Europe (europe-west1); Frankfurt, Europe (eu-central-1); Sydney, Australia (australia-southeast1).
        "#);
    }
}

for_each_cli! {
    /// Two of one name: nobody can tell which is meant.
    fn two_of_one_name(cli: &Cli) on main {
        let mut options = Options::default();
        let mut twin = options.seed.plan_types[1].clone();
        twin.id = "0f5d2c3b-1a29-4087-b6c5-d4e3f2a1b0c9".to_owned();
        options.seed.plan_types.push(twin);
        let world = World::with(cli, options);
        world.write("data \"camunda_cluster_plan_type\" \"it\" {\n  name = \"Standard\"\n}\n");
        let run = world.workspace.plan(&[]);
        run.expect_failure();
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Several items match the plan type "Standard"

        with data.camunda_cluster_plan_type.it, on main.tf line 10, in data "camunda_cluster_plan_type" "it": 10: name = "Standard"

        Camunda offers more than one plan type of this name.

        Use the ID of the one you mean directly.
        "#);
        world.finish();
    }
}

for_each_cli! {
    /// A name that is known only after apply is looked up then.
    fn of_a_name_not_known_yet(cli: &Cli) on [terraform_1_11_4, tofu_1_6_2] {
        let world = World::new(cli);
        world.write(&format!(
            r#"
resource "terraform_data" "region" {{
  input = "Sydney, Australia (australia-southeast1)"
}}
data "camunda_region" "it" {{
  name = terraform_data.region.output
}}
resource "camunda_cluster" "it" {{
  name      = "orders"
  channel   = {:?}
  plan_type = {:?}
  region    = data.camunda_region.it.id
}}
"#,
            seed::CHANNEL_STABLE,
            seed::PLAN_ADVANCED,
        ));
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.change("data.camunda_region.it").action, Action::Read);
        assert_eq!(plan.change("camunda_cluster.it").after_unknown["region"], json!(true));
        assert_eq!(writes(&world), [""; 0]);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(world.simulator.clusters()[0].region, seed::REGION_SYDNEY);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// The service's words, and what to do, where the catalogue may not be read.
    fn without_permission(cli: &Cli) on main {
        let mut world = World::new(cli);
        world.log_in(&seed::credentials::MEMBERS);
        world.write("data \"camunda_channel\" \"it\" {\n  name = \"Stable\"\n}\n");
        let run = world.workspace.plan(&[]);
        run.expect_failure();
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot read the catalogue of channels, plan types and regions

        with data.camunda_channel.it, on main.tf line 9, in data "camunda_channel" "it": 9: data "camunda_channel" "it" {

        127.0.0.1 answered 403 Forbidden: The client lacks the permission get of the group Cluster.

        The credentials probably lack the permission group "Cluster". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

        (GET /clusters/parameters)
        "#);
        world.finish();
    }
}
