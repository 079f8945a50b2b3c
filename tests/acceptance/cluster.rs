//! `camunda_cluster`: the life of a cluster.

use serde_json::json;

use crate::support::World;

for_each_cli! {
    /// From nothing to nothing, with an empty plan in between.
    fn lives(cli: &Cli) on every {
        let world = World::new(cli);
        world.write_cluster("orders", "");
        world.workspace.apply(&[]).expect_success();
        let id = world.cluster_id();
        assert_eq!(world.workspace.attributes("camunda_cluster.it")["id"], json!(id));
        world.workspace.assert_empty_plan();
        world.workspace.destroy(&[]).expect_success();
        world.finish_empty();
    }
}
