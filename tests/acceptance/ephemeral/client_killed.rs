//! Runs that are interrupted or killed with a client open, or about to be.

use camunda_simulator::{Fault, NewZeebeClient};

use super::client::block;
use super::*;
use crate::support::Running;
use crate::support::look::count;

/// A plan whose request for a client is carried out and not answered, beside a client of somebody else.
fn opening(world: &World) -> (Running, String, camunda_simulator::FaultId) {
    let foreign = NewZeebeClient {
        name: "workers".to_owned(),
        ..NewZeebeClient::default()
    };
    let foreign = world.simulator.add_zeebe_client(CLUSTER, foreign);
    let held = Fault::held_answer();
    let held = world.simulator.faults().on("CreateClient").inject(held);
    world.write(&block(""));
    let plan = world.workspace.spawn(&["plan"]);
    world.wait_for("CreateClient", 1);
    (plan, foreign, held)
}

/// The client that is not the one of somebody else.
#[track_caller]
fn leftover(world: &World, foreign: &str) -> ZeebeClient {
    let mut clients = clients(world);
    assert_eq!(clients.len(), 2, "{clients:#?}");
    clients.retain(|client| client.client_id != foreign);
    clients.remove(0)
}

for_each_cli! {
    /// The answer is waited for, and what it tells of is deleted.
    fn ctrl_c_during_the_request(cli: &Cli) on [terraform_1_11_4, terraform_1_15_5] requires Ephemeral {
        let world = world(cli);
        let (mut plan, foreign, held) = opening(&world);
        plan.interrupt();
        plan.wait_for_output("Interrupt received", DEADLINE);
        world.simulator.faults().release(held);
        plan.wait(DEADLINE).expect_failure();
        world.workspace.wait_until_alone();
        assert_eq!(only_client(&world).client_id, foreign);
        world.finish();
    }
}

for_each_cli! {
    /// It is open and in use. Terraform does not close it then: the provider does before it goes.
    fn ctrl_c_while_it_is_open(cli: &Cli) on [terraform_1_11_4, terraform_1_15_5] requires WriteOnly {
        let world = world(cli);
        let held = world.simulator.faults().on("CreateSecret").inject(Fault::held_answer());
        world.write(&[block(""), sink("ephemeral.camunda_cluster_client.it.secret")].concat());
        let mut apply = world.workspace.spawn(&["apply", "-auto-approve"]);
        world.wait_for("CreateSecret", 1);
        only_client(&world);
        apply.interrupt();
        apply.wait_for_output("Interrupt received", DEADLINE);
        world.simulator.faults().release(held);
        apply.wait(DEADLINE);
        world.workspace.wait_until_alone();
        assert!(clients(&world).is_empty());
        world.finish();
    }
}

for_each_cli! {
    /// As when the system runs out of memory: the provider is left alone with its client, and deletes
    /// it.
    fn the_cli_killed_during_the_request(cli: &Cli) on main requires Ephemeral {
        let world = world(cli);
        let (plan, foreign, held) = opening(&world);
        plan.kill_cli();
        plan.wait(DEADLINE);
        world.simulator.faults().release(held);
        world.workspace.wait_until_gone();
        assert_eq!(only_client(&world).client_id, foreign);
        world.finish();
    }
}

for_each_cli! {
    /// The same with the client open: the provider deletes it before it goes.
    fn the_cli_killed_while_it_is_open(cli: &Cli) on main requires WriteOnly {
        let world = world(cli);
        let held = world.simulator.faults().on("CreateSecret").inject(Fault::held_answer());
        world.write(&[block(""), sink("ephemeral.camunda_cluster_client.it.secret")].concat());
        let apply = world.workspace.spawn(&["apply", "-auto-approve"]);
        world.wait_for("CreateSecret", 1);
        only_client(&world);
        apply.kill_cli();
        apply.wait(DEADLINE);
        world.simulator.faults().release(held);
        world.workspace.wait_until_gone();
        assert!(clients(&world).is_empty());
        world.finish();
    }
}

for_each_cli! {
    /// As when a build job is cancelled. What is left has a name that says what it is; nothing else is
    /// harmed, and the next run takes it away.
    fn everything_killed_during_the_request(cli: &Cli) on [terraform_1_11_4, terraform_1_15_5] requires Ephemeral {
        let world = world(cli);
        let (plan, foreign, held) = opening(&world);
        plan.kill_all();
        let run = plan.wait(DEADLINE);
        assert_eq!(run.status.code(), None, "ended by a signal\n{run}");
        world.workspace.wait_until_gone();
        world.simulator.faults().release(held);
        let leftover = leftover(&world, &foreign);
        assert!(leftover.name.starts_with("terraform-ephemeral-20"), "{}", leftover.name);

        world.workspace.plan(&[]).expect_success();
        assert_eq!(only_client(&world).client_id, foreign);
        // That of the killed run, and its own.
        assert_eq!(count(&world, "DeleteClient"), 2);
        world.workspace.plan(&[]).expect_success();
        assert_eq!(count(&world, "DeleteClient"), 3);
        world.finish();
    }
}

for_each_cli! {
    /// Killed while it was open. A run that goes on meanwhile keeps its own.
    fn everything_killed_while_it_is_open(cli: &Cli) on main requires WriteOnly {
        let world = world(cli);
        let held = world.simulator.faults().on("CreateSecret").inject(Fault::held_answer());
        world.write(&[block(""), sink("ephemeral.camunda_cluster_client.it.secret")].concat());
        let killed = world.workspace.spawn(&["apply", "-auto-approve"]);
        world.wait_for("CreateSecret", 1);
        let leftover = only_client(&world);
        // Not noted as abandoned yet: a run at the same time leaves it alone.
        world.workspace.plan(&["-lock=false", "-refresh=false"]).expect_success();
        assert_eq!(only_client(&world).client_id, leftover.client_id);
        killed.kill_all();
        killed.wait(DEADLINE);
        world.workspace.wait_until_gone();
        world.simulator.faults().release(held);
        assert_eq!(only_client(&world).client_id, leftover.client_id);
        world.workspace.plan(&["-lock=false"]).expect_success();
        assert!(clients(&world).is_empty());
        world.finish();
    }
}

for_each_cli! {
    /// With files switched off nobody knows of it but by its name.
    fn killed_without_files(cli: &Cli) on main requires Ephemeral {
        let mut world = world(cli);
        world.workspace.set("CAMUNDA_TOKEN_DISK_CACHE_DISABLE", "yes");
        let (plan, foreign, held) = opening(&world);
        plan.kill_all();
        plan.wait(DEADLINE);
        world.workspace.wait_until_gone();
        world.simulator.faults().release(held);
        world.workspace.plan(&[]).expect_success();
        let leftover = leftover(&world, &foreign);
        assert!(leftover.name.starts_with("terraform-ephemeral-20"), "{}", leftover.name);
        world.finish();
    }
}
