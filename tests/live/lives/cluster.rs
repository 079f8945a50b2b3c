//! `camunda_cluster`: two clusters, one after the other, a few minutes each.

use crate::catalogue::Choice;
use crate::life::{Life, Step};
use crate::live::Live;
use crate::support::Action;

fn block(choice: &Choice, region: &str, name: &str, description: &str) -> String {
    let Choice {
        plan_type, channel, ..
    } = choice;
    format!(
        "resource \"camunda_cluster\" \"it\" {{\n  name = {name:?}\n  description = \
         {description:?}\n  plan_type = {plan_type:?}\n  channel = {channel:?}\n  region = \
         {region:?}\n}}\n"
    )
}

#[test]
#[ignore = "makes clusters in a real organisation: TF_ACC=1 make test-live"]
fn cluster() {
    let live = Live::begin("cluster");
    let choice = live.choice();
    let (first, second) = (live.name("cluster"), live.name("cluster-2"));
    let block = |region: &str, name: &str, text: &str| block(&choice, region, name, text);
    let mut steps = vec![Step::Update(
        block(&choice.region, &second, "changed"),
        &["description", "name"],
    )];
    match &choice.other_region {
        Some(other) => steps.push(Step::Replace(block(other, &second, "changed"))),
        None => live.skip("replace", "the organisation has one region"),
    }
    let path = |id: &str| format!("/clusters/{id}");
    Life {
        address: "camunda_cluster.it",
        first: block(&choice.region, &first, "made by a test"),
        steps,
        import_id: &|state| state["id"].as_str().unwrap().to_owned(),
        identity: &|state| format!("    id = {}", state["id"]),
        exists: &|state| {
            let id = state["id"].as_str().unwrap();
            let found = live.organisation.find(&path(id));
            found.is_some_and(|found| found["name"] == state["name"])
        },
        delete: &|state| {
            let id = state["id"].as_str().unwrap();
            live.organisation.delete(&path(id)).unwrap();
        },
        missed: Action::Create,
        comes_back: false,
    }
    .lead(&live);
    live.workspace.finish();
}
