//! The control surface.

use camunda_simulator::{Options, Seed, seed};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Reply, World, order};

fn control(world: &World, method: Method, path: &str, body: Value) -> Reply {
    let body = (!body.is_null()).then_some(body);
    world.call(method, &format!("/_simulator/{path}"), body.as_ref())
}

fn ok(world: &World, method: Method, path: &str, body: Value) -> Value {
    let reply = control(world, method, path, body);
    assert_eq!(reply.status, 200, "{path}: {}", reply.text);
    reply.json()
}

#[test]
fn it_lists_what_there_is() {
    let world = World::new();
    let index = ok(&world, Method::GET, "", Value::Null);
    assert!(index.as_array().expect("a list").len() > 20);
    assert_eq!(world.get("/_simulator").status, 200);
    let nothing = control(&world, Method::GET, "nothing", Value::Null);
    assert_eq!(nothing.status, 404);
    assert!(
        nothing.text.contains("GET /_simulator/ lists"),
        "{}",
        nothing.text
    );
    // It is no part of the API: not logged, not held against the contract.
    assert!(world.simulator.requests().is_empty());
    world.simulator.assert_clean();
}

#[test]
fn faults_are_added_listed_released_and_removed() {
    let world = World::new();
    let rule = json!({
        "operation": "GetClusters", "skip": 1, "times": 2,
        "fault": { "answer": { "status": 503, "body": "html", "retry_after": { "seconds": 1 } } },
    });
    let id = ok(&world, Method::POST, "faults", rule)["id"].clone();
    let seen: Vec<u16> = (0..4).map(|_| world.get("/clusters").status).collect();
    assert_eq!(seen, [200, 503, 503, 200]);
    let listed = ok(&world, Method::GET, "faults", Value::Null);
    assert_eq!((&listed[0]["id"], &listed[0]["fired"]), (&id, &json!(2)));
    ok(
        &world,
        Method::POST,
        &format!("faults/{id}/release"),
        Value::Null,
    );
    ok(&world, Method::DELETE, &format!("faults/{id}"), Value::Null);
    assert_eq!(
        control(&world, Method::DELETE, &format!("faults/{id}"), Value::Null).status,
        404
    );
    for wrong in [
        json!({ "operation": "GetNothing", "fault": "empty_body" }),
        json!({ "operation": "GetClusters", "fault": "unheard_of" }),
        json!({ "operation": "GetClusters", "fault": "empty_body", "time": 3 }),
    ] {
        assert_eq!(control(&world, Method::POST, "faults", wrong).status, 400);
    }
    ok(
        &world,
        Method::POST,
        "faults",
        json!({ "operation": "*", "fault": "empty_body", "times": null }),
    );
    ok(&world, Method::DELETE, "faults", Value::Null);
    assert_eq!(world.get("/clusters").text, "[]");
}

#[test]
fn the_clock_is_read_set_and_moved() {
    let world = World::new();
    let clock = ok(&world, Method::PUT, "clock", json!({ "mode": "manual" }));
    assert_eq!(clock["mode"], "manual");
    let id = world.create(&order("a"));
    assert_eq!(world.ready(&id), "Creating");
    ok(
        &world,
        Method::POST,
        "clock/advance",
        json!({ "seconds": 90.5 }),
    );
    assert_eq!(world.ready(&id), "Healthy");
    let clock = ok(
        &world,
        Method::PUT,
        "clock",
        json!({ "mode": { "per_request": 30 } }),
    );
    assert_eq!(clock["mode"], json!({ "per_request": 30.0 }));
    ok(
        &world,
        Method::PUT,
        "clock",
        json!({ "mode": { "scaled": 60 } }),
    );
    assert_eq!(
        ok(&world, Method::GET, "clock", Value::Null)["mode"],
        json!({ "scaled": 60.0 })
    );
    for (method, path, body) in [
        (Method::PUT, "clock", json!({ "mode": "backwards" })),
        (Method::PUT, "clock", json!({ "mode": { "scaled": 0 } })),
        (Method::PUT, "clock", json!({ "mode": { "scaled": -2 } })),
        (Method::POST, "clock/advance", json!({ "seconds": -1 })),
    ] {
        assert_eq!(control(&world, method, path, body).status, 400);
    }
    ok(
        &world,
        Method::POST,
        "clock/advance",
        json!({ "token_seconds": 86_400 }),
    );
    assert_eq!(world.get("/clusters").status, 401);
}

#[test]
fn switches_are_changed_one_by_one() {
    let world = World::new();
    let before = ok(&world, Method::GET, "behaviour", Value::Null);
    let change = json!({ "durations": { "create": 5 }, "cluster_name_length": 3 });
    let after = ok(&world, Method::PATCH, "behaviour", change);
    assert_eq!(after["durations"]["create"], 5.0);
    assert_eq!(
        after["durations"]["upgrade"],
        before["durations"]["upgrade"]
    );
    assert_eq!(
        world
            .call(Method::POST, "/clusters", Some(&order("long")))
            .status,
        400
    );
    let wrong = control(&world, Method::PATCH, "behaviour", json!({ "creat": 5 }));
    assert_eq!(wrong.status, 400);
    assert!(wrong.text.contains("creat"), "{}", wrong.text);
    let limit = json!({ "tokens": { "rate_limit": { "block": 60, "send_retry_after": true } } });
    ok(&world, Method::PATCH, "behaviour", limit);
    assert!(world.simulator.behaviour().tokens.rate_limit.is_some());
}

#[test]
fn clusters_are_added_changed_and_deleted_by_hand() {
    let world = World::new();
    let new = json!({ "name": "from-the-console", "stage_label": "test" });
    let id = ok(&world, Method::POST, "clusters", new)["id"]
        .as_str()
        .expect("text")
        .to_owned();
    let path = format!("clusters/{id}");
    let change = json!({ "status": "Suspended", "name": "renamed", "generation": seed::GENERATION_8_8_GEN22 });
    ok(&world, Method::PATCH, &path, change);
    let cluster = ok(&world, Method::GET, &path, Value::Null);
    assert_eq!(
        (&cluster["name"], &cluster["status"]),
        (&json!("renamed"), &json!("Suspended"))
    );
    assert_eq!(cluster["stage_label"], "test");
    assert_eq!(world.ready(&id), "Suspended");
    assert_eq!(
        ok(&world, Method::GET, "state", Value::Null)["clusters"][0]["id"],
        id
    );
    ok(&world, Method::DELETE, &path, Value::Null);
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(control(&world, method, &path, Value::Null).status, 404);
    }
    assert_eq!(control(&world, Method::PATCH, &path, json!({})).status, 404);
    world.simulator.assert_clean();
}

#[test]
fn organization_tokens_clients_and_generations_are_steered() {
    let mut world = World::new();
    let organization = ok(
        &world,
        Method::PATCH,
        "organization",
        json!({ "reservations": 0 }),
    );
    assert_eq!(organization["id"], seed::ORGANIZATION);
    assert_eq!(
        world
            .call(Method::POST, "/clusters", Some(&order("a")))
            .status,
        400
    );
    assert_eq!(
        control(
            &world,
            Method::PATCH,
            "organization",
            json!({ "chairs": 1 })
        )
        .status,
        400
    );

    let new = json!({ "channel": seed::CHANNEL_STABLE, "id": "g", "name": "Camunda 8.8+gen24", "minor": "8.8" });
    ok(&world, Method::POST, "generations", new);
    let offered = |world: &World| world.get("/clusters/parameters").json()["channels"][0].clone();
    assert_eq!(offered(&world)["defaultGeneration"]["uuid"], "g");
    ok(&world, Method::DELETE, "generations/g", Value::Null);
    assert_eq!(
        offered(&world)["defaultGeneration"]["uuid"],
        seed::GENERATION_8_9_GEN3
    );
    assert_eq!(
        ok(&world, Method::POST, "auto-updates", Value::Null)["started"],
        0
    );

    for what in ["expire", "revoke"] {
        world.login(seed::credentials::FULL);
        assert_eq!(world.get("/clusters").status, 200);
        ok(&world, Method::POST, &format!("tokens/{what}"), Value::Null);
        assert_eq!(world.get("/clusters").status, 401, "{what}");
    }
    ok(&world, Method::POST, "tokens/unblock", Value::Null);
    let client = seed::credentials::FULL.client_id;
    ok(
        &world,
        Method::POST,
        &format!("clients/{client}/revoke"),
        Value::Null,
    );
    assert_eq!(world.log_in(seed::credentials::FULL).status, 401);
    assert_eq!(
        control(&world, Method::POST, "clients/nobody/revoke", Value::Null).status,
        404
    );
    assert_eq!(
        ok(&world, Method::GET, "tokens", Value::Null)[0]["outcome"],
        "revoked_client"
    );
}

#[test]
fn the_log_is_read_in_parts() {
    let world = World::new();
    world.get("/clusters");
    world.get("/clusters/parameters");
    world.get("/clusters");
    let count = |query: &str| {
        ok(
            &world,
            Method::GET,
            &format!("requests{query}"),
            Value::Null,
        )
        .as_array()
        .map(Vec::len)
    };
    assert_eq!(count(""), Some(3));
    assert_eq!(count("?operation=GetClusters"), Some(2));
    assert_eq!(count("?operation=GetClusters&after=1"), Some(1));
    let statistics = ok(&world, Method::GET, "statistics", Value::Null);
    assert_eq!(
        statistics["operations"]["GetClusters"]["statuses"],
        json!({ "200": 2 })
    );
    world.get("/cluster");
    assert_eq!(
        ok(&world, Method::DELETE, "violations", Value::Null)[0]["side"],
        "request"
    );
    assert_eq!(
        ok(&world, Method::GET, "violations", Value::Null),
        json!([])
    );
}

#[test]
fn a_reset_forgets_everything_and_can_bring_another_seed() {
    let mut world = World::new();
    world.create(&order("a"));
    world.get("/cluster");
    ok(
        &world,
        Method::PATCH,
        "behaviour",
        json!({ "cluster_name_length": 3 }),
    );
    let everything = json!({ "operation": "*", "fault": "empty_body", "times": null });
    ok(&world, Method::POST, "faults", everything);
    ok(&world, Method::POST, "reset", Value::Null);
    assert!(world.simulator.clusters().is_empty());
    assert!(world.simulator.requests().is_empty());
    assert_eq!(world.simulator.behaviour(), Options::default().behaviour);
    assert_eq!(world.get("/clusters").status, 401);
    world.login(seed::credentials::FULL);
    world.create(&order("long"));
    assert_eq!(world.simulator.statistics().requests, 2);
    // Numbers go on, so that a request from before is not taken for one from after.
    assert_eq!(world.simulator.requests()[0].order, 3);
    world.simulator.assert_clean();

    let mut other = Seed::default();
    other.plan_types.truncate(1);
    ok(&world, Method::POST, "reset", json!({ "seed": other }));
    world.login(seed::credentials::FULL);
    let parameters = world.get("/clusters/parameters").json();
    assert_eq!(
        parameters["clusterPlanTypes"].as_array().map(Vec::len),
        Some(1)
    );
    other.organizations.clear();
    assert_eq!(
        control(&world, Method::POST, "reset", json!({ "seed": other })).status,
        400
    );
}
