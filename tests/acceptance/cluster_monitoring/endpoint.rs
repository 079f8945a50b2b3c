//! The endpoint by itself: taken, lost, late.

use std::time::Duration;

use camunda_simulator::Fault;

use super::*;
use crate::support::Action;
use crate::support::look::count;

for_each_cli! {
    fn a_lost_answer_is_found(cli: &Cli) on main {
        for fault in [Fault::lost_answer(), Fault::too_many_requests_after_commit()] {
            let world = world(cli);
            world.simulator.faults().on("ActivateMonitoring").inject(fault);
            world.write(&endpoint());
            world.workspace.apply(&[]).expect_success();
            assert!(is_on(&world));
            world.workspace.assert_empty_plan();
            assert_eq!(count(&world, "ActivateMonitoring"), 1);
            world.finish();
        }
    }
}

for_each_cli! {
    fn it_is_on_already(cli: &Cli) on main {
        let world = switched_on(cli);
        world.write(&endpoint());
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot switch the metrics endpoint of cluster [cluster] on

        with camunda_cluster_monitoring.it, on main.tf line 10, in resource "camunda_cluster_monitoring" "it": 10: cluster_id = "[cluster]"

        It is on already.

        If it is the one you mean, import it instead of creating it. With the address of your resource in "to":

        import { to = camunda_cluster_monitoring.example id = "[cluster]" }
        "#);
        assert_eq!(count(&world, "ActivateMonitoring"), 0);
        world.finish();
    }
}

for_each_cli! {
    /// The address comes later, and is no difference then.
    fn the_address_comes_later(cli: &Cli) on main {
        let world = world(cli);
        world
            .simulator
            .change_behaviour(|it| it.durations.monitoring_address = Duration::from_secs(600));
        world.write(&endpoint());
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(warnings(&world, &run), @r#"
        Warning: Address of the metrics endpoint of cluster [cluster] is not known yet

        with camunda_cluster_monitoring.it, on main.tf line 9, in resource "camunda_cluster_monitoring" "it": 9: resource "camunda_cluster_monitoring" "it" {

        The endpoint is switched on. The service does not tell it yet.

        The next plan or apply reads it.
        "#);
        assert_eq!(world.workspace.attributes(ENDPOINT)["metrics_url"], Value::Null);
        world.workspace.assert_empty_plan();
        world.simulator.advance(Duration::from_secs(600));
        world.workspace.assert_empty_plan();
        world.workspace.apply(&[]).expect_success();
        assert!(world.workspace.attributes(ENDPOINT)["metrics_url"].is_string());
        world.finish();
    }
}

for_each_cli! {
    /// The read after the activation fails: the endpoint is in the state all the same.
    fn the_read_of_the_address_fails(cli: &Cli) on main {
        for fault in [Fault::status(403), Fault::status(500), Fault::TruncatedJson] {
            let world = world(cli);
            world.workspace.write("provider.tf", "provider \"camunda\" {\n  max_retries = 0\n}\n");
            // The first look is before the activation.
            world.simulator.faults().on("GetMonitoringClients").skip(1).always().inject(fault);
            world.write(&endpoint());
            let run = world.workspace.apply(&[]);
            let said = warnings(&world, &run);
            assert!(said.contains("The next plan or apply reads it."), "{said}");
            assert_ne!(object(&world, ENDPOINT).unwrap()["tainted"], true);
            world.simulator.faults().clear();
            world.workspace.assert_empty_plan();
            world.finish();
        }
    }
}

for_each_cli! {
    /// Killed over the activation: the next run goes on with it instead of calling it somebody else's.
    fn a_killed_run_loses_nothing(cli: &Cli) on main {
        let world = world(cli);
        world.simulator.faults().on("ActivateMonitoring").inject(Fault::held_answer());
        world.write(&endpoint());
        let apply = world.workspace.spawn(&["apply", "-auto-approve"]);
        world.wait_for("ActivateMonitoring", 1);
        apply.kill_all();
        apply.wait(Duration::from_secs(120));
        world.workspace.wait_until_gone();
        assert!(is_on(&world) && object(&world, ENDPOINT).is_none());
        world.simulator.faults().clear();
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(count(&world, "ActivateMonitoring"), 1);
        world.finish();
    }
}

for_each_cli! {
    /// Switched off in the console: planned anew. Destroying what is off already is fine.
    fn it_disappears(cli: &Cli) on main {
        let world = world(cli);
        world.write(&endpoint());
        world.workspace.apply(&[]).expect_success();
        world.simulator.set_monitoring(CLUSTER, false);
        assert_eq!(world.workspace.planned(&[]).change(ENDPOINT).action, Action::Create);
        world.workspace.destroy(&["-refresh=false"]).expect_success();
        assert_eq!(count(&world, "DeactivateMonitoring"), 1);
        world.finish();
    }
}
