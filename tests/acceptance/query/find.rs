//! What a query shows.

use camunda_simulator::Fault;

use super::*;
use crate::support::look::{errors, named, warnings};

for_each_cli! {
    fn shows_what_there_is(cli: &Cli) on [terraform_1_14_9, terraform_1_15_5] requires ListResources {
        let world = organisation(cli, SMALL);
        write_query(&world, &[
            ("camunda_cluster", "  include_resource = true"),
            ("camunda_cluster_client", "  config {\n    name_prefix = \"client-1\"\n  }"),
            ("camunda_cluster_connector_secret", "  include_resource = true\n  limit = 3"),
            ("camunda_organization_member", "  config {\n    invite_pending = true\n  }"),
            ("camunda_cluster_ip_allowlist_entry", "  config {\n    description_prefix = \"team 1\"\n  }"),
            ("camunda_cluster_backup", "  config {\n    status = \"Complete\"\n  }"),
        ]);
        world.workspace.validate().expect_success();
        let run = world.workspace.run(&["query"]);
        run.expect_success();
        insta::assert_snapshot!(found(&world, &run), @r#"
        camunda_cluster.it id=[cluster-00] cluster-00 (Advanced, Belgium, Europe (europe-west1))
        camunda_cluster.it id=[cluster-01] cluster-01 (Advanced, Belgium, Europe (europe-west1))
        camunda_cluster_backup.it cluster_id=[cluster-00],id=b0000000-0000-4000-8000-000000000000 by-hand of cluster-00 ([time], Complete)
        camunda_cluster_backup.it cluster_id=[cluster-01],id=b0000000-0000-4000-8000-000000000001 by-hand of cluster-01 ([time], Complete)
        camunda_cluster_client.it cluster_id=[cluster-01],zeebe_client_id=[client-1] client-1 in cluster-01
        camunda_cluster_connector_secret.it cluster_id=[cluster-00],name=SECRET_0 SECRET_0 in cluster-00
        camunda_cluster_connector_secret.it cluster_id=[cluster-00],name=SECRET_2 SECRET_2 in cluster-00
        camunda_cluster_connector_secret.it cluster_id=[cluster-01],name=SECRET_1 SECRET_1 in cluster-01
        camunda_cluster_ip_allowlist_entry.it cluster_id=[cluster-01],description=team 1 ${x} "ü" team 1 ${x} "ü" in cluster-01
        "#);
        world.finish();
    }
}

for_each_cli! {
    /// The core's own limit, and the one that is asked for.
    fn keeps_to_the_limit(cli: &Cli) on [terraform_1_15_5] requires ListResources {
        let world = organisation(cli, Size { clients: 120, ..SMALL });
        for (limit, expected) in [("", 100), ("  limit = 3", 3), ("  limit = 1000", 120)] {
            write_query(&world, &[("camunda_cluster_client", limit)]);
            let run = world.workspace.run(&["query"]);
            let found = found(&world, run.expect_success());
            assert_eq!(found.lines().count(), expected, "{limit}\n{found}");
        }
        world.finish();
    }
}

for_each_cli! {
    /// One cluster that refuses takes nothing from the others.
    fn goes_on_without_a_cluster(cli: &Cli) on [terraform_1_15_5] requires ListResources {
        let world = organisation(cli, SMALL);
        write_query(&world, &[("camunda_cluster_client", "")]);
        let fault = || world.simulator.faults().on("GetClients");
        fault().path_contains("000000000000/").inject(Fault::status(403));
        let run = world.workspace.run(&["query"]);
        run.expect_success();
        insta::assert_snapshot!(found(&world, &run), @"
        camunda_cluster_client.it cluster_id=[cluster-01],zeebe_client_id=[client-1] client-1 in cluster-01
        camunda_cluster_client.it cluster_id=[cluster-01],zeebe_client_id=[client-3] client-3 in cluster-01
        ");
        insta::assert_snapshot!(warnings(&world, &run), @r#"
        Warning: The API clients of 1 cluster are not listed

        with list.camunda_cluster_client.it, on all.tfquery.hcl line 1, in list "camunda_cluster_client" "it": 1: list "camunda_cluster_client" "it" {

        Left out: cluster-00 ([cluster]). 127.0.0.1 answered 403 Forbidden: The client lacks a permission.

        The credentials probably lack the permission group "Zeebe Client". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

        (GET /clusters/[cluster]/clients)
        "#);
        fault().inject(Fault::status(400));
        let run = world.workspace.run(&["query"]);
        run.expect_failure();
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot list the API clients of cluster cluster-00

        with list.camunda_cluster_client.it, on all.tfquery.hcl line 1, in list "camunda_cluster_client" "it": 1: list "camunda_cluster_client" "it" {

        127.0.0.1 answered 400 Bad Request: The request was refused.

        (GET /clusters/[cluster]/clients)
        "#);
        assert!(!named(&world, &run.stdout).contains("list.camunda"), "{run}");
        world.finish();
    }
}

for_each_cli! {
    /// What makes no sense is found before anybody is asked.
    fn is_validated(cli: &Cli) on [terraform_1_15_5] requires ListResources {
        let world = organisation(cli, SMALL);
        write_query(&world, &[("camunda_cluster", "  config {\n    name = \"orders\"\n  }")]);
        world.workspace.run(&["query"]).expect_failure_containing(
            "An argument named \"name\" is not expected here.",
        );
        assert!(world.simulator.requests().is_empty());
        world.finish();
    }
}
