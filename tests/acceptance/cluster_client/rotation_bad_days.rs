//! Rotations on bad days: the state has credentials that are valid, and in the end there are no others
//! than it knows of.

use std::time::Duration;

use camunda_simulator::{Fault, FaultId, seed};

use super::rotation::{assert_rotated, rotated, rotation, unrotated};
use super::*;
use crate::support::Running;
use crate::support::look::{count, writes};

const DEADLINE: Duration = Duration::from_secs(120);

/// The clients by their names.
fn names(world: &World) -> Vec<String> {
    clients(world).into_iter().map(|it| it.name).collect()
}

/// Nothing has changed, and the next plan rotates.
#[track_caller]
fn assert_still_to_be_rotated(world: &World) {
    let state = assert_kept(world);
    assert_eq!(state["rotation_version"], Value::Null);
    assert_eq!(state["previous_zeebe_client_id"], Value::Null);
    let plan = world.workspace.planned(&[]);
    assert_eq!(
        plan.to_string(),
        format!(
            "update {ADDRESS} (previous_zeebe_client_id, remote_name, rotation_version, secret, \
             zeebe_client_id)"
        )
    );
}

/// Applies once more, without a fault, and everything is right.
#[track_caller]
fn assert_carried_on(world: &World, names: &[&str]) {
    world.simulator.faults().clear();
    world.workspace.apply(&[]).expect_success();
    assert_rotated(world, names);
    world.workspace.assert_empty_plan();
    world.workspace.destroy(&[]).expect_success();
    assert_eq!(clients(world), []);
}

for_each_cli! {
    /// Each way in which the secret of the successor can get lost.
    fn a_lost_answer_leaves_no_orphan(cli: &Cli) on main {
        let again = ["CreateClient", "DeleteClient", "CreateClient"];
        for (fault, requests) in [
            (Fault::lost_answer(), &again[..]),
            (Fault::too_many_requests_after_commit(), &again),
            (Fault::TruncatedJson, &again),
            (Fault::Omit(vec!["clientSecret".to_owned()]), &again),
            (Fault::html(502), &["CreateClient", "CreateClient"]),
        ] {
            let world = unrotated(cli);
            world.simulator.faults().on("CreateClient").inject(fault);
            write(&world, "workers", &rotation(1));
            world.workspace.apply(&[]).expect_success();
            assert_rotated(&world, &["workers", "workers-r1"]);
            world.workspace.assert_empty_plan();
            assert_eq!(writes(&world)[1..], *requests);
            world.finish();
        }
    }
}

for_each_cli! {
    /// The service never gets well: nobody loses anything, and the message says so.
    fn a_service_that_stays_ill_changes_nothing(cli: &Cli) on main {
        let world = unrotated(cli);
        world.workspace.write("provider.tf", "provider \"camunda\" {\n  max_retries = 1\n}\n");
        world.simulator.faults().on("CreateClient").always().inject(Fault::lost_answer());
        write(&world, "workers", &rotation(1));
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot create API client "workers-r1" in cluster [cluster]

        with camunda_cluster_client.it, on main.tf line 13, in resource "camunda_cluster_client" "it": 13: rotation_version = 1

        127.0.0.1 gave no whole answer. The API client that came of it was deleted again. Cause: error sending request. Cause: client error (SendRequest). Cause: connection error. Cause: Connection reset by peer (os error 104).

        Nothing was changed by this request; it is safe to run again.

        The state keeps the credentials there were, and the next apply rotates again.

        (POST /clusters/[cluster]/clients)
        "#);
        assert_still_to_be_rotated(&world);
        assert_carried_on(&world, &["workers", "workers-r1"]);
        world.finish();
    }
}

for_each_cli! {
    /// Nobody knows the secret of the successor, and it cannot be deleted, either: the next run does.
    fn an_orphan_is_remembered(cli: &Cli) on main {
        let world = unrotated(cli);
        let faults = world.simulator.faults();
        faults.on("CreateClient").inject(Fault::lost_answer());
        faults.on("DeleteClient").always().inject(Fault::status(403));
        write(&world, "workers", &rotation(1));
        let run = world.workspace.apply(&[]);
        let said = errors(&world, &run);
        assert!(
            said.contains(
                "The state keeps the credentials there were, and the next apply rotates again. If an API \
                 client of this name is there, its secret is lost: the next apply on this machine \
                 deletes it first."
            ),
            "{said}"
        );
        assert_eq!(names(&world), ["workers", "workers-r1"]);
        assert_carried_on(&world, &["workers", "workers-r1"]);
        world.finish();
    }
}

for_each_cli! {
    fn refusals_change_nothing(cli: &Cli) on main {
        for (fault, words) in [
            (Fault::status(403), "the permission group \"Zeebe Client\""),
            (Fault::status(400), "rotation_version = 1"),
            (Fault::status(404), "the next apply rotates again"),
        ] {
            let world = unrotated(cli);
            world.simulator.faults().on("CreateClient").inject(fault);
            write(&world, "workers", &rotation(1));
            let run = world.workspace.apply(&[]);
            let said = errors(&world, &run);
            assert!(said.contains(words), "{said}");
            assert!(said.contains("The state keeps the credentials there were"), "{said}");
            assert_still_to_be_rotated(&world);
            world.finish();
        }
        let mut world = unrotated(cli);
        world.log_in(&seed::credentials::READ_ONLY);
        write(&world, "workers", &rotation(1));
        world.workspace.apply(&[]).expect_failure();
        assert_still_to_be_rotated(&world);
        world.finish();
    }
}

/// An apply that waits for the answer to a request which the service has carried out.
fn held(world: &World, operation: &str) -> (Running, FaultId) {
    let before = count(world, operation);
    let held = world
        .simulator
        .faults()
        .on(operation)
        .inject(Fault::held_answer());
    let apply = world.workspace.spawn(&["apply", "-auto-approve"]);
    world.wait_for(operation, before as u64 + 1);
    (apply, held)
}

fn kill(world: &World, apply: Running) {
    apply.kill_all();
    apply.wait(DEADLINE);
    world.workspace.wait_until_gone();
    world.simulator.faults().clear();
}

for_each_cli! {
    /// Nobody has been told the secret of the successor: it is deleted, and another one is made.
    fn killed_before_the_answer_leaves_no_orphan(cli: &Cli) on every {
        let world = unrotated(cli);
        write(&world, "workers", &rotation(1));
        let (apply, _) = held(&world, "CreateClient");
        kill(&world, apply);
        assert_eq!(names(&world), ["workers", "workers-r1"]);
        let lost = clients(&world)[1].client_id.clone();
        world.workspace.apply(&[]).expect_success();
        assert_rotated(&world, &["workers", "workers-r1"]);
        assert_ne!(clients(&world)[1].client_id, lost);
        assert_carried_on(&world, &["workers", "workers-r1"]);
        world.finish();
    }
}

for_each_cli! {
    /// The next run wants another number, or nothing any more.
    fn killed_and_something_else_is_wanted(cli: &Cli) on main {
        let world = unrotated(cli);
        write(&world, "workers", &rotation(1));
        let (apply, _) = held(&world, "CreateClient");
        kill(&world, apply);
        write(&world, "workers", &rotation(2));
        world.workspace.apply(&[]).expect_success();
        assert_rotated(&world, &["workers", "workers-r2"]);

        write(&world, "workers", &rotation(3));
        let (apply, _) = held(&world, "CreateClient");
        kill(&world, apply);
        assert_eq!(names(&world), ["workers", "workers-r2", "workers-r3"]);
        world.workspace.destroy(&[]).expect_success();
        assert_eq!(clients(&world), []);
        world.finish();
    }
}

for_each_cli! {
    /// The successor is there, and so is its secret, but no state has it yet.
    fn killed_while_the_last_but_one_is_deleted(cli: &Cli) on main {
        let world = rotated(cli);
        write(&world, "workers", &rotation(2));
        let (apply, _) = held(&world, "DeleteClient");
        kill(&world, apply);
        assert_eq!(names(&world), ["workers-r1", "workers-r2"]);
        assert_carried_on(&world, &["workers-r1", "workers-r2"]);
        world.finish();
    }
}

for_each_cli! {
    /// The request is out, its answer is not there: the run waits for the answer, and leaves the rest
    /// to the next one.
    fn ctrl_c_during_the_request_keeps_the_secret(cli: &Cli) on life {
        let world = rotated(cli);
        write(&world, "workers", &rotation(2));
        let (mut apply, held) = held(&world, "CreateClient");
        apply.interrupt();
        apply.wait_for_output("Interrupt received", DEADLINE);
        world.simulator.faults().release(held);
        apply.wait(DEADLINE);
        world.workspace.wait_until_alone();
        let state = object(&world).unwrap()["values"].clone();
        let all = clients(&world);
        let current = all.iter().find(|it| it.name == "workers-r2").unwrap();
        assert_eq!(state["secret"], current.secret.as_str());
        assert_eq!(state["zeebe_client_id"], current.client_id.as_str());
        assert_carried_on(&world, &["workers-r1", "workers-r2"]);
        world.finish();
    }
}

/// A second rotation that could not delete the last but one client, which is a reason for a warning
/// only: the new credentials are there, and programs get them.
fn with_a_leftover(cli: &Cli) -> World {
    let world = rotated(cli);
    let faults = world.simulator.faults();
    faults
        .on("DeleteClient")
        .always()
        .inject(Fault::status(403));
    let consumer =
        format!("resource \"terraform_data\" \"it\" {{\n  input = {ADDRESS}.zeebe_client_id\n}}\n");
    world.write(&[block("it", "workers", &rotation(2)), consumer].concat());
    let run = world.workspace.apply(&[]);
    let said = warnings(&world, &run);
    for words in [
        "Cannot delete a predecessor of API client \"workers\" in cluster [cluster]",
        "The new credentials are in the state. Those of the client [client] are still valid: 127.0.0.1 \
         answered 403 Forbidden",
        "The next apply deletes it.",
    ] {
        assert!(said.contains(words), "{said}");
    }
    assert_rotated(&world, &["workers", "workers-r1", "workers-r2"]);
    let consumer = world.workspace.attributes("terraform_data.it");
    assert_eq!(
        consumer["output"],
        clients(&world)[2].client_id.as_str(),
        "{consumer:#}"
    );
    world
}

for_each_cli! {
    /// The plan says that something is left, and the apply deletes it.
    fn a_deletion_that_fails_is_carried_on(cli: &Cli) on life {
        let world = with_a_leftover(cli);
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("update {ADDRESS} (previous_zeebe_client_id)"));
        let run = world.workspace.plan(&[]);
        let said = warnings(&world, &run);
        assert!(said.contains("API client \"workers\" in cluster [cluster] has leftovers"), "{said}");
        assert!(said.contains("The rotation could not delete: [client]."), "{said}");
        // Now it is all there is to do, and not to do it is an error.
        let run = world.workspace.apply(&[]);
        let said = errors(&world, &run);
        assert!(said.contains("The client [client] is still valid. The next apply deletes it."), "{said}");
        assert_rotated(&world, &["workers", "workers-r1", "workers-r2"]);
        assert_carried_on(&world, &["workers-r1", "workers-r2"]);
        world.finish();
    }
}

for_each_cli! {
    /// Leftovers go in other ways, too: by hand, with the next rotation, with the resource.
    fn leftovers_go_in_other_ways(cli: &Cli) on main {
        let world = with_a_leftover(cli);
        world.simulator.delete_zeebe_client(CLUSTER, &clients(&world)[0].client_id);
        world.workspace.assert_empty_plan();
        world.finish();

        let world = with_a_leftover(cli);
        world.simulator.faults().clear();
        write(&world, "workers", &rotation(3));
        world.workspace.apply(&[]).expect_success();
        assert_rotated(&world, &["workers-r2", "workers-r3"]);
        world.finish();

        let world = with_a_leftover(cli);
        world.simulator.faults().clear();
        world.workspace.destroy(&[]).expect_success();
        assert_eq!(clients(&world), []);
        world.finish();

        // All the others are gone, and the leftover is not forgotten.
        let world = with_a_leftover(cli);
        world.simulator.faults().clear();
        for client in &clients(&world)[1..] {
            world.simulator.delete_zeebe_client(CLUSTER, &client.client_id);
        }
        assert_carried_on(&world, &["workers-r2"]);
        world.finish();
    }
}

for_each_cli! {
    /// What could not be retired is retired by the next apply.
    fn a_retirement_that_fails_is_planned_again(cli: &Cli) on main {
        let world = rotated(cli);
        let faults = world.simulator.faults();
        faults.on("DeleteClient").inject(Fault::status(403));
        write(&world, "workers", &format!("{}\n  retire_previous = true", rotation(1)));
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot delete a predecessor of API client "workers" in cluster [cluster]

        with camunda_cluster_client.it, on main.tf line 9, in resource "camunda_cluster_client" "it": 9: resource "camunda_cluster_client" "it" {

        127.0.0.1 answered 403 Forbidden: The client lacks a permission.

        The credentials probably lack the permission group "Zeebe Client". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

        The client [client] is still valid. The next apply deletes it.

        (DELETE /clusters/[cluster]/clients/[client])
        "#);
        assert_rotated(&world, &["workers", "workers-r1"]);
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("update {ADDRESS} (previous_zeebe_client_id)"));
        assert_carried_on(&world, &["workers-r1"]);
        world.finish();
    }
}

for_each_cli! {
    /// A destroy that fails halfway keeps what is left in the state.
    fn a_destroy_that_fails_is_carried_on(cli: &Cli) on main {
        for successes in [0, 1] {
            let world = rotated(cli);
            let rule = world.simulator.faults().on("DeleteClient").skip(successes).always();
            rule.inject(Fault::status(403));
            world.workspace.destroy(&[]).expect_failure();
            assert_eq!(clients(&world).len(), 2 - usize::try_from(successes).unwrap());
            assert!(object(&world).is_some());
            world.simulator.faults().clear();
            world.workspace.destroy(&[]).expect_success();
            assert_eq!(clients(&world), []);
            world.finish();
        }
    }
}

/// A client that was rotated once, in a cluster whose list shows neither of the two yet.
fn rotated_unlisted(cli: &Cli) -> World {
    let world = world(cli);
    world
        .simulator
        .change_behaviour(|all| all.durations.client_visibility = Duration::from_secs(86_400));
    write(&world, "workers", "");
    world.workspace.apply(&[]).expect_success();
    write(&world, "workers", "  rotation_version = 1");
    world.workspace.apply(&[]).expect_success();
    world
}

for_each_cli! {
    /// The list shows new clients late: neither of the two is forgotten for that, nor remembered when
    /// it is gone.
    fn both_are_listed_late(cli: &Cli) on main {
        let world = rotated_unlisted(cli);
        assert_rotated(&world, &["workers", "workers-r1"]);
        world.workspace.assert_empty_plan();
        world.workspace.apply(&[]).expect_success();
        assert_rotated(&world, &["workers", "workers-r1"]);
        let previous = clients(&world)[0].client_id.clone();
        world.simulator.delete_zeebe_client(CLUSTER, &previous);
        world.workspace.assert_empty_plan();
        world.workspace.refresh().expect_success();
        assert_rotated(&world, &["workers-r1"]);
        world.workspace.destroy(&[]).expect_success();
        assert_eq!(clients(&world), []);
        world.finish();
    }
}

for_each_cli! {
    /// What was noted about a client, here that it is gone, says nothing about the one that replaces it
    /// and that the list does not show yet.
    fn a_replacement_starts_anew(cli: &Cli) on main {
        let world = rotated_unlisted(cli);
        let current = clients(&world)[1].client_id.clone();
        world.simulator.delete_zeebe_client(CLUSTER, &current);
        write(&world, "others", "  rotation_version = 1");
        world.workspace.apply(&[]).expect_success();
        assert_kept(&world);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// A state from before scopes were known, rotated without a look at the service.
    fn a_state_that_knows_no_scopes(cli: &Cli) on main {
        let world = world(cli);
        write(&world, "workers", "");
        world.workspace.apply(&[]).expect_success();
        let text = world.workspace.read("terraform.tfstate");
        let mut state: Value = serde_json::from_str(&text).unwrap();
        state["resources"][0]["instances"][0]["attributes"]["scopes"] = Value::Null;
        world.workspace.write("terraform.tfstate", &state.to_string());
        write(&world, "workers", "  rotation_version = 1");
        world.workspace.apply(&["-refresh=false"]).expect_success();
        assert_rotated(&world, &["workers", "workers-r1"]);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}
