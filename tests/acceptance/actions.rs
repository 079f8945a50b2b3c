//! The actions, as users meet them: triggered by what happens to a resource, and invoked by hand; on
//! good days, on bad ones, and killed in the middle. Terraform 1.14 and later only.

mod backup;
mod monitoring;
mod upgrade;
mod wake;

use std::time::Duration;

use camunda_simulator::{ClockMode, NewCluster};

use crate::support::look::{self, count, writes};
use crate::support::{Cli, Run, Running, World, run};

/// The cluster of these tests.
const CLUSTER: &str = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d";

/// Longer than any command of these tests takes.
const DEADLINE: Duration = Duration::from_secs(60);

/// An organisation with this cluster.
fn world(cli: &Cli, cluster: NewCluster) -> World {
    let world = World::new(cli);
    world.simulator.add_cluster(NewCluster {
        id: Some(CLUSTER.to_owned()),
        ..cluster
    });
    world
}

/// Writes a configuration with one action `it` on the cluster. `more` goes into its `config` block.
fn write(world: &World, action: &str, more: &str) {
    world.write(&block(action, more));
}

fn block(action: &str, more: &str) -> String {
    format!(
        "action \"{action}\" \"it\" {{\n  config {{\n    cluster_id = {CLUSTER:?}\n{more}\n  }}\n}}\n"
    )
}

/// Writes the same with a resource whose creation and changes trigger the action.
fn write_triggered(world: &World, action: &str, more: &str, input: u8) {
    let trigger = format!(
        "resource \"terraform_data\" \"it\" {{\n  input = {input}\n  lifecycle {{\n    action_trigger \
         {{\n      events  = [before_create, after_update]\n      actions = [action.{action}.it]\n    \
         }}\n  }}\n}}\n"
    );
    world.write(&[block(action, more), trigger].concat());
}

fn arguments(action: &str) -> [String; 3] {
    let invoke = format!("-invoke=action.{action}.it");
    ["apply".to_owned(), "-auto-approve".to_owned(), invoke]
}

/// Invokes the action by hand.
fn invoke(world: &World, action: &str) -> Run {
    let arguments = arguments(action);
    world
        .workspace
        .run(&arguments.each_ref().map(String::as_str))
}

/// Begins to invoke the action by hand.
fn begin(world: &World, action: &str) -> Running {
    let arguments = arguments(action);
    world
        .workspace
        .spawn(&arguments.each_ref().map(String::as_str))
}

/// What the action has told on the way, with names instead of what is random.
fn told(world: &World, run: &Run) -> String {
    let text = run::without_escapes(&run.stdout);
    let lines = text.lines().filter(|line| line.starts_with("Action "));
    let lines: Vec<&str> = lines.map(str::trim_end).collect();
    look::named(world, &lines.join("\n"))
}

/// The errors of a run that failed, with names instead of what is random.
fn errors(world: &World, run: &Run) -> String {
    run.expect_failure();
    let said = look::errors(world, run);
    // What the CLI says about its own end comes before or after the rest, once or twice.
    let paragraphs = said
        .split("\n\n")
        .filter(|it| *it != "Error: execution halted");
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// Virtual time stands still: what takes time takes for ever.
fn stand_still(world: &World) {
    world.simulator.set_clock(ClockMode::Manual);
}

/// Virtual time passes with every request, as at the start.
fn move_on(world: &World) {
    let step = Duration::from_secs(30);
    world.simulator.set_clock(ClockMode::PerRequest(step));
}

/// An invocation that has made its request of `operation`, and tells that it sees `state`.
fn waiting(world: &World, action: &str, operation: &str, state: &str) -> Running {
    stand_still(world);
    write(world, action, "");
    let mut run = begin(world, action);
    world.wait_for(operation, 1);
    run.wait_for_output(state, DEADLINE);
    run
}
