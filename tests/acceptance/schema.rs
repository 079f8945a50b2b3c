//! `providers schema -json`, which editors, policies and generators read: what real CLIs print is
//! `assets/schema.json`, and what OpenTofu prints differs from it in known ways only.

use serde_json::Value;

use crate::support::{Cli, World};

const COMMITTED: &str = include_str!("../../assets/schema.json");

fn printed(cli: &Cli) -> Value {
    let world = World::new(cli);
    world.write("");
    let run = world.workspace.run(&["providers", "schema", "-json"]);
    let printed = run.expect_success().json();
    assert!(world.simulator.requests().is_empty(), "it asks nobody");
    world.finish();
    printed
}

fn committed() -> Value {
    serde_json::from_str(COMMITTED).unwrap()
}

/// The schemas of this provider, which is the only one.
fn schemas<'a>(printed: &'a Value, registry: &str) -> &'a Value {
    let all = printed["provider_schemas"].as_object().unwrap();
    assert_eq!(all.len(), 1);
    &all[&format!("{registry}/camunda-rs/camunda")]
}

/// Takes a marker out of every attribute and block. (An attribute of such a name would be an object.)
fn without(value: &Value, marker: &str) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .filter(|(name, member)| *name != marker || member.is_object())
            .map(|(name, member)| (name.clone(), without(member, marker)))
            .collect(),
        other => other.clone(),
    }
}

#[track_caller]
fn assert_same(printed: &Value, expected: &Value) {
    for (group, members) in expected.as_object().unwrap() {
        for (name, member) in members.as_object().unwrap() {
            assert_eq!(printed[group][name], *member, "{group}: {name}");
        }
    }
    assert_eq!(
        printed, expected,
        "something is printed that is not expected"
    );
}

for_each_cli! {
    fn is_what_is_committed(cli: &Cli) on [terraform_1_15_5] {
        let (printed, committed) = (printed(cli), committed());
        assert_same(schemas(&printed, cli.kind.registry()), schemas(&committed, cli.kind.registry()));
        assert_eq!(printed, committed);
    }
}

for_each_cli! {
    /// OpenTofu 1.6 knows resources and data sources, and the rest is invisible to it. It does not know
    /// that a value is write-only (it takes such an argument for an ordinary one, which is why the
    /// provider refuses it there), and shows that something is deprecated, but not the text.
    fn differs_on_opentofu_in_known_ways(cli: &Cli) on [tofu_1_6_2] {
        let (printed, committed) = (printed(cli), committed());
        assert_eq!(printed["format_version"], committed["format_version"]);
        let mut expected = schemas(&committed, "registry.terraform.io").clone();
        for invisible in [
            "ephemeral_resource_schemas",
            "list_resource_schemas",
            "action_schemas",
            "resource_identity_schemas",
            "functions",
        ] {
            let there = expected.as_object_mut().unwrap().remove(invisible);
            assert!(there.is_some(), "{invisible}");
        }
        let expected = without(&without(&expected, "write_only"), "deprecation_message");
        assert_same(schemas(&printed, cli.kind.registry()), &expected);
    }
}
