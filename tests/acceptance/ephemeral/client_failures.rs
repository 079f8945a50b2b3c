//! Openings and closings that fail: what is said, and that nothing stays.

use camunda_simulator::{Fault, NewZeebeClient, seed};

use super::client::block;
use super::*;
use crate::support::look::{count, writes};

for_each_cli! {
    /// A lost answer is none that the run notices: the client behind it is deleted, another one made.
    fn a_lost_answer(cli: &Cli) on main requires Ephemeral {
        let world = world(cli);
        world.simulator.faults().on("CreateClient").inject(Fault::lost_answer());
        world.write(&block(""));
        world.workspace.plan(&[]).expect_success();
        assert_eq!(writes(&world), ["CreateClient", "DeleteClient", "CreateClient", "DeleteClient"]);
        assert!(clients(&world).is_empty());
        world.finish();
    }
}

for_each_cli! {
    /// Every answer is lost: the opening fails, and each client was found by its name and deleted.
    fn all_answers_lost(cli: &Cli) on main requires Ephemeral {
        let world = world(cli);
        world.workspace.write("provider.tf", "provider \"camunda\" {\n  max_retries = 1\n}\n");
        world.simulator.faults().on("CreateClient").always().inject(Fault::lost_answer());
        world.write(&block(""));
        let said = errors(&world, &world.workspace.plan(&[]));
        insta::assert_snapshot!(said, @r#"
        Error: Cannot create API client "terraform-ephemeral-[unique]" in cluster [cluster]

        with ephemeral.camunda_cluster_client.it, on main.tf line 9, in ephemeral "camunda_cluster_client" "it": 9: ephemeral "camunda_cluster_client" "it" {

        127.0.0.1 gave no whole answer. The API client that came of it was deleted again. Cause: error sending request. Cause: client error (SendRequest). Cause: connection error. Cause: Connection reset by peer (os error 104).

        Nothing was changed by this request; it is safe to run again.

        (POST /clusters/[cluster]/clients)
        "#);
        assert!(clients(&world).is_empty());
        world.finish();
    }
}

for_each_cli! {
    /// Nobody can look after a lost answer at first: it is looked for once more at the end.
    fn a_lost_answer_and_a_list_that_fails(cli: &Cli) on main requires Ephemeral {
        let world = world(cli);
        world.simulator.faults().on("CreateClient").inject(Fault::lost_answer());
        world.simulator.faults().on("GetClients").skip(1).times(1).inject(Fault::status(403));
        world.write(&block(""));
        let said = errors(&world, &world.workspace.plan(&[]));
        insta::assert_snapshot!(said, @r#"
        Error: Cannot create API client "terraform-ephemeral-[unique]" in cluster [cluster]

        with ephemeral.camunda_cluster_client.it, on main.tf line 9, in ephemeral "camunda_cluster_client" "it": 9: ephemeral "camunda_cluster_client" "it" {

        127.0.0.1 gave no whole answer. Whether an API client was created all the same is not known: the list of API clients could not be read. Cause: 127.0.0.1 answered GET /clusters/[cluster]/clients with 403 Forbidden: The client lacks a permission.

        Nothing was changed by this request; it is safe to run again.

        An API client of this name was there in the end, and has been deleted again.

        (POST /clusters/[cluster]/clients)
        "#);
        assert!(clients(&world).is_empty());
        world.finish();
    }
}

for_each_cli! {
    /// The client is there and its address cannot be read: it is deleted again.
    fn an_address_that_cannot_be_read(cli: &Cli) on [terraform_1_11_4, terraform_1_15_5] requires Ephemeral {
        let world = world(cli);
        world.simulator.faults().on("GetClient").inject(Fault::status(403));
        world.write(&block(""));
        let said = errors(&world, &world.workspace.plan(&[]));
        insta::allow_duplicates! {
            insta::assert_snapshot!(said, @r#"
            Error: Cannot open API client "terraform-ephemeral-[unique]" in cluster [cluster]

            with ephemeral.camunda_cluster_client.it, on main.tf line 9, in ephemeral "camunda_cluster_client" "it": 9: ephemeral "camunda_cluster_client" "it" {

            127.0.0.1 answered 403 Forbidden: The client lacks a permission.

            The credentials probably lack the permission group "Zeebe Client". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

            The API client that was created has been deleted again.

            (GET /clusters/[cluster]/clients/[client])
            "#);
        }
        assert_eq!(writes(&world), ["CreateClient", "DeleteClient"]);
        assert!(clients(&world).is_empty());
        world.workspace.plan(&[]).expect_success();
        assert!(clients(&world).is_empty());
        world.finish();
    }
}

for_each_cli! {
    /// Neither can it be deleted: the message says what to do, and the next run does it.
    fn an_address_that_cannot_be_read_and_no_deletion(cli: &Cli) on main requires Ephemeral {
        let world = world(cli);
        world.simulator.faults().on("GetClient").inject(Fault::status(403));
        world.simulator.faults().on("DeleteClient").inject(Fault::status(403));
        world.write(&block(""));
        let said = errors(&world, &world.workspace.plan(&[]));
        insta::assert_snapshot!(said, @r#"
        Error: Cannot open API client "terraform-ephemeral-[unique]" in cluster [cluster]

        with ephemeral.camunda_cluster_client.it, on main.tf line 9, in ephemeral "camunda_cluster_client" "it": 9: ephemeral "camunda_cluster_client" "it" {

        127.0.0.1 answered 403 Forbidden: The client lacks a permission.

        The credentials probably lack the permission group "Zeebe Client". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

        The API client exists with the client ID [client] and could not be deleted: 127.0.0.1 answered 403 Forbidden: The client lacks a permission. The next run on this machine that opens one in this cluster deletes it, or you do in the Console.

        (GET /clusters/[cluster]/clients/[client])
        "#);
        only_client(&world);
        world.workspace.plan(&[]).expect_success();
        assert!(clients(&world).is_empty());
        world.finish();
    }
}

for_each_cli! {
    fn a_cluster_that_sleeps(cli: &Cli) on main requires Ephemeral {
        let world = world(cli);
        world.simulator.suspend(CLUSTER);
        world.write(&block("  timeout = \"1s\""));
        let said = errors(&world, &world.workspace.plan(&[]));
        insta::assert_snapshot!(said, @r#"
        Error: Cannot open API client "terraform-ephemeral-[unique]" in cluster [cluster]

        with ephemeral.camunda_cluster_client.it, on main.tf line 9, in ephemeral "camunda_cluster_client" "it": 9: ephemeral "camunda_cluster_client" "it" {

        The cluster did not tell its address within the timeout of 1s. Seen last: The cluster is Suspended; it has no address until it is Healthy.

        A cluster tells it while it is healthy: if it is suspended, wake it. If it takes longer to start, raise timeout.

        The API client that was created has been deleted again.
        "#);
        assert!(clients(&world).is_empty());
        world.finish();
    }
}

for_each_cli! {
    fn what_the_service_refuses(cli: &Cli) on main requires Ephemeral {
        let mut world = world(cli);
        world.write(&block(""));
        world.simulator.change_organization(|organization| organization.client_limit = 0);
        let limit = errors(&world, &world.workspace.plan(&[]));
        insta::assert_snapshot!(limit, @r#"
        Error: Cannot create API client "terraform-ephemeral-[unique]" in cluster [cluster]

        with ephemeral.camunda_cluster_client.it, on main.tf line 9, in ephemeral "camunda_cluster_client" "it": 9: ephemeral "camunda_cluster_client" "it" {

        127.0.0.1 answered 403 Forbidden: The maximum number of clients of this cluster is reached: 0.

        The limit on the number of API clients of the cluster is reached; the organisation's plan sets it. Delete what is no longer needed, or ask Camunda for more.

        (POST /clusters/[cluster]/clients)
        "#);
        world.simulator.change_organization(|organization| organization.client_limit = 10);

        world.write(&block("  scopes = [\"Telepathy\"]"));
        let scopes = errors(&world, &world.workspace.plan(&[]));
        assert_eq!(world.simulator.take_violations().len(), 1);
        insta::assert_snapshot!(scopes, @r#"
        Error: Cannot create API client "terraform-ephemeral-[unique]" in cluster [cluster]

        with ephemeral.camunda_cluster_client.it, on main.tf line 11, in ephemeral "camunda_cluster_client" "it": 11: scopes = ["Telepathy"]

        127.0.0.1 answered 400 Bad Request: Validation Failed ({"$.permissions[0]":{"message":"is none of Zeebe, Operate, Tasklist, Optimize, Secrets"}}).

        (POST /clusters/[cluster]/clients)
        "#);

        world.write(&block("").replace(CLUSTER, "11111111-2222-4333-8444-555555555555"));
        let nowhere = errors(&world, &world.workspace.plan(&[]));
        insta::assert_snapshot!(nowhere, @r#"
        Error: Cannot create API client "terraform-ephemeral-[unique]" in cluster 11111111-2222-4333-8444-555555555555

        with ephemeral.camunda_cluster_client.it, on main.tf line 10, in ephemeral "camunda_cluster_client" "it": 10: cluster_id = "11111111-2222-4333-8444-555555555555"

        127.0.0.1 answered 404 Not Found: There is no cluster `11111111-2222-4333-8444-555555555555`.

        Check cluster_id: this organisation has no such cluster.

        (GET /clusters/11111111-2222-4333-8444-555555555555/clients)
        "#);

        world.write(&block(""));
        world.log_in(&seed::credentials::CLUSTER);
        let permission = errors(&world, &world.workspace.plan(&[]));
        insta::assert_snapshot!(permission, @r#"
        Error: Cannot create API client "terraform-ephemeral-[unique]" in cluster [cluster]

        with ephemeral.camunda_cluster_client.it, on main.tf line 9, in ephemeral "camunda_cluster_client" "it": 9: ephemeral "camunda_cluster_client" "it" {

        127.0.0.1 answered 403 Forbidden: The client lacks the permission get of the group Zeebe Client.

        The credentials probably lack the permission group "Zeebe Client". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

        (GET /clusters/[cluster]/clients)
        "#);
        assert!(clients(&world).is_empty());
        world.finish();
    }
}

for_each_cli! {
    /// Another organisation than the one that the provider block names is left alone.
    fn another_organisation(cli: &Cli) on main requires Ephemeral {
        let world = world(cli);
        let block_of = format!("provider \"camunda\" {{\n  organization_id = {:?}\n}}\n", seed::OTHER_ORGANIZATION);
        world.workspace.write("provider.tf", &block_of);
        world.write(&block(""));
        world.workspace.plan(&[])
            .expect_failure_containing("Credentials belong to another organisation");
        assert_eq!(writes(&world), [""; 0]);
        world.finish();
    }
}

for_each_cli! {
    /// It was used and cannot be deleted: the run goes on, and says what is left over. The next one
    /// deletes it.
    fn a_closing_that_fails(cli: &Cli) on [terraform_1_11_4, terraform_1_15_5] requires Ephemeral {
        let world = world(cli);
        let foreign = NewZeebeClient { name: "workers".to_owned(), ..NewZeebeClient::default() };
        let foreign = world.simulator.add_zeebe_client(CLUSTER, foreign);
        world.simulator.faults().on("DeleteClient").inject(Fault::status(403));
        world.write(&block(""));
        let run = world.workspace.plan(&[]);
        run.expect_success();
        let said = named(&world, &look::warnings(&world, &run));
        insta::allow_duplicates! {
            insta::assert_snapshot!(said, @r#"
            Warning: API client "terraform-ephemeral-[unique]" is left over

            with ephemeral.camunda_cluster_client.it, on main.tf line 9, in ephemeral "camunda_cluster_client" "it": 9: ephemeral "camunda_cluster_client" "it" {

            It could not be deleted from cluster [cluster], where it has the client ID [client]. 127.0.0.1 answered 403 Forbidden: The client lacks a permission.

            The credentials probably lack the permission group "Zeebe Client". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

            Until it is deleted, whoever knows its secret can use it. The next run on this machine that opens one in this cluster deletes it, or you do in the Console.

            (DELETE /clusters/[cluster]/clients/[client])
            "#);
        }
        assert_eq!(clients(&world).len(), 2);
        let run = world.workspace.plan(&[]);
        run.expect_success();
        assert_eq!(only_client(&world).client_id, foreign);
        assert_eq!(count(&world, "DeleteClient"), 3);
        world.finish();
    }
}

for_each_cli! {
    /// What uses it fails, which keeps Terraform from closing it: the provider does before it goes.
    fn a_run_that_fails(cli: &Cli) on every requires WriteOnly {
        let world = world(cli);
        world.simulator.faults().on("CreateSecret").inject(Fault::status(403));
        world.write(&[block(""), sink("ephemeral.camunda_cluster_client.it.secret")].concat());
        world.workspace.apply(&[]).expect_failure();
        world.workspace.wait_until_alone();
        assert!(clients(&world).is_empty());
        assert_eq!(count(&world, "DeleteClient"), 2, "nothing is left for the next run");
        world.finish();
    }
}

for_each_cli! {
    /// The same while the service hangs: there is no time to wait for it, and the next run deletes what
    /// is left.
    fn a_run_that_fails_before_a_service_that_hangs(cli: &Cli) on main requires WriteOnly {
        let world = world(cli);
        world.simulator.faults().on("CreateSecret").inject(Fault::status(403));
        let hangs = Fault::Hold { after_commit: false };
        let hangs = world.simulator.faults().on("DeleteClient").skip(1).inject(hangs);
        world.write(&[block(""), sink("ephemeral.camunda_cluster_client.it.secret")].concat());
        world.workspace.apply(&[]).expect_failure();
        world.workspace.wait_until_alone();
        only_client(&world);
        world.simulator.faults().remove(hangs);
        world.workspace.plan(&[]).expect_success();
        assert!(clients(&world).is_empty());
        world.finish();
    }
}
