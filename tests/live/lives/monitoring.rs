//! The metrics endpoint, its credentials, and the action that ends a password. Only in a cluster of the
//! run: there is one endpoint in a cluster, and its last credentials take it with them.

use serde_json::Value;

use crate::life::{Life, Step};
use crate::live::Live;
use crate::support::{Action, Capability};

#[test]
#[ignore = "makes clusters in a real organisation: TF_ACC=1 make test-live"]
fn monitoring() {
    let live = Live::begin("monitoring");
    let Some(cluster) = live.own_cluster() else {
        return;
    };
    let path = format!("/clusters/{cluster}/monitoring");
    let look = || {
        let found = live.organisation.find(&format!("{path}/clients"));
        found.unwrap_or_default()
    };
    let endpoint = format!(
        "resource \"camunda_cluster_monitoring\" \"it\" {{\n  cluster_id = {cluster:?}\n}}\n"
    );
    let lived = Life {
        address: "camunda_cluster_monitoring.it",
        first: endpoint.clone(),
        steps: Vec::new(),
        import_id: &|_| cluster.clone(),
        identity: &|_| format!("    cluster_id = {cluster:?}"),
        exists: &|_| {
            let status = look()["status"].clone();
            status.as_object().is_some_and(|status| !status.is_empty())
        },
        delete: &|_| live.organisation.delete(&path).unwrap(),
        missed: Action::Create,
        comes_back: true,
    }
    .lead(&live);
    if !lived {
        return;
    }
    let both = |name: &str, more: &str| {
        format!(
            "{endpoint}\nresource \"camunda_cluster_monitoring_client\" \"it\" {{\n  cluster_id = \
             {cluster:?}\n  username = {name:?}\n{more}\n  lifecycle {{\n    create_before_destroy = \
             true\n  }}\n  depends_on = [camunda_cluster_monitoring.it]\n}}\n"
        )
    };
    let source = format!(
        "data \"camunda_cluster_monitoring\" \"it\" {{\n  cluster_id = {cluster:?}\n  depends_on = \
         [camunda_cluster_monitoring_client.it]\n}}\n"
    );
    let (first, second) = (live.name("prom"), live.name("prom-2"));
    let clients = || look()["clients"].as_array().cloned().unwrap_or_default();
    Life {
        address: "camunda_cluster_monitoring_client.it",
        first: both(&first, ""),
        steps: vec![
            Step::Update(
                both(&first, "  password_version = 1"),
                &["password", "password_version"],
            ),
            Step::Replace(both(&second, "")),
        ],
        import_id: &|state| format!("{cluster}/{}", state["id"].as_str().unwrap()),
        identity: &|state| format!("    cluster_id = {cluster:?}\n    id = {}", state["id"]),
        exists: &|state| clients().iter().any(|it| it["uuid"] == state["id"]),
        delete: &|state| {
            let id = state["id"].as_str().unwrap();
            live.organisation
                .delete(&format!("{path}/clients/{id}"))
                .unwrap();
        },
        missed: Action::Create,
        comes_back: true,
    }
    .lead(&live);
    live.workspace.write_main(&(both(&first, "") + &source));
    live.workspace.apply(&[]).expect_success();
    if live.can(Capability::Actions, "action") {
        rotate(&live, &cluster, &both(&first, ""), &first);
    }
    live.workspace.destroy(&[]).expect_success();
    assert!(clients().is_empty());
    live.workspace.finish();
}

/// The action says what it has done; the service shows passwords to nobody.
fn rotate(live: &Live, cluster: &str, current: &str, username: &str) {
    let before = live
        .workspace
        .attributes("camunda_cluster_monitoring_client.it");
    live.workspace.write_main(&format!(
        "{current}\naction \"camunda_cluster_monitoring_client_rotate\" \"it\" {{\n  config {{\n    \
         cluster_id = {cluster:?}\n    username = {username:?}\n  }}\n}}\n"
    ));
    let invoke = "-invoke=action.camunda_cluster_monitoring_client_rotate.it";
    let run = live.workspace.apply(&[invoke]);
    run.expect_success()
        .expect_output_containing("has a new password");
    let password = &before["password"];
    assert_ne!(*password, Value::Null);
    live.workspace.write_main(current);
    live.assert_settled();
}
