//! What replaces a cluster: the attributes that say so, and the CLI's own ways.

use camunda_simulator::seed;

use super::{ADDRESS, count, writes};
use crate::support::{Action, Cli, World};

/// Applies `before`, then `after`, which has to replace the cluster because of one attribute.
fn replaces(cli: &Cli, attribute: &str, before: &str, after: &str) {
    let world = World::new(cli);
    world.write_cluster("orders", before);
    world.workspace.apply(&[]).expect_success();
    let old = world.cluster_id();
    world.write_cluster("orders", after);
    let run = world.workspace.plan(&[]);
    run.expect_output_containing("must be replaced")
        .expect_output_containing("# forces replacement");
    let forcing: Vec<&str> = run
        .stdout
        .lines()
        .filter(|line| line.contains("# forces replacement"))
        .filter_map(|line| line.split_whitespace().nth(1))
        .collect();
    assert_eq!(forcing, [attribute], "{run}");
    assert_eq!(
        world.workspace.planned(&[]).change(ADDRESS).action,
        Action::Replace
    );
    world.workspace.apply(&[]).expect_success();
    assert_ne!(
        world.cluster_id(),
        old,
        "the old cluster is gone, a new one is there"
    );
    assert_eq!(
        writes(&world),
        ["CreateCluster", "DeleteCluster", "CreateCluster"]
    );
    world.workspace.assert_empty_plan();
    world.workspace.destroy(&[]).expect_success();
    world.finish_empty();
}

fn set(name: &str, value: &str) -> String {
    format!("  {name} = \"{value}\"\n")
}

for_each_cli! {
    fn by_the_channel(cli: &Cli) on main {
        let after = set("channel", seed::CHANNEL_ALPHA) + &set("generation", seed::GENERATION_8_10_ALPHA4);
        let before = set("generation", seed::GENERATION_8_9_GEN3);
        replaces(cli, "channel", &before, &after);
    }
}

for_each_cli! {
    /// A generation that was never configured belongs to the old channel: the new cluster takes the
    /// default of the new one.
    fn by_the_channel_with_its_default(cli: &Cli) on main {
        let after = set("channel", seed::CHANNEL_ALPHA);
        replaces(cli, "channel", "", &after);
    }
}

for_each_cli! {
    fn by_the_region(cli: &Cli) on main {
        replaces(cli, "region", "", &set("region", seed::REGION_SYDNEY));
    }
}

for_each_cli! {
    fn by_the_plan_type(cli: &Cli) on main {
        replaces(cli, "plan_type", "", &set("plan_type", seed::PLAN_STANDARD));
    }
}

for_each_cli! {
    fn by_the_encryption(cli: &Cli) on main {
        replaces(cli, "encryption", "", &set("encryption", "Hardware"));
    }
}

for_each_cli! {
    fn by_the_backup_region(cli: &Cli) on main {
        let backup = |id| set("backup_region", id);
        replaces(
            cli,
            "backup_region",
            &backup(seed::BACKUP_BELGIUM),
            &backup(seed::BACKUP_BELGIUM_GERMANY),
        );
    }
}

for_each_cli! {
    /// With the same configuration, because the user says so.
    fn on_request(cli: &Cli) on main {
        let world = World::new(cli);
        world.write_cluster("orders", "");
        world.workspace.apply(&[]).expect_success();
        let old = world.cluster_id();
        world.workspace.apply(&["-replace=camunda_cluster.it"]).expect_success();
        assert_ne!(world.cluster_id(), old);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// The new cluster is there before the old one goes; names need not be unique.
    fn new_before_old(cli: &Cli) on main {
        let world = World::new(cli);
        let lifecycle = "  lifecycle {\n    create_before_destroy = true\n  }\n";
        world.write_cluster("orders", lifecycle);
        world.workspace.apply(&[]).expect_success();
        let old = world.cluster_id();
        world.write_cluster("orders", &(set("region", seed::REGION_SYDNEY) + lifecycle));
        world.workspace.apply(&[]).expect_success();
        assert_ne!(world.cluster_id(), old);
        assert_eq!(writes(&world), ["CreateCluster", "CreateCluster", "DeleteCluster"]);
        world.workspace.assert_empty_plan();
        assert_eq!(count(&world, "UpdateCluster"), 0);
        world.finish();
    }
}
