//! A request to create a cluster whose outcome is not what it seems. Every cluster is paid for.

use camunda_simulator::Fault;
use std::collections::BTreeSet;

use super::*;

/// Applies a configuration with one cluster while the request for it suffers this.
fn creates_one(cli: &Cli, fault: Fault) -> World {
    let world = World::new(cli);
    world.simulator.faults().on("CreateCluster").inject(fault);
    world.write_cluster("orders", "");
    assert_silent_about_secrets(world.workspace.apply(&[]).expect_success());
    assert_kept(&world);
    world.workspace.assert_empty_plan();
    assert_eq!(carried_out(&world, "CreateCluster"), 1);
    world
}

for_each_cli! {
    fn a_lost_answer_makes_no_second_cluster(cli: &Cli) on life {
        let world = creates_one(cli, Fault::lost_answer());
        assert_eq!(asked(&world, "CreateCluster"), 1);
        world.workspace.destroy(&[]).expect_success();
        world.finish_empty();
    }
}

for_each_cli! {
    /// "Too many" does not mean "not done".
    fn too_many_requests_after_all_makes_no_second_cluster(cli: &Cli) on main {
        let world = creates_one(cli, Fault::too_many_requests_after_commit());
        assert_eq!(asked(&world, "CreateCluster"), 1);
        world.finish();
    }
}

for_each_cli! {
    fn too_many_requests_is_repeated_once_nothing_is_found(cli: &Cli) on main {
        let world = creates_one(cli, Fault::too_many_requests(None));
        assert_eq!(asked(&world, "CreateCluster"), 2);
        world.finish();
    }
}

for_each_cli! {
    fn half_an_answer_makes_no_second_cluster(cli: &Cli) on main {
        let world = creates_one(cli, Fault::TruncatedJson);
        assert_eq!(asked(&world, "CreateCluster"), 1);
        world.finish();
    }
}

for_each_cli! {
    fn a_connection_that_breaks_in_the_answer_makes_no_second_cluster(cli: &Cli) on main {
        let world = creates_one(cli, Fault::CutOffBody);
        assert_eq!(asked(&world, "CreateCluster"), 1);
        world.finish();
    }
}

for_each_cli! {
    fn an_answer_without_a_body_makes_no_second_cluster(cli: &Cli) on main {
        let world = creates_one(cli, Fault::EmptyBody);
        assert_eq!(asked(&world, "CreateCluster"), 1);
        world.finish();
    }
}

for_each_cli! {
    /// Whether the request was carried out cannot be known, so it is not repeated but looked for.
    fn a_reset_before_anything_happened_is_explained(cli: &Cli) on main {
        let world = World::new(cli);
        world.simulator.faults().on("CreateCluster").inject(Fault::reset());
        world.write_cluster("orders", "");
        let run = world.workspace.apply(&[]);
        assert!(world.simulator.clusters().is_empty());
        assert_eq!(asked(&world, "CreateCluster"), 1);
        let _filters = filters();
        insta::assert_snapshot!(errors(&run), @r#"
        Error: Cannot create cluster "orders"

        with camunda_cluster.it, on main.tf line 9, in resource "camunda_cluster" "it": 9: resource "camunda_cluster" "it" {

        127.0.0.1 gave no whole answer. The list of clusters shows no new cluster of that name. Cause: error sending request. Cause: client error (SendRequest). Cause: connection error. Cause: Connection reset by peer (os error 104).

        The service may have carried the request out all the same. Look in the Console before running again.

        If the cluster appears there, import it instead of creating a second one: terraform import with its ID, or an import block.

        (POST /clusters)
        "#);
        world.workspace.apply(&[]).expect_success();
        assert_kept(&world);
        world.finish();
    }
}

for_each_cli! {
    /// Names come twice, so that only care tells the clusters apart.
    fn ten_at_once_with_lost_answers_are_ten(cli: &Cli) on main {
        let world = World::new(cli);
        for _ in 0..3 {
            world.simulator.faults().on("CreateCluster").skip(2).inject(Fault::lost_answer());
        }
        world.write_cluster("", "  name = \"orders-${count.index % 5}\"\n  count = 10");
        let run = world.workspace.apply(&[]);
        assert_silent_about_secrets(run.expect_success());
        let clusters = world.simulator.clusters();
        assert_eq!(clusters.len(), 10, "{clusters:#?}");
        assert_eq!(asked(&world, "CreateCluster"), 10);
        let faults = world.simulator.faults().list();
        assert!(faults.iter().all(|fault| fault.fired == 1), "{faults:?}");
        let known: BTreeSet<String> = (0..10)
            .map(|index| world.workspace.attributes(&format!("{CLUSTER}[{index}]")))
            .map(|attributes| attributes["id"].as_str().unwrap().to_owned())
            .collect();
        let there: BTreeSet<String> = clusters.into_iter().map(|cluster| cluster.id).collect();
        assert_eq!(known, there);
        world.workspace.assert_empty_plan();
        world.workspace.destroy(&["-parallelism=10"]).expect_success();
        world.finish_empty();
    }
}

for_each_cli! {
    /// Neither project takes the other's cluster for its own.
    fn two_projects_create_clusters_of_one_name(cli: &Cli) on main {
        let world = World::new(cli);
        world.write_cluster("orders", "");
        let other = neighbour(cli, &world);
        other.write("main.tf", &world.workspace.read("main.tf"));
        let held = world.simulator.faults().on("CreateCluster").times(2).inject(Fault::held_answer());
        let first = world.workspace.spawn(&["apply", "-auto-approve"]);
        let second = other.spawn(&["apply", "-auto-approve"]);
        world.wait_for("CreateCluster", 2);
        world.simulator.faults().release(held);
        first.wait(DEADLINE).expect_success();
        second.wait(DEADLINE).expect_success();
        let id = |workspace: &Workspace| workspace.attributes(CLUSTER)["id"].as_str().unwrap().to_owned();
        let known = BTreeSet::from([id(&world.workspace), id(&other)]);
        let there = world.simulator.clusters().into_iter().map(|cluster| cluster.id).collect();
        assert_eq!(known, there);
        assert_eq!(known.len(), 2);
        world.workspace.assert_empty_plan();
        other.assert_empty_plan();
        other.finish();
        world.finish();
    }
}
