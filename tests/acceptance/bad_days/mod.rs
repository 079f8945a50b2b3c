//! What goes wrong in the field: the service, the network, the credentials and the people at both
//! ends. In every case there is in the end as many clusters as were asked for, the state knows them,
//! and the message says what to do.

mod answers;
mod changes;
mod creation;
mod credentials;
mod interrupted;
mod refused;
mod waiting;

use std::time::Duration;

use camunda_simulator::{ClockMode, seed};
use serde_json::Value;

use crate::support::{Cli, Run, Workspace, World};

/// Longer than any command of these tests takes.
const DEADLINE: Duration = Duration::from_secs(120);

/// Address of the cluster that most tests are about.
const CLUSTER: &str = "camunda_cluster.it";

/// Virtual time stands still: what takes time takes for ever, until [`move_on`].
fn stand_still(world: &World) {
    world.simulator.set_clock(ClockMode::Manual);
}

/// Virtual time passes with every request, as at the start.
fn move_on(world: &World) {
    let step = Duration::from_secs(30);
    world.simulator.set_clock(ClockMode::PerRequest(step));
}

/// Adds settings to the provider block.
fn configure_provider(world: &World, settings: &str) {
    let block = format!("provider \"camunda\" {{\n{settings}\n}}\n");
    world.workspace.write("provider.tf", &block);
}

/// How often an operation was asked for.
fn asked(world: &World, operation: &str) -> usize {
    world.simulator.requests_of(operation).len()
}

/// The one object of the root module in the state, or nothing.
fn object(world: &World) -> Option<Value> {
    let state = world.workspace.state();
    let resources = state["values"]["root_module"]["resources"].as_array();
    let resources = resources.cloned().unwrap_or_default();
    assert!(resources.len() <= 1, "one object at most: {state:#}");
    resources.into_iter().next()
}

/// The state holds the only cluster there is, and Terraform will not replace it.
#[track_caller]
fn assert_kept(world: &World) -> String {
    let id = world.cluster_id();
    let object = object(world).expect("the cluster is in the state");
    assert_eq!(object["values"]["id"], id.as_str(), "{object:#}");
    assert_ne!(object["tainted"], true, "{object:#}");
    id
}

/// The next apply goes on with the cluster there is; then nothing is left to do.
#[track_caller]
fn assert_carries_on(world: &World, id: &str) {
    let run = world.workspace.apply(&[]);
    assert_silent_about_secrets(run.expect_success());
    assert_eq!(world.cluster_id(), id);
    assert_kept(world);
    world.workspace.assert_empty_plan();
    assert_eq!(
        carried_out(world, "CreateCluster"),
        1,
        "created exactly once"
    );
}

/// How often an operation was carried out, whatever was answered.
fn carried_out(world: &World, operation: &str) -> usize {
    let requests = world.simulator.requests_of(operation).into_iter();
    requests.filter(|request| request.carried_out).count()
}

/// Neither a client secret nor a token of any kind: those of the simulator are JSON Web Tokens,
/// which all begin alike.
#[track_caller]
fn assert_without_secrets(text: &str) {
    for secret in [
        seed::credentials::FULL.client_secret,
        seed::credentials::READ_ONLY.client_secret,
        seed::credentials::ZEEBE_CLIENT.client_secret,
        WRONG_SECRET,
        "eyJ",
    ] {
        assert!(!text.contains(secret), "a secret in:\n{text}");
    }
}

/// A secret that no client has.
const WRONG_SECRET: &str = "s3cr3t.wrong.0Aa1Bb2CEXAMPLE";

/// The output of a command holds no secret.
#[track_caller]
fn assert_silent_about_secrets(run: &Run) {
    assert_without_secrets(&run.stdout);
    assert_without_secrets(&run.stderr);
}

/// The errors of a command that failed, for a snapshot, after a look for secrets.
#[track_caller]
fn errors(run: &Run) -> String {
    run.expect_failure();
    assert_silent_about_secrets(run);
    // What Terraform says about its own end comes before or after the rest, once or twice.
    let text = from(run, "Error: ");
    let paragraphs = text.split("\n\n");
    let ours: Vec<&str> = paragraphs
        .filter(|paragraph| *paragraph != "Error: execution halted")
        .collect();
    ours.join("\n\n")
}

/// The message about the cluster of a command that went well with a warning.
#[track_caller]
fn warnings(run: &Run) -> String {
    run.expect_success();
    assert_silent_about_secrets(run);
    let text = from(run, "Warning: Cluster");
    text.split("\n\nApply complete!")
        .next()
        .unwrap_or_default()
        .to_owned()
}

fn from(run: &Run, start: &str) -> String {
    let text = run.text();
    let start = text
        .find(start)
        .unwrap_or_else(|| panic!("no `{start}`\n{run}"));
    text[start..].to_owned()
}

/// Names for what differs from run to run.
fn filters() -> insta::internals::SettingsBindDropGuard {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(
        r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "[id]",
    );
    settings.add_filter(r"127\.0\.0\.1:\d+", "127.0.0.1:[port]");
    settings.add_filter(r"\b\d+(\.\d+)? ?(ms|s|min)\b", "[time]");
    settings.bind_to_scope()
}

/// A second project that works with the same organisation.
fn neighbour(cli: &Cli, world: &World) -> Workspace {
    let mut workspace = Workspace::new(cli);
    workspace
        .set("CAMUNDA_CONSOLE_BASE_URL", world.simulator.url())
        .set("CAMUNDA_OAUTH_URL", world.simulator.token_url())
        .set("CAMUNDA_CONSOLE_OAUTH_AUDIENCE", world.simulator.audience())
        .set("CAMUNDA_POLL_INTERVAL", "20ms")
        .set(
            "CAMUNDA_CONSOLE_CLIENT_ID",
            seed::credentials::FULL.client_id,
        )
        .set(
            "CAMUNDA_CONSOLE_CLIENT_SECRET",
            seed::credentials::FULL.client_secret,
        );
    workspace
}
