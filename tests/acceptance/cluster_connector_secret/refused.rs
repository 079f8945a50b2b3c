//! What the service refuses: what is said, and what is left.

use camunda_simulator::{Fault, seed};

use super::*;
use crate::support::look::{count, errors};

/// The errors of an apply that creates a secret.
fn refused(world: &World) -> String {
    write(world, "API_KEY", "  value = \"known-value-1\"");
    let run = world.workspace.apply(&[]);
    run.expect_failure().expect_output_without("known-value");
    assert!(world.workspace.addresses().is_empty());
    errors(world, &run)
}

for_each_cli! {
    fn a_name_that_is_taken(cli: &Cli) on main {
        let world = world(cli);
        set_by_hand(&world, "API_KEY", "known-value-2");
        insta::assert_snapshot!(refused(&world), @r#"
        Error: Cannot create connector secret "API_KEY" in cluster [cluster]

        with camunda_cluster_connector_secret.it, on main.tf line 11, in resource "camunda_cluster_connector_secret" "it": 11: name = "API_KEY"

        127.0.0.1 answered 409 Conflict: A secret with the name `API_KEY` exists already in this cluster. The cluster has a secret of that name.

        If it is the one you mean, import it instead of creating it. With the address of your resource in "to":

        import { to = camunda_cluster_connector_secret.example id = "[cluster]/API_KEY" }

        (POST /clusters/[cluster]/secrets)
        "#);
        assert_secrets(&world, [("API_KEY", "known-value-2")]);
        world.finish();
    }
}

for_each_cli! {
    fn one_too_many(cli: &Cli) on main {
        let world = world(cli);
        world
            .simulator
            .change_organization(|organization| organization.secret_limit = 0);
        insta::assert_snapshot!(refused(&world), @r#"
        Error: Cannot create connector secret "API_KEY" in cluster [cluster]

        with camunda_cluster_connector_secret.it, on main.tf line 9, in resource "camunda_cluster_connector_secret" "it": 9: resource "camunda_cluster_connector_secret" "it" {

        127.0.0.1 answered 403 Forbidden: The maximum number of secrets of this cluster is reached: 0.

        The limit on the number of connector secrets of the cluster is reached; the organisation's plan sets it. Delete what is no longer needed, or ask Camunda for more.

        (POST /clusters/[cluster]/secrets)
        "#);
        world.finish();
    }
}

for_each_cli! {
    fn without_the_permission(cli: &Cli) on main {
        let mut world = world(cli);
        world.log_in(&seed::credentials::READ_ONLY);
        insta::assert_snapshot!(refused(&world), @r#"
        Error: Cannot create connector secret "API_KEY" in cluster [cluster]

        with camunda_cluster_connector_secret.it, on main.tf line 9, in resource "camunda_cluster_connector_secret" "it": 9: resource "camunda_cluster_connector_secret" "it" {

        127.0.0.1 answered 403 Forbidden: The client lacks the permission create of the group Connector Secrets.

        The credentials probably lack the permission group "Connector Secrets". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

        (POST /clusters/[cluster]/secrets)
        "#);
        world.finish();
    }
}

for_each_cli! {
    fn without_a_cluster(cli: &Cli) on main {
        let world = World::new(cli);
        insta::assert_snapshot!(refused(&world), @r#"
        Error: Cannot create connector secret "API_KEY" in cluster 0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d

        with camunda_cluster_connector_secret.it, on main.tf line 10, in resource "camunda_cluster_connector_secret" "it": 10: cluster_id = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"

        127.0.0.1 answered 404 Not Found: There is no cluster `0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d`.

        The credentials' organisation has no cluster of this ID. Check cluster_id.

        (GET /clusters/0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d/secrets)
        "#);
        world.finish_empty();
    }
}

for_each_cli! {
    /// What a refusal quotes of the request is not passed on.
    fn a_value_that_is_echoed(cli: &Cli) on main {
        let world = world(cli);
        let value = "x".repeat((64 << 10) + 1);
        write(&world, "API_KEY", &format!("  value = {value:?}"));
        let run = world.workspace.apply(&[]);
        run.expect_failure_containing("The value of a secret has at most 65536 bytes.");
        assert_secrets(&world, []);
        world.finish();
    }
}

for_each_cli! {
    /// A service that stays ill: nothing is left, and it was not asked for ever.
    fn by_a_service_that_is_ill(cli: &Cli) on main {
        let world = world(cli);
        world.workspace.write("provider.tf", "provider \"camunda\" {\n  max_retries = 1\n}\n");
        world.simulator.faults().on("CreateSecret").always().inject(Fault::html(503));
        let said = refused(&world);
        assert!(said.contains("503 Service Unavailable"), "{said}");
        assert!(said.contains("The list of secrets shows none of that name"), "{said}");
        assert_eq!(count(&world, "CreateSecret"), 2);
        assert_secrets(&world, []);
        world.simulator.faults().clear();
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        world.finish();
    }
}
