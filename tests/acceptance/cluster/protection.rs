//! Deletion protection: refused while planning, released in two steps, checked again at the end.

use camunda_simulator::seed;

use super::{ADDRESS, count, errors, writes};
use crate::support::{Cli, World};

const PROTECTED: &str = "  deletion_protection = true\n";

fn protected(cli: &Cli) -> World {
    let world = World::new(cli);
    world.write_cluster("orders", PROTECTED);
    world.workspace.apply(&[]).expect_success();
    world
}

for_each_cli! {
    /// `destroy` and a removed block are both refused by the plan.
    fn refuses_to_destroy(cli: &Cli) on life {
        let world = protected(cli);
        let run = world.workspace.run(&["plan", "-destroy"]);
        run.expect_failure();
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cluster "orders" is protected against deletion

        with camunda_cluster.it, on main.tf line 14, in resource "camunda_cluster" "it": 14: deletion_protection = true

        Its state says deletion_protection = true, so it is neither destroyed nor replaced.

        To delete it all the same: set deletion_protection = false and apply; then repeat this.
        "#);
        world.workspace.destroy(&[]).expect_failure_containing("protected against deletion");
        world.write("");
        world.workspace.plan(&[]).expect_failure_containing("protected against deletion");
        assert_eq!(count(&world, "DeleteCluster"), 0);
        world.finish();
    }
}

for_each_cli! {
    fn refuses_to_replace(cli: &Cli) on main {
        let world = protected(cli);
        let region = format!("  region = {:?}\n", seed::REGION_SYDNEY);
        world.write_cluster("orders", &(PROTECTED.to_owned() + &region));
        let run = world.workspace.plan(&[]);
        run.expect_failure();
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cluster "orders" is protected against deletion

        with camunda_cluster.it, on main.tf line 13, in resource "camunda_cluster" "it": 13: deletion_protection = true

        Its state says deletion_protection = true, so it is neither destroyed nor replaced.

        To delete it all the same: set deletion_protection = false and apply; then repeat this.

        The plan replaces the cluster because of: region.
        "#);
        // Switching it off in the same step does not help: the state decides.
        world.write_cluster("orders", &region);
        world.workspace.plan(&[]).expect_failure_containing("protected against deletion");
        assert_eq!(writes(&world), ["CreateCluster"]);
        world.finish();
    }
}

for_each_cli! {
    /// First off, then gone.
    fn is_released_in_two_steps(cli: &Cli) on main {
        let world = protected(cli);
        world.write_cluster("orders", "  deletion_protection = false\n");
        world.workspace.apply(&[]).expect_success();
        assert_eq!(writes(&world), ["CreateCluster"]);
        world.workspace.destroy(&[]).expect_success();
        world.finish_empty();
    }
}

for_each_cli! {
    /// A tainted object is planned without its state; the deletion itself looks again.
    fn is_checked_again_in_deletion(cli: &Cli) on main {
        let world = protected(cli);
        let id = world.cluster_id();
        world.workspace.run(&["taint", ADDRESS]).expect_success();
        let run = world.workspace.apply(&[]);
        run.expect_failure_containing("protected against deletion");
        assert_eq!(world.cluster_id(), id);
        assert_eq!(count(&world, "DeleteCluster"), 0);
        world.workspace.run(&["untaint", ADDRESS]).expect_success();
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// `-replace` is planned like a taint.
    fn is_checked_again_in_a_forced_replacement(cli: &Cli) on main {
        let world = protected(cli);
        let id = world.cluster_id();
        world
            .workspace
            .apply(&["-replace=camunda_cluster.it"])
            .expect_failure_containing("protected against deletion");
        assert_eq!(world.cluster_id(), id);
        assert_eq!(count(&world, "DeleteCluster"), 0);
        world.finish();
    }
}
