//! `camunda_cluster_connector_secrets`: names, and never values.

use camunda_simulator::seed;
use serde_json::json;

use super::*;
use crate::support::look::errors;

fn read(world: &World, more: &str) {
    world.write(&format!(
        "data \"camunda_cluster_connector_secrets\" \"it\" {{\n  cluster_id = {CLUSTER:?}\n{more}\n}}\n\
         output \"names\" {{\n  value = data.camunda_cluster_connector_secrets.it.names\n}}\n"
    ));
}

for_each_cli! {
    fn tells_the_names(cli: &Cli) on life {
        let world = world(cli);
        read(&world, "");
        world.workspace.apply(&[]).expect_success();
        assert_eq!(world.workspace.output("names"), json!([]));
        for name in ["SMTP", "PAYMENT_B", "PAYMENT_A"] {
            set_by_hand(&world, name, "known-value");
        }
        world.workspace.apply(&[]).expect_success();
        assert_eq!(world.workspace.output("names"), json!(["PAYMENT_A", "PAYMENT_B", "SMTP"]));
        read(&world, "  name_prefix = \"PAYMENT_\"");
        world.workspace.apply(&[]).expect_success();
        assert_eq!(world.workspace.output("names"), json!(["PAYMENT_A", "PAYMENT_B"]));
        assert!(!world.workspace.read("terraform.tfstate").contains("known-value"));
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    fn says_what_it_cannot_read(cli: &Cli) on main {
        let mut world = world(cli);
        read(&world, "");
        world.log_in(&seed::credentials::CLUSTER);
        let said = errors(&world, &world.workspace.plan(&[]));
        assert!(said.contains("the permission group \"Connector Secrets\""), "{said}");
        world.log_in(&seed::credentials::FULL);
        world.simulator.delete_cluster(CLUSTER);
        let said = errors(&world, &world.workspace.plan(&[]));
        assert!(said.contains("Cannot read the connector secrets of cluster"), "{said}");
        assert!(said.contains("404 Not Found"), "{said}");
        world.finish_empty();
    }
}
