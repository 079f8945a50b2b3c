//! Creating an API client on bad days: its secret is known, and nothing is left over.

use secrecy::ExposeSecret as _;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::api::test_transport::{FakeService, Reply, free, within};
use crate::api::transport::FailureKind;
use crate::clock::Clock;

fn wanted() -> CreateZeebeClient {
    CreateZeebeClient {
        name: "workers".to_owned(),
        permissions: Some(vec!["Zeebe".to_owned()]),
    }
}

/// The list with clients of these ids, all called `workers`.
fn list(ids: &[&str]) -> Reply {
    let client =
        |id: &&str| format!(r#"{{"clientId":"{id}","name":"workers","permissions":["Zeebe"]}}"#);
    let clients: Vec<String> = ids.iter().map(client).collect();
    Reply::json(&format!("[{}]", clients.join(",")))
}

fn created(id: &str) -> Reply {
    Reply::json(&format!(
        r#"{{"uuid":"u","name":"workers","clientId":"{id}","clientSecret":"secret-of-{id}","permissions":["Zeebe"]}}"#
    ))
}

fn taken() -> Reply {
    Reply::status(400).body("the name exists")
}

fn lost() -> Reply {
    Reply::Fail(FailureKind::Lost)
}

async fn create(service: &FakeService) -> Result<String, Error> {
    let client = service.client();
    let created = client
        .create_client(&free(), "c", &wanted(), |_| ())
        .await?;
    Ok(created.secret.expose_secret().to_owned())
}

/// What was asked, in short: `list`, `post`, `delete ID`.
fn asked(service: &FakeService) -> String {
    let short = |call: String| match call.as_str() {
        "GET /clusters/c/clients" => "list".to_owned(),
        "POST /clusters/c/clients" => "post".to_owned(),
        other => other.replace("DELETE /clusters/c/clients/", "delete "),
    };
    let calls: Vec<String> = service.api_calls().into_iter().map(short).collect();
    calls.join(", ")
}

#[tokio::test(start_paused = true)]
async fn an_answered_creation_takes_one_post() {
    let service = FakeService::answering([list(&["old"]), created("new")]);
    let mut seen = Vec::new();
    let wanted = CreateZeebeClient {
        name: "others".to_owned(),
        ..wanted()
    };
    let made = service
        .client()
        .create_client(&free(), "c", &wanted, |before| seen.extend(before.to_vec()))
        .await
        .unwrap();
    assert_eq!(
        (made.client_id.as_str(), made.id.as_deref()),
        ("new", Some("u"))
    );
    assert_eq!(seen[0].client_id, "old");
    assert_eq!(asked(&service), "list, post");
    let body = &service.api_requests()[1].body;
    assert_eq!(body, r#"{"clientName":"others","permissions":["Zeebe"]}"#);
}

/// Each way in which the answer, and the secret with it, can be of no use while the client exists.
#[tokio::test(start_paused = true)]
async fn a_client_whose_secret_was_lost_is_replaced_at_once() {
    for (name, reply) in [
        ("lost", lost()),
        ("timed out", Reply::Hang),
        ("429 after commit", Reply::status(429)),
        ("500", Reply::status(500)),
        ("502", Reply::status(502).body("<html>")),
        ("503", Reply::status(503)),
        ("504", Reply::status(504)),
        ("broken off", created("first").broken_off()),
        ("truncated", Reply::json("{\"clientId")),
        ("empty", Reply::status(200)),
        (
            "without the secret",
            Reply::json("{\"clientId\":\"first\"}"),
        ),
        ("too large", Reply::Fail(FailureKind::TooLarge)),
    ] {
        let service = FakeService::answering([
            list(&[]),
            reply,
            list(&["first"]),
            Reply::status(204),
            created("second"),
        ]);
        assert_eq!(
            create(&service).await.expect(name),
            "secret-of-second",
            "{name}"
        );
        assert_eq!(
            asked(&service),
            "list, post, list, delete first, post",
            "{name}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_not_carried_out_is_asked_for_again() {
    let service = FakeService::answering([
        list(&[]),
        Reply::status(503),
        list(&[]),
        list(&[]),
        created("new"),
    ]);
    assert_eq!(create(&service).await.unwrap(), "secret-of-new");
}

/// The name is taken although nothing was listed: by the request whose answer was lost.
#[tokio::test(start_paused = true)]
async fn a_client_that_is_listed_late_is_found_by_its_name() {
    let service = FakeService::answering([
        list(&[]),
        lost(),
        list(&[]),
        list(&[]),
        taken(),
        list(&[]),
        list(&[]),
        list(&["first"]),
        Reply::status(204),
        created("second"),
    ]);
    assert_eq!(create(&service).await.unwrap(), "secret-of-second");
    assert_eq!(service.unasked(), 0);
}

/// It was gone before we came to delete it: all the better.
#[tokio::test(start_paused = true)]
async fn a_lost_client_that_is_gone_is_no_problem() {
    let service = FakeService::answering([
        list(&[]),
        lost(),
        list(&["first"]),
        Reply::status(404),
        created("second"),
    ]);
    assert_eq!(create(&service).await.unwrap(), "secret-of-second");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_was_there_before_is_left_alone() {
    let service = FakeService::answering([list(&["old"]), taken()]);
    let error = create(&service).await.unwrap_err();
    assert!(error.is_bad_request() && !error.may_have_committed());
    let service = FakeService::answering([list(&["old"]), lost(), list(&["old"]), list(&["old"])]);
    let error = create(&service).await.unwrap_err();
    insta::assert_snapshot!(error, @"api.cloud.camunda.io gave no whole answer to POST /clusters/c/clients. The cluster had an API client of that name before");
    assert_eq!(asked(&service), "list, post, list, list");
}

#[tokio::test(start_paused = true)]
async fn refusals_are_final() {
    for status in [400, 403, 404] {
        let service = FakeService::answering([list(&[]), Reply::status(status)]);
        let error = create(&service).await.unwrap_err();
        assert!(!error.may_have_committed(), "{status}");
        assert_eq!(asked(&service), "list, post");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_after_a_lost_answer_keeps_the_doubt() {
    let service =
        FakeService::answering([list(&[]), lost(), list(&[]), list(&[]), Reply::status(403)]);
    let error = create(&service).await.unwrap_err();
    assert!(error.is_forbidden() && error.may_have_committed());
}

/// Every answer is lost: nothing is left, and the error says so.
#[tokio::test(start_paused = true)]
async fn a_creation_that_never_succeeds_leaves_nothing() {
    let service = FakeService::answering([list(&[])]);
    let tries = service.client().0.sender.retry.max_retries + 1;
    for _ in 0..tries {
        service.then([Reply::status(500), list(&["new"]), Reply::status(204)]);
    }
    let error = create(&service).await.unwrap_err();
    assert!(!error.may_have_committed());
    assert_eq!(service.unasked(), 0);
    insta::assert_snapshot!(error, @"api.cloud.camunda.io answered POST /clusters/c/clients with 500 Internal Server Error. The API client that came of it was deleted again");

    // Nothing is ever listed: nobody can be sure.
    let service = FakeService::answering([list(&[])]);
    for _ in 0..tries {
        service.then([Reply::status(500), list(&[]), list(&[])]);
    }
    let error = create(&service).await.unwrap_err();
    assert!(error.may_have_committed());
    insta::assert_snapshot!(error, @"api.cloud.camunda.io answered POST /clusters/c/clients with 500 Internal Server Error. The list of API clients shows none of that name");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_cleaned_up_is_named() {
    let service = FakeService::answering([list(&[]), lost(), list(&["first"]), Reply::status(403)]);
    let error = create(&service).await.unwrap_err();
    assert!(error.may_have_committed());
    insta::assert_snapshot!(error, @"api.cloud.camunda.io gave no whole answer to POST /clusters/c/clients. It was created all the same, with the client ID first, and could not be deleted");
    let service = FakeService::answering([list(&[]), lost(), Reply::status(403)]);
    let error = create(&service).await.unwrap_err();
    assert!(error.may_have_committed());
    insta::assert_snapshot!(error, @"api.cloud.camunda.io gave no whole answer to POST /clusters/c/clients. Whether an API client was created all the same is not known: the list of API clients could not be read");
}

#[tokio::test(start_paused = true)]
async fn a_creation_that_runs_out_of_time_or_is_cancelled_ends_with_its_doubt() {
    let service = FakeService::answering([list(&[]), Reply::Hang]);
    let context = within(Duration::from_secs(10));
    let client = service.client();
    let error = client
        .create_client(&context, "c", &wanted(), |_| ())
        .await
        .unwrap_err();
    assert!(error.may_have_committed(), "{error}");

    let service = FakeService::answering([list(&[]), Reply::Hang]);
    let context = CallContext::new(CancellationToken::new());
    let cancel = context.cancel.clone();
    let (client, wanted) = (service.client(), wanted());
    let (result, ()) = tokio::join!(
        client.create_client(&context, "c", &wanted, |_| ()),
        async {
            Clock::system().sleep(Duration::from_secs(1)).await;
            cancel.cancel();
        }
    );
    let error = result.unwrap_err();
    assert!(
        error.is_cancelled() && error.may_have_committed(),
        "{error}"
    );
}

/// Neither takes the other's client for its own lost one.
#[tokio::test(start_paused = true)]
async fn creations_of_the_same_name_run_one_after_another() {
    let service = FakeService::answering([
        list(&[]),
        lost(),
        list(&["a"]),
        Reply::status(204),
        created("b"),
        list(&["b"]),
        taken(),
    ]);
    let (one, two) = tokio::join!(create(&service), create(&service));
    assert_eq!(one.unwrap(), "secret-of-b");
    assert!(two.unwrap_err().is_bad_request());
    assert_eq!(
        asked(&service),
        "list, post, list, delete a, post, list, post"
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_killed_run_left_is_deleted() {
    let known = ["old".to_owned()];
    let remove = |service: FakeService, id: Option<&'static str>| {
        let known = known.clone();
        async move {
            let client = service.client();
            let removed = client
                .remove_abandoned_client(&free(), "c", "workers", id, &known)
                .await
                .unwrap();
            (removed, asked(&service))
        }
    };
    let gone = Reply::status(204);
    let service = FakeService::answering([list(&["old", "new"]), gone]);
    assert_eq!(
        remove(service, None).await,
        (true, "list, delete new".to_owned())
    );
    let service = FakeService::answering([list(&["old"])]);
    assert_eq!(remove(service, None).await, (false, "list".to_owned()));
    // Its id was known: another of the same name is somebody else's.
    let service = FakeService::answering([list(&["old", "newer"])]);
    assert_eq!(
        remove(service, Some("new")).await,
        (false, "list".to_owned())
    );
    // The cluster has gone, and everything in it.
    let service = FakeService::answering([Reply::status(404)]);
    assert_eq!(remove(service, None).await, (false, "list".to_owned()));
}
