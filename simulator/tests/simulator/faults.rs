//! Faults on demand, seen from the client.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::Duration,
};

use camunda_simulator::{Fault, FaultAnswer, FaultBody, NewCluster, RetryAfter};
use reqwest::Method;
use serde_json::json;

use crate::support::{World, order};

const LONG: Duration = Duration::from_secs(60);

/// What comes back on a plain connection, up to its end.
fn bytes(world: &World, method: &str, path: &str, body: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(world.simulator.address())?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        world.token,
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[test]
fn an_answer_is_lost_after_the_cluster_was_created() {
    let world = World::new();
    world
        .simulator
        .faults()
        .on("CreateCluster")
        .inject(Fault::lost_answer());
    let error = bytes(&world, "POST", "/clusters", &order("a").to_string())
        .expect_err("the connection is reset");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(world.simulator.clusters().len(), 1);
    let request = &world.simulator.requests_of("CreateCluster")[0];
    assert!(request.carried_out && request.status.is_none());
    assert_eq!(request.outcome, "connection reset");
    assert_eq!(request.fault, Some(1));

    world.create(&order("b"));
    assert_eq!(world.simulator.statistics().faults, 1);
    world.simulator.assert_clean();
}

#[test]
fn a_connection_is_reset_before_anything_happens() {
    let world = World::new();
    world
        .simulator
        .faults()
        .on("CreateCluster")
        .inject(Fault::reset());
    let body = order("a");
    let error = world
        .try_call(Method::POST, "/clusters", Some(&body))
        .expect_err("the connection is reset");
    assert!(error.is_request(), "{error:?}");
    assert!(world.simulator.clusters().is_empty());
    assert!(!world.simulator.requests()[0].carried_out);
}

#[test]
fn too_many_requests_with_every_kind_of_retry_after() {
    let world = World::new();
    let faults = world.simulator.faults();
    for retry_after in [
        RetryAfter::Seconds(3),
        RetryAfter::Seconds(0),
        RetryAfter::ABSURD,
        RetryAfter::garbage(),
        RetryAfter::DateIn(5),
    ] {
        faults
            .on("GetClusters")
            .inject(Fault::too_many_requests(retry_after));
    }
    faults
        .on("GetClusters")
        .inject(Fault::too_many_requests(None));
    let seen: Vec<(u16, Option<String>)> = (0..7)
        .map(|_| world.get("/clusters"))
        .map(|reply| (reply.status, reply.retry_after))
        .collect();
    assert_eq!(seen[0], (429, Some("3".to_owned())));
    assert_eq!(seen[1], (429, Some("0".to_owned())));
    assert_eq!(seen[2], (429, Some("3155760000".to_owned())));
    assert_eq!(seen[3], (429, Some("soon, maybe".to_owned())));
    let date = seen[4].1.as_deref().expect("a date");
    let date = jiff::fmt::rfc2822::parse(date)
        .expect("an HTTP date")
        .timestamp();
    let distance = date.duration_since(jiff::Timestamp::now()).as_secs();
    assert!((-55..=5).contains(&distance), "{distance}");
    assert_eq!(seen[5], (429, None));
    assert_eq!(seen[6].0, 200);
    world.simulator.assert_clean();
}

#[test]
fn a_429_can_come_although_the_cluster_was_created() {
    let world = World::new();
    world
        .simulator
        .faults()
        .on("CreateCluster")
        .inject(Fault::too_many_requests_after_commit());
    let reply = world.call(Method::POST, "/clusters", Some(&order("a")));
    assert_eq!(reply.status, 429);
    assert_eq!(world.simulator.clusters().len(), 1);
    let counts = &world.simulator.statistics().operations["CreateCluster"];
    assert_eq!(
        (counts.count, counts.carried_out, counts.statuses[&429]),
        (1, 1, 1)
    );
    world.simulator.assert_clean();
}

#[test]
fn server_faults_come_as_text_html_json_or_nothing() {
    let world = World::new();
    let faults = world.simulator.faults();
    faults.on("GetClusters").inject(Fault::status(500));
    faults.on("GetClusters").inject(Fault::html(502));
    for body in [FaultBody::Json(json!({ "message": "m" })), FaultBody::Empty] {
        faults.on("GetClusters").inject(Fault::Answer(FaultAnswer {
            status: 503,
            body,
            retry_after: None,
            after_commit: false,
        }));
    }
    let next = || {
        let reply = world.get("/clusters");
        (reply.status, reply.text)
    };
    assert_eq!(next(), (500, "The service is not available.".to_owned()));
    let (status, page) = next();
    assert!(status == 502 && page.contains("<html>"), "{page}");
    assert_eq!(next(), (503, r#"{"message":"m"}"#.to_owned()));
    assert_eq!(next(), (503, String::new()));
    assert_eq!(next().0, 200);
}

#[test]
fn bodies_are_truncated_cut_off_missing_or_where_none_belongs() {
    let world = World::new();
    let id = world.simulator.add_cluster(NewCluster::default());
    let path = format!("/clusters/{id}");
    let faults = world.simulator.faults();
    faults.on("GetCluster").inject(Fault::TruncatedJson);
    faults.on("GetCluster").inject(Fault::CutOffBody);
    faults.on("GetCluster").inject(Fault::EmptyBody);
    faults.on("UpdateCluster").inject(Fault::BodyOnNoContent);

    let reply = world.get(&path);
    assert_eq!(reply.status, 200);
    let error = serde_json::from_str::<serde_json::Value>(&reply.text).expect_err("half of it");
    assert!(error.is_eof(), "{error}");

    let error = world
        .try_call(Method::GET, &path, None)
        .expect_err("the body does not end");
    assert!(error.is_decode() || error.is_body(), "{error:?}");

    let reply = world.get(&path);
    assert_eq!((reply.status, reply.text.as_str()), (200, ""));

    let answer = bytes(&world, "PATCH", &path, r#"{"name":"new"}"#).expect("bytes");
    assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
    assert!(
        answer.ends_with("\r\n\r\n{\"unexpected\":true}"),
        "{answer}"
    );
    assert_eq!(world.get(&path).json()["name"], "new");
    world.simulator.assert_clean();
}

#[test]
fn answers_are_overlaid_and_thinned_out() {
    let world = World::new();
    let id = world.simulator.add_cluster(NewCluster::default());
    let path = format!("/clusters/{id}");
    let faults = world.simulator.faults();
    faults.on("GetCluster").inject(Fault::undeclared_members());
    faults
        .on("GetCluster")
        .inject(Fault::cluster_status("Dreaming"));
    faults.on("GetCluster").inject(Fault::null_lists());
    faults.on("GetCluster").inject(Fault::Omit(vec![
        "encryption".to_owned(),
        "labels".to_owned(),
    ]));
    faults
        .on("GetClusters")
        .inject(Fault::cluster_status("Suspended"));

    let cluster = world.get(&path).json();
    assert!(cluster["futureMember"]["nested"].is_array() && cluster["name"] == "by-hand");
    let cluster = world.get(&path).json();
    assert_eq!(cluster["status"]["ready"], "Dreaming");
    assert_eq!(cluster["status"]["zeebeStatus"], "Healthy");
    let cluster = world.get(&path).json();
    assert!(cluster["ipallowlist"].is_null() && cluster["labels"].is_null());
    let cluster = world.get(&path).json();
    assert!(cluster.get("encryption").is_none() && cluster.get("labels").is_none());
    assert_eq!(
        world.get("/clusters").json()[0]["status"]["ready"],
        "Suspended"
    );
    assert_eq!(world.ready(&id), "Healthy");
    world.simulator.assert_clean();
}

#[test]
fn a_token_is_revoked_at_the_third_request() {
    let mut world = World::new();
    world
        .simulator
        .faults()
        .on("GetClusters")
        .skip(2)
        .inject(Fault::RevokeToken);
    let statuses: Vec<u16> = (0..4).map(|_| world.get("/clusters").status).collect();
    assert_eq!(statuses, [200, 200, 401, 401]);
    world.login(camunda_simulator::seed::credentials::FULL);
    assert_eq!(world.get("/clusters").status, 200);
    world.simulator.assert_clean();
}

#[test]
fn a_cluster_vanishes_between_two_polls() {
    let world = World::new();
    let (a, b) = (world.create(&order("a")), world.create(&order("b")));
    world
        .simulator
        .faults()
        .on("GetCluster")
        .path_contains(&a)
        .skip(1)
        .always()
        .inject(Fault::status(404));
    let poll = |id: &str| world.get(&format!("/clusters/{id}")).status;
    assert_eq!((poll(&a), poll(&a), poll(&a)), (200, 404, 404));
    assert_eq!(poll(&b), 200);
    world.simulator.faults().clear();
    assert_eq!(poll(&a), 200);
}

#[test]
fn a_held_answer_waits_until_it_is_released() {
    let world = World::new();
    let id = world.simulator.add_cluster(NewCluster::default());
    let fault = world
        .simulator
        .faults()
        .on("DeleteCluster")
        .inject(Fault::held_answer());
    let task = world.start(Method::DELETE, &format!("/clusters/{id}"));
    assert!(world.simulator.wait_for_request("DeleteCluster", 1, LONG));
    // It is carried out, it is not answered, and others are not held up.
    assert!(!task.is_finished());
    let deletion = world
        .simulator
        .cluster(&id)
        .expect("shows for a while")
        .deletion;
    assert!(deletion.is_some());
    assert_eq!(world.get("/clusters").status, 200);
    assert_eq!(world.simulator.requests()[0].outcome, "waiting");
    assert!(world.simulator.faults().release(fault));
    assert_eq!(world.finish(task).expect("an answer").status, 204);
    let request = &world.simulator.requests()[0];
    assert_eq!(
        (request.outcome.as_str(), request.status),
        ("answered", Some(204))
    );
    let counts = &world.simulator.statistics().operations["DeleteCluster"];
    assert_eq!((counts.count, counts.carried_out), (1, 1));
}

#[test]
fn a_slow_answer_ends_when_it_is_released_or_its_time_is_up() {
    let world = World::new();
    let faults = world.simulator.faults();
    let slow = faults.on("GetClusters").inject(Fault::slow(10 * LONG));
    let task = world.start(Method::GET, "/clusters");
    assert!(world.simulator.wait_for_request("GetClusters", 1, LONG));
    assert!(!task.is_finished());
    assert!(!world.simulator.requests()[0].carried_out);
    faults.release(slow);
    assert_eq!(world.finish(task).expect("an answer").status, 200);

    faults
        .on("GetClusters")
        .inject(Fault::slow(Duration::from_millis(1)));
    assert_eq!(world.get("/clusters").status, 200);
}

#[test]
fn a_client_that_gives_up_leaves_its_trace() {
    let world = World::new();
    world
        .simulator
        .faults()
        .on("CreateCluster")
        .inject(Fault::held_answer());
    let body = order("a").to_string();
    let mut stream = TcpStream::connect(world.simulator.address()).expect("a connection");
    write!(
        stream,
        "POST /clusters HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        world.token,
        body.len()
    )
    .expect("sent");
    assert!(world.simulator.wait_for_request("CreateCluster", 1, LONG));
    drop(stream);
    assert_eq!(world.simulator.clusters().len(), 1);
    let request = &world.simulator.requests()[0];
    assert!(request.carried_out && request.status.is_none());
}

#[test]
fn waiting_for_a_request_that_does_not_come_ends() {
    let world = World::new();
    let none = Duration::from_millis(1);
    assert!(!world.simulator.wait_for_request("GetClusters", 1, none));
    world.get("/clusters");
    assert!(world.simulator.wait_for_request("GetClusters", 1, none));
    assert!(!world.simulator.wait_for_request("GetClusters", 2, none));
}

#[test]
fn dropping_the_simulator_ends_held_requests_and_frees_the_port() {
    let world = World::new();
    let address = world.simulator.address();
    world
        .simulator
        .faults()
        .on("GetClusters")
        .inject(Fault::held_answer());
    let task = world.start(Method::GET, "/clusters");
    assert!(world.simulator.wait_for_request("GetClusters", 1, LONG));
    let World { simulator, .. } = world;
    drop(simulator);
    drop(task);
    let error = TcpStream::connect(address).expect_err("nobody listens");
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
}
