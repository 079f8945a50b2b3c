//! `camunda_cluster_monitoring_client_rotate`: the password before ends, and nobody sees the new one.

use camunda_simulator::{Fault, MonitoringClient, seed};

use super::*;

const ROTATE: &str = "camunda_cluster_monitoring_client_rotate";
const OPERATION: &str = "RotateMonitoringClientPassword";

/// An organisation whose cluster has credentials `prom`, made by Terraform in a project that the state
/// of has gone since.
fn with_client(cli: &Cli) -> (World, MonitoringClient) {
    let world = world(cli, NewCluster::default());
    world.simulator.set_monitoring(CLUSTER, true);
    world.write(&format!(
        "resource \"camunda_cluster_monitoring_client\" \"it\" {{\n  cluster_id = {CLUSTER:?}\n  \
         username = \"prom\"\n}}\n"
    ));
    world.workspace.apply(&[]).expect_success();
    let address = "camunda_cluster_monitoring_client.it";
    world
        .workspace
        .run(&["state", "rm", address])
        .expect_success();
    let client = client(&world);
    (world, client)
}

fn client(world: &World) -> MonitoringClient {
    let clients = world.simulator.monitoring_clients(CLUSTER).unwrap();
    clients[0].clone()
}

/// The new password is nowhere: not in the output, not in the log, not in a file.
#[track_caller]
fn assert_silent(world: &World, run: &Run) {
    let password = client(world).password;
    assert!(!run.says(&password), "the password is shown\n{run}");
    assert!(
        !world.workspace.trace().contains(&password),
        "the password is in the log"
    );
}

for_each_cli! {
    fn by_name_and_by_id(cli: &Cli) on [terraform_1_14_9, terraform_1_15_5] requires Actions {
        let (mut world, first) = with_client(cli);
        world.workspace = world.workspace.with_trace();
        write(&world, ROTATE, "    username = \"prom\"");
        let run = invoke(&world, ROTATE);
        run.expect_success();
        assert_silent(&world, &run);
        insta::assert_snapshot!(told(&world, &run), @r#"
        Action started: action.camunda_cluster_monitoring_client_rotate.it (triggered by CLI)
        Action action.camunda_cluster_monitoring_client_rotate.it (triggered by CLI): monitoring client "prom" of cluster [cluster]: asking for a new password
        Action action.camunda_cluster_monitoring_client_rotate.it (triggered by CLI): monitoring client "prom" of cluster [cluster]: has a new password, which nobody knows; the one before is good for up to 5 minutes more
        Action complete: action.camunda_cluster_monitoring_client_rotate.it (triggered by CLI)
        "#);
        let second = client(&world);
        assert_ne!(second.password, first.password);
        assert!(world.simulator.monitoring_password_works(CLUSTER, "prom", &first.password));
        world.simulator.advance(Duration::from_secs(301));
        assert!(!world.simulator.monitoring_password_works(CLUSTER, "prom", &first.password));
        write(&world, ROTATE, &format!("    id = {:?}", first.uuid));
        let run = invoke(&world, ROTATE);
        run.expect_success();
        assert_silent(&world, &run);
        assert_ne!(client(&world).password, second.password);
        assert_eq!(count(&world, OPERATION), 2);
        world.finish();
    }
}

for_each_cli! {
    fn by_trigger(cli: &Cli) on [terraform_1_15_5] requires Actions {
        let (world, first) = with_client(cli);
        write_triggered(&world, ROTATE, "    username = \"prom\"", 1);
        world.workspace.apply(&[]).expect_success();
        assert_ne!(client(&world).password, first.password);
        world.finish();
    }
}

for_each_cli! {
    fn refused(cli: &Cli) on [terraform_1_15_5] requires Actions {
        let (mut world, first) = with_client(cli);
        write(&world, ROTATE, "");
        insta::assert_snapshot!(errors(&world, &invoke(&world, ROTATE)), @r#"
        Error: Exactly one of username and id is needed

        with action.camunda_cluster_monitoring_client_rotate.it, on main.tf line 10, in action "camunda_cluster_monitoring_client_rotate" "it": 10: config {

        Neither username nor id is set.

        Set exactly one of them.
        "#);
        write(&world, ROTATE, "    username = \"prometheus\"");
        insta::assert_snapshot!(errors(&world, &invoke(&world, ROTATE)), @r#"
        Error: Error when invoking action

        Cannot rotate the password of monitoring client "prometheus" in cluster [cluster]: The cluster has no credentials of this user name. It has: "prom".

        Nothing was changed.
        "#);
        world.log_in(&seed::credentials::READ_ONLY);
        write(&world, ROTATE, "    username = \"prom\"");
        let said = errors(&world, &invoke(&world, ROTATE));
        assert!(said.contains("the permission group \"External Monitoring\""), "{said}");
        assert_eq!(client(&world), first);
        world.finish();
    }
}

for_each_cli! {
    /// A lost answer is no loss: the last rotation counts. Killed before the answer, the next
    /// invocation rotates again.
    fn on_bad_days(cli: &Cli) on [terraform_1_14_9, terraform_1_15_5] requires Actions {
        let (world, first) = with_client(cli);
        write(&world, ROTATE, "    username = \"prom\"");
        world.simulator.faults().on(OPERATION).inject(Fault::lost_answer());
        invoke(&world, ROTATE).expect_success();
        assert_ne!(client(&world).password, first.password);
        for kill in [true, false] {
            let asked = count(&world, OPERATION) as u64;
            let held = world.simulator.faults().on(OPERATION).inject(Fault::held_answer());
            let mut run = begin(&world, ROTATE);
            world.wait_for(OPERATION, asked + 1);
            run.wait_for_output("asking for a new password", DEADLINE);
            if kill {
                run.kill_all();
                run.wait(DEADLINE);
                world.workspace.wait_until_gone();
                world.simulator.faults().clear();
            } else {
                // A write that is out is waited for, a moment.
                run.interrupt();
                run.wait_for_output("Interrupt received", DEADLINE);
                world.simulator.faults().release(held);
                let run = run.wait(DEADLINE);
                run.expect_output_without("TERRAFORM CRASH");
                world.workspace.wait_until_alone();
            }
            let before = client(&world).password;
            invoke(&world, ROTATE).expect_success();
            assert_ne!(client(&world).password, before);
        }
        world.finish();
    }
}
