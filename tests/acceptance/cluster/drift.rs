//! What people do in the console: the next plan shows exactly that.

use camunda_simulator::ClusterChange;
use serde_json::json;

use super::{ADDRESS, bodies, writes};
use crate::support::{Action, World};

for_each_cli! {
    fn a_rename(cli: &Cli) on main {
        let world = World::new(cli);
        world.write_cluster("orders", "");
        world.workspace.apply(&[]).expect_success();
        world.simulator.rename_cluster(&world.cluster_id(), "renamed");
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), "update camunda_cluster.it (name)");
        assert_eq!(plan.change(ADDRESS).before["name"], json!("renamed"));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(bodies(&world, "UpdateCluster"), [json!({ "name": "orders" })]);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    fn a_description(cli: &Cli) on main {
        let world = World::new(cli);
        world.write_cluster("orders", "");
        world.workspace.apply(&[]).expect_success();
        let change = ClusterChange { description: Some("by hand".to_owned()), ..ClusterChange::default() };
        world.simulator.change_cluster(&world.cluster_id(), change);
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), "update camunda_cluster.it (description)");
        world.workspace.apply(&[]).expect_success();
        assert_eq!(bodies(&world, "UpdateCluster"), [json!({ "description": "" })]);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// Refreshing alone takes over what there is and writes nothing.
    fn refreshed_only(cli: &Cli) on main {
        let world = World::new(cli);
        world.write_cluster("orders", "");
        world.workspace.apply(&[]).expect_success();
        world.simulator.rename_cluster(&world.cluster_id(), "renamed");
        world.workspace.refresh().expect_success();
        assert_eq!(world.workspace.attributes(ADDRESS)["name"], json!("renamed"));
        assert_eq!(writes(&world), ["CreateCluster"]);
        world.write_cluster("renamed", "");
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// Deleted by hand: planned anew, and a destroy has nothing to do.
    fn a_deletion(cli: &Cli) on main {
        let world = World::new(cli);
        world.write_cluster("orders", "");
        world.workspace.apply(&[]).expect_success();
        let old = world.cluster_id();
        world.simulator.delete_cluster(&old);
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.change(ADDRESS).action, Action::Create, "{plan}");
        world.workspace.apply(&[]).expect_success();
        let new = world.cluster_id();
        assert_ne!(new, old);
        world.simulator.delete_cluster(&new);
        world.workspace.destroy(&[]).expect_success();
        assert_eq!(writes(&world), ["CreateCluster", "CreateCluster"]);
        world.finish_empty();
    }
}

for_each_cli! {
    /// Deleted by hand after the plan was made: destroying what is gone is no error.
    fn a_deletion_unseen(cli: &Cli) on main {
        let world = World::new(cli);
        world.write_cluster("orders", "");
        world.workspace.apply(&[]).expect_success();
        world.simulator.delete_cluster(&world.cluster_id());
        world.workspace.destroy(&["-refresh=false"]).expect_success();
        assert!(world.workspace.addresses().is_empty());
        world.finish_empty();
    }
}

for_each_cli! {
    /// auto_update cannot be changed by the API, so a change by hand is an error only where the
    /// configuration says something else.
    fn auto_update(cli: &Cli) on main {
        let world = World::new(cli);
        world.write_cluster("orders", "");
        world.workspace.apply(&[]).expect_success();
        let change = ClusterChange { auto_update: Some(true), ..ClusterChange::default() };
        world.simulator.change_cluster(&world.cluster_id(), change);
        world.workspace.assert_empty_plan();
        world.write_cluster("orders", "  auto_update = true");
        world.workspace.assert_empty_plan();
        world.finish();
    }
}
