//! What tests look at after a run, with names in the place of what is random: the requests the
//! simulator has seen, and the messages the CLI has shown. Knows nothing of single resources.

use camunda_simulator::seed;
use serde_json::Value;

use super::{Run, World, run};

/// The bodies of all requests of an operation, in order.
pub(crate) fn bodies(world: &World, operation: &str) -> Vec<Value> {
    let requests = world.simulator.requests_of(operation).into_iter();
    requests
        .map(|request| request.request_body.unwrap_or_default())
        .collect()
}

/// How many requests of an operation there were.
pub(crate) fn count(world: &World, operation: &str) -> usize {
    world.simulator.requests_of(operation).len()
}

/// Every request that may have changed something, as `METHOD operation`, in order.
pub(crate) fn writes(world: &World) -> Vec<String> {
    let requests = world.simulator.requests().into_iter();
    requests
        .filter(|request| request.method != "GET")
        .filter_map(|request| request.operation)
        .filter(|operation| operation != "IssueToken")
        .collect()
}

/// The errors of a run, with names instead of what is random or long.
pub(crate) fn errors(world: &World, run: &Run) -> String {
    from(world, &run::unfold(&run.stderr), "Error: ")
}

/// The warnings of a run after the one about the provider's own location, which the set-up of the
/// tests brings with it. Ends where the CLI reports success.
pub(crate) fn warnings(world: &World, run: &Run) -> String {
    let text = run::unfold(&run.stdout);
    let mut found = Vec::new();
    let mut inside = false;
    for paragraph in text.split("\n\n") {
        if paragraph.starts_with("Warning: ") {
            inside = !paragraph.contains("development overrides");
        } else if paragraph.contains(" complete!") {
            inside = false;
        }
        if inside {
            found.push(paragraph);
        }
    }
    named(world, &found.join("\n\n"))
}

fn from(world: &World, text: &str, start: &str) -> String {
    let text = text.find(start).map_or("", |index| &text[index..]);
    named(world, text)
}

/// Puts names in the place of addresses and identifiers.
pub(crate) fn named(world: &World, text: &str) -> String {
    let mut text = text.replace(&world.simulator.url(), "[api]");
    for (id, name) in [
        (seed::ORGANIZATION, "[organization]"),
        (seed::OTHER_ORGANIZATION, "[other organization]"),
        (seed::CHANNEL_STABLE, "[channel Stable]"),
        (seed::CHANNEL_ALPHA, "[channel Alpha]"),
        (seed::GENERATION_8_9_GEN3, "[generation 8.9+gen3]"),
        (seed::GENERATION_8_8_GEN23, "[generation 8.8+gen23]"),
        (seed::GENERATION_8_8_GEN22, "[generation 8.8+gen22]"),
        (seed::GENERATION_8_10_ALPHA5, "[generation alpha5]"),
        (seed::PLAN_ADVANCED, "[plan Advanced]"),
        (seed::PLAN_STANDARD, "[plan Standard]"),
        (seed::PLAN_BASIC, "[plan Basic]"),
        (seed::PLAN_TRIAL, "[plan Trial]"),
        (seed::REGION_BELGIUM, "[region Belgium]"),
        (seed::REGION_SYDNEY, "[region Sydney]"),
        (seed::REGION_FRANKFURT, "[region Frankfurt]"),
        (seed::BACKUP_BELGIUM, "[backup Belgium]"),
        (seed::BACKUP_BELGIUM_GERMANY, "[backup Belgium and Germany]"),
    ] {
        text = text.replace(id, name);
    }
    for cluster in world.simulator.clusters() {
        text = text.replace(&cluster.id, "[cluster]");
    }
    text
}
