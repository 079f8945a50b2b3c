//! `camunda_cluster_client` and its data source.

use crate::life::{Life, Step};
use crate::live::Live;
use crate::support::Action;

#[test]
#[ignore = "makes clusters in a real organisation: TF_ACC=1 make test-live"]
fn client() {
    let live = Live::begin("client");
    let cluster = live.cluster();
    let block = |name: &str, more: &str| {
        format!(
            "resource \"camunda_cluster_client\" \"it\" {{\n  cluster_id = {cluster:?}\n  name = \
             {name:?}\n  scopes = [\"Zeebe\"]\n{more}\n}}\n"
        )
    };
    let (first, second) = (live.name("client"), live.name("client-2"));
    let source = format!(
        "data \"camunda_cluster_client\" \"it\" {{\n  cluster_id = {cluster:?}\n  name = \
         camunda_cluster_client.it.name\n}}\n"
    );
    let clients = format!("/clusters/{cluster}/clients");
    Life {
        address: "camunda_cluster_client.it",
        first: block(&first, ""),
        steps: vec![
            // A new client may be listed late: only now is it sure to be found by name.
            Step::Update(
                block(&first, "  timeouts = { create = \"20m\" }") + &source,
                &["timeouts"],
            ),
            Step::Replace(block(&second, "")),
        ],
        import_id: &|state| format!("{cluster}/{}", state["zeebe_client_id"].as_str().unwrap()),
        identity: &|state| {
            format!(
                "    cluster_id = {cluster:?}\n    zeebe_client_id = {}",
                state["zeebe_client_id"]
            )
        },
        exists: &|state| {
            let all = live.organisation.list(&clients);
            all.iter()
                .any(|it| it["clientId"] == state["zeebe_client_id"])
        },
        delete: &|state| {
            let id = state["zeebe_client_id"].as_str().unwrap();
            live.organisation
                .delete(&format!("{clients}/{id}"))
                .unwrap();
        },
        missed: Action::Create,
        comes_back: true,
    }
    .lead(&live);
    live.workspace.finish();
}
