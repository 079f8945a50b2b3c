//! Requests that the service refuses: each message names the credentials, the reason and the next step.

use camunda_simulator::{Fault, seed};

use super::*;
use crate::support::look::{count, writes};

for_each_cli! {
    fn the_endpoint_is_off(cli: &Cli) on main {
        let world = world(cli);
        write(&world, "prom", "");
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot create monitoring client "prom" in cluster [cluster]

        with camunda_cluster_monitoring_client.it, on main.tf line 10, in resource "camunda_cluster_monitoring_client" "it": 10: cluster_id = "[cluster]"

        127.0.0.1 answered 409 Conflict: Monitoring is not active for this cluster.

        The metrics endpoint of the cluster is off. Add a camunda_cluster_monitoring for the cluster, and let this resource depend on it (depends_on). If there is one: the service switches the endpoint off with its last credentials. Apply again to switch it on, and set create_before_destroy where the only ones are replaced.

        (POST /clusters/[cluster]/monitoring/clients)
        "#);
        // What the message says to do works.
        write_both(&world, "prom", "");
        world.workspace.apply(&[]).expect_success();
        assert_kept(&world);
        world.finish();
    }
}

for_each_cli! {
    /// Replacing the only credentials in the usual order switches the endpoint off in between. The
    /// message says so, and the next apply mends it.
    fn replacing_the_only_ones_switches_the_endpoint_off(cli: &Cli) on main {
        let world = world(cli);
        write_both(&world, "prom", "");
        world.workspace.apply(&[]).expect_success();
        write_both(&world, "prometheus", "");
        let run = world.workspace.apply(&[]);
        assert!(errors(&world, &run).contains("set create_before_destroy"), "{run}");
        world.workspace.apply(&[]).expect_success();
        assert_kept(&world);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    fn the_name_is_taken(cli: &Cli) on main {
        let world = switched_on(cli);
        let id = world.simulator.add_monitoring_client(CLUSTER, "prom");
        write(&world, "prom", "");
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot create monitoring client "prom" in cluster [cluster]

        with camunda_cluster_monitoring_client.it, on main.tf line 11, in resource "camunda_cluster_monitoring_client" "it": 11: username = "prom"

        127.0.0.1 answered 409 Conflict: There is a user `prom` already.

        The cluster has a monitoring client of this name. Its password cannot be read: after an import, password is empty, and a password_version makes a new one.

        If it is the one you mean, import it instead of creating it. With the address of your resource in "to":

        import { to = camunda_cluster_monitoring_client.example id = "[cluster]/[client]" }

        (POST /clusters/[cluster]/monitoring/clients)
        "#);
        assert_eq!(client(&world).uuid, id);
        assert_eq!(writes(&world), ["CreateMonitoringClient"]);

        // What the message says to do works.
        let text = world.workspace.read("main.tf");
        let import = format!("import {{\n  to = {CLIENT}\n  id = \"{CLUSTER}/{id}\"\n}}\n");
        world.workspace.write("main.tf", &format!("{text}\n{import}"));
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    fn the_permission_is_missing(cli: &Cli) on main {
        let mut world = world(cli);
        write_both(&world, "prom", "");
        world.log_in(&seed::credentials::READ_ONLY);
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot switch the metrics endpoint of cluster [cluster] on

        with camunda_cluster_monitoring.it, on main.tf line 9, in resource "camunda_cluster_monitoring" "it": 9: resource "camunda_cluster_monitoring" "it" {

        127.0.0.1 answered 403 Forbidden: The client lacks the permission create of the group External Monitoring.

        The credentials probably lack the permission group "External Monitoring". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

        (POST /clusters/[cluster]/monitoring)
        "#);
        world.log_in(&seed::credentials::FULL);
        world.workspace.apply(&[]).expect_success();
        world.log_in(&seed::credentials::READ_ONLY);
        let run = world.workspace.destroy(&[]);
        assert!(errors(&world, &run).contains("Cannot delete monitoring client \"prom\""), "{run}");
        assert_kept(&world);
        world.log_in(&seed::credentials::CLUSTER);
        // Not being allowed to see it does not mean that it is gone.
        let run = world.workspace.plan(&[]);
        assert!(errors(&world, &run).contains("the permission group \"External Monitoring\""), "{run}");
        world.log_in(&seed::credentials::FULL);
        world.simulator.faults().on("DeleteMonitoringClient").inject(Fault::lost_answer());
        world.simulator.faults().on("DeactivateMonitoring").inject(Fault::html(502));
        world.workspace.destroy(&[]).expect_success();
        assert!(!is_on(&world));
        world.finish();
    }
}

for_each_cli! {
    fn there_is_no_such_cluster(cli: &Cli) on main {
        let world = world(cli);
        world.simulator.delete_cluster(CLUSTER);
        world.simulator.advance(std::time::Duration::from_secs(60));
        write_both(&world, "prom", "");
        let run = world.workspace.apply(&[]);
        assert!(errors(&world, &run).contains("Check cluster_id"), "{run}");
        write(&world, "prom", "");
        let run = world.workspace.apply(&[]);
        assert!(errors(&world, &run).contains("Check cluster_id"), "{run}");
        assert_eq!(writes(&world), [""; 0]);
        write(&world, " ", "");
        let run = world.workspace.validate();
        assert!(errors(&world, &run).contains("Blank value"), "{run}");
        world.finish();
    }
}

for_each_cli! {
    /// A service that lets names repeat is none to argue with: the credentials are told apart by id.
    fn names_may_repeat(cli: &Cli) on main {
        let world = switched_on(cli);
        world.simulator.change_behaviour(|it| it.unique_monitoring_names = false);
        let other = world.simulator.add_monitoring_client(CLUSTER, "prom");
        world.simulator.faults().on("CreateMonitoringClient").inject(Fault::lost_answer());
        write(&world, "prom", "");
        world.workspace.apply(&[]).expect_success();
        assert_eq!(clients(&world).len(), 2);
        assert_eq!(count(&world, "CreateMonitoringClient"), 1);
        world.simulator.delete_monitoring_client(CLUSTER, &other);
        assert_kept(&world);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// A service whose endpoint does not go with its last credentials, and comes with its first.
    fn the_endpoint_may_behave_otherwise(cli: &Cli) on main {
        let world = world(cli);
        world.simulator.change_behaviour(|it| {
            it.monitoring_client_activates = true;
            it.last_monitoring_client_deactivates = false;
        });
        write(&world, "prom", "");
        world.workspace.apply(&[]).expect_success();
        assert_kept(&world);
        world.workspace.destroy(&[]).expect_success();
        assert!(is_on(&world));
        world.finish();
    }
}
