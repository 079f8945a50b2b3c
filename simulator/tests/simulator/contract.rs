//! Requests against the contract are noticed, refused, and fail the test run.

use std::{
    io::{Read, Write},
    net::TcpStream,
    panic::{AssertUnwindSafe, catch_unwind},
};

use camunda_simulator::{NewCluster, Side, behaviour::ErrorFormat};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{World, order};

fn problems(world: &World) -> Vec<String> {
    world
        .simulator
        .take_violations()
        .into_iter()
        .map(|violation| {
            assert_eq!(violation.side, Side::Request, "{violation:?}");
            format!("{}: {}", violation.operation, violation.problem)
        })
        .collect()
}

#[test]
fn a_wrong_body_is_refused_and_noted() {
    let world = World::new();
    let mut body = order("a");
    body["generation"] = "x".into();
    body["autoUpdate"] = "yes".into();
    body["stageLabel"] = "production".into();
    body.as_object_mut().expect("an object").remove("regionId");
    let reply = world.call(Method::POST, "/clusters", Some(&body));
    assert_eq!(reply.status, 400);
    assert_eq!(reply.json()["message"], "Validation Failed");
    assert_eq!(
        reply.json()["details"]["$.generation"]["message"],
        "is not declared"
    );
    let mut found = problems(&world);
    found.sort();
    assert_eq!(
        found,
        [
            "CreateCluster: $.autoUpdate: is string, not boolean",
            "CreateCluster: $.generation: is not declared",
            "CreateCluster: $.stageLabel: is none of dev, test, stage, prod",
            "CreateCluster: $: lacks the required member `regionId`",
        ]
    );
    assert!(world.simulator.clusters().is_empty());
}

#[test]
fn explicit_nulls_and_long_descriptions_are_noted() {
    let world = World::new();
    let id = world.simulator.add_cluster(NewCluster::default());
    let body = json!({ "description": "d".repeat(151), "stageLabel": null });
    let reply = world.call(Method::PATCH, &format!("/clusters/{id}"), Some(&body));
    assert_eq!(reply.status, 400);
    assert_eq!(problems(&world).len(), 2);
}

#[test]
fn undeclared_members_can_be_ignored_but_are_noted() {
    let world = World::new();
    world
        .simulator
        .change_behaviour(|all| all.reject_undeclared_members = false);
    let mut body = order("a");
    body["extra"] = 1.into();
    world.create(&body);
    assert_eq!(
        problems(&world),
        ["CreateCluster: $.extra: is not declared"]
    );
}

#[test]
fn a_violation_fails_the_test_run() {
    let world = World::new();
    world.simulator.assert_clean();
    world.get("/clusters?page=2");
    let outcome = catch_unwind(AssertUnwindSafe(|| world.simulator.assert_clean()));
    let message = outcome.expect_err("it panics");
    let message = message.downcast_ref::<String>().expect("text");
    assert!(
        message.contains("query parameters are not declared"),
        "{message}"
    );
    assert_eq!(world.simulator.statistics().request_violations, 1);
    assert_eq!(world.simulator.statistics().answer_violations, 0);
}

#[test]
fn unknown_paths_methods_and_bodies_are_noted() {
    let world = World::new();
    assert_eq!(world.get("/cluster").status, 404);
    assert_eq!(world.get("/clusters/").status, 404);
    assert_eq!(world.call(Method::PUT, "/clusters", None).status, 405);
    let id = world.simulator.add_cluster(NewCluster::default());
    let path = format!("/clusters/{id}/wake");
    assert_eq!(world.call(Method::PUT, &path, Some(&json!({}))).status, 204);
    let found = problems(&world);
    assert_eq!(found.len(), 4, "{found:#?}");
    assert!(found[0].starts_with("GET /cluster: "), "{found:#?}");
    assert_eq!(found[3], "Wake: a body is not declared");
}

#[test]
fn the_content_type_has_to_be_declared() {
    let world = World::new();
    let body = order("a").to_string();
    let mut stream = TcpStream::connect(world.simulator.address()).expect("a connection");
    write!(
        stream,
        "POST /clusters HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\nconnection: close\r\n\
         content-type: text/plain\r\ncontent-length: {}\r\n\r\n{body}",
        world.token,
        body.len()
    )
    .expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("received");
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert_eq!(
        problems(&world),
        ["CreateCluster: content type `text/plain` is not declared"]
    );
}

#[test]
fn errors_can_be_json() {
    let world = World::new();
    world
        .simulator
        .change_behaviour(|all| all.error_format = ErrorFormat::Json);
    let reply = world.get("/clusters/unknown");
    assert_eq!(reply.status, 404);
    let body: Value = reply.json();
    assert_eq!(body, json!({ "message": "There is no cluster `unknown`." }));
    world.simulator.assert_clean();
}

/// An answer of ours that broke the contract would be noticed as well: here the seed makes the
/// service say something that no document declares.
#[test]
fn a_wrong_answer_of_the_simulator_is_noticed() {
    let mut options = camunda_simulator::Options::default();
    options.seed.channels[0].generations[0].classification = "surprise".to_owned();
    let world = World::with(options);
    assert_eq!(world.get("/clusters/parameters").status, 200);
    let violations = world.simulator.violations();
    assert_eq!(violations.len(), 1, "{violations:#?}");
    assert_eq!(violations[0].side, Side::Answer);
    assert!(
        violations[0].problem.contains("classification"),
        "{violations:#?}"
    );
    assert_eq!(world.simulator.statistics().answer_violations, 1);
}
