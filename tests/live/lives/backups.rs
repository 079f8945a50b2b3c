//! Backups and their schedule. Only in a cluster of the run: a cluster keeps three backups, and a new
//! one would push out the oldest of somebody else's.

use crate::life::{Life, Step};
use crate::live::Live;
use crate::support::Action;

#[test]
#[ignore = "makes clusters in a real organisation: TF_ACC=1 make test-live"]
fn backup() {
    let live = Live::begin("backup");
    let Some(cluster) = live.own_cluster() else {
        return;
    };
    let block = |more: &str| {
        format!(
            "resource \"camunda_cluster_backup\" \"it\" {{\n  cluster_id = {cluster:?}\n{more}\n}}\n"
        )
    };
    let source = format!(
        "data \"camunda_cluster_backup\" \"it\" {{\n  cluster_id = {cluster:?}\n  most_recent = \
         true\n  depends_on = [camunda_cluster_backup.it]\n}}\n\
         data \"camunda_cluster_backups\" \"it\" {{\n  cluster_id = {cluster:?}\n}}\n"
    );
    let backups = format!("/clusters/{cluster}/backups");
    Life {
        address: "camunda_cluster_backup.it",
        first: block(""),
        steps: vec![
            Step::Update(block("  timeouts = { create = \"50m\" }"), &["timeouts"]),
            // A quarter of an hour has to pass between two backups.
            Step::PlanReplace(block("  triggers = { release = \"2\" }")),
            Step::Update(block("") + &source, &["timeouts"]),
        ],
        import_id: &|state| format!("{cluster}/{}", state["id"].as_str().unwrap()),
        identity: &|state| format!("    cluster_id = {cluster:?}\n    id = {}", state["id"]),
        exists: &|state| {
            let all = live.organisation.list(&backups);
            all.iter().any(|it| it["uuid"] == state["id"])
        },
        delete: &|state| {
            let id = state["id"].as_str().unwrap();
            live.organisation
                .delete(&format!("{backups}/{id}"))
                .unwrap();
        },
        missed: Action::Create,
        comes_back: false,
    }
    .lead(&live);
    live.workspace.finish();
}

#[test]
#[ignore = "makes clusters in a real organisation: TF_ACC=1 make test-live"]
fn backup_schedule() {
    let live = Live::begin("backup_schedule");
    let Some(cluster) = live.own_cluster() else {
        return;
    };
    let block = |cron: &str| {
        format!(
            "resource \"camunda_cluster_backup_schedule\" \"it\" {{\n  cluster_id = {cluster:?}\n  \
             cron = {cron:?}\n}}\n"
        )
    };
    let path = format!("/clusters/{cluster}/backups/schedule");
    Life {
        address: "camunda_cluster_backup_schedule.it",
        // Once a year: none is made meanwhile.
        first: block("0 2 1 1 *"),
        steps: vec![Step::Update(block("30 3 1 1 *"), &["cron"])],
        import_id: &|_| cluster.clone(),
        identity: &|_| format!("    cluster_id = {cluster:?}"),
        exists: &|state| {
            let found = live.organisation.find(&path).unwrap_or_default();
            found["schedule"] == state["cron"]
        },
        delete: &|_| live.organisation.delete(&path).unwrap(),
        missed: Action::Create,
        comes_back: true,
    }
    .lead(&live);
    live.workspace.finish();
}
