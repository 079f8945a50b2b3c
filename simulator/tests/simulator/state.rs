//! The state file: an organization that outlives its simulator.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use camunda_simulator::{ClockMode, Fault, FaultRule, NewCluster, Options, Seed, Simulator, seed};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{World, order};

const DAY: Duration = Duration::from_secs(86_400);

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state.json");
    (folder, path)
}

fn options(path: &Path) -> Options {
    Options {
        clock: ClockMode::Manual,
        state: Some(path.to_owned()),
        ..Options::default()
    }
}

fn file(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("written")).expect("JSON")
}

/// The organization in the file, and its time; not when it was written.
fn organization(path: &Path) -> Value {
    let mut whole = file(path);
    whole.as_object_mut().expect("an object").remove("written");
    whole
}

fn send(world: &World, method: Method, path: &str, body: &Value) -> Value {
    let body = (!body.is_null()).then_some(body);
    let reply = world.call(method, path, body);
    assert!(reply.status < 300, "{path}: {}", reply.text);
    serde_json::from_str(&reply.text).unwrap_or_default()
}

/// Something of every kind, and of most kinds something that is not through yet.
fn furnish(world: &World) -> (String, String) {
    let mut body = order("production");
    body["regionId"] = seed::REGION_FRANKFURT.into();
    let id = world.create(&body);
    world.simulator.advance(Duration::from_secs(90));
    let at = |rest: &str| format!("/clusters/{id}{rest}");
    send(
        world,
        Method::POST,
        &at("/clients"),
        &json!({ "clientName": "worker" }),
    );
    let secret = json!({ "secretName": "KEY", "secretValue": "s3cr3t.value" });
    send(world, Method::POST, &at("/secrets"), &secret);
    send(
        world,
        Method::POST,
        &at("/secrets"),
        &json!({ "secretName": "OLD", "secretValue": "x" }),
    );
    world.simulator.change_behaviour(|behaviour| {
        behaviour.durations.secret_visibility = DAY;
        behaviour.durations.secret_change = Duration::from_secs(60);
    });
    send(world, Method::DELETE, &at("/secrets/OLD"), &Value::Null);
    let list = json!({ "ipallowlist": [{ "ip": "10.0.0.0/8", "description": "office" }] });
    send(world, Method::PUT, &at("/ipallowlist"), &list);
    let roles = json!({ "orgRoles": ["admin"] });
    send(world, Method::POST, "/members/ada@example.com", &roles);
    send(
        world,
        Method::PUT,
        &at("/backups/schedule"),
        &json!({ "schedule": "0 2 * * *" }),
    );
    let backup = send(world, Method::POST, &at("/backups"), &Value::Null);
    world.simulator.advance(Duration::from_secs(120));
    let backup = backup["uuid"].as_str().expect("an id");
    assert!(world.simulator.set_monitoring(&id, true));
    let user = world.simulator.add_monitoring_client(&id, "grafana");
    let first = world.simulator.monitoring_clients(&id).expect("active")[0]
        .password
        .clone();
    let rotate = at(&format!("/monitoring/clients/{user}/rotate"));
    send(world, Method::POST, &rotate, &Value::Null);
    assert!(
        world
            .simulator
            .set_secure_connectivity(&id, Default::default())
    );
    send(
        world,
        Method::POST,
        &at(&format!("/backups/{backup}/restore")),
        &Value::Null,
    );
    (id, first)
}

#[test]
fn everything_is_there_after_a_restart() {
    let (_folder, path) = folder();
    let world = World::with(options(&path));
    let (id, first_password) = furnish(&world);
    let paths = [
        "/clusters".to_owned(),
        format!("/clusters/{id}"),
        format!("/clusters/{id}/clients"),
        format!("/clusters/{id}/secrets"),
        format!("/clusters/{id}/backups"),
        format!("/clusters/{id}/backups/schedule"),
        format!("/clusters/{id}/monitoring/clients"),
        format!("/clusters/{id}/secure-connectivity"),
        "/members".to_owned(),
        "/activity/json".to_owned(),
    ];
    let look = |world: &World| -> Vec<String> {
        let replies = paths.iter().map(|path| world.get(path));
        replies
            .map(|reply| format!("{} {}", reply.status, reply.text))
            .collect()
    };
    let seen = look(&world);
    assert!(
        seen.iter().all(|reply| reply.starts_with("200 ")),
        "{seen:#?}"
    );
    let secrets = |simulator: &Simulator| {
        let clients = simulator.zeebe_clients(&id).into_iter();
        let clients = clients.map(|it| (it.uuid, it.client_id, it.secret));
        let users = simulator.monitoring_clients(&id).expect("it is active");
        let users = users
            .into_iter()
            .map(|it| (it.uuid, it.username, it.password));
        clients.chain(users).collect::<Vec<_>>()
    };
    let known = secrets(&world.simulator);
    let token = world.token.clone();
    world.simulator.save().expect("it can be written");
    let written = organization(&path);
    world.simulator.assert_clean();
    drop(world);

    let mut world = World::with(options(&path));
    assert_eq!(organization(&path), written);
    // Made before the restart, for an audience that does not depend on the port.
    world.token = token;
    assert_eq!(look(&world), seen);
    assert_eq!(secrets(&world.simulator), known);
    let works = world
        .simulator
        .monitoring_password_works(&id, "grafana", &first_password);
    assert!(works, "an old one is good for five minutes");
    // What was on its way comes to its end.
    assert_eq!(world.ready(&id), "Maintenance");
    world.simulator.advance(Duration::from_secs(240));
    assert_eq!(world.ready(&id), "Healthy");
    world.simulator.advance(DAY);
    assert_eq!(
        world.simulator.backups(&id).len(),
        2,
        "the schedule goes on"
    );
    let secrets = world.simulator.connector_secrets(&id);
    assert_eq!(
        secrets.into_iter().collect::<Vec<_>>(),
        [("KEY".into(), "s3cr3t.value".into())]
    );
    world.simulator.revoke_tokens();
    assert_eq!(world.get("/clusters").status, 401);
    drop(world);

    let mut again = World::with(options(&path));
    again.token = again
        .simulator
        .issue_token(seed::credentials::READ_ONLY.client_id);
    assert_eq!(again.get("/clusters").status, 200);
    again.simulator.assert_clean();
}

#[test]
fn a_change_is_in_the_file_before_it_is_answered() {
    let (_folder, path) = folder();
    let world = World::with(options(&path));
    let names = || -> Vec<Value> {
        let clusters = file(&path)["world"]["clusters"].clone();
        let clusters = clusters.as_array().cloned().unwrap_or_default();
        clusters.iter().map(|it| it["name"].clone()).collect()
    };
    assert!(names().is_empty(), "it is there from the start");
    world.create(&order("through the API"));
    assert_eq!(names(), ["through the API"]);
    let by_hand = json!({ "name": "by hand" });
    world.call(Method::POST, "/_simulator/clusters", Some(&by_hand));
    assert_eq!(names(), ["through the API", "by hand"]);
    let issued = file(&path)["world"]["tokens"]["issued"].clone();
    assert_eq!(world.log_in(seed::credentials::FULL).status, 200);
    assert_ne!(file(&path)["world"]["tokens"]["issued"], issued);

    // The answer that never comes.
    world
        .simulator
        .faults()
        .on("CreateCluster")
        .inject(Fault::lost_answer());
    world
        .try_call(Method::POST, "/clusters", Some(&order("lost")))
        .expect_err("the connection is reset");
    assert_eq!(names(), ["through the API", "by hand", "lost"]);

    // Reading changes nothing.
    let written = fs::read(&path).expect("there");
    world.get("/clusters");
    assert_eq!(fs::read(&path).expect("there"), written);
}

#[test]
fn time_goes_on_and_never_back() {
    let (_folder, path) = folder();
    let start = |clock| {
        Simulator::start(Options {
            clock,
            ..options(&path)
        })
        .expect("it starts")
    };
    let simulator = start(ClockMode::Manual);
    let before = simulator.now();
    simulator.save().expect("written");
    drop(simulator);
    assert_eq!(start(ClockMode::Manual).now(), before, "to the nanosecond");
    let simulator = start(ClockMode::Real);
    assert!(simulator.now() > before, "real time has passed");
    simulator.advance(DAY);
    let ahead = simulator.now();
    simulator.save().expect("written");
    drop(simulator);
    for clock in [
        ClockMode::Real,
        ClockMode::Scaled(60.0),
        ClockMode::PerRequest(DAY),
    ] {
        assert!(start(clock).now() >= ahead, "{clock:?}");
    }
}

#[test]
fn the_file_wins_over_the_seed_and_a_reset_goes_back_to_the_first_one() {
    let (_folder, path) = folder();
    let seeded = |name: &str| Options {
        seed: serde_json::from_value::<Seed>(json!({ "clusters": [{ "name": name }] }))
            .expect("a seed"),
        ..options(&path)
    };
    let names = |simulator: &Simulator| -> Vec<String> {
        let clusters = simulator.clusters().into_iter();
        clusters.map(|cluster| cluster.name).collect()
    };
    let simulator = Simulator::start(seeded("first")).expect("it starts");
    let id = simulator.clusters()[0].id.clone();
    simulator.rename_cluster(&id, "renamed");
    simulator.save().expect("written");
    drop(simulator);
    let simulator = Simulator::start(seeded("second")).expect("it starts");
    assert_eq!(names(&simulator), ["renamed"]);
    simulator.reset();
    assert_eq!(names(&simulator), ["first"]);
}

#[test]
fn faults_of_the_start_are_there_again_and_others_are_not() {
    let (_folder, path) = folder();
    let start = |faults: &[&str]| {
        Simulator::start(Options {
            faults: faults
                .iter()
                .map(|text| text.parse::<FaultRule>().expect("a rule"))
                .collect(),
            ..options(&path)
        })
        .expect("it starts")
    };
    let simulator = start(&["GetClusters=503", "CreateCluster=reset,times=2"]);
    simulator.faults().on("*").inject(Fault::status(500));
    assert_eq!(simulator.faults().list().len(), 3);
    simulator.reset();
    assert_eq!(simulator.faults().list().len(), 2);
    drop(simulator);
    assert_eq!(start(&[]).faults().list().len(), 0);
    let rule = FaultRule {
        operation: "Frobnicate".to_owned(),
        ..start(&["GetClusters=503"]).faults().list()[0].rule.clone()
    };
    let refused = Simulator::start(Options {
        faults: vec![rule],
        ..Options::default()
    });
    assert!(
        refused
            .err()
            .expect("refused")
            .to_string()
            .contains("Frobnicate")
    );
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path) = folder();
    drop(Simulator::start(options(&path)).expect("it starts"));
    let mode = || fs::metadata(&path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(), 0o600);
    // Copied about in CI, it may come back open to all; a file left half-written may be, too.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("ours");
    let unfinished = folder.path().join("state.json.unfinished");
    fs::write(&unfinished, "half").expect("ours");
    drop(Simulator::start(options(&path)).expect("it starts"));
    assert_eq!(mode(), 0o600);
    assert!(!unfinished.exists());
}

#[test]
fn what_cannot_be_gone_on_from_is_refused_and_left_alone() {
    let (_folder, path) = folder();
    drop(Simulator::start(options(&path)).expect("it starts"));
    let good = file(&path);
    let with = |change: fn(&mut Value)| {
        let mut changed = good.clone();
        change(&mut changed);
        changed.to_string()
    };
    let mut half = good.to_string();
    // Without its very end: where a cut in the middle falls depends on what is random in the file.
    half.truncate(half.len() - 1);
    let messages: Vec<String> = [
        ("empty", String::new()),
        ("half", half),
        (
            "something else",
            "{\"version\": 4, \"resources\": []}".to_owned(),
        ),
        (
            "of another program",
            json!({ "format": "tar", "version": 1 }).to_string(),
        ),
        ("newer", with(|file| file["version"] = 2.into())),
        ("older", with(|file| file["version"] = 0.into())),
        (
            "without clusters",
            with(|file| {
                file["world"].as_object_mut().unwrap().remove("clusters");
            }),
        ),
        (
            "with a broken key",
            with(|file| file["world"]["tokens"]["key"] = "short".into()),
        ),
        (
            "without organizations",
            with(|file| file["world"]["seed"]["organizations"] = json!([])),
        ),
    ]
    .into_iter()
    .map(|(name, content)| {
        fs::write(&path, &content).expect("ours");
        let error = Simulator::start(options(&path)).err().expect(name);
        assert_eq!(fs::read_to_string(&path).expect("there"), content, "{name}");
        format!("{name}: {error:#}").replace(path.to_str().expect("text"), "FILE")
    })
    .collect();
    // Where half of it ends depends on random ids.
    insta::with_settings!({ filters => vec![(r"at line \d+ column \d+", "at …"), (r"EOF while parsing an? \w+", "EOF")] }, {
        insta::assert_snapshot!(messages.join("\n"), @"
        empty: FILE cannot be gone on from; name another file for --state, or remove this one to begin a new organization: it is empty, a part of it is missing, or it is no JSON: EOF at …
        half: FILE cannot be gone on from; name another file for --state, or remove this one to begin a new organization: it is empty, a part of it is missing, or it is no JSON: EOF at …
        something else: FILE cannot be gone on from; name another file for --state, or remove this one to begin a new organization: it is not a state file of camunda-simulator: missing field `format` at …
        of another program: FILE cannot be gone on from; name another file for --state, or remove this one to begin a new organization: it is not a state file of camunda-simulator
        newer: FILE cannot be gone on from; name another file for --state, or remove this one to begin a new organization: a newer camunda-simulator wrote it: its format is version 2, this one reads 1
        older: FILE cannot be gone on from; name another file for --state, or remove this one to begin a new organization: there is no version 0 of its format
        without clusters: FILE cannot be gone on from; name another file for --state, or remove this one to begin a new organization: it is damaged: missing field `clusters` at …
        with a broken key: FILE cannot be gone on from; name another file for --state, or remove this one to begin a new organization: it is damaged: the key that tokens are signed with is not 32 bytes in base64 at …
        without organizations: FILE cannot be gone on from; name another file for --state, or remove this one to begin a new organization: it is damaged: the seed has no organization
        ");
    });
}

#[test]
fn a_file_that_cannot_be_written_is_no_secret() {
    let (folder, path) = folder();
    let missing = folder.path().join("missing/state.json");
    let error = Simulator::start(options(&missing)).err().expect("refused");
    let message = format!("{error:#}");
    assert!(
        message.contains("cannot write the state file") && message.contains("missing"),
        "{message}"
    );

    let world = World::with(options(&path));
    drop(folder);
    let reply = world.call(Method::POST, "/clusters", Some(&order("a")));
    assert_eq!(reply.status, 500);
    assert!(
        reply
            .text
            .contains("The simulator cannot write the state file"),
        "{}",
        reply.text
    );
    let reply = world.call(Method::POST, "/_simulator/clusters", Some(&json!({})));
    assert_eq!(reply.status, 500);
    assert!(world.simulator.save().is_err());
    world.simulator.add_cluster(NewCluster::default());
}
