//! `camunda_cluster_upgrade`.

use camunda_simulator::{Fault, seed};

use super::*;

const UPGRADE: &str = "camunda_cluster_upgrade";

/// An organisation whose cluster runs the oldest generation.
fn old(cli: &Cli) -> World {
    world(
        cli,
        NewCluster {
            generation: seed::GENERATION_8_8_GEN22.to_owned(),
            ..NewCluster::default()
        },
    )
}

fn running(world: &World) -> String {
    let cluster = &world.simulator.clusters()[0];
    format!(
        "{} {}",
        look::named(world, &cluster.generation),
        cluster.status
    )
}

fn to(generation: &str) -> String {
    format!("    generation = {generation:?}")
}

for_each_cli! {
    fn by_hand(cli: &Cli) on [terraform_1_14_9, terraform_1_15_5] requires Actions {
        let world = old(cli);
        write(&world, UPGRADE, "");
        let run = invoke(&world, UPGRADE);
        run.expect_success();
        assert_eq!(running(&world), "[generation 8.9+gen3] Healthy");
        insta::assert_snapshot!(told(&world, &run), @r#"
        Action started: action.camunda_cluster_upgrade.it (triggered by CLI)
        Action action.camunda_cluster_upgrade.it (triggered by CLI): cluster "by-hand" runs Camunda 8.8+gen22: asking for the upgrade
        Action action.camunda_cluster_upgrade.it (triggered by CLI): cluster "by-hand": the upgrade has begun
        Action action.camunda_cluster_upgrade.it (triggered by CLI): cluster "by-hand": Updating (Zeebe Healthy, Operate Healthy, Tasklist Healthy, Optimize Healthy, Connectors Healthy)
        Action action.camunda_cluster_upgrade.it (triggered by CLI): cluster "by-hand": Healthy
        Action action.camunda_cluster_upgrade.it (triggered by CLI): cluster "by-hand" is healthy and runs Camunda 8.9+gen3
        Action complete: action.camunda_cluster_upgrade.it (triggered by CLI)
        "#);
        // Nothing newer is all right.
        let run = invoke(&world, UPGRADE);
        run.expect_success();
        insta::assert_snapshot!(told(&world, &run), @r#"
        Action started: action.camunda_cluster_upgrade.it (triggered by CLI)
        Action action.camunda_cluster_upgrade.it (triggered by CLI): cluster "by-hand" runs Camunda 8.9+gen3: asking for the upgrade
        Action action.camunda_cluster_upgrade.it (triggered by CLI): cluster "by-hand" runs Camunda 8.9+gen3: the service offers nothing newer
        Action complete: action.camunda_cluster_upgrade.it (triggered by CLI)
        "#);
        // So is the generation that runs: nobody is asked.
        write(&world, UPGRADE, &to(seed::GENERATION_8_9_GEN3));
        let run = invoke(&world, UPGRADE);
        run.expect_success();
        insta::assert_snapshot!(told(&world, &run), @r#"
        Action started: action.camunda_cluster_upgrade.it (triggered by CLI)
        Action action.camunda_cluster_upgrade.it (triggered by CLI): cluster "by-hand" runs Camunda 8.9+gen3 already
        Action complete: action.camunda_cluster_upgrade.it (triggered by CLI)
        "#);
        assert_eq!(count(&world, "UpgradeCluster"), 2);
        world.finish();
    }
}

for_each_cli! {
    fn by_trigger(cli: &Cli) on [terraform_1_14_9, terraform_1_15_5] requires Actions {
        let world = old(cli);
        write_triggered(&world, UPGRADE, &to(seed::GENERATION_8_9_GEN3), 1);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(running(&world), "[generation 8.9+gen3] Healthy");
        world.finish();
    }
}

for_each_cli! {
    /// A generation that is not on offer changes nothing; one that the service does not choose is an
    /// error, after the fact.
    fn another_generation(cli: &Cli) on [terraform_1_15_5] requires Actions {
        let world = old(cli);
        write(&world, UPGRADE, &to("Camunda 8.9+gen3"));
        insta::assert_snapshot!(errors(&world, &invoke(&world, UPGRADE)), @r#"
        Error: Error when invoking action

        Unknown generation of this channel: "Camunda 8.9+gen3" is not the ID of a generation of this channel that this organisation can use.

        Did you mean "[generation 8.9+gen3]", the ID of "Camunda 8.9+gen3"?

        Offered are: [generation 8.9+gen3] (Camunda 8.9+gen3), [generation 8.8+gen23] (Camunda 8.8+gen23), [generation 8.8+gen22] (Camunda 8.8+gen22).
        "#);
        assert_eq!(count(&world, "UpgradeCluster"), 0);
        write(&world, UPGRADE, &to(seed::GENERATION_8_8_GEN23));
        insta::assert_snapshot!(errors(&world, &invoke(&world, UPGRADE)), @r#"
        Error: Error when invoking action

        Cluster "by-hand" was upgraded to another generation than asked for: The service chooses the target of an upgrade. It chose [generation 8.9+gen3] (Camunda 8.9+gen3), the action asks for [generation 8.8+gen23].

        Set generation = "[generation 8.9+gen3]", or leave it out. The cluster is healthy.
        "#);
        assert_eq!(running(&world), "[generation 8.9+gen3] Healthy");
        // There is no way back.
        insta::assert_snapshot!(errors(&world, &invoke(&world, UPGRADE)), @r#"
        Error: Error when invoking action

        Cannot upgrade cluster "by-hand": 127.0.0.1 answered 400 Bad Request: There is no newer generation for this cluster.

        The service has nothing newer on offer for this cluster. The API can neither downgrade a cluster nor upgrade it to a generation of choice. The cluster runs Camunda 8.9+gen3: set generation = "[generation 8.9+gen3]".

        (PUT /clusters/[cluster]/upgrade)
        "#);
        world.finish();
    }
}

for_each_cli! {
    /// A lost answer does not lead to a second step.
    fn on_bad_days(cli: &Cli) on [terraform_1_15_5] requires Actions {
        for fault in [Fault::lost_answer(), Fault::html(502)] {
            let world = old(cli);
            world.simulator.faults().on("UpgradeCluster").inject(fault);
            write(&world, UPGRADE, "");
            invoke(&world, UPGRADE).expect_success();
            assert_eq!(running(&world), "[generation 8.9+gen3] Healthy");
            world.finish();
        }
        let world = old(cli);
        world.simulator.faults().on("UpgradeCluster").inject(Fault::status(409));
        write(&world, UPGRADE, "");
        insta::assert_snapshot!(errors(&world, &invoke(&world, UPGRADE)), @r#"
        Error: Error when invoking action

        Cannot upgrade cluster "by-hand": 127.0.0.1 answered 409 Conflict: Another change is running.

        The service holds the upgrade back for now; its words above say why. After an upgrade to a new minor version the next one has to wait for 24 hours.

        (PUT /clusters/[cluster]/upgrade)
        "#);
        assert!(world.simulator.suspend(CLUSTER));
        insta::assert_snapshot!(errors(&world, &invoke(&world, UPGRADE)), @r#"
        Error: Error when invoking action

        Cluster "by-hand" is not healthy: The cluster is Suspended, which waiting does not change.

        The cluster is asleep. Wake it with keep_awake = true on its camunda_cluster, with the action camunda_cluster_wake, or on its page in the Console (Resume); when it is healthy, apply again.
        "#);
        world.finish();
    }
}

/// An invocation that waits for the upgrade it has begun.
fn waiting(world: &World, more: &str) -> Running {
    stand_still(world);
    write(world, UPGRADE, more);
    let mut run = begin(world, UPGRADE);
    world.wait_for("UpgradeCluster", 1);
    run.wait_for_output("Updating", DEADLINE);
    run
}

/// The next invocation waits for the upgrade there is, and asks for no other.
fn goes_on(world: &World, asked: usize) {
    move_on(world);
    invoke(world, UPGRADE).expect_success();
    assert_eq!(running(world), "[generation 8.9+gen3] Healthy");
    assert_eq!(count(world, "UpgradeCluster"), asked);
}

for_each_cli! {
    fn interrupted(cli: &Cli) on [terraform_1_14_9, terraform_1_15_5] requires Actions {
        let world = old(cli);
        let run = waiting(&world, &to(seed::GENERATION_8_9_GEN3));
        run.interrupt();
        let run = run.wait(DEADLINE);
        world.workspace.wait_until_alone();
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Error when invoking action

        Cluster "by-hand" is not healthy: The run was interrupted while waiting. Seen last: Updating (Zeebe Healthy, Operate Healthy, Tasklist Healthy, Optimize Healthy, Connectors Healthy).

        The service finishes what it has begun. Invoke the action again to go on waiting.
        "#);
        goes_on(&world, 1);
        world.finish();
    }
}

for_each_cli! {
    /// Without a generation, the service is asked once more, and says that there is nothing newer.
    fn killed(cli: &Cli) on [terraform_1_14_9, terraform_1_15_5] requires Actions {
        for (more, asked) in [(to(seed::GENERATION_8_9_GEN3), 1), (String::new(), 2)] {
            let world = old(cli);
            let run = waiting(&world, &more);
            run.kill_all();
            run.wait(DEADLINE);
            world.workspace.wait_until_gone();
            goes_on(&world, asked);
            world.finish();
        }
    }
}
