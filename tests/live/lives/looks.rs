//! What changes nothing, or nothing that lasts: data sources, queries, and a client for one run.

use crate::life::skipped;
use crate::live::{Live, SHOWN_WITHIN};
use crate::support::Capability;

fn client(cluster: &str, name: &str) -> String {
    format!(
        "resource \"camunda_cluster_client\" \"it\" {{\n  cluster_id = {cluster:?}\n  name = \
         {name:?}\n}}\n"
    )
}

#[test]
#[ignore = "makes clusters in a real organisation: TF_ACC=1 make test-live"]
fn data_sources() {
    let live = Live::begin("data_sources");
    let cluster = live.cluster();
    // What needs no more than the permission to see clusters.
    live.workspace.write_main(&format!(
        r#"
data "camunda_channels" "it" {{}}

data "camunda_channel" "it" {{
  name = data.camunda_channels.it.channels[0].name
}}

data "camunda_cluster_plan_types" "it" {{}}

data "camunda_cluster_plan_type" "it" {{
  name = data.camunda_cluster_plan_types.it.plan_types[0].name
}}

data "camunda_regions" "it" {{}}

data "camunda_region" "it" {{
  name = data.camunda_regions.it.regions[0].name
}}

data "camunda_clusters" "it" {{}}

data "camunda_cluster" "it" {{
  id = {cluster:?}
}}

data "camunda_ip_ranges" "it" {{}}

output "same" {{
  value = contains(data.camunda_clusters.it.clusters[*].id, data.camunda_cluster.it.id)
}}
"#
    ));
    live.workspace.apply(&[]).expect_success();
    assert_eq!(live.workspace.output("same"), true);
    // Those that need more, one by one, so that one that is not offered takes none with it.
    for (source, more) in [
        (
            "camunda_cluster_clients",
            format!("cluster_id = {cluster:?}"),
        ),
        (
            "camunda_cluster_ip_allowlist",
            format!("cluster_id = {cluster:?}"),
        ),
        ("camunda_organization_members", String::new()),
        ("camunda_activity", String::new()),
    ] {
        live.workspace
            .write_main(&format!("data {source:?} \"it\" {{\n  {more}\n}}\n"));
        let run = live.workspace.plan(&[]);
        if !skipped(&live, source, &run) {
            run.expect_success();
        }
    }
    live.workspace.finish();
}

#[test]
#[ignore = "makes clusters in a real organisation: TF_ACC=1 make test-live"]
fn ephemeral_client() {
    let live = Live::begin("ephemeral_client");
    if !live.can(Capability::Ephemeral, "all") {
        return;
    }
    let cluster = live.cluster();
    let prefix = live.name("e-");
    live.workspace.write_main(&format!(
        r#"
ephemeral "camunda_cluster_client" "it" {{
  cluster_id  = {cluster:?}
  name_prefix = {prefix:?}
}}

resource "terraform_data" "program" {{
  provisioner "local-exec" {{
    command     = "printf %s \"$VALUE\" > seen"
    environment = {{ VALUE = ephemeral.camunda_cluster_client.it.zeebe_client_id }}
  }}
}}
"#
    ));
    live.workspace.apply(&[]).expect_success();
    assert!(!live.workspace.read("seen").is_empty());
    let clients = format!("/clusters/{cluster}/clients");
    let gone = live.organisation.eventually(SHOWN_WITHIN, || {
        let all = live.organisation.list(&clients);
        let ours = |name: &str| name.starts_with(&prefix);
        let left = all.iter().any(|it| it["name"].as_str().is_some_and(ours));
        (!left).then_some(())
    });
    assert!(gone.is_some(), "clients of a run outlive it");
    live.workspace.finish();
}

#[test]
#[ignore = "makes clusters in a real organisation: TF_ACC=1 make test-live"]
fn query() {
    let live = Live::begin("query");
    if !live.can(Capability::ListResources, "all") {
        return;
    }
    let cluster = live.cluster();
    let name = live.name("query");
    live.workspace.write_main(&client(&cluster, &name));
    live.workspace.apply(&[]).expect_success();
    live.workspace.write(
        "all.tfquery.hcl",
        &format!(
            "list \"camunda_cluster_client\" \"it\" {{\n  provider = camunda\n  config {{\n    \
             cluster_id = {cluster:?}\n    name_prefix = {name:?}\n  }}\n}}\n\
             list \"camunda_cluster\" \"it\" {{\n  provider = camunda\n}}\n"
        ),
    );
    let shown = live.organisation.eventually(SHOWN_WITHIN, || {
        let run = live.workspace.run(&["query"]);
        run.expect_success().expect_output_containing(&cluster);
        run.says(&name).then_some(())
    });
    assert!(shown.is_some(), "the query does not find {name}");
    live.workspace.destroy(&[]).expect_success();
    live.workspace.finish();
}
