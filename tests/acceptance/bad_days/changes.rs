//! Changes and deletions that go wrong on the way.

use camunda_simulator::{Fault, seed};

use super::*;

/// A cluster that is in the state.
fn with_cluster(cli: &Cli, more: &str) -> World {
    let world = World::new(cli);
    world.write_cluster("orders", more);
    world.workspace.apply(&[]).expect_success();
    world
}

/// Destroys the cluster while the request for that suffers this.
fn destroys(cli: &Cli, fault: Fault) {
    let world = with_cluster(cli, "");
    world.simulator.faults().on("DeleteCluster").inject(fault);
    assert_silent_about_secrets(world.workspace.destroy(&[]).expect_success());
    assert!(object(&world).is_none());
    world.finish_empty();
}

for_each_cli! {
    fn a_deletion_without_an_answer_is_done(cli: &Cli) on main {
        destroys(cli, Fault::lost_answer());
    }
}

for_each_cli! {
    fn a_deletion_that_was_refused_as_one_too_many_is_repeated(cli: &Cli) on main {
        destroys(cli, Fault::too_many_requests(None));
    }
}

for_each_cli! {
    fn a_body_where_none_belongs_does_no_harm(cli: &Cli) on main {
        let world = with_cluster(cli, "");
        let faults = world.simulator.faults();
        faults.on("UpdateCluster").inject(Fault::BodyOnNoContent);
        faults.on("DeleteCluster").inject(Fault::BodyOnNoContent);
        world.write_cluster("sales", "");
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        world.workspace.destroy(&[]).expect_success();
        world.finish_empty();
    }
}

for_each_cli! {
    /// Somebody was faster, between the plan and the deletion.
    fn what_is_gone_already_is_deleted(cli: &Cli) on main {
        let world = with_cluster(cli, "");
        assert!(world.simulator.delete_cluster(&world.cluster_id()));
        world.workspace.destroy(&["-refresh=false"]).expect_success();
        assert!(object(&world).is_none());
        world.finish_empty();
    }
}

for_each_cli! {
    fn a_deletion_out_of_time_can_be_gone_on_with(cli: &Cli) on main {
        let world = with_cluster(cli, "  timeouts = { delete = \"1s\" }");
        stand_still(&world);
        let run = world.workspace.destroy(&[]);
        assert_kept(&world);
        move_on(&world);
        world.workspace.destroy(&[]).expect_success();
        let _filters = filters();
        insta::assert_snapshot!(errors(&run), @r#"
        Error: Cluster "orders" is still there

        Its deletion was accepted, but it was not gone within [time] (timeouts.delete). Seen last: Healthy.

        Run destroy again to go on waiting, or raise timeouts.delete.
        "#);
        world.finish_empty();
    }
}

for_each_cli! {
    fn a_change_without_an_answer_is_made_once_more(cli: &Cli) on main {
        let world = with_cluster(cli, "");
        world.simulator.faults().on("UpdateCluster").inject(Fault::lost_answer());
        world.write_cluster("sales", "");
        world.workspace.apply(&[]).expect_success();
        assert_eq!(world.simulator.clusters()[0].name, "sales");
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// What was done is in the state, what was not is planned again.
    fn half_a_change_is_remembered(cli: &Cli) on main {
        let generation = |id: &str| format!("  generation = {id:?}");
        let world = with_cluster(cli, &generation(seed::GENERATION_8_8_GEN22));
        world.simulator.faults().on("UpgradeCluster").inject(Fault::status(409));
        world.write_cluster("sales", &generation(seed::GENERATION_8_9_GEN3));
        let run = world.workspace.apply(&[]);
        let attributes = world.workspace.attributes(CLUSTER);
        assert_eq!(attributes["name"], "sales");
        assert_eq!(attributes["generation"], seed::GENERATION_8_8_GEN22);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(world.simulator.clusters()[0].generation, seed::GENERATION_8_9_GEN3);
        assert_eq!(asked(&world, "UpdateCluster"), 1, "the name was changed once");
        world.workspace.assert_empty_plan();
        let _filters = filters();
        insta::assert_snapshot!(errors(&run), @r#"
        Error: Cannot upgrade cluster "orders"

        with camunda_cluster.it, on main.tf line 14, in resource "camunda_cluster" "it": 14: generation = "[id]"

        127.0.0.1 answered 409 Conflict: Another change is running.

        The service holds the upgrade back for now; its words above say why. After an upgrade to a new minor version the next one has to wait for 24 hours.

        (PUT /clusters/[id]/upgrade)
        "#);
        world.finish();
    }
}

for_each_cli! {
    /// The answer to an upgrade is lost: a second request could go a step too far.
    fn an_upgrade_without_an_answer_is_made_once(cli: &Cli) on main {
        let generation = |id: &str| format!("  generation = {id:?}");
        let world = with_cluster(cli, &generation(seed::GENERATION_8_8_GEN22));
        world.simulator.faults().on("UpgradeCluster").inject(Fault::lost_answer());
        world.write_cluster("orders", &generation(seed::GENERATION_8_9_GEN3));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(asked(&world, "UpgradeCluster"), 1);
        assert_eq!(world.simulator.clusters()[0].generation, seed::GENERATION_8_9_GEN3);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}
