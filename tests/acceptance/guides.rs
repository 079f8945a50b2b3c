//! The guides, carried out command by command. Switching from the community provider has a file of
//! its own.

use camunda_simulator::{NewCluster, Options};

use crate::query::{SMALL, organisation};
use crate::support::cli::Kind;
use crate::support::guide::follow;
use crate::support::look::{count, writes};
use crate::support::{Capability, Cli, World};

/// The cluster that some guides take for granted.
const ORDERS: &str = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d";

/// A world in which `init` finds the provider.
fn world(cli: &Cli) -> World {
    let mut world = World::with(cli, Options::default());
    world.workspace.use_mirror_of_built();
    world
}

/// The same with a cluster in it.
fn world_with_orders(cli: &Cli) -> World {
    let world = world(cli);
    world.simulator.add_cluster(NewCluster {
        id: Some(ORDERS.to_owned()),
        name: "orders".to_owned(),
        ..NewCluster::default()
    });
    world
}

for_each_cli! {
    fn getting_started(cli: &Cli) on [terraform_1_11_4, tofu_1_6_2] {
        let world = world(cli);
        follow(&world.workspace, cli, include_str!("../../docs/guides/getting-started.md"));
        world.finish_empty();
    }
}

for_each_cli! {
    /// One token for the plans with the credentials, and one that is handed on.
    fn authentication_and_ci(cli: &Cli) on [terraform_1_11_4, tofu_1_6_2] {
        let world = world(cli);
        follow(&world.workspace, cli, include_str!("../../docs/guides/authentication-and-ci.md"));
        assert_eq!(world.simulator.token_requests().len(), 2);
        world.finish();
    }
}

for_each_cli! {
    /// The way with `query`; `query/older.rs` goes the other one.
    fn adopting_an_organization(cli: &Cli) on [terraform_1_14_9, terraform_1_15_5] requires ListResources {
        let mut world = organisation(cli, SMALL);
        world.workspace.use_mirror_of_built();
        follow(&world.workspace, cli, include_str!("../../docs/guides/adopting-an-organization.md"));
        world.workspace.assert_empty_plan();
        assert_eq!(writes(&world), [""; 0], "taking over changes nothing");
        world.finish();
    }
}

for_each_cli! {
    fn offline_plans_with_the_simulator(cli: &Cli) on [terraform_1_11_4, tofu_1_6_2] {
        let mut world = world(cli);
        // Nothing but the guide leads the provider to a service.
        for name in [
            "CAMUNDA_CONSOLE_BASE_URL",
            "CAMUNDA_OAUTH_URL",
            "CAMUNDA_CONSOLE_OAUTH_AUDIENCE",
            "CAMUNDA_CONSOLE_CLIENT_ID",
            "CAMUNDA_CONSOLE_CLIENT_SECRET",
        ] {
            world.workspace.unset(name);
        }
        let guide = include_str!("../../docs/guides/offline-plans-with-the-simulator.md");
        follow(&world.workspace, cli, guide);
        assert!(world.simulator.requests().is_empty(), "it has a simulator of its own");
        world.finish();
    }
}

for_each_cli! {
    /// Where the guide says that a file is clean, a script has looked for the secret in it.
    fn secrets_without_state(cli: &Cli) on [terraform_1_10_5, terraform_1_11_4, terraform_1_15_5, tofu_1_6_2] {
        let world = world_with_orders(cli);
        follow(&world.workspace, cli, include_str!("../../docs/guides/secrets-without-state.md"));
        assert_eq!(world.simulator.zeebe_clients(ORDERS), []);
        assert!(world.simulator.connector_secrets(ORDERS).is_empty());
        let created = count(&world, "CreateClient");
        if cli.supports(Capability::Ephemeral) {
            assert!(created > 1, "clients of single runs");
        } else {
            assert_eq!(created, 1);
        }
        world.finish();
    }
}

for_each_cli! {
    fn credential_rotation(cli: &Cli) on [terraform_1_11_4, terraform_1_15_5, tofu_1_6_2] {
        let world = world_with_orders(cli);
        let simulator = &world.simulator;
        assert!(simulator.set_monitoring(ORDERS, true));
        simulator.add_monitoring_client(ORDERS, "grafana");
        let by_hand = simulator.monitoring_clients(ORDERS);
        follow(&world.workspace, cli, include_str!("../../docs/guides/credential-rotation.md"));
        let mut changes = writes(&world);
        changes.retain(|operation| matches!(&**operation, "CreateClient" | "DeleteClient"));
        assert_eq!(
            changes,
            [
                "CreateClient",
                // The first rotation, and the retirement.
                "CreateClient",
                "DeleteClient",
                // That of the month.
                "CreateClient",
                // The end.
                "DeleteClient",
                "DeleteClient",
            ]
        );
        // Those made by hand are left, with another password where there are actions.
        let is_unchanged = simulator.monitoring_clients(ORDERS) == by_hand;
        assert_eq!(is_unchanged, !cli.supports(Capability::Actions));
        world.finish();
    }
}

for_each_cli! {
    fn running_on_opentofu(cli: &Cli) on [tofu_1_6_2] {
        if cli.kind == Kind::OpenTofu {
            let mut world = world_with_orders(cli);
            let built = world.workspace.project().with_file_name("provider");
            world.workspace.set("PROVIDER_FOLDER", built.to_str().unwrap());
            follow(&world.workspace, cli, include_str!("../../docs/guides/running-on-opentofu.md"));
            assert_eq!(world.simulator.zeebe_clients(ORDERS), []);
            assert_eq!(writes(&world), ["CreateClient", "CreateClient", "DeleteClient", "DeleteClient"]);
            world.finish();
        }
    }
}

for_each_cli! {
    /// What the same guide says about a state that goes from one CLI to the other and back.
    fn one_state_for_both(cli: &Cli) on [terraform_1_6_6, terraform_1_11_4, terraform_1_15_5] {
        if cli.kind != Kind::Terraform {
            return;
        }
        let world = world_with_orders(cli);
        let opentofu = Cli::named("tofu-1.6.2");
        let opentofu = opentofu.path.display();
        world.write(&format!(
            "resource \"camunda_cluster_client\" \"workers\" {{\n  cluster_id = {ORDERS:?}\n  name = \
             \"workers\"\n  scopes = [\"Zeebe\"]\n}}\n"
        ));
        let shell = |lines: &str| {
            let run = world.workspace.shell(lines);
            run.expect_success();
            run
        };
        shell("cp -R ../mirror/registry.terraform.io ../mirror/registry.opentofu.org\nterraform init\nterraform apply");
        // An update in which nothing differs but what the state notes as sensitive.
        let changed = usize::from(cli.version >= (1, 8, 0));
        let words = format!("Resources: 0 added, {changed} changed, 0 destroyed.");
        shell(&format!("{opentofu} init\n{opentofu} apply")).expect_output_containing(&words);
        shell(&format!("{opentofu} plan -detailed-exitcode")).expect_output_containing("No changes.");
        shell(&format!(
            "{opentofu} state replace-provider -auto-approve camunda-rs/camunda \
             registry.terraform.io/camunda-rs/camunda\nrm .terraform.lock.hcl\nterraform init\nterraform \
             plan -detailed-exitcode"
        ))
        .expect_output_containing("No changes.");
        assert_eq!(writes(&world), ["CreateClient"]);
        world.finish();
    }
}
