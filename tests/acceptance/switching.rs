//! The guide to switching from the community provider, carried out: its commands and configurations,
//! in its order, against an organisation that the community provider has managed. A block that this
//! does not know how to carry out fails the test.

use std::fs;
use std::path::Path;

use camunda_simulator::{AllowlistEntry, NewCluster, NewZeebeClient, seed};

use crate::support::cli::Kind;
use crate::support::guide::blocks;
use crate::support::look::{count, writes};
use crate::support::{Capability, Cli, Run, World};

const GUIDE: &str = include_str!("../../docs/guides/switching-from-the-community-provider.md");
const STATE_0_0: &str = include_str!("peer/v0.0.json");
const STATE_0_1: &str = include_str!("peer/v0.1.json");

/// What stands before the guide's first step.
const CONFIGURATION: [(&str, &str); 3] = [
    ("versions.tf", include_str!("peer/versions.tf")),
    ("organisation.tf", include_str!("peer/organisation.tf")),
    ("allowlist.tf", include_str!("peer/allowlist.tf")),
];

const CLUSTER: &str = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d";
const PEER: &str = "camunda-community-hub/camunda";

/// Whether a reader with this CLI carries out what stands under the heading.
fn concerns(heading: &str, cli: &Cli) -> bool {
    match heading {
        "Before you begin" | "Switch" | "Check" | "From whitelist to allowlist" => true,
        "With Terraform" => cli.kind == Kind::Terraform,
        "With OpenTofu" => cli.kind == Kind::OpenTofu,
        "Terraform 1.8 and later, OpenTofu 1.12.4 and later" => {
            cli.supports(Capability::MoveAcrossTypes)
        }
        "Older versions" => !cli.supports(Capability::MoveAcrossTypes),
        other => panic!("nobody has said who carries out the blocks under {other:?}"),
    }
}

/// Carries out the whole guide.
fn follow(world: &World, cli: &Cli, guide: &str) {
    for block in blocks(guide) {
        if !concerns(block.heading, cli) {
            continue;
        }
        match block.language {
            "terraform" => {
                let first = block.text.lines().next().unwrap_or_default();
                let name = first
                    .strip_prefix("# ")
                    .filter(|name| name.ends_with(".tf"));
                let name = name.unwrap_or_else(|| panic!("which file is this? {block:?}"));
                world.workspace.write(name, &block.text);
            }
            "shell" => block.text.lines().for_each(|line| carry_out(world, line)),
            _ => panic!("cannot carry out {block:?}"),
        }
    }
}

/// Runs one command as a reader does, and checks what the guide says of it.
fn carry_out(world: &World, line: &str) {
    let (command, file) = match line.split_once(" > ") {
        Some((command, file)) => (command, Some(file)),
        None => (line, None),
    };
    let words: Vec<&str> = command.split(' ').collect();
    let run = |more: &[&str]| world.workspace.run(&[&words[1..], more].concat());
    assert!(
        matches!(words[0], "terraform" | "tofu"),
        "cannot run: {line}"
    );
    match (&words[1..], file) {
        (["state", "pull"], Some(file)) => {
            let pulled = run(&[]);
            world.workspace.write(file, &pulled.expect_success().stdout);
        }
        (["init"], None) => initialise(world, &run(&[])),
        // The reader says yes.
        (["state", "replace-provider", from, to], None) => {
            let yes = ["state", "replace-provider", "-auto-approve", from, to];
            world.workspace.run(&yes).expect_success();
        }
        (["state", "rm", _], None) => {
            run(&[]).expect_success();
        }
        (["plan", "-detailed-exitcode"], None) => {
            run(&[])
                .expect_success()
                .expect_output_containing("No changes.");
            world.workspace.assert_empty_plan();
        }
        (["plan"], None) => {
            run(&[])
                .expect_success()
                .expect_output_containing("0 to add, 0 to change, 0 to destroy");
        }
        (["apply"], None) => {
            run(&["-auto-approve"])
                .expect_success()
                .expect_output_containing("0 added, 0 changed, 0 destroyed");
        }
        _ => panic!("cannot run: {line}"),
    }
}

/// The workspace has the provider already, at an address that no registry knows. All that `init`
/// may lack is that one; the old provider is not asked for any more.
fn initialise(world: &World, run: &Run) {
    run.expect_output_without(PEER);
    let providers = world.workspace.run(&["providers"]);
    providers
        .expect_success()
        .expect_output_containing("camunda-rs/camunda")
        .expect_output_without(PEER);
}

/// An organisation, and the configuration and the state that the community provider has left.
fn left_behind(cli: &Cli, state: &str) -> World {
    let world = World::new(cli);
    let simulator = &world.simulator;
    simulator.add_cluster(NewCluster {
        id: Some(CLUSTER.to_owned()),
        name: "orders".to_owned(),
        auto_update: true,
        ..NewCluster::default()
    });
    let client = simulator.add_zeebe_client(
        CLUSTER,
        NewZeebeClient {
            name: "workers".to_owned(),
            permissions: ["Operate", "Zeebe"].map(str::to_owned).to_vec(),
        },
    );
    assert!(simulator.set_connector_secret(CLUSTER, "PAYMENT_API_KEY", "example"));
    let allowlist = vec![
        AllowlistEntry::new("203.0.113.0/24", "office"),
        AllowlistEntry::new("198.51.100.7", ""),
    ];
    assert!(simulator.set_allowlist(CLUSTER, allowlist));
    simulator.set_member("ada@example.com", &["admin", "developer"]);
    let state = state
        .replace("${cluster}", CLUSTER)
        .replace("${channel}", seed::CHANNEL_STABLE)
        .replace("${region}", seed::REGION_BELGIUM)
        .replace("${plan_type}", seed::PLAN_ADVANCED)
        .replace("${generation}", seed::GENERATION_8_9_GEN3)
        .replace("${client_uuid}", &simulator.zeebe_clients(CLUSTER)[0].uuid)
        .replace("${client}", &client);
    assert!(!state.contains("${"), "{state}");
    world.workspace.write("terraform.tfstate", &state);
    for (name, text) in CONFIGURATION {
        world.workspace.write(name, text);
    }
    world
}

fn switches(cli: &Cli, state: &str) {
    let world = left_behind(cli, state);
    let client = |state: &str| {
        let state: serde_json::Value = serde_json::from_str(state).unwrap();
        state["resources"][1]["instances"][0]["attributes"].clone()
    };
    let before = client(&world.workspace.read("terraform.tfstate"));
    follow(&world, cli, GUIDE);

    assert_eq!(writes(&world), [""; 0]);
    assert!(count(&world, "GetClusters") + count(&world, "GetCluster") > 0);
    assert_eq!(
        client(&world.workspace.read("before-the-switch.json")),
        before
    );
    let addresses: Vec<String> = world
        .workspace
        .addresses()
        .into_iter()
        .filter(|address| !address.starts_with("data."))
        .collect();
    assert_eq!(
        addresses,
        [
            "camunda_cluster.orders",
            "camunda_cluster_client.workers",
            "camunda_cluster_connector_secret.payment",
            "camunda_cluster_ip_allowlist.orders",
            "camunda_organization_member.ada",
        ]
    );
    let after = world.workspace.attributes("camunda_cluster_client.workers");
    for name in ["id", "secret", "zeebe_client_id", "zeebe_address"] {
        assert_eq!(after[name], before[name], "{name}");
    }
    let text = world.workspace.read("terraform.tfstate");
    assert!(!text.contains(PEER), "{text}");

    // The guide's last step.
    let last = world.workspace.read("allowlist.tf");
    let block = ["\nmoved {", "\nimport {"];
    let end = block.iter().find_map(|block| last.find(block)).unwrap();
    world.workspace.write("allowlist.tf", &last[..end]);
    world.workspace.assert_empty_plan();
    assert_eq!(writes(&world), [""; 0]);
    world.finish();
}

for_each_cli! {
    fn from_0_0(cli: &Cli) on [terraform_1_11_4, tofu_1_6_2] {
        switches(cli, STATE_0_0);
    }
}

for_each_cli! {
    fn from_0_1(cli: &Cli) on [terraform_1_11_4, tofu_1_6_2] {
        switches(cli, STATE_0_1);
    }
}

for_each_cli! {
    /// The community provider was installed from OpenTofu's registry.
    fn from_a_state_of_opentofu(cli: &Cli) on [tofu_1_6_2] {
        if cli.kind == Kind::OpenTofu {
            let state = STATE_0_1.replace("registry.terraform.io", "registry.opentofu.org");
            switches(cli, &state);
        }
    }
}

/// A block under a new heading, or a command nobody has thought of, does not go unnoticed.
#[test]
fn every_block_has_to_be_known() {
    let cli = Cli::named("terraform-1.11.4");
    for (guide, expected) in [
        (
            "## Elsewhere\n\n```shell\nterraform plan\n```\n",
            "nobody has said",
        ),
        (
            "## Check\n\n```shell\nterraform destroy\n```\n",
            "cannot run: terraform destroy",
        ),
        (
            "## Check\n\n```shell\nrm terraform.tfstate\n```\n",
            "cannot run: rm",
        ),
        (
            "## Check\n\n```terraform\nmoved {}\n```\n",
            "which file is this?",
        ),
        (
            "## Check\n\n```bash\nterraform plan\n```\n",
            "cannot carry out",
        ),
    ] {
        let followed = std::panic::catch_unwind(|| follow(&World::new(&cli), &cli, guide));
        let said = followed.expect_err(guide);
        let said = said.downcast_ref::<String>().expect("a message");
        assert!(said.contains(expected), "{said}");
    }
}

/// As the registries want it, and with every `tf` file of the samples in use.
#[test]
fn the_guide_and_the_samples_are_in_order() {
    assert!(GUIDE.starts_with("---\npage_title: \""));
    assert!(GUIDE.contains("\ndescription: |-\n  "));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/acceptance/peer");
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let expected = [
        "allowlist.tf",
        "organisation.tf",
        "v0.0.json",
        "v0.1.json",
        "versions.tf",
    ];
    assert_eq!(names, expected);
}
