//! The life of a secret whose value the state holds, with an empty plan after every step.

use serde_json::{Value, json};

use super::*;
use crate::support::Action;
use crate::support::look::{bodies, count, writes};

for_each_cli! {
    /// From nothing to nothing, through every kind of change.
    fn lives(cli: &Cli) on life {
        let world = world(cli);
        write(&world, "API_KEY", "  value = \"first\"");
        assert_eq!(world.workspace.planned(&[]).change(ADDRESS).action, Action::Create);
        world.workspace.apply(&[]).expect_success();
        assert_secrets(&world, [("API_KEY", "first")]);
        assert_eq!(
            world.workspace.attributes(ADDRESS),
            json!({
                "id": format!("{CLUSTER}/API_KEY"),
                "cluster_id": CLUSTER,
                "name": "API_KEY",
                "value": "first",
                "value_wo": null,
                "value_wo_version": null,
                "timeouts": null,
            })
        );
        world.workspace.assert_empty_plan();

        // A new value in place, and nothing else.
        write(&world, "API_KEY", "  value = \"second\"");
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("update {ADDRESS} (value)"));
        world.workspace.apply(&[]).expect_success();
        assert_secrets(&world, [("API_KEY", "second")]);
        assert_eq!(bodies(&world, "UpdateSecret").len(), 1);
        world.workspace.assert_empty_plan();

        // What is for the provider alone is not sent.
        let more = "  value = \"second\"\n  timeouts = { create = \"1m\", update = \"1m\", delete = \"1m\" }";
        write(&world, "API_KEY", more);
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("update {ADDRESS} (timeouts)"));
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(count(&world, "UpdateSecret"), 1);

        // Another name is another secret.
        write(&world, "OTHER_KEY", more);
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("replace {ADDRESS} (id, name)"));
        world.workspace.apply(&[]).expect_success();
        assert_secrets(&world, [("OTHER_KEY", "second")]);
        world.workspace.assert_empty_plan();

        // Deleted in the console: planned anew.
        delete_by_hand(&world, "OTHER_KEY");
        assert_eq!(world.workspace.planned(&[]).change(ADDRESS).action, Action::Create);
        world.workspace.apply(&[]).expect_success();
        assert_secrets(&world, [("OTHER_KEY", "second")]);

        world.workspace.destroy(&[]).expect_success();
        assert!(world.workspace.addresses().is_empty());
        assert_secrets(&world, []);
        world.finish();
    }
}

for_each_cli! {
    /// With its cluster in one configuration, whose id and a value are not known before; both go in
    /// the right order.
    fn lives_with_its_cluster(cli: &Cli) on main {
        let world = World::new(cli);
        world.write_cluster("orders", "");
        let cluster = world.workspace.read("main.tf");
        let secret = block("it", "API_KEY", "  value = terraform_data.value.output")
            .replace(&format!("{CLUSTER:?}"), "camunda_cluster.it.id");
        let data = "resource \"terraform_data\" \"value\" {\n  input = \"made\"\n}\n";
        world.workspace.write("main.tf", &format!("{cluster}\n{secret}\n{data}"));
        world.workspace.apply(&[]).expect_success();
        let id = world.cluster_id();
        assert_eq!(world.simulator.connector_secrets(&id)["API_KEY"], "made");
        world.workspace.assert_empty_plan();
        world.workspace.destroy(&[]).expect_success();
        assert_eq!(writes(&world), ["CreateCluster", "CreateSecret", "DeleteSecret", "DeleteCluster"]);
        world.finish_empty();
    }
}

for_each_cli! {
    /// Names and values arrive letter by letter.
    fn takes_unusual_names_and_values(cli: &Cli) on main {
        let world = world(cli);
        let name = "a.b-c_d/e%2Ff#?ü";
        write(&world, name, r#"  value = " lines\nand \"quotes\" \\ äöü 🔑 ""#);
        world.workspace.apply(&[]).expect_success();
        assert_secrets(&world, [(name, " lines\nand \"quotes\" \\ äöü 🔑 ")]);
        world.workspace.assert_empty_plan();
        write(&world, name, "  value = \"\"");
        world.workspace.apply(&[]).expect_success();
        assert_secrets(&world, [(name, "")]);
        world.workspace.assert_empty_plan();
        world.workspace.destroy(&[]).expect_success();
        assert_secrets(&world, []);
        world.finish();
    }
}

for_each_cli! {
    /// The identity is cluster and name, from the creation on.
    fn has_an_identity(cli: &Cli) on [terraform_1_15_5] requires Identity {
        let world = world(cli);
        write(&world, "API_KEY", "  value = \"first\"");
        world.workspace.apply(&[]).expect_success();
        let state = world.workspace.state();
        let identity: &Value = &state["values"]["root_module"]["resources"][0]["identity"];
        assert_eq!(*identity, json!({ "cluster_id": CLUSTER, "name": "API_KEY" }));
        world.finish();
    }
}
