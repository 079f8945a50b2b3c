//! Requests that the service refuses, with the reason or without.

use camunda_simulator::seed;
use camunda_simulator::seed::Login;

use super::*;

/// The errors of an apply with these credentials.
fn refused_to(cli: &Cli, login: &Login) -> String {
    let mut world = World::new(cli);
    world.log_in(login);
    world.write_cluster("orders", "");
    let text = errors(&world.workspace.apply(&[]));
    world.finish_empty();
    text
}

for_each_cli! {
    fn credentials_that_may_only_read(cli: &Cli) on main {
        let _filters = filters();
        insta::assert_snapshot!(refused_to(cli, &seed::credentials::READ_ONLY), @"");
    }
}

for_each_cli! {
    fn credentials_for_something_else(cli: &Cli) on main {
        let _filters = filters();
        insta::assert_snapshot!(refused_to(cli, &seed::credentials::ZEEBE_CLIENT), @"");
    }
}

for_each_cli! {
    fn no_reservation_is_left(cli: &Cli) on main {
        let world = World::new(cli);
        world.simulator.change_organization(|organization| organization.reservations = 0);
        world.write_cluster("orders", "");
        let run = world.workspace.apply(&[]);
        assert_eq!(asked(&world, "CreateCluster"), 1);
        let _filters = filters();
        insta::assert_snapshot!(errors(&run), @"");
        world.finish_empty();
    }
}

for_each_cli! {
    fn creation_is_switched_off(cli: &Cli) on main {
        let world = World::new(cli);
        world.simulator.change_organization(|organization| organization.creation_enabled = false);
        world.write_cluster("orders", "");
        configure_provider(&world, "max_retries = 1");
        let _filters = filters();
        insta::assert_snapshot!(errors(&world.workspace.apply(&[])), @"");
        world.finish_empty();
    }
}
