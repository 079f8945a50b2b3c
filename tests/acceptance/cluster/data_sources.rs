//! The data sources of the catalogue, by name.

use camunda_simulator::{Options, seed};
use serde_json::json;

use super::{errors, named, writes};
use crate::support::{Action, Cli, World};

fn refused(cli: &Cli, source: &str, name: &str) -> String {
    let world = World::new(cli);
    world.write(&format!("data \"{source}\" \"it\" {{\n  name = {name:?}\n}}\n"));
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
        insta::assert_json_snapshot!(said, @"");
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
        insta::assert_snapshot!(refused(cli, "camunda_channel", "stabel"), @"");
    }
}

for_each_cli! {
    fn no_such_plan_type(cli: &Cli) on main {
        insta::assert_snapshot!(refused(cli, "camunda_cluster_plan_type", "Standart"), @"");
    }
}

for_each_cli! {
    fn no_such_region(cli: &Cli) on main {
        insta::assert_snapshot!(refused(cli, "camunda_region", "europe-west1"), @"");
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
        insta::assert_snapshot!(errors(&world, &run), @"");
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
        insta::assert_snapshot!(errors(&world, &run), @"");
        world.finish();
    }
}
