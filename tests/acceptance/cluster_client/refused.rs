//! Requests that the service refuses: each message names the client, the reason and the next step.

use camunda_simulator::{Fault, NewZeebeClient, seed};

use super::*;
use crate::support::look::{count, writes};

for_each_cli! {
    fn the_name_is_taken(cli: &Cli) on main {
        let world = world(cli);
        let new = NewZeebeClient { name: "workers".to_owned(), ..NewZeebeClient::default() };
        let id = world.simulator.add_zeebe_client(CLUSTER, new);
        write(&world, "workers", "");
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot create API client "workers" in cluster [cluster]

        with camunda_cluster_client.it, on main.tf line 11, in resource "camunda_cluster_client" "it": 11: name = "workers"

        127.0.0.1 answered 400 Bad Request: A client with the name `workers` exists already in this cluster.

        The cluster has an API client of this name. Its secret cannot be read: after an import, secret is empty, and a rotation_version makes a successor with one.

        If it is the one you mean, import it instead of creating it. With the address of your resource in "to":

        import { to = camunda_cluster_client.example id = "[cluster]/[client]" }

        (POST /clusters/[cluster]/clients)
        "#);
        assert_eq!(client(&world).client_id, id);
        assert_eq!(writes(&world), ["CreateClient"]);

        // What the message says to do works.
        let text = world.workspace.read("main.tf");
        let import = format!("import {{\n  to = {ADDRESS}\n  id = \"{CLUSTER}/{id}\"\n}}\n");
        world.workspace.write("main.tf", &format!("{text}\n{import}"));
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    fn two_of_one_name_in_a_configuration(cli: &Cli) on main {
        let world = world(cli);
        world.write(&[block("it", "workers", ""), block("other", "workers", "")].concat());
        let run = world.workspace.apply(&[]);
        assert!(errors(&world, &run).contains("exists already"), "{run}");
        assert_eq!(clients(&world).len(), 1);
        assert_eq!(world.workspace.addresses().len(), 1);
        assert_eq!(count(&world, "DeleteClient"), 0);
        world.finish();
    }
}

for_each_cli! {
    fn the_limit_is_reached(cli: &Cli) on main {
        let world = world(cli);
        world.simulator.change_organization(|organization| organization.client_limit = 0);
        write(&world, "workers", "");
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot create API client "workers" in cluster [cluster]

        with camunda_cluster_client.it, on main.tf line 9, in resource "camunda_cluster_client" "it": 9: resource "camunda_cluster_client" "it" {

        127.0.0.1 answered 403 Forbidden: The maximum number of clients of this cluster is reached: 0.

        The limit on the number of API clients of the cluster is reached; the organisation's plan sets it. Delete what is no longer needed, or ask Camunda for more.

        (POST /clusters/[cluster]/clients)
        "#);
        assert_eq!(count(&world, "CreateClient"), 1);
        assert!(object(&world).is_none());
        world.finish();
    }
}

for_each_cli! {
    fn the_permission_is_missing(cli: &Cli) on main {
        let mut world = world(cli);
        world.log_in(&seed::credentials::READ_ONLY);
        write(&world, "workers", "");
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot create API client "workers" in cluster [cluster]

        with camunda_cluster_client.it, on main.tf line 9, in resource "camunda_cluster_client" "it": 9: resource "camunda_cluster_client" "it" {

        127.0.0.1 answered 403 Forbidden: The client lacks the permission create of the group Zeebe Client.

        The credentials probably lack the permission group "Zeebe Client". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

        (POST /clusters/[cluster]/clients)
        "#);
        world.finish();
    }
}

for_each_cli! {
    fn there_is_no_such_cluster(cli: &Cli) on main {
        let world = world(cli);
        world.simulator.delete_cluster(CLUSTER);
        write(&world, "workers", "");
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot create API client "workers" in cluster 0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d

        with camunda_cluster_client.it, on main.tf line 10, in resource "camunda_cluster_client" "it": 10: cluster_id = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"

        127.0.0.1 answered 404 Not Found: There is no cluster `0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d`.

        Check cluster_id: this organisation has no such cluster.

        (GET /clusters/0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d/clients)
        "#);
        world.finish();
    }
}

for_each_cli! {
    /// A scope that the service does not know comes to nothing before anything is created.
    fn the_scope_is_unknown(cli: &Cli) on main {
        let world = world(cli);
        let refusal = Fault::Answer(camunda_simulator::FaultAnswer {
            status: 400,
            body: camunda_simulator::FaultBody::Text("Unknown permission `Future`.".to_owned()),
            retry_after: None,
            after_commit: false,
        });
        world.simulator.faults().on("CreateClient").inject(refusal);
        write(&world, "workers", "  scopes = [\"Future\"]");
        world.workspace.plan(&[]).expect_success();
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot create API client "workers" in cluster [cluster]

        with camunda_cluster_client.it, on main.tf line 12, in resource "camunda_cluster_client" "it": 12: scopes = ["Future"]

        127.0.0.1 answered 400 Bad Request: Unknown permission `Future`.

        (POST /clusters/[cluster]/clients)
        "#);
        // The simulator holds such a word against the contract.
        world.simulator.take_violations();
        world.finish();
    }
}

for_each_cli! {
    fn it_cannot_be_deleted(cli: &Cli) on main {
        let mut world = world(cli);
        write(&world, "workers", "");
        world.workspace.apply(&[]).expect_success();
        world.log_in(&seed::credentials::READ_ONLY);
        let run = world.workspace.destroy(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot delete API client "workers" in cluster [cluster]

        127.0.0.1 answered 403 Forbidden: The client lacks the permission delete of the group Zeebe Client.

        The credentials probably lack the permission group "Zeebe Client". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

        (DELETE /clusters/[cluster]/clients/[client])
        "#);
        assert_kept(&world);
        world.log_in(&seed::credentials::FULL);
        // An answer that got lost is no reason to fail: the client is gone at the second try.
        world.simulator.faults().on("DeleteClient").inject(Fault::lost_answer());
        world.workspace.destroy(&[]).expect_success();
        assert_eq!(clients(&world), []);
        world.finish();
    }
}

for_each_cli! {
    /// Credentials of another organisation than the configuration names write nothing.
    fn of_another_organisation(cli: &Cli) on main {
        let world = world(cli);
        let guard = format!("provider \"camunda\" {{\n  organization_id = {:?}\n}}\n", seed::OTHER_ORGANIZATION);
        world.workspace.write("provider.tf", &guard);
        write(&world, "workers", "");
        world.workspace.apply(&[]).expect_failure_containing("Credentials belong to another organisation");
        assert_eq!(writes(&world), [""; 0]);
        world.finish();
    }
}
