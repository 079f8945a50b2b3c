//! `camunda_cluster_secure_connectivity`: AWS PrivateLink. Only in a cluster of the run, only on AWS,
//! and only for an account that the user names.

use crate::life::{Life, Step};
use crate::live::Live;
use crate::support::Action;

#[test]
#[ignore = "makes clusters in a real organisation: TF_ACC=1 make test-live"]
fn secure_connectivity() {
    let live = Live::begin("secure_connectivity");
    let Some(principal) = live.settings.aws_principal.clone() else {
        live.skip(
            "all",
            "CAMUNDA_TEST_AWS_PRINCIPAL is not set: the ARN that may connect, of an account of yours",
        );
        return;
    };
    let Some(region) = live.choice().aws_region else {
        live.skip(
            "all",
            "the clusters are not on AWS; see CAMUNDA_TEST_REGION",
        );
        return;
    };
    let Some(cluster) = live.own_cluster() else {
        return;
    };
    let block = |region: &str, more: &str| {
        format!(
            "resource \"camunda_cluster_secure_connectivity\" \"it\" {{\n  cluster_id = \
             {cluster:?}\n  allowed_principals = [{principal:?}]\n  allowed_regions = \
             [{region:?}]\n{more}\n}}\n"
        )
    };
    let source = "data \"camunda_cluster_secure_connectivity\" \"it\" {\n  cluster_id = \
                  camunda_cluster_secure_connectivity.it.id\n}\n";
    let other = if region == "us-east-1" {
        "us-east-2"
    } else {
        "us-east-1"
    };
    let path = format!("/clusters/{cluster}/secure-connectivity");
    Life {
        address: "camunda_cluster_secure_connectivity.it",
        first: block(&region, "") + source,
        steps: vec![
            Step::Update(
                block(&region, "  timeouts = { create = \"40m\" }"),
                &["timeouts"],
            ),
            // Ten minutes each.
            Step::PlanReplace(block(other, "")),
            Step::Update(block(&region, ""), &["timeouts"]),
        ],
        import_id: &|_| cluster.clone(),
        identity: &|_| format!("    cluster_id = {cluster:?}"),
        exists: &|_| {
            let found = live.organisation.find(&path).unwrap_or_default();
            found["status"]
                .as_object()
                .is_some_and(|status| !status.is_empty())
        },
        delete: &|_| live.organisation.delete(&path).unwrap(),
        missed: Action::Create,
        comes_back: false,
    }
    .lead(&live);
    live.workspace.finish();
}
