//! The service makes one change of a cluster's secrets at a time. Whoever comes meanwhile waits.

use std::time::Duration;

use camunda_simulator::ClockMode;

use super::*;
use crate::support::Workspace;
use crate::support::look::errors;

const DEADLINE: Duration = Duration::from_secs(120);

/// An organisation in which every change keeps others out for some real time.
fn busy_world(cli: &Cli, seconds: f64) -> World {
    let world = world(cli);
    world.simulator.set_clock(ClockMode::Real);
    world.simulator.change_behaviour(|all| {
        all.durations.secret_change = Duration::from_secs_f64(seconds);
    });
    world
}

fn refusals(world: &World) -> usize {
    let requests = world.simulator.requests().into_iter();
    requests
        .filter(|request| request.status == Some(409))
        .count()
}

/// Configuration of this many secrets, by a map.
fn many(prefix: &str, count: usize) -> String {
    format!(
        "locals {{\n  names = [for index in range({count}) : \"{prefix}_${{index}}\"]\n}}\n{}",
        block(
            "it",
            "${each.key}",
            "  for_each = toset(local.names)\n  value = \"of ${each.key}\""
        )
    )
}

for_each_cli! {
    fn twenty_secrets_are_all_created(cli: &Cli) on main {
        let world = busy_world(cli, 0.05);
        world.write(&many("KEY", 20));
        world.workspace.apply(&["-parallelism=20"]).expect_success();
        assert_eq!(secrets(&world).len(), 20);
        assert_eq!(secrets(&world)["KEY_7"], "of KEY_7");
        world.workspace.assert_empty_plan();
        world.workspace.destroy(&["-parallelism=20"]).expect_success();
        assert_secrets(&world, []);
        world.finish();
    }
}

for_each_cli! {
    /// Two runs at the same time, of different states, write secrets of the same cluster.
    fn two_runs_get_through(cli: &Cli) on main {
        let world = busy_world(cli, 0.3);
        world.write(&many("ONE", 3));
        let mut other = Workspace::new(cli);
        let login = camunda_simulator::seed::credentials::FULL;
        other
            .set("CAMUNDA_CONSOLE_BASE_URL", world.simulator.url())
            .set("CAMUNDA_OAUTH_URL", world.simulator.token_url())
            .set("CAMUNDA_CONSOLE_OAUTH_AUDIENCE", world.simulator.audience())
            .set("CAMUNDA_CONSOLE_CLIENT_ID", login.client_id)
            .set("CAMUNDA_CONSOLE_CLIENT_SECRET", login.client_secret);
        let text = world.workspace.read("main.tf").replace("ONE", "TWO");
        other.write("main.tf", &text);
        let first = world.workspace.spawn(&["apply", "-auto-approve"]);
        let second = other.spawn(&["apply", "-auto-approve"]);
        first.wait(DEADLINE).expect_success();
        second.wait(DEADLINE).expect_success();
        assert_eq!(secrets(&world).len(), 6);
        assert!(refusals(&world) > 0, "they did not meet");
        world.workspace.assert_empty_plan();
        other.assert_empty_plan();
        other.finish();
        world.finish();
    }
}

for_each_cli! {
    /// A change that does not end: the time is over, and the message says what to do.
    fn the_wait_ends(cli: &Cli) on main {
        let world = world(cli);
        write(&world, "API_KEY", "  value = \"first\"");
        world.workspace.apply(&[]).expect_success();
        world.simulator.set_clock(ClockMode::Manual);
        world
            .simulator
            .change_behaviour(|all| all.durations.secret_change = Duration::from_secs(3600));
        let timeouts = "  timeouts = { create = \"1s\", update = \"1s\", delete = \"1s\" }";
        write(&world, "API_KEY", &format!("  value = \"second\"\n{timeouts}"));
        // This one gets through, and is running from then on.
        world.workspace.apply(&[]).expect_success();
        write(&world, "API_KEY", &format!("  value = \"third\"\n{timeouts}"));
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot change connector secret "API_KEY" in cluster [cluster]

        with camunda_cluster_connector_secret.it, on main.tf line 9, in resource "camunda_cluster_connector_secret" "it": 9: resource "camunda_cluster_connector_secret" "it" {

        127.0.0.1 answered 409 Conflict: Another change of the secrets of this cluster is running. Try again later. Other changes of the cluster's secrets were in the way until the time was over.

        The service makes one change of a cluster's connector secrets at a time. Somebody else's, in the Console or in another run, did not come to its end. Raise timeouts.update, or apply again later.

        (PUT /clusters/[cluster]/secrets/API_KEY)
        "#);
        let more = block("more", "MORE", &format!("  value = \"new\"\n{timeouts}"));
        world.write(&format!("{}{more}", block("it", "API_KEY", &format!("  value = \"second\"\n{timeouts}"))));
        let run = world.workspace.apply(&[]);
        run.expect_failure_containing("Raise timeouts.create");
        assert!(!errors(&world, &run).contains("import {"), "{run}");
        world.workspace.destroy(&[]).expect_failure_containing("Raise timeouts.delete");
        assert_secrets(&world, [("API_KEY", "second")]);
        world.simulator.advance(Duration::from_secs(3600));
        world.workspace.destroy(&[]).expect_success();
        assert_secrets(&world, []);
        world.finish();
    }
}

for_each_cli! {
    /// What was deleted is still listed for a while, and its name taken. It can be created again.
    fn what_is_just_gone_can_be_created_again(cli: &Cli) on main {
        let world = world(cli);
        world.simulator.change_behaviour(|all| {
            all.keep_names_of_deleted_secrets = true;
            all.durations.secret_visibility = Duration::from_secs(120);
            all.durations.secret_change = Duration::from_secs(60);
        });
        write(&world, "API_KEY", "  value = \"first\"");
        world.workspace.apply(&[]).expect_success();
        world.workspace.apply(&["-replace", ADDRESS]).expect_success();
        assert_secrets(&world, [("API_KEY", "first")]);
        world.workspace.destroy(&[]).expect_success();
        assert_secrets(&world, []);
        world.workspace.apply(&[]).expect_success();
        assert_secrets(&world, [("API_KEY", "first")]);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}
