//! What people do in the console: the next plan shows exactly that.

use camunda_simulator::seed;

use super::*;
use crate::support::Action;
use crate::support::look::{count, errors, writes};

fn applied(cli: &Cli) -> World {
    let world = world(cli);
    write(&world, "API_KEY", "  value = \"first\"");
    world.workspace.apply(&[]).expect_success();
    world
}

for_each_cli! {
    fn of_the_value(cli: &Cli) on main {
        let world = applied(cli);
        set_by_hand(&world, "API_KEY", "known-value-by-hand");
        let run = world.workspace.plan(&[]);
        run.expect_success()
            .expect_output_containing("(sensitive value)")
            .expect_output_without("known-value-by-hand");
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("update {ADDRESS} (value)"));
        assert_eq!(plan.drift[0].attributes.iter().collect::<Vec<_>>(), ["value"]);
        world.workspace.apply(&[]).expect_success();
        assert_secrets(&world, [("API_KEY", "first")]);
        world.workspace.assert_empty_plan();

        // Who is content with it says so; nothing is sent.
        set_by_hand(&world, "API_KEY", "second");
        write(&world, "API_KEY", "  value = \"second\"");
        world.workspace.assert_empty_plan();
        assert_eq!(writes(&world), ["CreateSecret", "UpdateSecret"]);
        world.finish();
    }
}

for_each_cli! {
    /// Deleted after the plan was made, or with its cluster: a destroy has nothing to do.
    fn of_a_deletion_unseen(cli: &Cli) on main {
        let world = applied(cli);
        for refuse in [false, true] {
            world
                .simulator
                .change_behaviour(|all| all.refuse_delete_of_unknown_secret = refuse);
            delete_by_hand(&world, "API_KEY");
            world.workspace.destroy(&["-refresh=false"]).expect_success();
            assert!(world.workspace.addresses().is_empty());
            world.workspace.apply(&[]).expect_success();
        }
        // A change of what is gone says so, and the next run creates it.
        delete_by_hand(&world, "API_KEY");
        write(&world, "API_KEY", "  value = \"second\"");
        let run = world.workspace.apply(&["-refresh=false"]);
        run.expect_failure_containing("The secret or its cluster is gone.");
        world.workspace.apply(&[]).expect_success();
        assert_secrets(&world, [("API_KEY", "second")]);

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
        world.log_in(&seed::credentials::CLUSTER);
        let run = world.workspace.plan(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot read connector secret "API_KEY" in cluster [cluster]

        with camunda_cluster_connector_secret.it, on main.tf line 9, in resource "camunda_cluster_connector_secret" "it": 9: resource "camunda_cluster_connector_secret" "it" {

        127.0.0.1 answered 403 Forbidden: The client lacks the permission get of the group Connector Secrets.

        The credentials probably lack the permission group "Connector Secrets". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

        (GET /clusters/[cluster]/secrets)
        "#);
        world.log_in(&seed::credentials::CONNECTOR_SECRETS);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// Any number of secrets of a cluster takes one request to refresh.
    fn of_many_is_one_request(cli: &Cli) on main {
        let world = world(cli);
        world.write(
            &block("it", "KEY_${count.index}", "  count = 12\n  value = \"v${count.index}\""),
        );
        world.workspace.apply(&["-parallelism=12"]).expect_success();
        assert_eq!(secrets(&world).len(), 12);
        let before = count(&world, "GetSecrets");
        world.workspace.plan(&["-detailed-exitcode"]).expect_code(0);
        assert_eq!(count(&world, "GetSecrets") - before, 1);
        world.finish();
    }
}
