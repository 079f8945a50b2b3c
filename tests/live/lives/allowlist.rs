//! The three forms of IP allowlists, one after the other, because a cluster has one list. Only in a
//! cluster of the run: an entry shuts out everybody who is not on the list.

use serde_json::Value;

use crate::life::{Life, Step};
use crate::live::Live;
use crate::support::Action;

/// The descriptions on the list of a cluster.
fn descriptions(live: &Live, cluster: &str) -> Vec<Value> {
    let found = live.organisation.find(&format!("/clusters/{cluster}"));
    let list = found.unwrap_or_default()["ipallowlist"].clone();
    let list = list.as_array().cloned().unwrap_or_default();
    list.into_iter()
        .map(|entry| entry["description"].clone())
        .collect()
}

fn clear(live: &Live, cluster: &str) {
    let path = format!("/clusters/{cluster}/ipallowlist");
    let nothing = serde_json::json!({ "ipallowlist": [] });
    live.organisation.put(&path, &nothing).unwrap();
}

#[test]
#[ignore = "makes clusters in a real organisation: TF_ACC=1 make test-live"]
fn allowlist() {
    let live = Live::begin("allowlist");
    let Some(cluster) = live.own_cluster() else {
        return;
    };
    if !entry(&live, &cluster) {
        return;
    }
    whole(
        &live,
        &cluster,
        "camunda_cluster_ip_allowlist",
        |description, address| {
            format!("  entries = [{{ cidrs = [{address:?}], description = {description:?} }}]")
        },
        "entries",
    );
    whole(
        &live,
        &cluster,
        "camunda_cluster_ip_whitelist",
        |description, address| {
            format!(
                "  ip_whitelist {{\n    ip = {address:?}\n    description = {description:?}\n  }}"
            )
        },
        "ip_whitelist",
    );
    live.workspace.finish();
}

fn entry(live: &Live, cluster: &str) -> bool {
    let block = |description: &str, address: &str| {
        format!(
            "resource \"camunda_cluster_ip_allowlist_entry\" \"it\" {{\n  cluster_id = \
             {cluster:?}\n  description = {description:?}\n  cidrs = [{address:?}]\n}}\n"
        )
    };
    let (first, second) = (live.name("entry"), live.name("entry-2"));
    Life {
        address: "camunda_cluster_ip_allowlist_entry.it",
        // An address of documentation (RFC 5737): it is nobody's.
        first: block(&first, "192.0.2.1"),
        steps: vec![
            Step::Update(block(&first, "192.0.2.2"), &["cidrs"]),
            Step::Replace(block(&second, "192.0.2.2")),
        ],
        import_id: &|state| state["id"].as_str().unwrap().to_owned(),
        identity: &|state| {
            format!(
                "    cluster_id = {cluster:?}\n    description = {}",
                state["description"]
            )
        },
        exists: &|state| descriptions(live, cluster).contains(&state["description"]),
        delete: &|_| clear(live, cluster),
        missed: Action::Create,
        comes_back: true,
    }
    .lead(live)
}

/// The list as a whole, in the form of one of two types.
fn whole(
    live: &Live,
    cluster: &str,
    type_name: &str,
    form: impl Fn(&str, &str) -> String,
    attribute: &str,
) {
    let description = live.name("office");
    let block = |address: &str| {
        let form = form(&description, address);
        format!("resource {type_name:?} \"it\" {{\n  cluster_id = {cluster:?}\n{form}\n}}\n")
    };
    let attributes: &'static [&'static str] = match attribute {
        "entries" => &["entries"],
        _ => &["ip_whitelist"],
    };
    let source = format!(
        "data \"camunda_cluster_ip_allowlist\" \"it\" {{\n  cluster_id = {type_name}.it.id\n}}\n"
    );
    Life {
        address: &format!("{type_name}.it"),
        first: block("192.0.2.1") + &source,
        steps: vec![Step::Update(block("192.0.2.2"), attributes)],
        import_id: &|_| cluster.to_owned(),
        identity: &|_| format!("    cluster_id = {cluster:?}"),
        exists: &|_| descriptions(live, cluster).contains(&Value::from(description.as_str())),
        delete: &|_| clear(live, cluster),
        missed: Action::Update,
        comes_back: true,
    }
    .lead(live);
}
