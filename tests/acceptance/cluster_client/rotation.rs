//! Rotations: a successor takes over in place, and the client before stays valid for as long as it is
//! wanted.

use camunda_simulator::{NewZeebeClient, ZeebeClientChange};
use serde_json::json;

use super::*;
use crate::support::Action;
use crate::support::look::{bodies, count, writes};

const SCOPES: &str = "  scopes = [\"Zeebe\", \"Secrets\"]";

/// Where the secret of the client goes on to.
const CONSUMER: &str = "camunda_cluster_connector_secret.it";

/// What is written into the block for this rotation.
pub(super) fn rotation(version: u32) -> String {
    format!("{SCOPES}\n  rotation_version = {version}")
}

/// An applied client that has not been rotated.
pub(super) fn unrotated(cli: &Cli) -> World {
    let world = world(cli);
    write(&world, "workers", SCOPES);
    world.workspace.apply(&[]).expect_success();
    world
}

/// An applied client that has been rotated once.
pub(super) fn rotated(cli: &Cli) -> World {
    let world = unrotated(cli);
    write(&world, "workers", &rotation(1));
    world.workspace.apply(&[]).expect_success();
    assert_rotated(&world, &["workers", "workers-r1"]);
    world
}

/// The cluster has the clients of these names, the last of which is the current one in the state and
/// the one before it, if there is one, the previous one.
#[track_caller]
pub(super) fn assert_rotated(world: &World, names: &[&str]) -> Value {
    let clients = clients(world);
    let found: Vec<&str> = clients.iter().map(|client| client.name.as_str()).collect();
    assert_eq!(found, names);
    let object = object(world).expect("the client is in the state");
    assert_ne!(object["tainted"], true, "{object:#}");
    let values = &object["values"];
    let (current, before) = clients.split_last().unwrap();
    assert_eq!(values["secret"], current.secret.as_str(), "{values:#}");
    assert_eq!(values["zeebe_client_id"], current.client_id.as_str());
    assert_eq!(
        values["previous_zeebe_client_id"],
        json!(before.last().map(|client| &client.client_id))
    );
    assert_eq!(values["name"], "workers");
    let called = (current.name != "workers").then_some(&current.name);
    assert_eq!(values["remote_name"], json!(called));
    if object
        .get("identity")
        .is_some_and(|identity| !identity.is_null())
    {
        assert_eq!(
            object["identity"]["zeebe_client_id"],
            current.client_id.as_str()
        );
    }
    values.clone()
}

fn consumer(world: &World) -> String {
    let secrets = world.simulator.connector_secrets(CLUSTER);
    assert_eq!(secrets.len(), 1);
    secrets["WORKERS"].clone()
}

fn write_with_consumer(world: &World, more: &str) {
    let consumer = format!(
        "resource \"camunda_cluster_connector_secret\" \"it\" {{\n  cluster_id = {CLUSTER:?}\n  name = \
         \"WORKERS\"\n  value = {ADDRESS}.secret\n}}\n"
    );
    world.write(&[block("it", "workers", more), consumer].concat());
}

for_each_cli! {
    /// From creation through two rotations and a retirement to nothing, with a program that uses the
    /// secret.
    fn lives(cli: &Cli) on every {
        let world = world(cli);
        write_with_consumer(&world, &rotation(1));
        world.workspace.apply(&[]).expect_success();
        let first = assert_rotated(&world, &["workers"]);
        world.workspace.assert_empty_plan();

        write_with_consumer(&world, &rotation(2));
        let plan = world.workspace.planned(&[]);
        assert_eq!(
            plan.to_string(),
            format!(
                "update {ADDRESS} (previous_zeebe_client_id, remote_name, rotation_version, secret, \
                 zeebe_client_id)\nupdate {CONSUMER} (value)"
            )
        );
        assert_eq!(
            plan.change(ADDRESS).after["previous_zeebe_client_id"],
            first["zeebe_client_id"]
        );
        world.workspace.apply(&[]).expect_success();
        let second = assert_rotated(&world, &["workers", "workers-r2"]);
        assert_eq!(second["id"], first["id"]);
        assert_eq!(second["zeebe_address"], first["zeebe_address"]);
        assert_eq!(consumer(&world), second["secret"]);
        assert_eq!(
            bodies(&world, "CreateClient")[1],
            json!({ "clientName": "workers-r2", "permissions": ["Secrets", "Zeebe"] })
        );
        assert_eq!(count(&world, "DeleteClient"), 0);
        world.workspace.assert_empty_plan();

        // The one before the previous one goes, after the successor was made.
        write_with_consumer(&world, &rotation(3));
        world.workspace.apply(&[]).expect_success();
        let third = assert_rotated(&world, &["workers-r2", "workers-r3"]);
        assert_eq!(third["id"], first["id"]);
        assert_eq!(consumer(&world), third["secret"]);
        world.workspace.assert_empty_plan();

        let retired = format!("{}\n  retire_previous = true", rotation(3));
        write_with_consumer(&world, &retired);
        let plan = world.workspace.planned(&[]);
        assert_eq!(
            plan.to_string(),
            format!("update {ADDRESS} (previous_zeebe_client_id, retire_previous)")
        );
        world.workspace.apply(&[]).expect_success();
        let kept = assert_rotated(&world, &["workers-r3"]);
        assert_eq!(kept["secret"], third["secret"]);
        world.workspace.assert_empty_plan();

        // Without the arguments everything stays as it is.
        write_with_consumer(&world, SCOPES);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(assert_rotated(&world, &["workers-r3"])["secret"], third["secret"]);
        world.workspace.assert_empty_plan();

        write_with_consumer(&world, &rotation(4));
        world.workspace.apply(&[]).expect_success();
        assert_rotated(&world, &["workers-r3", "workers-r4"]);
        let clients_only: Vec<String> = writes(&world).into_iter().filter(|it| it.ends_with("Client")).collect();
        assert_eq!(
            clients_only,
            ["CreateClient", "CreateClient", "CreateClient", "DeleteClient", "DeleteClient", "CreateClient"]
        );
        world.workspace.destroy(&[]).expect_success();
        assert_eq!(clients(&world), []);
        assert!(world.workspace.addresses().is_empty());
        world.finish();
    }
}

for_each_cli! {
    /// With `retire_previous` left standing, one apply rotates and the next one retires: nobody is cut
    /// off before they know the new credentials.
    fn retires_one_apply_later(cli: &Cli) on main {
        let world = unrotated(cli);
        let both = |version| format!("{}\n  retire_previous = true", rotation(version));
        write(&world, "workers", &both(1));
        world.workspace.apply(&[]).expect_success();
        assert_rotated(&world, &["workers", "workers-r1"]);
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("update {ADDRESS} (previous_zeebe_client_id)"));
        world.workspace.apply(&[]).expect_success();
        assert_rotated(&world, &["workers-r1"]);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// Back to a number whose name is still in use, and to names that somebody else has.
    fn finds_another_name(cli: &Cli) on main {
        let world = rotated(cli);
        write(&world, "workers", &rotation(2));
        world.workspace.apply(&[]).expect_success();
        write(&world, "workers", &rotation(1));
        let run = world.workspace.apply(&[]);
        // Its own predecessor is no reason for a warning.
        assert_eq!(warnings(&world, &run), "");
        assert_rotated(&world, &["workers-r2", "workers-r1-2"]);

        let other = NewZeebeClient { name: "workers-r7".to_owned(), ..NewZeebeClient::default() };
        let other = world.simulator.add_zeebe_client(CLUSTER, other);
        write(&world, "workers", &rotation(7));
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(warnings(&world, &run), @r#"
        Warning: Successor of API client "workers" in cluster [cluster] has another name

        with camunda_cluster_client.it, on main.tf line 9, in resource "camunda_cluster_client" "it": 9: resource "camunda_cluster_client" "it" {

        The name "workers-r7" is that of the client [client]; the successor is "workers-r7-2".

        If that client is what a run that was killed on another machine has left behind, nobody knows its secret: delete it in the Console.
        "#);
        world.simulator.delete_zeebe_client(CLUSTER, &other);
        assert_rotated(&world, &["workers-r1-2", "workers-r7-2"]);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// As long as names can be, and alike where they are cut off.
    fn of_long_names(cli: &Cli) on main {
        let world = world(cli);
        let names = ["a", "b"].map(|end| format!("{}{end}", "n".repeat(49)));
        let all = |more: &str| {
            let blocks = names.iter().zip(["it", "that"]);
            blocks.map(|(name, label)| block(label, name, more)).collect::<String>()
        };
        world.write(&all(""));
        world.workspace.apply(&[]).expect_success();
        world.write(&all("  rotation_version = 20261231"));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(clients(&world).len(), 4);
        world.workspace.assert_empty_plan();
        world.workspace.destroy(&[]).expect_success();
        assert_eq!(clients(&world), []);
        world.finish();
    }
}

for_each_cli! {
    /// A change that replaces the client replaces both.
    fn both_are_replaced(cli: &Cli) on main {
        for (name, more) in [("others", rotation(1)), ("workers", rotation(2).replace("Secrets", "Optimize"))] {
            let world = rotated(cli);
            write(&world, name, &more);
            let plan = world.workspace.planned(&[]);
            assert_eq!(plan.change(ADDRESS).action, Action::Replace, "{plan}");
            world.workspace.apply(&[]).expect_success();
            assert_eq!(client(&world).name, name);
            assert_eq!(assert_kept(&world)["previous_zeebe_client_id"], Value::Null);
            world.workspace.assert_empty_plan();
            world.finish();
        }
    }
}

for_each_cli! {
    /// The name is changed to the one the client has already: nothing is to be done.
    fn takes_the_name_it_has(cli: &Cli) on main {
        let world = rotated(cli);
        write(&world, "workers-r1", &rotation(1));
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("update {ADDRESS} (name, remote_name)"));
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(writes(&world), ["CreateClient", "CreateClient"]);
        // Renamed by hand it is another one, as ever.
        let current = clients(&world)[1].client_id.clone();
        let renamed = ZeebeClientChange { name: Some("renamed".to_owned()), ..Default::default() };
        world.simulator.change_zeebe_client(CLUSTER, &current, renamed);
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.change(ADDRESS).action, Action::Replace, "{plan}");
        assert_eq!(plan.change(ADDRESS).before["name"], "renamed");
        world.finish();
    }
}

for_each_cli! {
    /// A number that is known only while applying rotates if it turns out to be another one.
    fn by_a_number_that_is_known_later(cli: &Cli) on main {
        let world = world(cli);
        let with = |input: &str| {
            let source = format!("resource \"terraform_data\" \"it\" {{\n{input}\n}}\n");
            let more = format!("{SCOPES}\n  rotation_version = terraform_data.it.output");
            world.write(&[source, block("it", "workers", &more)].concat());
        };
        with("  input = 1");
        world.workspace.apply(&[]).expect_success();
        let first = assert_rotated(&world, &["workers"]);
        with("  input = 1\n  triggers_replace = \"x\"");
        world.workspace.apply(&[]).expect_success();
        assert_eq!(assert_rotated(&world, &["workers"])["secret"], first["secret"]);
        with("  input = 2\n  triggers_replace = \"x\"");
        world.workspace.apply(&[]).expect_success();
        assert_rotated(&world, &["workers", "workers-r2"]);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    fn only_by_whole_numbers(cli: &Cli) on main {
        let world = world(cli);
        for number in ["-1", "1.5", "1000000000000"] {
            write(&world, "workers", &format!("  rotation_version = {number}"));
            world
                .workspace
                .validate()
                .expect_failure_containing("is not a whole number from 0 to 999999999999");
        }
        world.finish();
    }
}

for_each_cli! {
    /// An imported client gets a secret that somebody knows, and its users time to change over.
    fn of_an_imported_client(cli: &Cli) on life {
        let world = world(cli);
        let permissions = ["Secrets", "Zeebe"].map(str::to_owned).to_vec();
        let by_hand = NewZeebeClient { name: "workers".to_owned(), permissions };
        let id = world.simulator.add_zeebe_client(CLUSTER, by_hand);
        write(&world, "workers", SCOPES);
        world.workspace.import(ADDRESS, &format!("{CLUSTER}/{id}")).expect_success();
        world.workspace.assert_empty_plan();
        write(&world, "workers", &rotation(1));
        world.workspace.apply(&[]).expect_success();
        let state = assert_rotated(&world, &["workers", "workers-r1"]);
        // The id is as it was imported.
        assert_eq!(state["id"], format!("{CLUSTER}/{id}"));
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// A rotated client is imported under the name that is configured.
    fn is_imported(cli: &Cli) on life {
        let world = rotated(cli);
        let current = clients(&world)[1].client_id.clone();
        world.workspace.run(&["state", "rm", ADDRESS]).expect_success();
        world.workspace.import(ADDRESS, &format!("{CLUSTER}/{current}")).expect_success();
        world.workspace.assert_empty_plan();
        let state = world.workspace.attributes(ADDRESS);
        assert_eq!(state["name"], "workers");
        assert_eq!(state["remote_name"], "workers-r1");
        assert_eq!(state["rotation_version"], 1);
        assert_eq!(state["previous_zeebe_client_id"], Value::Null);

        // Whoever calls it by its full name is right as well.
        write(&world, "workers-r1", SCOPES);
        let plan = world.workspace.planned(&[]);
        assert_eq!(
            plan.to_string(),
            format!("update {ADDRESS} (name, remote_name, rotation_version)")
        );
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(writes(&world), ["CreateClient", "CreateClient"]);
        world.finish();
    }
}

for_each_cli! {
    /// By its identity, which follows the rotation.
    fn is_imported_by_identity(cli: &Cli) on [terraform_1_12_2, terraform_1_15_5] requires Identity {
        let world = rotated(cli);
        let identity = object(&world).unwrap()["identity"].clone();
        let current = clients(&world)[1].client_id.clone();
        assert_eq!(identity, json!({ "cluster_id": CLUSTER, "zeebe_client_id": current }));
        world.workspace.run(&["state", "rm", ADDRESS]).expect_success();
        let import = format!(
            "import {{\n  to = {ADDRESS}\n  identity = {{\n    cluster_id = {CLUSTER:?}\n    \
             zeebe_client_id = {current:?}\n  }}\n}}\n"
        );
        world.workspace.write("import.tf", &import);
        assert_eq!(world.workspace.planned(&[]).to_string(), format!("nothing {ADDRESS}, imported"));
        world.finish();
    }
}

for_each_cli! {
    /// The previous client was deleted by hand, which was to come anyway.
    fn drift_of_the_previous_client(cli: &Cli) on life {
        let world = rotated(cli);
        let previous = clients(&world)[0].client_id.clone();
        world.simulator.delete_zeebe_client(CLUSTER, &previous);
        world.workspace.assert_empty_plan();
        world.workspace.refresh().expect_success();
        assert_rotated(&world, &["workers-r1"]);
        write(&world, "workers", &format!("{}\n  retire_previous = true", rotation(1)));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(count(&world, "DeleteClient"), 0);
        world.finish();
    }
}

for_each_cli! {
    /// The current client was deleted by hand: it gets a successor, and the previous one stays what it
    /// is.
    fn drift_of_the_current_client(cli: &Cli) on life {
        let world = rotated(cli);
        let before = clients(&world);
        world.simulator.delete_zeebe_client(CLUSTER, &before[1].client_id);
        let plan = world.workspace.planned(&[]);
        assert_eq!(
            plan.to_string(),
            format!("update {ADDRESS} (remote_name, secret, zeebe_client_id)")
        );
        let run = world.workspace.apply(&[]);
        let said = warnings(&world, &run).replace(&before[1].client_id, "[deleted]");
        for words in [
            "API client \"workers\" in cluster [cluster] is gone, its predecessor is not",
            "Somebody has deleted the client [deleted], whose credentials are current. The previous one, \
             [client], is still there and stays valid.",
            "The apply makes a successor in place, as a rotation does.",
        ] {
            assert!(said.contains(words), "{said}");
        }
        let state = assert_rotated(&world, &["workers", "workers-r1"]);
        assert_eq!(state["previous_zeebe_client_id"], before[0].client_id.as_str());
        assert_eq!(state["rotation_version"], 1);
        world.workspace.assert_empty_plan();

        // Destroyed instead, nothing is left, either.
        world.simulator.delete_zeebe_client(CLUSTER, &clients(&world)[1].client_id);
        world.workspace.destroy(&[]).expect_success();
        assert_eq!(clients(&world), []);

        // With both of them gone there is nothing to keep.
        world.workspace.apply(&[]).expect_success();
        write(&world, "workers", &rotation(2));
        world.workspace.apply(&[]).expect_success();
        for client in clients(&world) {
            world.simulator.delete_zeebe_client(CLUSTER, &client.client_id);
        }
        assert_eq!(world.workspace.planned(&[]).to_string(), format!("create {ADDRESS}"));
        world.workspace.apply(&[]).expect_success();
        assert_rotated(&world, &["workers"]);
        world.finish();
    }
}

for_each_cli! {
    /// Old and new secrets are in the state and nowhere else.
    fn keeps_secrets(cli: &Cli) on [terraform_1_11_4, tofu_1_6_2] {
        let mut world = unrotated(cli);
        world.workspace = world.workspace.with_trace();
        let mut traces = Vec::new();
        for version in [1, 2] {
            write(&world, "workers", &rotation(version));
            for run in [world.workspace.plan(&["-out=saved"]), world.workspace.run(&["apply", "saved"])] {
                run.expect_success();
                traces.extend([run.stdout, run.stderr]);
            }
            for client in clients(&world) {
                traces.push(world.workspace.trace());
                let found = traces.iter().any(|text| text.contains(&client.secret));
                assert!(!found, "the secret of {}", client.name);
            }
        }
        assert!(traces.join("\n").contains("/clients"), "the log has our part");
        world.finish();
    }
}
