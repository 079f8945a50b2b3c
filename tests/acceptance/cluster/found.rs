//! The data sources that find clusters, and those that list the catalogue.

use camunda_simulator::{NewCluster, seed};
use serde_json::{Value, json};

use crate::support::World;
use crate::support::look::count;

fn add(world: &World, name: &str, region: &str) -> String {
    world.simulator.add_cluster(NewCluster {
        name: name.to_owned(),
        region: region.to_owned(),
        ..NewCluster::default()
    })
}

fn source(kind: &str, label: &str, arguments: &str) -> String {
    format!("data \"camunda_{kind}\" \"{label}\" {{\n{arguments}\n}}\n")
}

fn column(list: &Value, name: &str) -> Vec<String> {
    let items = list.as_array().expect("a list").iter();
    items
        .map(|item| item[name].as_str().unwrap_or_default().to_owned())
        .collect()
}

for_each_cli! {
    fn say_everything(cli: &Cli) on life {
        let world = World::new(cli);
        let payments = add(&world, "payments", seed::REGION_BELGIUM);
        let orders = add(&world, "orders-b", seed::REGION_SYDNEY);
        let asleep = add(&world, "orders-a", seed::REGION_BELGIUM);
        world.simulator.suspend(&asleep);
        world.write(&[
            source("cluster", "name", "  name = \"payments\""),
            source("cluster", "id", &format!("  id = {asleep:?}")),
            source("clusters", "all", ""),
            source("clusters", "orders", "  name_prefix = \"orders-\""),
            source("clusters", "sydney", &format!("  region = {:?}", seed::REGION_SYDNEY)),
            source("clusters", "asleep", "  status = \"Suspended\""),
            source("clusters", "none", "  name_prefix = \"nobody\""),
            source("channels", "all", ""),
            source("cluster_plan_types", "all", ""),
            source("regions", "all", ""),
            source("regions", "aws", "  cloud_provider = \"aws\""),
        ].concat());
        world.workspace.apply(&[]).expect_success();
        let attributes = |address: &str| world.workspace.attributes(&format!("data.camunda_{address}"));

        let by_name = attributes("cluster.name");
        assert_eq!(by_name["id"], json!(payments));
        assert_eq!(by_name["region"], json!(seed::REGION_BELGIUM));
        assert_eq!(by_name["status"]["ready"], json!("Healthy"));
        let by_id = attributes("cluster.id");
        assert_eq!(by_id["name"], json!("orders-a"));
        assert_eq!(by_id["status"]["ready"], json!("Suspended"));

        let ids = |label: &str| column(&attributes(&format!("clusters.{label}"))["clusters"], "id");
        assert_eq!(ids("all"), [asleep.as_str(), &orders, &payments]);
        assert_eq!(ids("orders"), [asleep.as_str(), &orders]);
        assert_eq!(ids("sydney"), [orders.as_str()]);
        assert_eq!(ids("asleep"), [asleep.as_str()]);
        assert_eq!(ids("none"), [""; 0]);

        assert_eq!(column(&attributes("channels.all")["channels"], "name"), ["Alpha", "Stable"]);
        assert_eq!(
            column(&attributes("cluster_plan_types.all")["plan_types"], "name"),
            ["Advanced", "Basic", "Standard", "Trial"]
        );
        assert_eq!(column(&attributes("regions.all")["regions"], "id").len(), 3);
        assert_eq!(
            column(&attributes("regions.aws")["regions"], "name"),
            ["Frankfurt, Europe (eu-central-1)"]
        );
        assert_eq!(count(&world, "GetClusters"), 1, "they share the list");
        assert_eq!(count(&world, "GetParameters"), 1, "they share the catalogue");
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    fn find_exactly_one(cli: &Cli) on main {
        let world = World::new(cli);
        for arguments in ["", "  name = \"a\"\n  id = \"b\""] {
            world.write(&source("cluster", "it", arguments));
            world.workspace.validate().expect_failure_containing("Set exactly one of them.");
        }
        assert_eq!(world.simulator.statistics().requests, 0, "validation is offline");
        let twins = [0, 1].map(|_| add(&world, "orders", seed::REGION_BELGIUM));
        world.write(&source("cluster", "it", "  name = \"orders\""));
        let run = world.workspace.plan(&[]);
        run.expect_failure_containing("Several clusters have the name \"orders\"");
        assert!(twins.iter().all(|id| run.stderr.contains(id)), "{run}");
        world.write(&source("cluster", "it", "  name = \"order\""));
        world.workspace.plan(&[]).expect_failure_containing("Did you mean \"orders\"?");
        world.finish();
    }
}
