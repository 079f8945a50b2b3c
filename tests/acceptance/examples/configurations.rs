//! The configurations that platform teams begin with, laid out and initialised as they do it.

use serde_json::json;

use super::*;
use crate::support::guide::follow;
use crate::support::look::count;

/// An organisation without clusters, and a CLI that finds the provider by `init`.
fn world(cli: &Cli, name: &str) -> World {
    let mut world = World::new(cli);
    world.workspace.use_mirror_of_built();
    lay_out(&world, name);
    world
}

/// Changes a file of the project.
#[track_caller]
fn replace(world: &World, file: &str, before: &str, after: &str) {
    let text = world.workspace.read(file);
    assert_eq!(text.matches(before).count(), 1, "{before} in {file}");
    world.workspace.write(file, &text.replace(before, after));
}

for_each_cli! {
    fn quickstart(cli: &Cli) on [terraform_1_6_6, terraform_1_15_5, tofu_1_6_2] {
        let world = world(cli, "quickstart");
        world.workspace.init().expect_success();
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        world.workspace.destroy(&[]).expect_success();
        world.finish_empty();
    }
}

/// Values for all connector secrets of the environments.
pub(super) fn secrets() -> String {
    let both = |name: &str| {
        json!({
            "PAYMENT_API_KEY": format!("s3cr3t.payment.{name}"),
            "SMTP_PASSWORD": format!("s3cr3t.smtp.{name}"),
        })
    };
    json!({ "dev": both("dev"), "staging": both("staging"), "prod": both("prod") }).to_string()
}

for_each_cli! {
    /// What its README says, to the end: three clusters with what belongs to them, protected as it says.
    fn complete(cli: &Cli) on [terraform_1_6_6, terraform_1_15_5, tofu_1_6_2] {
        let mut world = world(cli, "complete");
        let before = inventory(&world);
        world.workspace.set("TF_VAR_connector_secrets", secrets());
        let readme = include_str!("../../../examples/complete/README.md");
        let (stored, not_stored) = readme.split_once("## Connector secrets in no state").unwrap();
        follow(&world.workspace, cli, stored);

        let simulator = &world.simulator;
        let mut clusters = simulator.clusters();
        clusters.sort_by(|a, b| a.name.cmp(&b.name));
        let seen: Vec<_> = clusters.iter().map(|cluster| {
            let id = &cluster.id;
            json!([
                cluster.name,
                cluster.stage_label,
                cluster.hardware_packages,
                simulator.zeebe_clients(id).len(),
                simulator.connector_secrets(id).len(),
                simulator.allowlist(id).len(),
                simulator.monitoring_clients(id).map(|it| it.len()),
                simulator.backup_schedule(id),
            ])
        }).collect();
        assert_eq!(json!(seen), json!([
            ["orders-dev", "dev", 1, 1, 1, 0, null, null],
            ["orders-prod", "prod", 2, 2, 2, 2, 1, "0 2 * * *"],
            ["orders-staging", "stage", 1, 1, 2, 2, 1, null],
        ]));
        assert_eq!(simulator.members().len(), 4, "{:#?}", simulator.members());

        let outputs = world.workspace.run(&["output", "-json"]).expect_success().json();
        assert_eq!(outputs["clusters"]["sensitive"], json!(false));
        assert_eq!(outputs["clusters"]["value"]["prod"]["id"], json!(clusters[1].id));
        let client = &outputs["clients"]["value"]["prod"]["order-dashboard"];
        assert!(client["client_secret"].as_str().unwrap().starts_with("s3cr3t.client."), "{outputs:#}");

        if cli.supports(Capability::WriteOnly) {
            let secret = "  sensitive   = true\n";
            for file in ["variables.tf", "modules/environment/variables.tf"] {
                replace(&world, file, secret, &format!("{secret}  ephemeral   = true\n"));
            }
            follow(&world.workspace, cli, not_stored);
            let state = world.workspace.read("terraform.tfstate");
            assert!(!state.contains("s3cr3t.payment"), "{state}");
            assert_eq!(count(&world, "DeleteSecret"), 0, "changed in place");
        }

        world.workspace.destroy(&[]).expect_failure_containing("deletion_protection");
        assert_eq!(world.simulator.clusters().len(), 3);
        replace(&world, "environments.tf", "deletion_protection = true", "deletion_protection = false");
        world.workspace.apply(&[]).expect_success();
        world.workspace.destroy(&[]).expect_success();
        assert_eq!(inventory(&world), before);
        world.finish_empty();
    }
}

for_each_cli! {
    /// A secret without a value is found by the plan, by name.
    fn complete_without_a_secret(cli: &Cli) on [terraform_1_15_5, tofu_1_6_2] {
        let mut world = world(cli, "complete");
        world.workspace.init().expect_success();
        world.workspace.set("TF_VAR_connector_secrets", r#"{"dev": {"PAYMENT_API_KEY": "s3cr3t.payment.dev"}}"#);
        world.workspace.plan(&[]).expect_failure_containing(
            "The connector secret SMTP_PASSWORD of orders-staging has no value: see the variable connector_secrets."
        );
        world.finish_empty();
    }
}
