//! Several clusters in one configuration, and part of them.

use std::collections::BTreeSet;

use camunda_simulator::seed;
use serde_json::Value;

use super::writes;
use crate::support::{Action, World};

fn of_names(world: &World, names: &[&str]) {
    world.write(&format!(
        r#"
resource "camunda_cluster" "each" {{
  for_each  = toset({names:?})
  name      = each.key
  channel   = {:?}
  plan_type = {:?}
  region    = {:?}
}}
output "ids" {{
  value = [for cluster in camunda_cluster.each : cluster.id]
}}
"#,
        seed::CHANNEL_STABLE,
        seed::PLAN_ADVANCED,
        seed::REGION_BELGIUM,
    ));
}

fn names(world: &World) -> BTreeSet<String> {
    let clusters = world.simulator.clusters().into_iter();
    clusters.map(|cluster| cluster.name).collect()
}

for_each_cli! {
    /// Five side by side; one goes, one comes, the others are left alone.
    fn for_each(cli: &Cli) on main {
        let world = World::new(cli);
        of_names(&world, &["a", "b", "c", "d", "e"]);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(names(&world).into_iter().collect::<String>(), "abcde");
        let ids = world.workspace.output("ids");
        let unique: BTreeSet<&str> = ids.as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(unique.len(), 5);
        world.workspace.assert_empty_plan();

        of_names(&world, &["a", "b", "c", "d", "f"]);
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.change("camunda_cluster.each[\"e\"]").action, Action::Delete);
        assert_eq!(plan.change("camunda_cluster.each[\"f\"]").action, Action::Create);
        assert_eq!(plan.change("camunda_cluster.each[\"a\"]").action, Action::Nothing);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(names(&world).into_iter().collect::<String>(), "abcdf");
        world.workspace.destroy(&[]).expect_success();
        world.finish_empty();
    }
}

for_each_cli! {
    /// Only what was aimed at.
    fn targeted(cli: &Cli) on main {
        let world = World::new(cli);
        of_names(&world, &["a", "b"]);
        world
            .workspace
            .apply(&["-target=camunda_cluster.each[\"b\"]"])
            .expect_success();
        assert_eq!(names(&world).into_iter().collect::<String>(), "b");
        world.workspace.apply(&[]).expect_success();
        world
            .workspace
            .destroy(&["-target=camunda_cluster.each[\"b\"]"])
            .expect_success();
        assert_eq!(names(&world).into_iter().collect::<String>(), "a");
        assert_eq!(writes(&world), ["CreateCluster", "CreateCluster", "DeleteCluster"]);
        world.finish();
    }
}

for_each_cli! {
    /// Two clusters of one name are two clusters: names need not be unique.
    fn of_one_name(cli: &Cli) on main {
        let world = World::new(cli);
        let cluster = |label: &str| {
            format!(
                "resource \"camunda_cluster\" {label:?} {{\n  name = \"twin\"\n  channel = {:?}\n  \
                 plan_type = {:?}\n  region = {:?}\n}}\n",
                seed::CHANNEL_STABLE,
                seed::PLAN_ADVANCED,
                seed::REGION_BELGIUM,
            )
        };
        world.write(&(cluster("one") + &cluster("two")));
        world.workspace.apply(&[]).expect_success();
        let id = |label: &str| {
            let attributes = world.workspace.attributes(&format!("camunda_cluster.{label}"));
            attributes["id"].as_str().unwrap().to_owned()
        };
        assert_ne!(id("one"), id("two"));
        let two = id("two");
        world.write(&cluster("two"));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(world.cluster_id(), two);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// An address in the configuration may change without touching the cluster.
    fn moved(cli: &Cli) on main {
        let world = World::new(cli);
        world.write_cluster("orders", "");
        world.workspace.apply(&[]).expect_success();
        let id = world.cluster_id();
        let text = world.workspace.read("main.tf").replace("\"it\"", "\"orders\"");
        world.workspace.write(
            "main.tf",
            &format!("{text}\nmoved {{\n  from = camunda_cluster.it\n  to = camunda_cluster.orders\n}}\n"),
        );
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), "nothing camunda_cluster.orders, moved from camunda_cluster.it");
        world.workspace.apply(&[]).expect_success();
        assert_eq!(world.cluster_id(), id);
        assert_eq!(writes(&world), ["CreateCluster"]);
        world.finish();
    }
}
