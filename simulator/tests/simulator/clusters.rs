//! The life of clusters through the Administration API.

use std::time::Duration;

use crate::support::{Reply, World, order};
use camunda_simulator::{
    Behaviour, ClockMode, ClusterChange, NewCluster, Options, behaviour, seed,
};
use reqwest::Method;
use serde_json::{Value, json};

fn manual() -> World {
    World::with(Options {
        clock: ClockMode::Manual,
        ..Options::default()
    })
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn patch(world: &World, id: &str, body: Value) -> Reply {
    world.call(Method::PATCH, &format!("/clusters/{id}"), Some(&body))
}

fn put(world: &World, id: &str, what: &str) -> Reply {
    world.call(Method::PUT, &format!("/clusters/{id}/{what}"), None)
}

#[test]
fn parameters_show_what_clusters_can_be_made_of() {
    let world = World::new();
    let parameters = world.get("/clusters/parameters").json();
    assert_eq!(parameters["channels"][0]["uuid"], seed::CHANNEL_STABLE);
    assert_eq!(
        parameters["channels"][0]["defaultGeneration"],
        json!({ "uuid": seed::GENERATION_8_9_GEN3, "name": "Camunda 8.9+gen3" })
    );
    assert_eq!(
        parameters["channels"][0]["allowedGenerations"]
            .as_array()
            .map(Vec::len),
        Some(3)
    );
    assert_eq!(parameters["channels"][1]["name"], "Alpha");
    let aws = parameters["regions"].as_array().expect("a list").iter();
    assert!(aws.clone().any(|region| region["provider"] == "aws"));
    assert!(aws.clone().any(|region| region["provider"] == "gcp"));
    world.simulator.assert_clean();
}

#[test]
fn a_cluster_is_created_becomes_healthy_and_is_deleted() {
    let world = manual();
    let mut body = order("orders-prod");
    body["stageLabel"] = "prod".into();
    body["description"] = "Order handling".into();
    body["autoUpdate"] = true.into();
    body["backupRegionId"] = seed::BACKUP_BELGIUM_GERMANY.into();
    let id = world.create(&body);
    let path = format!("/clusters/{id}");

    let cluster = world.get(&path).json();
    assert_eq!(cluster["status"]["ready"], "Creating");
    assert_eq!(cluster["links"], json!({}));
    assert_eq!(cluster["ownerId"], seed::ORGANIZATION);
    assert_eq!(cluster["labels"], json!(["prod"]));
    assert_eq!(cluster["autoUpdate"], true);
    assert_eq!(cluster["ipallowlist"], json!([]));
    assert_eq!(cluster["encryption"], json!({ "type": "Provider" }));
    assert_eq!(
        cluster["backupRegion"]["name"],
        "Belgium, Europe (europe-west1), Germany, Europe (europe-west3)"
    );

    world.simulator.advance(seconds(60));
    let links = world.get(&path).json()["links"].clone();
    assert!(
        links["console"].is_string() && links["zeebe"].is_null(),
        "{links}"
    );

    world.simulator.advance(seconds(29));
    assert_eq!(world.ready(&id), "Creating");
    world.simulator.advance(seconds(1));
    let cluster = world.get(&path).json();
    assert_eq!(cluster["status"]["ready"], "Healthy");
    assert_eq!(
        cluster["links"]["zeebe"],
        format!("{id}.bru-2.zeebe.camunda.io")
    );
    assert_eq!(world.get("/clusters").json(), json!([cluster]));

    assert_eq!(world.call(Method::DELETE, &path, None).status, 204);
    assert_eq!(world.get(&path).status, 200);
    assert_eq!(world.call(Method::DELETE, &path, None).status, 404);
    world.simulator.advance(seconds(10));
    assert_eq!(world.get(&path).status, 404);
    assert_eq!(world.get("/clusters").json(), json!([]));
    assert_eq!(world.call(Method::DELETE, &path, None).status, 404);
    world.simulator.assert_clean();
}

#[test]
fn with_the_usual_clock_every_request_brings_time() {
    let world = World::new();
    let id = world.create(&order("a"));
    let seen: Vec<String> = (0..3).map(|_| world.ready(&id)).collect();
    assert_eq!(seen, ["Creating", "Creating", "Healthy"]);
}

#[test]
fn a_deleted_cluster_can_stay_in_the_list_for_a_while() {
    let world = manual();
    world
        .simulator
        .change_behaviour(|all| all.durations.delete_visibility = seconds(30));
    let id = world.simulator.add_cluster(NewCluster::default());
    world.call(Method::DELETE, &format!("/clusters/{id}"), None);
    world.simulator.advance(seconds(20));
    assert_eq!(world.get(&format!("/clusters/{id}")).status, 404);
    assert_eq!(world.get("/clusters").json()[0]["uuid"], id);
    world.simulator.advance(seconds(20));
    assert_eq!(world.get("/clusters").json(), json!([]));
    world.simulator.assert_clean();
}

#[test]
fn created_is_in_real_time_unless_told_otherwise() {
    let world = manual();
    let day = seconds(86_400);
    world.simulator.advance(10 * day);
    let id = world.create(&order("a"));
    let created = || -> jiff::Timestamp {
        let cluster = world.get(&format!("/clusters/{id}")).json();
        let text = cluster["created"].as_str().expect("text");
        text.parse().expect("RFC 3339")
    };
    let real = jiff::Timestamp::now();
    assert!(created() <= real && created() + day > real);
    world
        .simulator
        .change_behaviour(|all| all.created_in_virtual_time = true);
    assert!(created() > real + 9 * day);
}

#[test]
fn what_does_not_exist_or_is_not_allowed_is_refused() {
    let world = World::new();
    let refuse = |member: &str, value: Value, words: &str| {
        let mut body = order("a");
        body[member] = value;
        let reply = world.call(Method::POST, "/clusters", Some(&body));
        assert_eq!(reply.status, 400, "{member}: {}", reply.text);
        assert!(reply.text.contains(words), "{member}: {}", reply.text);
    };
    refuse("name", "n".repeat(51).into(), "at most 50");
    refuse("planTypeId", "x".into(), "plan type `x`");
    refuse("channelId", "x".into(), "channel `x`");
    refuse("regionId", "x".into(), "region `x`");
    refuse("generationId", "x".into(), "generation `x`");
    refuse(
        "generationId",
        seed::GENERATION_8_10_ALPHA5.into(),
        "Stable",
    );
    refuse(
        "backupRegionId",
        seed::BACKUP_FRANKFURT.into(),
        "backup region",
    );
    refuse("encryption", "External".into(), "AWS");
    refuse("hardwarePackages", 5.into(), "1 to 4");
    refuse("hardwarePackages", 1.5.into(), "whole number");
    let mut basic = order("a");
    basic["planTypeId"] = seed::PLAN_BASIC.into();
    basic["hardwarePackages"] = 2.into();
    assert_eq!(
        world.call(Method::POST, "/clusters", Some(&basic)).status,
        400
    );
    assert!(world.simulator.clusters().is_empty());

    world
        .simulator
        .change_organization(|organization| organization.enterprise = false);
    refuse("encryption", "Software".into(), "Enterprise");
    refuse("backupRegionId", seed::BACKUP_BELGIUM.into(), "Enterprise");
    world.simulator.assert_clean();
}

#[test]
fn names_of_any_script_count_by_characters() {
    let world = World::new();
    world.create(&order(&"ü".repeat(50)));
}

#[test]
fn reservations_run_out_and_creation_can_be_switched_off() {
    let world = World::new();
    world
        .simulator
        .change_organization(|organization| organization.reservations = 3);
    let mut big = order("a");
    big["hardwarePackages"] = 2.into();
    let id = world.create(&big);
    let refused = world.call(Method::POST, "/clusters", Some(&big));
    assert_eq!(refused.status, 400);
    assert_eq!(refused.text, "No reservation left: 2 of 3 are in use.");
    // A deleted cluster gives its reservations back at once.
    world.call(Method::DELETE, &format!("/clusters/{id}"), None);
    world.create(&big);

    world
        .simulator
        .change_organization(|organization| organization.creation_enabled = false);
    assert_eq!(
        world.call(Method::POST, "/clusters", Some(&big)).status,
        503
    );
    world.simulator.assert_clean();
}

#[test]
fn automatic_updates_are_dropped_outside_stable() {
    let world = World::new();
    let mut body = order("alpha");
    body["channelId"] = seed::CHANNEL_ALPHA.into();
    body["generationId"] = seed::GENERATION_8_10_ALPHA5.into();
    body["autoUpdate"] = true.into();
    let id = world.create(&body);
    assert_eq!(
        world.get(&format!("/clusters/{id}")).json()["autoUpdate"],
        false
    );
}

#[test]
fn an_update_changes_what_is_sent_and_nothing_else() {
    let world = World::new();
    let id = world.simulator.add_cluster(NewCluster {
        description: Some("old".to_owned()),
        stage_label: Some("dev".to_owned()),
        ..NewCluster::default()
    });
    let path = format!("/clusters/{id}");
    let reply = patch(&world, &id, json!({ "name": "new" }));
    assert_eq!((reply.status, reply.text.as_str()), (204, ""));
    let cluster = world.get(&path).json();
    assert_eq!(
        (&cluster["name"], &cluster["description"]),
        (&json!("new"), &json!("old"))
    );

    assert_eq!(
        patch(
            &world,
            &id,
            json!({ "description": "", "stageLabel": "test" })
        )
        .status,
        204
    );
    let cluster = world.get(&path).json();
    assert_eq!(cluster.get("description"), None);
    assert_eq!(cluster["labels"], json!(["test"]));
    world.simulator.change_behaviour(|all| {
        all.send_cleared_description = true;
        all.stage_label_in_labels = false;
    });
    let cluster = world.get(&path).json();
    assert_eq!(cluster["description"], "");
    assert_eq!(cluster["labels"], json!([]));
    let known = world.simulator.cluster(&id).expect("it exists");
    assert_eq!(known.stage_label.as_deref(), Some("test"));

    assert_eq!(
        patch(&world, &id, json!({ "name": "n".repeat(51) })).status,
        400
    );
    assert_eq!(patch(&world, "unknown", json!({})).status, 404);
    world.simulator.assert_clean();
}

#[test]
fn a_cluster_is_resized_and_the_size_is_not_readable() {
    let world = manual();
    world
        .simulator
        .change_organization(|organization| organization.reservations = 3);
    let id = world.simulator.add_cluster(NewCluster::default());
    let before = world.get(&format!("/clusters/{id}")).json();
    assert_eq!(
        patch(&world, &id, json!({ "numberOfAllocatedHwPackages": 3 })).status,
        204
    );
    assert_eq!(world.ready(&id), "Updating");
    world.simulator.advance(seconds(60));
    assert_eq!(world.get(&format!("/clusters/{id}")).json(), before);
    let size = |world: &World| {
        world
            .simulator
            .cluster(&id)
            .expect("there")
            .hardware_packages
    };
    assert_eq!(size(&world), 3);
    let refused = patch(&world, &id, json!({ "numberOfAllocatedHwPackages": 4 }));
    assert_eq!(refused.status, 400);
    assert_eq!(size(&world), 3);
    world.simulator.assert_clean();
}

#[test]
fn an_upgrade_goes_to_the_newest_generation() {
    let world = manual();
    let id = world.create(&order("a"));
    assert_eq!(put(&world, &id, "upgrade").status, 412);
    world.simulator.advance(seconds(90));
    let reply = put(&world, &id, "upgrade");
    assert_eq!(reply.status, 200);
    let answer = reply.json();
    assert_eq!(answer["oldGeneration"]["id"], seed::GENERATION_8_8_GEN22);
    assert_eq!(answer["newGeneration"]["name"], "Camunda 8.9+gen3");
    assert_eq!(answer["orgId"], seed::ORGANIZATION);
    let cluster = world.get(&format!("/clusters/{id}")).json();
    assert_eq!(cluster["status"]["ready"], "Updating");
    assert_eq!(cluster["status"]["zeebeStatus"], "Healthy");
    assert_eq!(cluster["generation"]["uuid"], seed::GENERATION_8_8_GEN22);
    assert_eq!(put(&world, &id, "upgrade").status, 412);
    world.simulator.advance(seconds(180));
    let cluster = world.get(&format!("/clusters/{id}")).json();
    assert_eq!(cluster["status"]["ready"], "Healthy");
    assert_eq!(cluster["generation"]["uuid"], seed::GENERATION_8_9_GEN3);
    assert_eq!(put(&world, &id, "upgrade").status, 400);
    assert_eq!(put(&world, "unknown", "upgrade").status, 404);
    world.simulator.assert_clean();
}

#[test]
fn after_a_minor_upgrade_the_next_one_waits_a_day_but_patches_do_not() {
    let world = manual();
    let id = world.simulator.add_cluster(NewCluster {
        generation: seed::GENERATION_8_8_GEN22.to_owned(),
        ..NewCluster::default()
    });
    let release = |id: &str, minor: &str| {
        let generation = seed::Generation {
            id: id.to_owned(),
            name: format!("Camunda {id}"),
            minor: minor.to_owned(),
        };
        assert!(
            world
                .simulator
                .release_generation(seed::CHANNEL_STABLE, generation)
        );
    };
    let upgrade = || {
        let reply = put(&world, &id, "upgrade");
        world.simulator.advance(seconds(180));
        reply
    };
    assert_eq!(upgrade().status, 200);
    release("8.9+gen4", "8.9");
    assert_eq!(upgrade().status, 200);
    release("8.10+gen1", "8.10");
    let gated = upgrade();
    assert_eq!(gated.status, 409);
    assert!(gated.text.contains("possible from"), "{}", gated.text);
    world.simulator.advance(seconds(24 * 3600));
    assert_eq!(upgrade().status, 200);
    let cluster = world.simulator.cluster(&id).expect("there");
    assert_eq!(cluster.generation, "8.10+gen1");
    world.simulator.assert_clean();
}

#[test]
fn alpha_clusters_cannot_be_upgraded() {
    let world = World::new();
    let id = world.simulator.add_cluster(NewCluster {
        channel: seed::CHANNEL_ALPHA.to_owned(),
        generation: seed::GENERATION_8_10_ALPHA4.to_owned(),
        ..NewCluster::default()
    });
    assert_eq!(put(&world, &id, "upgrade").status, 400);
}

#[test]
fn automatic_updates_apply_patches_only_and_to_running_clusters_only() {
    let world = manual();
    let add = |auto_update: bool, status: &str| {
        world.simulator.add_cluster(NewCluster {
            generation: seed::GENERATION_8_8_GEN22.to_owned(),
            auto_update,
            status: status.to_owned(),
            ..NewCluster::default()
        })
    };
    let takes_part = add(true, "Healthy");
    let does_not = add(false, "Healthy");
    let sleeps = add(true, "Suspended");
    assert_eq!(world.simulator.run_auto_updates(), 1);
    assert_eq!(world.ready(&takes_part), "Updating");
    world.simulator.advance(seconds(180));
    let generation = |id: &str| world.simulator.cluster(id).expect("there").generation;
    assert_eq!(generation(&takes_part), seed::GENERATION_8_8_GEN23);
    assert_eq!(generation(&does_not), seed::GENERATION_8_8_GEN22);
    assert_eq!(generation(&sleeps), seed::GENERATION_8_8_GEN22);
    assert_eq!(world.simulator.run_auto_updates(), 0);
}

#[test]
fn trial_clusters_fall_asleep_and_can_be_woken() {
    let world = manual();
    let add = |stage: Option<&str>| {
        world.simulator.add_cluster(NewCluster {
            plan_type: seed::PLAN_TRIAL.to_owned(),
            stage_label: stage.map(str::to_owned),
            ..NewCluster::default()
        })
    };
    let (unlabelled, production) = (add(None), add(Some("prod")));
    world.simulator.advance(seconds(8 * 3600));
    assert_eq!(world.ready(&unlabelled), "Suspended");
    assert_eq!(world.ready(&production), "Healthy");
    world.simulator.advance(seconds(40 * 3600));
    assert_eq!(world.ready(&production), "Suspended");

    assert_eq!(put(&world, &unlabelled, "wake").status, 204);
    assert_eq!(world.ready(&unlabelled), "Resuming");
    world.simulator.advance(seconds(300));
    assert_eq!(world.ready(&unlabelled), "Healthy");

    assert_eq!(put(&world, &unlabelled, "wake").status, 204);
    assert_eq!(put(&world, "unknown", "wake").status, 404);
    world
        .simulator
        .change_behaviour(|all| all.refuse_wake_of_running_cluster = true);
    assert_eq!(put(&world, &unlabelled, "wake").status, 400);
    world.simulator.assert_clean();
}

#[test]
fn external_encryption_waits_for_keys() {
    let world = manual();
    let mut body = order("keys");
    body["regionId"] = seed::REGION_FRANKFURT.into();
    body["encryption"] = "External".into();
    let id = world.create(&body);
    world.simulator.advance(seconds(90));
    let cluster = world.get(&format!("/clusters/{id}")).json();
    assert_eq!(cluster["status"]["ready"], "WaitingForInput");
    assert_eq!(
        cluster["encryption"]["status"],
        "ExternalEncryptionKeyNotSupplied"
    );

    let arn = |region: &str| format!("arn:aws:kms:{region}:111122223333:key/5d0f6c1a");
    let supply = |body: Value| {
        world.call(
            Method::PUT,
            &format!("/clusters/{id}/encryption"),
            Some(&body),
        )
    };
    for (body, words) in [
        (json!({ "primaryEncryptionKeyId": "key" }), "not the ARN"),
        (
            json!({ "primaryEncryptionKeyId": arn("eu-west-1") }),
            "eu-central-1",
        ),
        (
            json!({ "primaryEncryptionKeyId": arn("eu-central-1"), "secondaryEncryptionKeyId": arn("eu-west-1") }),
            "no secondary key",
        ),
    ] {
        let reply = supply(body);
        assert_eq!(reply.status, 400);
        assert!(reply.text.contains(words), "{}", reply.text);
    }
    let reply = supply(json!({ "primaryEncryptionKeyId": arn("eu-central-1") }));
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json()["status"]["ready"], "Creating");
    world.simulator.advance(seconds(60));
    let cluster = world.get(&format!("/clusters/{id}")).json();
    assert_eq!(cluster["status"]["ready"], "Healthy");
    assert_eq!(
        cluster["encryption"],
        json!({ "type": "External", "status": "Ready", "primaryKeyArn": arn("eu-central-1") })
    );

    let other = world.simulator.add_cluster(NewCluster {
        region: seed::REGION_FRANKFURT.to_owned(),
        ..NewCluster::default()
    });
    let gcp = world.simulator.add_cluster(NewCluster::default());
    let keys = json!({ "primaryEncryptionKeyId": arn("eu-central-1") });
    let put = |id: &str| {
        world
            .call(
                Method::PUT,
                &format!("/clusters/{id}/encryption"),
                Some(&keys),
            )
            .status
    };
    assert_eq!((put(&other), put(&gcp), put("unknown")), (409, 403, 404));
    world.simulator.assert_clean();
}

#[test]
fn two_backup_regions_need_two_different_keys() {
    let world = World::new();
    let id = world.simulator.add_cluster(NewCluster {
        region: seed::REGION_FRANKFURT.to_owned(),
        backup_region: Some(seed::BACKUP_FRANKFURT_IRELAND.to_owned()),
        encryption: "External".to_owned(),
        status: "WaitingForInput".to_owned(),
        ..NewCluster::default()
    });
    let arn = |region: &str| format!("arn:aws:kms:{region}:111122223333:key/5d0f6c1a");
    let supply = |secondary: Option<String>| {
        let mut body = json!({ "primaryEncryptionKeyId": arn("eu-central-1") });
        if let Some(secondary) = secondary {
            body["secondaryEncryptionKeyId"] = secondary.into();
        }
        world
            .call(
                Method::PUT,
                &format!("/clusters/{id}/encryption"),
                Some(&body),
            )
            .status
    };
    assert_eq!(supply(None), 400);
    assert_eq!(supply(Some(arn("eu-central-1"))), 400);
    assert_eq!(supply(Some(arn("eu-west-1"))), 200);
    world.simulator.assert_clean();
}

#[test]
fn a_cluster_can_pass_unhealthy_while_it_is_created() {
    let world = World::with(Options {
        clock: ClockMode::Manual,
        behaviour: Behaviour {
            creation_flicker: Some(behaviour::Flicker {
                after: seconds(40),
                lasting: seconds(20),
            }),
            ..Behaviour::default()
        },
        ..Options::default()
    });
    let id = world.create(&order("a"));
    let mut seen = Vec::new();
    for _ in 0..10 {
        seen.push(world.ready(&id));
        world.simulator.advance(seconds(10));
    }
    assert_eq!(
        seen[3..7],
        ["Creating", "Unhealthy", "Unhealthy", "Creating"]
    );
    assert_eq!(seen[9], "Healthy");
    world.simulator.assert_clean();
}

#[test]
fn people_change_clusters_by_hand() {
    let world = World::new();
    let id = world.simulator.add_cluster(NewCluster::default());
    let path = format!("/clusters/{id}");
    assert!(world.simulator.rename_cluster(&id, "renamed"));
    assert!(
        world
            .simulator
            .set_generation(&id, seed::GENERATION_8_8_GEN23)
    );
    assert!(world.simulator.suspend(&id));
    let cluster = world.get(&path).json();
    assert_eq!(cluster["name"], "renamed");
    assert_eq!(cluster["generation"]["name"], "Camunda 8.8+gen23");
    assert_eq!(cluster["status"]["ready"], "Suspended");

    // A word that the contract does not have is our doing, not a mistake.
    assert!(world.simulator.set_status(&id, "Dreaming"));
    assert_eq!(world.ready(&id), "Dreaming");
    assert_eq!(
        world.get("/clusters").json()[0]["status"]["ready"],
        "Dreaming"
    );

    assert!(world.simulator.delete_cluster(&id));
    assert_eq!(world.get(&path).status, 404);
    assert!(!world.simulator.rename_cluster(&id, "gone"));
    assert!(
        !world
            .simulator
            .change_cluster("unknown", ClusterChange::default())
    );
    world.simulator.assert_clean();
}

#[test]
fn stuck_states_stay() {
    let world = World::new();
    let id = world.create(&order("a"));
    world.simulator.set_status(&id, "Creating");
    world.simulator.advance(Duration::from_secs(1_000_000));
    assert_eq!(world.ready(&id), "Creating");
}

#[test]
fn clusters_created_at_the_same_time_are_all_there() {
    let world = World::new();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let world = &world;
            scope.spawn(move || {
                for number in 0..5 {
                    world.create(&order(&format!("c-{thread}-{number}")));
                }
            });
        }
    });
    let mut names: Vec<String> = world
        .simulator
        .clusters()
        .into_iter()
        .map(|cluster| cluster.name)
        .collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 40);
    let counts = &world.simulator.statistics().operations["CreateCluster"];
    assert_eq!((counts.count, counts.carried_out), (40, 40));
    let orders: Vec<u64> = world
        .simulator
        .requests()
        .iter()
        .map(|it| it.order)
        .collect();
    assert_eq!(orders, (1..=40).collect::<Vec<u64>>());
    world.simulator.assert_clean();
}
