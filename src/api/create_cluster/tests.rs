//! Creating a cluster on bad days: never two, never somebody else's.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::*;
use crate::api::test_transport::{FakeService, Reply, free, within};
use crate::api::transport::FailureKind;
use crate::clock::Clock;

fn wanted() -> CreateCluster {
    CreateCluster {
        name: "orders".to_owned(),
        plan_type_id: "p".to_owned(),
        channel_id: "c".to_owned(),
        generation_id: "g".to_owned(),
        region_id: "r".to_owned(),
        backup_region_id: None,
        auto_update: None,
        stage_label: None,
        encryption: None,
        hardware_packages: None,
        description: None,
    }
}

/// A cluster as listed. `wanted()` names what it is asked to be like.
fn cluster(id: &str, name: &str, created: &str) -> String {
    format!(
        r#"{{"uuid":"{id}","name":"{name}","created":"{created}","planType":{{"uuid":"p"}},
            "region":{{"uuid":"r"}},"channel":{{"uuid":"c"}},"generation":{{"uuid":"g"}}}}"#
    )
}

fn old() -> String {
    cluster("old", "orders", "2026-10-02T10:00:00Z")
}

fn new(id: &str) -> String {
    cluster(id, "orders", "2026-10-02T11:00:00Z")
}

fn list(clusters: &[String]) -> Reply {
    Reply::json(&format!("[{}]", clusters.join(",")))
}

fn created(id: &str) -> Reply {
    Reply::json(&format!(r#"{{"clusterId":"{id}"}}"#))
}

fn posts(service: &FakeService) -> usize {
    service
        .api_calls()
        .iter()
        .filter(|call| call.starts_with("POST"))
        .count()
}

#[tokio::test(start_paused = true)]
async fn an_answered_creation_takes_one_post() {
    let service = FakeService::answering([list(&[old()]), created("new")]);
    let made = service
        .client()
        .create_cluster(&free(), &wanted())
        .await
        .unwrap();
    assert_eq!(
        made,
        CreatedCluster {
            id: "new".to_owned(),
            found_after_lost_answer: false
        }
    );
    assert_eq!(service.api_calls(), ["GET /clusters", "POST /clusters"]);
}

/// Each way in which the answer can be of no use while the cluster exists.
#[tokio::test(start_paused = true)]
async fn a_cluster_whose_answer_was_lost_is_found() {
    for (name, reply) in [
        ("lost", Reply::Fail(FailureKind::Lost)),
        ("timed out", Reply::Hang),
        ("429 after commit", Reply::status(429)),
        ("500", Reply::status(500)),
        ("502", Reply::status(502).body("<html>")),
        ("503", Reply::status(503)),
        ("504", Reply::status(504)),
        ("broken off", created("new").broken_off()),
        ("truncated", Reply::json("{\"cluster")),
        ("empty", Reply::status(200)),
        ("other JSON", Reply::json("{\"id\":\"new\"}")),
        ("HTML", Reply::json("<html>")),
        ("too large", Reply::Fail(FailureKind::TooLarge)),
    ] {
        let service = FakeService::answering([list(&[old()]), reply, list(&[old(), new("new")])]);
        let made = service
            .client()
            .create_cluster(&free(), &wanted())
            .await
            .expect(name);
        assert_eq!(
            made,
            CreatedCluster {
                id: "new".to_owned(),
                found_after_lost_answer: true
            },
            "{name}"
        );
        assert_eq!((posts(&service), service.unasked()), (1, 0), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_cluster_listed_late_is_found_too() {
    let service = FakeService::answering([
        list(&[]),
        Reply::Fail(FailureKind::Lost),
        list(&[]),
        list(&[]),
        Reply::status(502),
        list(&[]),
        list(&[new("new")]),
    ]);
    let made = service
        .client()
        .create_cluster(&free(), &wanted())
        .await
        .unwrap();
    assert_eq!((made.id.as_str(), posts(&service)), ("new", 1));
}

#[tokio::test(start_paused = true)]
async fn a_lost_creation_that_left_no_trace_is_not_repeated() {
    let service = FakeService::answering(
        [list(&[old()]), Reply::Fail(FailureKind::Lost)]
            .into_iter()
            .chain((0..4).map(|_| list(&[old()]))),
    );
    let error = service
        .client()
        .create_cluster(&free(), &wanted())
        .await
        .unwrap_err();
    assert_eq!((posts(&service), service.unasked()), (1, 0));
    assert!(error.may_have_committed());
    insta::assert_snapshot!(error, @"api.cloud.camunda.io gave no whole answer to POST /clusters. The list of clusters shows no new cluster of that name");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_not_looked_into() {
    for status in [400, 403, 409, 302] {
        let service = FakeService::answering([list(&[]), Reply::status(status)]);
        let error = service
            .client()
            .create_cluster(&free(), &wanted())
            .await
            .unwrap_err();
        assert!(!error.may_have_committed(), "{status}");
    }
    // Nor is a request that was never sent: it is simply sent again.
    let service =
        FakeService::answering([list(&[]), Reply::Fail(FailureKind::NotSent), created("new")]);
    service
        .client()
        .create_cluster(&free(), &wanted())
        .await
        .unwrap();
}

/// Told to come back later, and nothing was made meanwhile: come back later.
#[tokio::test(start_paused = true)]
async fn a_rate_limited_creation_is_repeated_after_a_look() {
    let service = FakeService::answering([
        list(&[old()]),
        Reply::status(429).header("retry-after", "20"),
        list(&[old()]),
        list(&[old()]),
        Reply::status(503),
        list(&[old()]),
        list(&[old()]),
        created("new"),
    ]);
    let made = service
        .client()
        .create_cluster(&free(), &wanted())
        .await
        .unwrap();
    assert_eq!(
        made,
        CreatedCluster {
            id: "new".to_owned(),
            found_after_lost_answer: false
        }
    );
    let requests = service.api_requests();
    assert!(
        requests[2].at - requests[1].at >= Duration::from_secs(20),
        "also the look waits"
    );

    // But not for ever.
    let service = FakeService::answering([list(&[])].into_iter().chain((0..7).flat_map(|_| {
        [
            Reply::status(503).body("Creation is off"),
            list(&[]),
            list(&[]),
        ]
    })));
    let error = service
        .client()
        .create_cluster(&free(), &wanted())
        .await
        .unwrap_err();
    assert_eq!((posts(&service), service.unasked()), (7, 0));
    assert_eq!(error.server_message(), Some("Creation is off"));
}

#[tokio::test(start_paused = true)]
async fn clusters_that_differ_or_are_older_are_left_alone() {
    let other = |member: &str| {
        new("other").replace(
            &format!("\"{member}\":{{\"uuid\":\""),
            &format!("\"{member}\":{{\"uuid\":\"other-"),
        )
    };
    let strangers = [
        cluster("x", "orders-2", "2026-10-02T11:00:00Z"),
        other("planType"),
        other("region"),
        other("channel"),
        other("generation"),
        // Not listed before, but clearly made before: by somebody else.
        cluster("x", "orders", "2026-10-02T09:58:59Z"),
    ];
    let service = FakeService::answering(
        [list(&[old()]), Reply::Fail(FailureKind::Lost)]
            .into_iter()
            .chain((0..4).map(|_| list(&strangers))),
    );
    service
        .client()
        .create_cluster(&free(), &wanted())
        .await
        .unwrap_err();
}

/// A cluster that is being set up may lack all but its name.
#[tokio::test(start_paused = true)]
async fn a_sparse_cluster_is_recognized() {
    let sparse =
        r#"{"uuid":"new","name":"orders","region":{"uuid":"r"},"links":null,"created":null}"#
            .to_owned();
    let service = FakeService::answering([list(&[old()]), Reply::Hang, list(&[old(), sparse])]);
    assert_eq!(
        service
            .client()
            .create_cluster(&free(), &wanted())
            .await
            .unwrap()
            .id,
        "new"
    );
}

#[tokio::test(start_paused = true)]
async fn two_candidates_are_an_error_that_names_them() {
    let service = FakeService::answering([
        list(&[]),
        Reply::Fail(FailureKind::Lost),
        list(&[new("one"), new("two")]),
    ]);
    let error = service
        .client()
        .create_cluster(&free(), &wanted())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ambiguous);
    assert!(error.may_have_committed());
    insta::assert_snapshot!(error, @"the outcome of POST /clusters cannot be told. The answer was lost, and several new clusters look like the one asked for: one, two. Somebody else is creating the same");
}

/// Two resources alike in name and all identifiers, created at the same time, the first answer lost.
#[tokio::test(start_paused = true)]
async fn identical_creations_get_a_cluster_each() {
    let service = FakeService::answering([
        list(&[]),
        Reply::Fail(FailureKind::Lost),
        list(&[new("one")]),
        list(&[]), // the service lists late
        Reply::Fail(FailureKind::Lost),
        list(&[new("one")]),
        list(&[new("one"), new("two")]),
    ]);
    let (client, context) = (service.client(), free());
    // Different in what cannot be told apart later; another client of the same process.
    let second = CreateCluster {
        description: Some("second".to_owned()),
        ..wanted()
    };
    let other_client = service.client();
    let wanted = wanted();
    let (one, two) = tokio::join!(
        client.create_cluster(&context, &wanted),
        other_client.create_cluster(&context, &second)
    );
    assert_eq!(
        (one.unwrap().id.as_str(), two.unwrap().id.as_str()),
        ("one", "two")
    );
    assert_eq!((posts(&service), service.unasked()), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn different_creations_do_not_wait_for_each_other() {
    let service = FakeService::answering([
        list(&[]),
        Reply::Hang,
        list(&[]),
        created("b"),
        list(&[new("a")]),
    ]);
    let (client, context) = (service.client(), free());
    let (slow, quick) = (
        wanted(),
        CreateCluster {
            name: "other".to_owned(),
            ..wanted()
        },
    );
    let (one, two) = tokio::join!(client.create_cluster(&context, &slow), async {
        Clock::system().sleep(Duration::from_secs(1)).await;
        let begun = service.clock.instant();
        let made = client.create_cluster(&context, &quick).await;
        (made, service.clock.instant() - begun)
    });
    assert_eq!(one.unwrap().id, "a");
    assert_eq!(two.0.unwrap().id, "b");
    assert!(two.1 < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn without_the_list_before_nothing_is_created() {
    let service = FakeService::answering([Reply::status(403)]);
    let error = service
        .client()
        .create_cluster(&free(), &wanted())
        .await
        .unwrap_err();
    assert!(error.is_forbidden() && !error.may_have_committed());
    assert_eq!(posts(&service), 0);
}

#[tokio::test(start_paused = true)]
async fn a_look_that_fails_leaves_the_doubt_in_the_error() {
    let service = FakeService::answering([
        list(&[]),
        Reply::Fail(FailureKind::Lost),
        Reply::status(403),
    ]);
    let error = service
        .client()
        .create_cluster(&free(), &wanted())
        .await
        .unwrap_err();
    assert!(error.may_have_committed() && !error.is_forbidden());
    insta::assert_snapshot!(error, @"api.cloud.camunda.io gave no whole answer to POST /clusters. Whether the cluster was created all the same could not be found out: the list of clusters could not be read");
}

#[tokio::test(start_paused = true)]
async fn the_time_running_out_leaves_one_look() {
    let service = FakeService::answering([list(&[]), Reply::Hang, list(&[new("new")])]);
    let made = service
        .client()
        .create_cluster(&within(Duration::from_secs(20)), &wanted())
        .await
        .unwrap();
    assert_eq!(made.id, "new");
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_creation_ends_with_its_doubt() {
    let cancel = CancellationToken::new();
    let context = CallContext::new(cancel.clone());
    let service = FakeService::answering([list(&[]), Reply::Hang]);
    let (client, wanted) = (service.client(), wanted());
    let (made, ()) = tokio::join!(client.create_cluster(&context, &wanted), async {
        Clock::system().sleep(Duration::from_secs(3)).await;
        cancel.cancel();
    });
    let error = made.unwrap_err();
    assert!(error.is_cancelled() && error.may_have_committed());
    assert_eq!(posts(&service), 1);
}
