//! The request log: what it tells, and what it never tells.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use camunda_simulator::{Fault, seed::credentials};
use reqwest::Method;
use serde_json::json;

use crate::support::{World, order};

#[test]
fn every_request_is_there_in_order_with_who_made_it() {
    let mut world = World::new();
    let id = world.create(&order("a"));
    world.get("/clusters/unknown");
    world.login(credentials::READ_ONLY);
    world.get("/clusters");
    let log = world.simulator.requests();
    let lines: Vec<String> = log
        .iter()
        .map(|it| {
            format!(
                "{} {} {} {} {}",
                it.order,
                it.operation.as_deref().unwrap_or_default(),
                it.method,
                it.status.unwrap_or_default(),
                it.client_id.as_deref().unwrap_or_default()
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            "1 CreateCluster POST 200 Zk3v8Qm1EXAMPLE",
            "2 GetCluster GET 404 Zk3v8Qm1EXAMPLE",
            "3 GetClusters GET 200 Rd7t4Nc2EXAMPLE",
        ]
    );
    assert_eq!(
        log[0].request_body.as_ref().map(|body| &body["name"]),
        Some(&json!("a"))
    );
    assert_eq!(log[0].response_body, Some(json!({ "clusterId": id })));
    assert_eq!(
        log[1].response_body,
        Some(json!("There is no cluster `unknown`."))
    );
    assert!(log[0].carried_out && !log[1].carried_out);
    assert_eq!(log[0].bearer, log[1].bearer);
    assert_ne!(log[0].bearer, log[2].bearer);
    assert!(log[0].time < log[2].time);
    assert_eq!(world.simulator.statistics().requests, 3);
}

#[test]
fn no_secret_and_no_token_is_ever_shown() {
    let world = World::new();
    let token = world.log_in(credentials::FULL).json()["access_token"]
        .as_str()
        .expect("text")
        .to_owned();
    world.token(
        "application/x-www-form-urlencoded",
        format!(
            "grant_type=x&client_secret={}",
            credentials::FULL.client_secret
        ),
    );
    // Even where the secret goes astray.
    world.token("text/plain", credentials::FULL.client_secret.to_owned());
    let astray = json!({ "name": "a", "client_secret": credentials::FULL.client_secret });
    world.call(Method::POST, "/clusters", Some(&astray));
    world.call(Method::PUT, "/nowhere", Some(&astray));
    let secret = json!({ "secretName": "KEY", "secretValue": "hunter2" });
    world.call(Method::POST, "/clusters/x/secrets", Some(&secret));
    world
        .simulator
        .faults()
        .on("IssueToken")
        .inject(Fault::lost_answer());

    let everything = [
        format!("{:?}", world.simulator.requests()),
        format!("{:?}", world.simulator.token_requests()),
        format!("{:?}", world.simulator.violations()),
        format!("{:?}", world.simulator.statistics()),
        world.get("/_simulator/state").text,
        world.get("/_simulator/requests").text,
        world.get("/_simulator/tokens").text,
        world.get("/_simulator/violations").text,
        world.get("/_simulator/statistics").text,
    ]
    .join("\n");
    for secret in [
        credentials::FULL.client_secret,
        &token,
        &world.token,
        "hunter2",
        "s3cr3t",
    ] {
        assert!(!everything.contains(secret), "{secret} is shown");
    }
    assert!(everything.contains("[redacted]"), "{everything}");
    assert!(everything.contains(credentials::FULL.client_id));
}

#[test]
fn connections_are_counted_and_used_again() {
    let world = World::new();
    let mut stream = TcpStream::connect(world.simulator.address()).expect("a connection");
    for end in ["keep-alive", "close"] {
        write!(
            stream,
            "GET /clusters HTTP/1.1\r\nhost: a\r\nconnection: {end}\r\nauthorization: Bearer {}\r\n\r\n",
            world.token
        )
        .expect("sent");
    }
    let mut answers = String::new();
    stream.read_to_string(&mut answers).expect("received");
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 2, "{answers}");
    assert_eq!(world.simulator.statistics().connections, 1);
}
