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
        insta::assert_snapshot!(refused_to(cli, &seed::credentials::READ_ONLY), @r#"
        Error: Cannot create cluster "orders"

        with camunda_cluster.it, on main.tf line 9, in resource "camunda_cluster" "it": 9: resource "camunda_cluster" "it" {

        127.0.0.1 answered 403 Forbidden: The client lacks the permission create of the group Cluster.

        The credentials probably lack the permission group "Cluster". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

        (POST /clusters)
        "#);
    }
}

for_each_cli! {
    fn credentials_for_something_else(cli: &Cli) on main {
        let _filters = filters();
        insta::assert_snapshot!(refused_to(cli, &seed::credentials::ZEEBE_CLIENT), @r#"
        Error: Cannot find out the default generation of the channel

        with camunda_cluster.it, on main.tf line 9, in resource "camunda_cluster" "it": 9: resource "camunda_cluster" "it" {

        127.0.0.1 answered 403 Forbidden: The client lacks the permission get of the group Cluster.

        The credentials probably lack the permission group "Cluster". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

        (GET /clusters/parameters)
        "#);
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
        insta::assert_snapshot!(errors(&run), @r#"
        Error: Cannot create cluster "orders"

        with camunda_cluster.it, on main.tf line 9, in resource "camunda_cluster" "it": 9: resource "camunda_cluster" "it" {

        127.0.0.1 answered 400 Bad Request: No reservation left: 0 of 0 are in use.

        The organisation has no free reservation for this. Delete what is no longer needed, or ask Camunda for more.

        (POST /clusters)
        "#);
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
        insta::assert_snapshot!(errors(&world.workspace.apply(&[])), @r#"
        Error: Cannot create cluster "orders"

        with camunda_cluster.it, on main.tf line 9, in resource "camunda_cluster" "it": 9: resource "camunda_cluster" "it" {

        127.0.0.1 answered 503 Service Unavailable: Creating clusters is switched off for now. Try again later. The list of clusters shows no new cluster of that name.

        The service may have carried the request out all the same. Look in the Console before running again.

        If the cluster appears there, import it instead of creating a second one: terraform import with its ID, or an import block.

        (POST /clusters)
        "#);
        world.finish_empty();
    }
}
