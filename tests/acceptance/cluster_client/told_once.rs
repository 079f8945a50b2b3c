//! The secret was told. Whatever goes wrong after that, it is in the state, and a later run adds what
//! is missing without replacing anything.

use std::time::Duration;

use camunda_simulator::Fault;
use serde_json::Value;

use super::*;
use crate::support::look::{count, writes};

/// Everything is as it was, but for the address, which is there now.
#[track_caller]
fn assert_completed(world: &World, before: &Value) {
    assert_eq!(before["zeebe_address"], Value::Null);
    world.workspace.assert_empty_plan();
    world.workspace.apply(&[]).expect_success();
    let after = assert_kept(world);
    assert_eq!(after["secret"], before["secret"]);
    assert_eq!(
        after["zeebe_address"],
        format!("{CLUSTER}.bru-2.zeebe.camunda.io:443")
    );
    world.workspace.assert_empty_plan();
    assert_eq!(writes(world), ["CreateClient"]);
}

for_each_cli! {
    /// 412 right after a create is nothing but a wait.
    fn a_cluster_that_is_not_ready_is_waited_for(cli: &Cli) on main {
        let world = World::new(cli);
        world
            .simulator
            .change_behaviour(|all| all.durations.create = Duration::from_secs(180));
        world.simulator.add_cluster(NewCluster {
            id: Some(CLUSTER.to_owned()),
            status: "Creating".to_owned(),
            ..NewCluster::default()
        });
        write(&world, "workers", "");
        let run = world.workspace.apply(&[]);
        assert_eq!(warnings(&world, &run), "");
        assert!(assert_kept(&world)["zeebe_address"].is_string());
        let answers = world.simulator.requests_of("GetClient");
        assert_eq!(answers[0].status, Some(412));
        world.workspace.assert_empty_plan();
        // Once it is known it is not asked for again.
        assert_eq!(count(&world, "GetClient"), answers.len());
        world.finish();
    }
}

for_each_cli! {
    fn time_runs_out(cli: &Cli) on main {
        let world = world(cli);
        world.simulator.suspend(CLUSTER);
        write(&world, "workers", "  timeouts = { create = \"1s\" }");
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(warnings(&world, &run), @r#"
        Warning: Address of API client "workers" in cluster [cluster] is not known yet

        with camunda_cluster_client.it, on main.tf line 9, in resource "camunda_cluster_client" "it": 9: resource "camunda_cluster_client" "it" {

        The client exists with the client ID [client]. Its cluster did not tell the address within timeouts.create. Seen last: The cluster is Suspended; it has no address until it is Healthy.

        Nothing is lost: the client and its secret are in the state, and the next plan or apply reads the address. A cluster tells it while it is healthy: if it is suspended, wake it.
        "#);
        let before = assert_kept(&world);
        // Still asleep: nothing to do, and nothing to complain about.
        world.workspace.assert_empty_plan();
        world.simulator.set_status(CLUSTER, "Healthy");
        assert_completed(&world, &before);
        world.finish();
    }
}

for_each_cli! {
    /// Each answer that the read of the address can get instead of the right one.
    fn the_read_of_the_address_fails(cli: &Cli) on main {
        for (name, fault) in [
            ("403", Fault::status(403)),
            ("404", Fault::status(404)),
            ("500", Fault::status(500)),
            ("nonsense", Fault::TruncatedJson),
        ] {
            let world = world(cli);
            world.workspace.write("provider.tf", "provider \"camunda\" {\n  max_retries = 0\n}\n");
            world.simulator.faults().on("GetClient").always().inject(fault);
            write(&world, "workers", "");
            let run = world.workspace.apply(&[]);
            let said = warnings(&world, &run);
            assert!(said.contains("Nothing is lost"), "{name}: {said}");
            let before = assert_kept(&world);
            world.simulator.faults().clear();
            assert_completed(&world, &before);
            world.finish();
        }
    }
}

for_each_cli! {
    fn one_that_says_why(cli: &Cli) on main {
        let world = world(cli);
        world.simulator.faults().on("GetClient").always().inject(Fault::status(403));
        write(&world, "workers", "");
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(warnings(&world, &run), @r#"
        Warning: Address of API client "workers" in cluster [cluster] is not known yet

        with camunda_cluster_client.it, on main.tf line 9, in resource "camunda_cluster_client" "it": 9: resource "camunda_cluster_client" "it" {

        The client exists with the client ID [client]. Its address could not be read: 127.0.0.1 answered 403 Forbidden: The client lacks a permission.

        The credentials probably lack the permission group "Zeebe Client". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

        (GET /clusters/[cluster]/clients/[client])

        Nothing is lost: the client and its secret are in the state, and the next plan or apply reads the address. A cluster tells it while it is healthy: if it is suspended, wake it.
        "#);
        assert_kept(&world);
        world.finish();
    }
}

for_each_cli! {
    fn ctrl_c_during_the_wait(cli: &Cli) on main {
        let world = world(cli);
        world.simulator.set_status(CLUSTER, "Creating");
        write(&world, "workers", "");
        let apply = world.workspace.spawn(&["apply", "-auto-approve"]);
        world.wait_for("GetClient", 2);
        apply.interrupt();
        let run = apply.wait(Duration::from_secs(120));
        run.expect_output_containing("The run was interrupted before its cluster had told the address.");
        world.workspace.wait_until_alone();
        let before = assert_kept(&world);
        world.simulator.set_status(CLUSTER, "Healthy");
        assert_completed(&world, &before);
        world.finish();
    }
}

for_each_cli! {
    /// The list shows a new client late: it is not forgotten for that, nor when it is really gone
    /// remembered.
    fn it_is_listed_late(cli: &Cli) on main {
        let world = world(cli);
        world
            .simulator
            .change_behaviour(|all| all.durations.client_visibility = Duration::from_secs(86_400));
        write(&world, "workers", "");
        world.workspace.apply(&[]).expect_success();
        assert_kept(&world);
        world.workspace.assert_empty_plan();
        world.workspace.apply(&[]).expect_success();
        assert_kept(&world);
        let id = client(&world).client_id;
        world.simulator.delete_zeebe_client(CLUSTER, &id);
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("create {ADDRESS}"));
        world.finish();
    }
}
