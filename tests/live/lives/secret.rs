//! `camunda_cluster_connector_secret`, its data source, and its value as an ephemeral resource.

use crate::life::{Life, Step};
use crate::live::Live;
use crate::support::Action;

#[test]
#[ignore = "makes clusters in a real organisation: TF_ACC=1 make test-live"]
fn secret() {
    let live = Live::begin("secret");
    let cluster = live.cluster();
    let block = |name: &str, value: &str| {
        format!(
            "resource \"camunda_cluster_connector_secret\" \"it\" {{\n  cluster_id = {cluster:?}\n  \
             name = {name:?}\n  value = {value:?}\n}}\n"
        )
    };
    let source = format!(
        "data \"camunda_cluster_connector_secrets\" \"it\" {{\n  cluster_id = {cluster:?}\n}}\n"
    );
    let (first, second) = (live.name("key"), live.name("key-2"));
    let path = format!("/clusters/{cluster}/secrets");
    Life {
        address: "camunda_cluster_connector_secret.it",
        first: block(&first, "not so secret"),
        steps: vec![
            Step::Update(block(&first, "even less so"), &["value"]),
            Step::Replace(block(&second, "even less so")),
        ],
        import_id: &|state| state["id"].as_str().unwrap().to_owned(),
        identity: &|state| format!("    cluster_id = {cluster:?}\n    name = {}", state["name"]),
        exists: &|state| {
            let all = live.organisation.find(&path).unwrap_or_default();
            all[state["name"].as_str().unwrap()] == state["value"]
        },
        delete: &|state| {
            let name = state["name"].as_str().unwrap();
            live.organisation.delete(&format!("{path}/{name}")).unwrap();
        },
        missed: Action::Create,
        comes_back: true,
    }
    .lead(&live);
    live.workspace.write_main(&source);
    live.workspace.apply(&[]).expect_success();
    live.workspace.finish();
}
