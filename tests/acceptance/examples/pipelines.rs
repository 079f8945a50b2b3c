//! The pipelines of `examples/ci`, carried out: every job in a checkout of its own, with the variables that
//! its file gives it and no others, and with nothing from an earlier one but what is kept as an artifact.

mod github;
mod gitlab;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use camunda_simulator::seed::credentials;
use serde_json::Value;

use super::configurations::secrets;
use super::*;
use crate::support::look::writes;

/// What makes a pipeline run.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Event {
    /// A pull request or merge request from the repository itself.
    Request,
    /// A commit on the main branch.
    Main,
}

/// A job, as both services have it.
#[derive(Debug)]
struct Job {
    name: String,
    variables: BTreeMap<String, String>,
    steps: Vec<Step>,
}

#[derive(Debug)]
enum Step {
    /// Commands, in a shell of their own.
    Run(String),
    /// Keeps a file for later jobs.
    Keep(String),
    /// Brings back what was kept.
    Fetch,
}

/// Reads a file of the pipelines.
fn read(name: &str) -> Value {
    seed::read_file(&folder("ci").join(name)).unwrap()
}

/// A map of texts.
fn texts(value: &Value) -> BTreeMap<String, String> {
    let members = value.as_object().into_iter().flatten();
    members
        .map(|(name, text)| {
            (
                name.clone(),
                text.as_str()
                    .unwrap_or_else(|| panic!("{name} is {text}"))
                    .to_owned(),
            )
        })
        .collect()
}

/// A repository with the configuration, and the organisation that its pipeline works on.
struct Repository {
    world: World,
    lock: String,
    kept: BTreeMap<String, Vec<u8>>,
}

impl Repository {
    fn new(cli: &Cli) -> Self {
        let mut world = World::new(cli);
        world.workspace.use_mirror_of_built();
        // All that a job has, it has from its file.
        for name in [
            "CAMUNDA_CONSOLE_CLIENT_ID",
            "CAMUNDA_CONSOLE_CLIENT_SECRET",
            "CAMUNDA_CONSOLE_OAUTH_AUDIENCE",
        ] {
            world.workspace.unset(name);
        }
        let mut repository = Self {
            world,
            lock: String::new(),
            kept: BTreeMap::new(),
        };
        repository.check_out();
        repository.world.workspace.init().expect_success();
        repository.lock = repository.world.workspace.read(".terraform.lock.hcl");
        repository
    }

    fn state(&self) -> PathBuf {
        self.world
            .workspace
            .temporary_folder()
            .join("state/terraform.tfstate")
    }

    /// The repository as it is committed: with a backend, which `offline` must leave alone.
    fn check_out(&self) {
        let workspace = &self.world.workspace;
        let project = workspace.project();
        for entry in fs::read_dir(&project).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                fs::remove_dir_all(path).unwrap();
            } else {
                fs::remove_file(path).unwrap();
            }
        }
        lay_out(&self.world, "complete");
        let backend = format!(
            "terraform {{\n  backend \"local\" {{\n    path = {:?}\n  }}\n}}\n",
            self.state()
        );
        workspace.write("backend.tf", &backend);
        workspace.write(".terraform.lock.hcl", &self.lock);
    }

    /// Runs a job, and returns what its commands have said.
    fn carry_out(&mut self, job: &Job) -> String {
        self.check_out();
        let mut said = String::new();
        for step in &job.steps {
            match step {
                Step::Run(script) => {
                    let mut text =
                        "unset TF_IN_AUTOMATION TF_INPUT TF_CLI_ARGS_apply TF_CLI_ARGS_destroy\n"
                            .to_owned();
                    for (name, value) in &job.variables {
                        text += &format!("export {name}='{}'\n", value.replace('\'', "'\\''"));
                    }
                    let run = self
                        .world
                        .workspace
                        .shell(&format!("(\n{text}\n{script}\n)"));
                    assert!(run.status.success(), "the job {}\n{run}", job.name);
                    said += &run.text();
                }
                Step::Keep(path) => {
                    let kept = fs::read(self.world.workspace.project().join(path)).unwrap();
                    self.kept.insert(path.clone(), kept);
                }
                Step::Fetch => {
                    assert!(!self.kept.is_empty(), "{} has nothing to fetch", job.name);
                    for (path, kept) in &self.kept {
                        fs::write(self.world.workspace.project().join(path), kept).unwrap();
                    }
                }
            }
        }
        said
    }

    /// Runs the pipeline of an event: the names of its jobs, and what was said in all.
    fn run(&mut self, jobs: &[Job]) -> (Vec<String>, String) {
        self.kept.clear();
        let said = jobs.iter().map(|job| self.carry_out(job)).collect();
        (jobs.iter().map(|job| job.name.clone()).collect(), said)
    }
}

/// A merge request that is merged, and another one that changes nothing.
fn lives(cli: &Cli, jobs: impl Fn(Event) -> Vec<Job>) {
    let mut repository = Repository::new(cli);
    let (names, said) = repository.run(&jobs(Event::Request));
    assert_eq!(names, ["offline", "plan"]);
    assert!(
        said.contains("camunda_cluster.this will be created"),
        "{said}"
    );
    assert_eq!(
        writes(&repository.world),
        [""; 0],
        "a request changes nothing"
    );
    assert!(!repository.state().exists(), "a request writes no state");

    let (names, said) = repository.run(&jobs(Event::Main));
    assert_eq!(names, ["offline", "plan", "apply"]);
    assert!(said.contains("Apply complete!"), "{said}");
    assert!(!said.contains("s3cr3t."), "a secret in the log\n{said}");
    assert_eq!(repository.world.simulator.clusters().len(), 3);

    let before = writes(&repository.world).len();
    let said = repository.carry_out(&jobs(Event::Request)[1]);
    assert!(said.contains("No changes."), "{said}");
    assert_eq!(writes(&repository.world).len(), before);

    let world = repository.world;
    // One for those who read and one for those who write, however many jobs there are.
    assert_eq!(world.simulator.token_requests().len(), 2);
    world.finish();
}

/// What the organisation of the pipeline hands to its jobs, by the name of each service.
fn handed_over(names: [&str; 5]) -> BTreeMap<String, String> {
    let [read_id, read_secret, connectors, write_id, write_secret] = names.map(str::to_owned);
    BTreeMap::from([
        (read_id, credentials::READ_ONLY.client_id.to_owned()),
        (read_secret, credentials::READ_ONLY.client_secret.to_owned()),
        (connectors, secrets()),
        (write_id, credentials::FULL.client_id.to_owned()),
        (write_secret, credentials::FULL.client_secret.to_owned()),
    ])
}

for_each_cli! {
    fn on_github(cli: &Cli) on [terraform_1_11_4, tofu_1_6_2] {
        lives(cli, github::jobs);
    }
}

for_each_cli! {
    fn on_gitlab(cli: &Cli) on [terraform_1_11_4, tofu_1_6_2] {
        lives(cli, gitlab::jobs);
    }
}
