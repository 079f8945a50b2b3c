//! The simulator as a program of its own, as platform teams plan against it in CI: the scripts of its
//! README, word for word, with a real CLI and the built provider.

use std::net::{Ipv4Addr, TcpListener};

use serde_json::Value;

use crate::support::guide::blocks;
use crate::support::{Cli, Run, Workspace};

const README: &str = include_str!("../../simulator/README.md");

/// A cluster to make, one that the seed of the README has, and a client in that one.
const CONFIGURATION: &str = r#"
terraform {
  required_providers {
    camunda = {
      source = "camunda-rs/camunda"
    }
  }
}

data "camunda_channel" "it" {
  name = "Stable"
}

data "camunda_cluster_plan_type" "it" {
  name = "Advanced"
}

data "camunda_region" "it" {
  name = "Belgium, Europe (europe-west1)"
}

data "camunda_cluster" "production" {
  name = "production"
}

data "camunda_organization_member" "ada" {
  email = "ada@example.com"
}

resource "camunda_cluster" "it" {
  name      = "made-in-ci"
  channel   = data.camunda_channel.it.id
  plan_type = data.camunda_cluster_plan_type.it.id
  region    = data.camunda_region.it.id
}

resource "camunda_cluster_client" "it" {
  cluster_id = data.camunda_cluster.production.id
  name       = "made-in-ci"
  scopes     = ["Zeebe"]
}

output "production" {
  value = data.camunda_cluster.production.id
}

output "ada" {
  value = data.camunda_organization_member.ada.roles
}
"#;

/// A script of the README, by the comment in its first line.
fn script(title: &str) -> String {
    let first = format!("# {title}");
    let found = blocks(README)
        .into_iter()
        .find(|block| block.language == "sh" && block.text.lines().next() == Some(&*first));
    let found = found.unwrap_or_else(|| panic!("the README has no script `{title}`"));
    found.text
}

/// The example of a seed in the README.
fn seed() -> String {
    let found = blocks(README)
        .into_iter()
        .find(|block| block.language == "yaml");
    found.unwrap().text
}

/// `text` with one thing in the place of another, which has to be there.
#[track_caller]
fn with(text: &str, old: &str, new: &str) -> String {
    assert!(text.contains(old), "`{old}` is not in:\n{text}");
    text.replace(old, new)
}

fn project(cli: &Cli) -> Workspace {
    let mut workspace = Workspace::new(cli);
    workspace.use_mirror_of_built();
    workspace.set("CAMUNDA_POLL_INTERVAL", "20ms");
    // Of a simulator that was killed: nobody listens there.
    workspace.write("simulator.url", "http://127.0.0.1:9");
    workspace.write("main.tf", CONFIGURATION);
    workspace.write("organization.yaml", &seed());
    workspace
}

/// A port that nobody has now, for the one that the README names.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// What the state file has.
fn kept(workspace: &Workspace) -> Value {
    serde_json::from_str(&workspace.read("organization.json")).unwrap()
}

/// Ids of the tokens that were issued and are not over.
fn tokens(workspace: &Workspace) -> Vec<String> {
    let kept = kept(workspace);
    let issued = kept["world"]["tokens"]["issued"].as_object().unwrap();
    issued.keys().cloned().collect()
}

for_each_cli! {
    /// Plan in one job, apply in the next, look in a third: one organization, one token.
    fn jobs_share_one_organization(cli: &Cli) on life {
        let workspace = project(cli);
        let port = free_port().to_string();
        let job = |title: &str| -> Run {
            let start = with(&script("every job"), "8085", &port);
            workspace.shell(&format!("{start}{}", script(title)))
        };
        job("the job that plans").expect_success().expect_output_containing("2 to add");
        let names = || -> Vec<Value> {
            let kept = kept(&workspace);
            let clusters = kept["world"]["clusters"].as_array().unwrap().iter();
            clusters.map(|cluster| cluster["name"].clone()).collect()
        };
        assert_eq!(names(), ["production", "staging"]);
        let token = tokens(&workspace);
        assert_eq!(token.len(), 1);

        // It ends with an empty plan.
        let run = job("the job that applies");
        run.expect_success();
        run.expect_output_containing("2 added");
        run.expect_output_containing("No changes");
        assert_eq!(names(), ["production", "staging", "made-in-ci"]);
        assert_eq!(workspace.output("production"), "6f1f2c0a-3a57-4c1e-9d20-1b7f5a3c9e44");
        assert_eq!(workspace.output("ada"), serde_json::json!(["admin"]));
        let client = workspace.attributes("camunda_cluster_client.it");
        let stored = kept(&workspace)["world"]["zeebe_clients"].clone();
        let stored = stored.as_array().unwrap();
        assert_eq!(stored.len(), 2);
        assert_eq!(stored[1]["secret"], client["secret"]);

        let again = with(&script("the job that plans"), "-out=plan", "-detailed-exitcode");
        let start = with(&script("every job"), "8085", &port);
        workspace.shell(&format!("{start}{again}")).expect_success();
        assert_eq!(tokens(&workspace), token, "nobody has asked for another one");
        workspace.finish();
    }
}

for_each_cli! {
    /// The script for a single job, on a bad day: what is over soon the provider gets over, and the
    /// rest it reports.
    fn faults_are_met_by_the_provider(cli: &Cli) on main {
        let workspace = project(cli);
        let start = |faults: &str| {
            let seeded = format!("camunda-simulator --seed organization.yaml {faults}");
            let script = with(&script("one job"), "camunda-simulator", &seeded);
            // What the simulator has to say at the end.
            let look = "python3 -c 'import os, urllib.request as u; print(u.urlopen(os.environ\
                        [\"CAMUNDA_CONSOLE_BASE_URL\"] + \"/_simulator/faults\").read().decode())' \
                        >faults.json\nkill $SIMULATOR ";
            with(&script, "kill $SIMULATOR ", look)
        };
        let run = workspace.shell(&start("--fault GetClusters=502,html,times=2 --fault 'IssueToken=reset'"));
        run.expect_success().expect_output_containing("2 to add");
        let faults: Value = serde_json::from_str(&workspace.read("faults.json")).unwrap();
        let fired = faults.as_array().unwrap().iter().map(|fault| fault["fired"].clone());
        assert_eq!(fired.collect::<Vec<_>>(), [2, 1]);

        let refused = with(&start("--fault CreateCluster=403"), "terraform plan", "terraform apply || echo it has failed");
        let run = workspace.shell(&refused);
        run.expect_success();
        run.expect_output_containing("it has failed");
        run.expect_output_containing("403");
        workspace.finish();
    }
}

for_each_cli! {
    /// Commands of the README that need nobody else.
    fn the_script_for_one_job_plans(cli: &Cli) on main {
        let workspace = project(cli);
        workspace.write("main.tf", "terraform {\n  required_providers {\n    camunda = {\n      source = \"camunda-rs/camunda\"\n    }\n  }\n}\n\ndata \"camunda_channel\" \"it\" {\n  name = \"Stable\"\n}\n\noutput \"channel\" {\n  value = data.camunda_channel.it.id\n}\n");
        let run = workspace.shell(&script("one job"));
        run.expect_success().expect_output_containing(camunda_simulator::seed::CHANNEL_STABLE);
        workspace.finish();
    }
}
