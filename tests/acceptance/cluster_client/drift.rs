//! What people do in the console: the next plan shows exactly that.

use camunda_simulator::ZeebeClientChange;
use serde_json::json;

use super::*;
use crate::support::Action;
use crate::support::look::{count, writes};

fn applied(cli: &Cli) -> World {
    let world = world(cli);
    write(&world, "workers", "  scopes = [\"Zeebe\", \"Secrets\"]");
    world.workspace.apply(&[]).expect_success();
    world
}

fn change(world: &World, change: ZeebeClientChange) {
    let id = client(world).client_id;
    assert!(world.simulator.change_zeebe_client(CLUSTER, &id, change));
}

for_each_cli! {
    fn of_scopes(cli: &Cli) on main {
        let world = applied(cli);
        let fewer = Some(vec!["Zeebe".to_owned()]);
        change(&world, ZeebeClientChange { permissions: fewer, ..Default::default() });
        let plan = world.workspace.planned(&[]);
        let drift = &plan.drift[0];
        assert_eq!(drift.attributes.iter().collect::<Vec<_>>(), ["scopes"]);
        assert_eq!(plan.change(ADDRESS).action, Action::Replace, "{plan}");
        assert_eq!(plan.change(ADDRESS).before["scopes"], json!(["Zeebe"]));
        // Who is content with it says so; nothing is replaced.
        write(&world, "workers", "  scopes = [\"Zeebe\"]");
        world.workspace.assert_empty_plan();
        // Who said nothing about scopes in the first place has no difference either.
        write(&world, "workers", "");
        world.workspace.assert_empty_plan();
        assert_eq!(writes(&world), ["CreateClient"]);
        // A word that nobody knows yet is shown as it is.
        let future = Some(vec!["Zeebe".to_owned(), "Future".to_owned()]);
        change(&world, ZeebeClientChange { permissions: future, ..Default::default() });
        world.workspace.refresh().expect_success();
        assert_eq!(world.workspace.attributes(ADDRESS)["scopes"], json!(["Future", "Zeebe"]));
        world.finish();
    }
}

for_each_cli! {
    fn of_the_name(cli: &Cli) on main {
        let world = applied(cli);
        change(&world, ZeebeClientChange { name: Some("renamed".to_owned()), ..Default::default() });
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.change(ADDRESS).action, Action::Replace, "{plan}");
        assert_eq!(plan.change(ADDRESS).before["name"], "renamed");
        write(&world, "renamed", "  scopes = [\"Zeebe\", \"Secrets\"]");
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// Deleted after the plan was made, or with its cluster: a destroy has nothing to do.
    fn of_a_deletion_unseen(cli: &Cli) on main {
        let world = applied(cli);
        let id = client(&world).client_id;
        world.simulator.delete_zeebe_client(CLUSTER, &id);
        world.workspace.destroy(&["-refresh=false"]).expect_success();
        assert_eq!(count(&world, "DeleteClient"), 1);
        assert!(world.workspace.addresses().is_empty());

        world.workspace.apply(&[]).expect_success();
        world.simulator.delete_cluster(CLUSTER);
        assert_eq!(world.workspace.planned(&[]).change(ADDRESS).action, Action::Create);
        world.workspace.destroy(&["-refresh=false"]).expect_success();
        assert!(world.workspace.addresses().is_empty());
        world.finish_empty();
    }
}

for_each_cli! {
    /// Without the permission nothing is known, which is not the same as nothing being there.
    fn of_the_permission(cli: &Cli) on main {
        let mut world = applied(cli);
        world.log_in(&camunda_simulator::seed::credentials::CLUSTER);
        let run = world.workspace.plan(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot read API client "workers" in cluster [cluster]

        with camunda_cluster_client.it, on main.tf line 9, in resource "camunda_cluster_client" "it": 9: resource "camunda_cluster_client" "it" {

        127.0.0.1 answered 403 Forbidden: The client lacks the permission get of the group Zeebe Client.

        The credentials probably lack the permission group "Zeebe Client". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

        (GET /clusters/[cluster]/clients)
        "#);
        world.log_in(&camunda_simulator::seed::credentials::ZEEBE_CLIENT);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}
