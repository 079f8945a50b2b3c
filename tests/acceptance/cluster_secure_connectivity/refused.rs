//! What is refused, by us or by the service: each message says why and what to do.

use camunda_simulator::{ConnectivityChange, Fault};

use super::*;
use crate::support::look::writes;

for_each_cli! {
    fn before_anybody_is_asked(cli: &Cli) on main {
        let world = world(cli);
        world.write(&format!(
            "resource \"camunda_cluster_secure_connectivity\" \"it\" {{\n  cluster_id = {CLUSTER:?}\n  \
             allowed_principals = [\"root\"]\n  allowed_regions = []\n}}\n"
        ));
        let run = world.workspace.validate();
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Not the ARN of a principal

        with camunda_cluster_secure_connectivity.it, on main.tf line 11, in resource "camunda_cluster_secure_connectivity" "it": 11: allowed_principals = ["root"]

        "root" does not have the form of an ARN.

        Examples: arn:aws:iam::111122223333:root for everybody in an account, arn:aws:iam::111122223333:role/orders for a role.

        Error: Empty set

        with camunda_cluster_secure_connectivity.it, on main.tf line 12, in resource "camunda_cluster_secure_connectivity" "it": 12: allowed_regions = []

        At least one region must be named; the cluster's own is always served.
        "#);
        // What is not known yet is no mistake.
        world.write(&format!(
            "resource \"terraform_data\" \"it\" {{\n  input = \"eu-central-1\"\n}}\n\
             resource \"camunda_cluster_secure_connectivity\" \"it\" {{\n  cluster_id = {CLUSTER:?}\n  \
             allowed_principals = [{PRINCIPAL:?}]\n  allowed_regions = [terraform_data.it.output]\n}}\n"
        ));
        world.workspace.apply(&[]).expect_success();
        assert_kept(&world);
        world.finish();
    }
}

for_each_cli! {
    fn it_is_active_already(cli: &Cli) on main {
        let world = world(cli);
        world.simulator.set_secure_connectivity(CLUSTER, ConnectivityChange::default());
        write(&world, "eu-west-1", "");
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot activate secure connectivity of cluster [cluster]

        with camunda_cluster_secure_connectivity.it, on main.tf line 10, in resource "camunda_cluster_secure_connectivity" "it": 10: cluster_id = "[cluster]"

        It is active already: ready (Provisioned). Principals: arn:aws:iam::111122223333:root. Regions: eu-central-1.

        If it is being removed, apply again when it is gone.

        If it is the one you mean, import it instead of creating it. With the address of your resource in "to":

        import { to = camunda_cluster_secure_connectivity.example id = "[cluster]" }
        "#);
        assert_eq!(writes(&world), [""; 0]);
        world.finish();
    }
}

for_each_cli! {
    fn the_plan_or_the_cluster_does_not_have_it(cli: &Cli) on main {
        let world = world(cli);
        write(&world, "eu-central-1", "");
        world.simulator.change_organization(|it| it.enterprise = false);
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot activate secure connectivity of cluster [cluster]

        with camunda_cluster_secure_connectivity.it, on main.tf line 9, in resource "camunda_cluster_secure_connectivity" "it": 9: resource "camunda_cluster_secure_connectivity" "it" {

        127.0.0.1 answered 403 Forbidden: Secure connectivity is a feature of Enterprise contracts.

        By these words, the organisation's plan or this kind of cluster lacks the feature. If that is not so, the credentials lack the permission group "Secure Connectivity". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

        (POST /clusters/[cluster]/secure-connectivity)
        "#);
        world.simulator.change_organization(|it| it.enterprise = true);
        let other = world.simulator.add_cluster(NewCluster::default());
        let text = world.workspace.read("main.tf").replace(CLUSTER, &other);
        world.workspace.write("main.tf", &text);
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot activate secure connectivity of cluster [cluster]

        with camunda_cluster_secure_connectivity.it, on main.tf line 10, in resource "camunda_cluster_secure_connectivity" "it": 10: cluster_id = "[cluster]"

        127.0.0.1 answered 400 Bad Request: Secure connectivity needs a cluster of 8.8 or later in an AWS region.

        (POST /clusters/[cluster]/secure-connectivity)
        "#);
        world.finish();
    }
}

for_each_cli! {
    fn the_permission_or_the_cluster_is_missing(cli: &Cli) on main {
        let mut world = world(cli);
        write(&world, "eu-central-1", "");
        world.log_in(&seed::credentials::CLUSTER);
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot activate secure connectivity of cluster [cluster]

        with camunda_cluster_secure_connectivity.it, on main.tf line 9, in resource "camunda_cluster_secure_connectivity" "it": 9: resource "camunda_cluster_secure_connectivity" "it" {

        127.0.0.1 answered 403 Forbidden: The client lacks the permission get of the group Secure Connectivity.

        The credentials probably lack the permission group "Secure Connectivity". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

        (GET /clusters/[cluster]/secure-connectivity)
        "#);
        world.log_in(&seed::credentials::FULL);
        world.workspace.apply(&[]).expect_success();
        world.log_in(&seed::credentials::READ_ONLY);
        let run = world.workspace.destroy(&[]);
        assert!(errors(&world, &run).contains("the permission group \"Secure Connectivity\""), "{run}");
        assert_kept(&world);
        world.log_in(&seed::credentials::FULL);
        // A lost answer, and a removal by somebody else meanwhile, are no reasons to fail.
        let lost = Fault::lost_answer();
        world.simulator.faults().on("DeactivateSecureConnectivity").inject(lost);
        world.workspace.destroy(&[]).expect_success();
        assert_eq!(found(&world), None);
        world.simulator.delete_cluster(CLUSTER);
        world.simulator.advance(std::time::Duration::from_secs(60));
        let run = world.workspace.apply(&[]);
        assert!(errors(&world, &run).contains("Check cluster_id"), "{run}");
        world.finish();
    }
}
