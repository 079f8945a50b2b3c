//! The guides, carried out command by command. Switching from the community provider has a file of
//! its own.

use camunda_simulator::Options;

use crate::query::{SMALL, organisation};
use crate::support::guide::follow;
use crate::support::look::writes;
use crate::support::{Cli, World};

/// A world in which `init` finds the provider.
fn world(cli: &Cli) -> World {
    let mut world = World::with(cli, Options::default());
    world.workspace.use_mirror_of_built();
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
