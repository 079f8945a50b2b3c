//! The examples, carried out: those that registry pages show, the configurations that platform teams copy,
//! and the pipelines around them. Applied, planned again and destroyed, on Terraform and OpenTofu.

mod configurations;
mod imports;
mod pipelines;
mod registry;

use std::fs;
use std::path::{Path, PathBuf};

use camunda_simulator::{NewCluster, Options, seed};

use crate::support::{Capability, Cli, Run, World};

/// The cluster that the examples speak of.
const CLUSTER: &str = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11";

/// The examples of an object: the name of their folder, and each with the name of its file.
struct Example {
    name: String,
    files: Vec<(String, String)>,
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(name)
}

/// Lays a configuration of the examples out as the project, modules included.
fn lay_out(world: &World, name: &str) {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let target = to.join(entry.file_name());
            if entry.path().is_dir() {
                copy(&entry.path(), &target);
            } else {
                fs::copy(entry.path(), target).unwrap();
            }
        }
    }
    copy(&folder(name), &world.workspace.project());
}

/// The examples of a kind that begin with `stem`, in the order of their pages.
fn examples(kind: &str, stem: &str) -> Vec<Example> {
    let entries = |path: &Path| {
        let entries = fs::read_dir(path).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort_by_key(|name| (name.len(), name.clone()));
        names
    };
    let kind = folder(kind);
    let examples = entries(&kind).into_iter().map(|name| {
        let files = entries(&kind.join(&name)).into_iter();
        let files = files.filter(|file| file.starts_with(stem)).map(|file| {
            let text = fs::read_to_string(kind.join(&name).join(&file)).unwrap();
            (file, text)
        });
        let files = files.collect();
        Example { name, files }
    });
    examples.collect()
}

/// Whether this CLI can run a configuration, by what is in it.
fn can_run(cli: &Cli, text: &str) -> bool {
    let needs = [
        ("provider::", Capability::Functions),
        ("value_wo", Capability::WriteOnly),
        ("identity = {", Capability::Identity),
    ];
    needs
        .iter()
        .all(|(words, capability)| !text.contains(words) || cli.supports(*capability))
}

/// Gives the variables of all examples their values.
fn with_variables(mut world: World) -> World {
    for (name, value) in [
        ("cluster_id", CLUSTER),
        ("payment_api_key", "s3cr3t.payment.EXAMPLE"),
        ("release", "2026-11"),
        ("smtp_password", "s3cr3t.smtp.EXAMPLE"),
    ] {
        world.workspace.set(&format!("TF_VAR_{name}"), value);
    }
    world
}

/// An organisation with the cluster that resources are made in, and nothing else. AWS, because secure
/// connectivity is to be had there only.
fn with_a_cluster(cli: &Cli) -> World {
    let world = World::new(cli);
    world.simulator.add_cluster(NewCluster {
        id: Some(CLUSTER.to_owned()),
        region: seed::REGION_FRANKFURT.to_owned(),
        ..NewCluster::default()
    });
    with_variables(world)
}

/// An organisation with everything that the examples speak of.
fn with_everything(cli: &Cli) -> World {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/acceptance/examples/organization.yaml"
    );
    let options = Options {
        seed: seed::read_file(Path::new(path)).unwrap(),
        ..Options::default()
    };
    with_variables(World::with(cli, options))
}

/// All that examples can leave in an organisation.
fn inventory(world: &World) -> String {
    let simulator = &world.simulator;
    let mut lines: Vec<String> = Vec::new();
    for cluster in simulator.clusters() {
        let id = &cluster.id;
        lines.push(format!(
            "{id} {} {:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}",
            cluster.name,
            simulator.allowlist(id),
            simulator.zeebe_clients(id),
            simulator.connector_secrets(id),
            simulator.backups(id),
            simulator.backup_schedule(id),
            simulator.secure_connectivity(id),
            simulator.monitoring_clients(id),
        ));
    }
    for member in simulator.members() {
        lines.push(format!("{member:?}"));
    }
    lines.join("\n")
}

/// A run of an example has to succeed.
#[track_caller]
fn succeeds(run: &Run, example: &str) {
    assert!(run.status.success(), "the example of {example}\n{run}");
}

/// Nothing is left to do after an example.
#[track_caller]
fn is_done(world: &World, example: &str) {
    succeeds(&world.workspace.plan(&["-detailed-exitcode"]), example);
}
