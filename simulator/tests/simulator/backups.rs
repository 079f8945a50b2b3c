//! Backups of clusters, their schedule, restores and failover through the Administration API, and
//! by hand.

use std::time::Duration;

use camunda_simulator::{
    BackupStatus, ClockMode, NewBackup, NewCluster, Options, behaviour::FailoverStep, seed,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Reply, World};

fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

/// A world with a cluster, in which time stands still.
fn with_cluster(new: NewCluster) -> (World, String) {
    let world = World::with(Options {
        clock: ClockMode::Manual,
        ..Options::default()
    });
    let id = world.simulator.add_cluster(new);
    (world, id)
}

fn listed(world: &World, cluster: &str) -> Vec<Value> {
    let list = world.get(&format!("/clusters/{cluster}/backups")).json();
    list.as_array().expect("a list").clone()
}

fn create(world: &World, cluster: &str) -> Reply {
    world.call(Method::POST, &format!("/clusters/{cluster}/backups"), None)
}

fn created(world: &World, cluster: &str) -> String {
    let reply = create(world, cluster);
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()["uuid"].as_str().expect("an id").to_owned()
}

fn put_schedule(world: &World, cluster: &str, cron: &str) -> Reply {
    let path = format!("/clusters/{cluster}/backups/schedule");
    world.call(Method::PUT, &path, Some(&json!({ "schedule": cron })))
}

#[test]
fn a_backup_is_made_and_deleted() {
    let (world, cluster) = with_cluster(NewCluster::default());
    let id = created(&world, &cluster);
    let [backup] = &listed(&world, &cluster)[..] else {
        panic!("one backup");
    };
    assert_eq!(backup["uuid"], id);
    for status in ["status", "zeebeStatus", "optimizeStatus"] {
        assert_eq!(backup[status], "In progress");
    }
    assert_eq!(backup["completed"], "");
    world.simulator.advance(minutes(2));
    let backup = &listed(&world, &cluster)[0];
    for status in ["status", "zeebeStatus", "operateStatus", "tasklistStatus"] {
        assert_eq!(backup[status], "Complete");
    }
    assert!(backup["completed"].as_str() > backup["created"].as_str());
    assert_eq!(backup["generationName"], "Camunda 8.9+gen3");

    let path = format!("/clusters/{cluster}/backups/{id}");
    let deleted = world.call(Method::DELETE, &path, None);
    assert_eq!((deleted.status, &deleted.json()["uuid"]), (200, &json!(id)));
    assert_eq!(world.call(Method::DELETE, &path, None).status, 404);
    assert!(listed(&world, &cluster).is_empty());
    world.simulator.assert_clean();
}

#[test]
fn a_backup_can_fail_and_go_without_optimize() {
    let (world, cluster) = with_cluster(NewCluster::default());
    world.simulator.change_behaviour(|all| {
        all.fail_backups = true;
        all.optimize_in_backups = false;
    });
    created(&world, &cluster);
    world.simulator.advance(minutes(2));
    let backup = &listed(&world, &cluster)[0];
    assert_eq!(backup["status"], "Failed");
    assert_eq!(backup["zeebeStatus"], "Failed");
    assert_eq!(backup["operateStatus"], "Complete");
    assert_eq!(backup["optimizeStatus"], "-");
    world.simulator.assert_clean();
}

#[test]
fn three_successful_manual_backups_are_kept() {
    let (world, cluster) = with_cluster(NewCluster::default());
    let scheduled = world.simulator.add_backup(
        &cluster,
        NewBackup {
            scheduled: true,
            ..NewBackup::default()
        },
    );
    let mut ids: Vec<String> = (0..3)
        .map(|_| {
            let id = created(&world, &cluster);
            world.simulator.advance(minutes(15));
            id
        })
        .collect();
    world
        .simulator
        .change_behaviour(|all| all.fail_backups = true);
    ids.push(created(&world, &cluster));
    world.simulator.advance(minutes(15));
    assert_eq!(
        listed(&world, &cluster).len(),
        5,
        "a failed one takes no place"
    );
    world
        .simulator
        .change_behaviour(|all| all.fail_backups = false);
    ids.push(created(&world, &cluster));
    assert_eq!(
        listed(&world, &cluster).len(),
        6,
        "not before it is complete"
    );
    world.simulator.advance(minutes(2));
    let left: Vec<Value> = listed(&world, &cluster)
        .into_iter()
        .map(|backup| backup["uuid"].clone())
        .collect();
    let expected: Vec<&String> = std::iter::once(&scheduled).chain(&ids[1..]).collect();
    assert_eq!(json!(left), json!(expected));
    world.simulator.assert_clean();
}

#[test]
fn manual_backups_keep_their_distance() {
    let (world, cluster) = with_cluster(NewCluster::default());
    created(&world, &cluster);
    world.simulator.advance(minutes(14));
    let refused = create(&world, &cluster);
    assert_eq!(refused.status, 409);
    assert!(refused.text.contains("too recently"), "{}", refused.text);
    world
        .simulator
        .change_behaviour(|all| all.backup_pace_status = 400);
    assert_eq!(create(&world, &cluster).status, 400);
    world.simulator.advance(minutes(1));
    created(&world, &cluster);
    world.simulator.assert_clean();
}

#[test]
fn backups_need_an_enterprise_contract_and_a_healthy_cluster() {
    let (mut world, cluster) = with_cluster(NewCluster::default());
    world.simulator.suspend(&cluster);
    let refused = create(&world, &cluster);
    assert_eq!(refused.status, 409);
    assert!(refused.text.contains("Suspended"), "{}", refused.text);
    world.simulator.set_status(&cluster, "Healthy");
    world
        .simulator
        .change_organization(|all| all.enterprise = false);
    let refused = create(&world, &cluster);
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("Enterprise"), "{}", refused.text);
    assert_eq!(put_schedule(&world, &cluster, "0 2 * * *").status, 403);
    world.login(seed::credentials::CLUSTER);
    let refused = create(&world, &cluster);
    assert!(refused.text.contains("group Backups"), "{}", refused.text);
    world.simulator.assert_clean();
}

#[test]
fn a_schedule_is_set_replaced_and_removed() {
    let (world, cluster) = with_cluster(NewCluster::default());
    let path = format!("/clusters/{cluster}/backups/schedule");
    let missing = world.get(&path);
    assert_eq!(missing.status, 404);
    assert!(
        missing.text.contains("no backup schedule"),
        "{}",
        missing.text
    );
    for wrong in ["0 2 * *", "*/5 * * * *", "0 25 * * *"] {
        assert_eq!(put_schedule(&world, &cluster, wrong).status, 400, "{wrong}");
    }
    assert_eq!(put_schedule(&world, &cluster, "0 2 * * *").status, 200);
    let stored = put_schedule(&world, &cluster, "*/15 * * * *").json();
    assert_eq!(world.get(&path).json(), stored);
    assert_eq!(stored["schedule"], "*/15 * * * *");
    assert_eq!(world.call(Method::DELETE, &path, None).status, 204);
    assert_eq!(world.call(Method::DELETE, &path, None).status, 204);
    assert_eq!(world.get(&path).status, 404);
    world.simulator.assert_clean();
}

#[test]
fn the_schedule_takes_backups_of_its_own() {
    let (world, cluster) = with_cluster(NewCluster::default());
    let manual = created(&world, &cluster);
    assert!(
        world
            .simulator
            .set_backup_schedule(&cluster, Some("*/30 * * * *"))
    );
    world.simulator.advance(minutes(300));
    let backups = world.simulator.backups(&cluster);
    let scheduled: Vec<_> = backups.iter().filter(|it| it.scheduled).collect();
    assert!(backups.iter().any(|backup| backup.id == manual));
    assert!((3..=4).contains(&scheduled.len()), "{scheduled:#?}");
    let gap = scheduled[1].created.duration_since(scheduled[0].created);
    assert_eq!(gap.as_mins(), 30);
    assert_eq!(scheduled[0].status, BackupStatus::Complete);
    // One that sleeps is passed over.
    world.simulator.suspend(&cluster);
    let before = world.simulator.backups(&cluster);
    world.simulator.advance(minutes(60));
    let after = world.simulator.backups(&cluster);
    assert_eq!(
        after.last().map(|it| &it.id),
        before.last().map(|it| &it.id)
    );
    world.simulator.assert_clean();
}

#[test]
fn a_restore_runs_through_its_states_and_keeps_changes_out() {
    let (world, cluster) = with_cluster(NewCluster::default());
    let backup = world.simulator.add_backup(&cluster, NewBackup::default());
    let path = format!("/clusters/{cluster}/backups/{backup}/restore");
    let state = || world.get(&path).json()["state"].clone();
    assert_eq!(world.get(&path).status, 404);
    let started = world.call(Method::POST, &path, None);
    assert_eq!(started.status, 200, "{}", started.text);
    assert_eq!(started.json()["state"], "PENDING");
    assert_eq!(world.ready(&cluster), "Maintenance");
    assert_eq!(world.call(Method::POST, &path, None).status, 409);

    let rename = json!({ "name": "renamed" });
    let cluster_path = format!("/clusters/{cluster}");
    let renamed = world.call(Method::PATCH, &cluster_path, Some(&rename));
    assert_eq!(renamed.status, 409);
    assert!(renamed.text.contains("restore"), "{}", renamed.text);
    assert_eq!(world.call(Method::DELETE, &cluster_path, None).status, 409);
    assert_eq!(put_schedule(&world, &cluster, "0 2 * * *").status, 409);
    assert_eq!(create(&world, &cluster).status, 409);
    world
        .simulator
        .change_behaviour(|all| all.restore_refusal_status = 412);
    let wake = format!("{cluster_path}/wake");
    assert_eq!(world.call(Method::PUT, &wake, None).status, 412);
    let secret = json!({ "secretName": "A", "secretValue": "b" });
    let secrets = format!("{cluster_path}/secrets");
    assert_eq!(
        world.call(Method::POST, &secrets, Some(&secret)).status,
        204
    );

    world.simulator.advance(minutes(1));
    assert_eq!(state(), "VALIDATING");
    world.simulator.advance(minutes(1));
    assert_eq!(state(), "IN_PROGRESS");
    world.simulator.advance(minutes(2));
    assert_eq!(state(), "COMPLETED");
    assert!(world.get(&path).json()["completionTimestamp"].is_string());
    assert_eq!(world.ready(&cluster), "Healthy");
    let renamed = world.call(Method::PATCH, &cluster_path, Some(&rename));
    assert_eq!(renamed.status, 204);
    assert_eq!(world.simulator.restores(&cluster).len(), 1);
    world.simulator.assert_clean();
}

#[test]
fn a_restore_can_fail() {
    let (world, cluster) = with_cluster(NewCluster::default());
    world
        .simulator
        .change_behaviour(|all| all.fail_restores = true);
    let backup = world.simulator.add_backup(&cluster, NewBackup::default());
    let path = format!("/clusters/{cluster}/backups/{backup}/restore");
    world.call(Method::POST, &path, None);
    world.simulator.advance(minutes(4));
    assert_eq!(world.get(&path).json()["state"], "FAILED");
    world.simulator.assert_clean();
}

#[test]
fn a_failover_makes_a_new_cluster_and_lets_the_source_sleep() {
    // The built-in seed has no second region that is on offer itself.
    let mut seed = seed::Seed::default();
    seed.regions[2].code = "europe-west3".to_owned();
    let frankfurt = seed.regions[2].id.clone();
    let world = World::with(Options {
        clock: ClockMode::Manual,
        seed,
        ..Options::default()
    });
    let add = |backup_region: &str| {
        world.simulator.add_cluster(NewCluster {
            backup_region: Some(backup_region.to_owned()),
            ..NewCluster::default()
        })
    };
    let single = add(seed::BACKUP_BELGIUM);
    let fail_over = |cluster: &str, ids: &[&str], restored: &str| {
        let body = json!({ "backupIds": ids, "restoreBackupId": restored });
        world.call(
            Method::POST,
            &format!("/clusters/{cluster}/failover"),
            Some(&body),
        )
    };
    let backup = world.simulator.add_backup(&single, NewBackup::default());
    assert_eq!(fail_over(&single, &[&backup], &backup).status, 422);

    let source = add(seed::BACKUP_BELGIUM_GERMANY);
    let backup = world.simulator.add_backup(&source, NewBackup::default());
    assert_eq!(fail_over(&source, &[&backup], "other").status, 400);
    assert_eq!(fail_over(&source, &["other"], "other").status, 404);
    world
        .simulator
        .change_behaviour(|all| all.failover_failure = Some(FailoverStep::Restore));
    let done = fail_over(&source, &[&backup], &backup);
    assert_eq!(done.status, 200, "{}", done.text);
    let done = done.json();
    assert!(done["results"]["restore"]["error"].is_string(), "{done}");
    assert_eq!(done["results"]["backupClone"], "ok");
    assert_eq!(fail_over(&source, &[&backup], &backup).status, 409);
    let new = done["newClusterId"].as_str().expect("an id");
    assert_eq!(
        world.get(&format!("/clusters/{new}")).json()["region"]["uuid"],
        frankfurt
    );
    assert_eq!(listed(&world, new).len(), 1);
    assert_eq!(world.ready(&source), "Suspended");
    let wake = format!("/clusters/{source}/wake");
    assert_eq!(world.call(Method::PUT, &wake, None).status, 409);
    world.simulator.advance(minutes(30 * 24 * 60));
    assert_eq!(world.get(&format!("/clusters/{source}")).status, 404);
    world.simulator.assert_clean();
}

#[test]
fn everything_goes_with_the_cluster() {
    let (world, cluster) = with_cluster(NewCluster::default());
    world.simulator.add_backup(&cluster, NewBackup::default());
    world
        .simulator
        .set_backup_schedule(&cluster, Some("0 2 * * *"));
    world.simulator.delete_cluster(&cluster);
    for path in ["backups", "backups/schedule"] {
        let reply = world.get(&format!("/clusters/{cluster}/{path}"));
        assert_eq!(reply.status, 404);
        assert!(reply.text.contains("no cluster"), "{}", reply.text);
    }
    assert!(world.simulator.backups(&cluster).is_empty());
    assert_eq!(world.simulator.backup_schedule(&cluster), None);
}

#[test]
fn people_can_do_it_by_hand() {
    let (world, cluster) = with_cluster(NewCluster::default());
    let base = format!("/_simulator/clusters/{cluster}/backups");
    let new = json!({ "name": "before the release", "status": "Failed" });
    let id = world.call(Method::POST, &base, Some(&new)).json()["id"].clone();
    assert_eq!(world.get(&base).json()[0]["id"], id);
    let schedule = format!("{base}/schedule");
    let body = json!({ "schedule": "0 2 * * *" });
    assert_eq!(world.call(Method::PUT, &schedule, Some(&body)).status, 200);
    let state = world.get("/_simulator/state").json();
    assert_eq!(state["backups"][0]["name"], "before the release");
    assert_eq!(state["backup_schedules"][&cluster]["cron"], "0 2 * * *");
    assert_eq!(world.call(Method::DELETE, &schedule, None).status, 200);
    let id = id.as_str().expect("an id");
    let path = format!("{base}/{id}");
    assert_eq!(world.call(Method::DELETE, &path, None).status, 200);
    assert_eq!(world.call(Method::DELETE, &path, None).status, 404);
    world.simulator.assert_clean();
}
