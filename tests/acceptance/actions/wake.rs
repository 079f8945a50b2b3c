//! `camunda_cluster_wake`.

use camunda_simulator::Fault;

use super::*;

const WAKE: &str = "camunda_cluster_wake";

/// An organisation whose cluster sleeps.
fn asleep(cli: &Cli) -> World {
    let world = world(cli, NewCluster::default());
    assert!(world.simulator.suspend(CLUSTER));
    world
}

fn status(world: &World) -> String {
    world.simulator.clusters()[0].status.to_string()
}

for_each_cli! {
    fn by_hand(cli: &Cli) on [terraform_1_14_9, terraform_1_15_5] requires Actions {
        let world = asleep(cli);
        write(&world, WAKE, "");
        let run = invoke(&world, WAKE);
        run.expect_success();
        assert_eq!(status(&world), "Healthy");
        assert_eq!(writes(&world), ["Wake"]);
        insta::assert_snapshot!(told(&world, &run), @r#"
        Action started: action.camunda_cluster_wake.it (triggered by CLI)
        Action action.camunda_cluster_wake.it (triggered by CLI): cluster "by-hand" is Suspended: waking it
        Action action.camunda_cluster_wake.it (triggered by CLI): cluster "by-hand": Resuming
        Action action.camunda_cluster_wake.it (triggered by CLI): cluster "by-hand": Healthy
        Action action.camunda_cluster_wake.it (triggered by CLI): cluster "by-hand" is awake: Healthy
        Action complete: action.camunda_cluster_wake.it (triggered by CLI)
        "#);
        // Awake already: nothing is asked for, and all is well.
        let run = invoke(&world, WAKE);
        run.expect_success();
        insta::assert_snapshot!(told(&world, &run), @r#"
        Action started: action.camunda_cluster_wake.it (triggered by CLI)
        Action action.camunda_cluster_wake.it (triggered by CLI): cluster "by-hand" is awake already: Healthy
        Action complete: action.camunda_cluster_wake.it (triggered by CLI)
        "#);
        assert_eq!(writes(&world), ["Wake"]);
        world.finish();
    }
}

for_each_cli! {
    /// Before the resource is made, and after it is changed.
    fn by_trigger(cli: &Cli) on [terraform_1_14_9, terraform_1_15_5] requires Actions {
        let world = asleep(cli);
        write_triggered(&world, WAKE, "", 1);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(status(&world), "Healthy");
        assert!(world.simulator.suspend(CLUSTER));
        world.workspace.assert_empty_plan();
        assert_eq!(status(&world), "Suspended");
        write_triggered(&world, WAKE, "", 2);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(status(&world), "Healthy");
        assert_eq!(count(&world, "Wake"), 2);
        world.finish();
    }
}

for_each_cli! {
    /// The answer gets lost, somebody else is faster: in the end the cluster is awake.
    fn on_bad_days(cli: &Cli) on [terraform_1_15_5] requires Actions {
        for fault in [Fault::lost_answer(), Fault::status(503), Fault::html(502)] {
            let world = asleep(cli);
            // What was asked for once is refused the second time.
            world.simulator.change_behaviour(|all| all.refuse_wake_of_running_cluster = true);
            world.simulator.faults().on("Wake").inject(fault);
            write(&world, WAKE, "");
            invoke(&world, WAKE).expect_success();
            assert_eq!(status(&world), "Healthy");
            world.finish();
        }
    }
}

for_each_cli! {
    fn refused(cli: &Cli) on [terraform_1_15_5] requires Actions {
        let world = asleep(cli);
        world.simulator.faults().on("Wake").inject(Fault::status(409));
        write(&world, WAKE, "");
        insta::assert_snapshot!(errors(&world, &invoke(&world, WAKE)), @r#"
        Error: Error when invoking action

        Cannot wake cluster "by-hand": 127.0.0.1 answered 409 Conflict: Another change is running.

        (PUT /clusters/[cluster]/wake)
        "#);
        write(&world, WAKE, "    timeout = \"soon\"");
        insta::assert_snapshot!(errors(&world, &invoke(&world, WAKE)), @r#"
        Error: Invalid duration

        with action.camunda_cluster_wake.it, on main.tf line 12, in action "camunda_cluster_wake" "it": 12: timeout = "soon"

        "soon" is not a duration: write it with units, for example 90s, 30m or 1h30m.
        "#);
        world.write(&block(WAKE, "").replace(CLUSTER, "7a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"));
        insta::assert_snapshot!(errors(&world, &invoke(&world, WAKE)), @"
        Error: Error when invoking action

        Cannot wake cluster 7a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d: 127.0.0.1 answered 404 Not Found: There is no cluster `7a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d`.

        Check cluster_id: this organisation has no such cluster.

        (GET /clusters/7a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d)
        ");
        world.finish();
    }
}

for_each_cli! {
    /// The trigger's resource is not made when the action before it fails.
    fn a_failure_stops_the_resource(cli: &Cli) on [terraform_1_14_9, terraform_1_15_5] requires Actions {
        let world = asleep(cli);
        world.simulator.faults().on("Wake").inject(Fault::status(403));
        write_triggered(&world, WAKE, "", 1);
        let run = world.workspace.apply(&[]);
        run.expect_failure_containing("Cannot wake cluster");
        assert_eq!(world.workspace.addresses(), [""; 0]);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(status(&world), "Healthy");
        world.finish();
    }
}

for_each_cli! {
    fn out_of_time(cli: &Cli) on [terraform_1_15_5] requires Actions {
        let world = asleep(cli);
        stand_still(&world);
        write(&world, WAKE, "    timeout = \"1s\"");
        insta::assert_snapshot!(errors(&world, &invoke(&world, WAKE)), @r#"
        Error: Error when invoking action

        Cluster "by-hand" is not healthy: The cluster was not healthy within 1 s (timeout). Seen last: Resuming.

        The service goes on by itself. Invoke the action again to go on waiting, or raise timeout.
        "#);
        move_on(&world);
        write(&world, WAKE, "");
        invoke(&world, WAKE).expect_success();
        assert_eq!((status(&world).as_str(), count(&world, "Wake")), ("Healthy", 1));
        world.finish();
    }
}

for_each_cli! {
    /// Ctrl-C is answered at once, and the next invocation goes on.
    fn interrupted(cli: &Cli) on [terraform_1_14_9, terraform_1_15_5] requires Actions {
        let world = asleep(cli);
        let run = waiting(&world, WAKE, "Wake", "Resuming");
        run.interrupt();
        let run = run.wait(DEADLINE);
        world.workspace.wait_until_alone();
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Error when invoking action

        Cluster "by-hand" is not healthy: The run was interrupted while waiting. Seen last: Resuming.

        The service goes on by itself. Invoke the action again to go on waiting.
        "#);
        move_on(&world);
        invoke(&world, WAKE).expect_success();
        assert_eq!((status(&world).as_str(), count(&world, "Wake")), ("Healthy", 1));
        world.finish();
    }
}

for_each_cli! {
    fn killed(cli: &Cli) on [terraform_1_14_9, terraform_1_15_5] requires Actions {
        let world = asleep(cli);
        let run = waiting(&world, WAKE, "Wake", "Resuming");
        run.kill_all();
        run.wait(DEADLINE);
        world.workspace.wait_until_gone();
        move_on(&world);
        invoke(&world, WAKE).expect_success();
        assert_eq!((status(&world).as_str(), count(&world, "Wake")), ("Healthy", 1));
        world.finish();
    }
}
