//! The loop: what is repeated, when, how often, and what the error says afterwards.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::api::test_transport::{FakeService, Reply, free, within};
use crate::api::transport::FailureKind;
use crate::api::{
    CallContext, Config, Credentials, Error, ErrorKind, RetrySettings, SecretString, UpdateCluster,
};
use crate::clock::Clock;

const CLUSTER: &str = r#"{"uuid":"c1","name":"one"}"#;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn rename() -> UpdateCluster {
    UpdateCluster {
        name: Some("new".to_owned()),
        ..UpdateCluster::default()
    }
}

async fn get(service: &FakeService, context: &CallContext) -> Result<String, Error> {
    Ok(service.client().get_cluster(context, "c1").await?.name)
}

#[tokio::test(start_paused = true)]
async fn a_call_carries_the_token_and_reads_the_answer() {
    let service = FakeService::answering([Reply::json(CLUSTER)]);
    assert_eq!(get(&service, &free()).await.unwrap(), "one");
    let seen = &service.api_requests()[0];
    assert_eq!(seen.uri, "https://api.cloud.camunda.io/clusters/c1");
    assert_eq!(seen.bearer.as_deref(), Some("token-1"));
    assert_eq!(seen.content_type, None);
    assert_eq!(seen.body, "");
}

#[tokio::test(start_paused = true)]
async fn reads_survive_every_passing_failure() {
    for (name, failure) in [
        ("connect", Reply::Fail(FailureKind::NotSent)),
        ("lost", Reply::Fail(FailureKind::Lost)),
        ("hang", Reply::Hang),
        ("408", Reply::status(408)),
        ("429", Reply::status(429)),
        ("500", Reply::status(500)),
        (
            "502",
            Reply::status(502)
                .header("content-type", "text/html")
                .body("<html>"),
        ),
        ("503", Reply::status(503)),
        ("504", Reply::status(504)),
        ("broken off", Reply::json(CLUSTER).broken_off()),
        ("truncated", Reply::json(&CLUSTER[..10])),
    ] {
        let service = FakeService::answering([failure, Reply::json(CLUSTER)]);
        assert_eq!(get(&service, &free()).await.unwrap(), "one", "{name}");
        assert_eq!(service.api_requests().len(), 2, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_will_not_pass_is_not_repeated() {
    for (name, failure) in [
        ("certificate", Reply::Fail(FailureKind::Untrusted)),
        ("too large", Reply::Fail(FailureKind::TooLarge)),
        ("400", Reply::status(400)),
        ("403", Reply::status(403)),
        ("404", Reply::status(404)),
        ("409", Reply::status(409)),
        ("412", Reply::status(412)),
        ("501", Reply::status(501)),
        ("302", Reply::status(302)),
        (
            "HTML",
            Reply::status(200).body(" <!DOCTYPE html><title>Log in</title>"),
        ),
        ("other JSON", Reply::json("[1]")),
    ] {
        let service = FakeService::answering([failure]);
        let error = get(&service, &free()).await.expect_err(name);
        assert_eq!(error.attempts(), 1, "{name}");
        assert!(
            !error.may_have_committed(),
            "a read commits nothing: {name}"
        );
    }
}

/// Of a write that may not be repeated, only what was surely not sent is sent again.
#[tokio::test(start_paused = true)]
async fn an_upgrade_is_sent_twice_only_if_the_first_was_not_sent() {
    let service = FakeService::answering([
        Reply::Fail(FailureKind::NotSent),
        Reply::json(r#"{"newGeneration":{"id":"g2","name":"new"}}"#),
    ]);
    let upgrade = service
        .client()
        .upgrade_cluster(&free(), "c1")
        .await
        .unwrap();
    assert_eq!(upgrade.new_generation.unwrap().id, "g2");

    for (name, failure) in [
        ("lost", Reply::Fail(FailureKind::Lost)),
        ("hang", Reply::Hang),
        ("408", Reply::status(408)),
        ("429", Reply::status(429)),
        ("500", Reply::status(500)),
        ("502", Reply::status(502)),
        ("503", Reply::status(503)),
        ("504", Reply::status(504)),
        (
            "HTML",
            Reply::status(200)
                .header("content-type", "text/html; charset=utf-8")
                .body("hello"),
        ),
        ("truncated", Reply::json("{\"newGen")),
    ] {
        let service = FakeService::answering([failure]);
        let error = service
            .client()
            .upgrade_cluster(&free(), "c1")
            .await
            .expect_err(name);
        assert!(error.may_have_committed(), "{name}");
        assert_eq!(error.attempts(), 1, "{name}");
    }
    for status in [400, 401, 403, 404, 409, 412, 302] {
        let service = FakeService::answering([Reply::status(status), Reply::status(status)]);
        let error = service
            .client()
            .upgrade_cluster(&free(), "c1")
            .await
            .unwrap_err();
        assert!(!error.may_have_committed(), "{status}");
    }
}

/// The service started the upgrade, whatever became of the text about it.
#[tokio::test(start_paused = true)]
async fn an_accepted_upgrade_needs_no_body() {
    for reply in [
        Reply::status(200),
        Reply::json("{\"newG").broken_off(),
        Reply::json("{}"),
    ] {
        let service = FakeService::answering([reply]);
        let upgrade = service
            .client()
            .upgrade_cluster(&free(), "c1")
            .await
            .unwrap();
        assert_eq!(upgrade.new_generation, None);
    }
}

#[tokio::test(start_paused = true)]
async fn an_update_is_repeated_but_not_after_a_500() {
    let service = FakeService::answering([
        Reply::Fail(FailureKind::Lost),
        Reply::status(503),
        Reply::status(204).body("body on a 204"),
    ]);
    service
        .client()
        .update_cluster(&free(), "c1", &rename())
        .await
        .unwrap();
    assert_eq!(service.api_requests()[2].body, r#"{"name":"new"}"#);
    assert_eq!(
        service.api_requests()[2].content_type.as_deref(),
        Some("application/json")
    );

    let service = FakeService::answering([Reply::status(500)]);
    let error = service
        .client()
        .update_cluster(&free(), "c1", &rename())
        .await
        .unwrap_err();
    assert!(error.may_have_committed() && error.is_server_fault() && error.is_transient());
}

/// A login page of a proxy is no sign that a change was made.
#[tokio::test(start_paused = true)]
async fn an_html_success_is_no_success() {
    let service = FakeService::answering([Reply::status(200).body("<html><title>Sign in</title>")]);
    let error = service
        .client()
        .update_cluster(&free(), "c1", &rename())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedAnswer);
    insta::assert_snapshot!(error, @r#"api.cloud.camunda.io answered PATCH /clusters/c1 with 200 OK, but with a body that could not be read: an HTML page instead of an answer of the API: "Sign in""#);
}

/// An earlier try may have done it, even if the last one was refused.
#[tokio::test(start_paused = true)]
async fn doubt_outlives_the_last_try() {
    let service = FakeService::answering([Reply::Fail(FailureKind::Lost), Reply::status(400)]);
    let error = service
        .client()
        .update_cluster(&free(), "c1", &rename())
        .await
        .unwrap_err();
    assert!(error.is_bad_request() && error.may_have_committed());
}

#[tokio::test(start_paused = true)]
async fn tries_are_counted_and_bounded() {
    let service = FakeService::answering((0..7).map(|_| {
        Reply::status(502)
            .header("x-request-id", "req-1")
            .header("content-type", "text/html")
            .body("<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>")
    }));
    let error = get(&service, &free()).await.unwrap_err();
    assert_eq!((error.attempts(), service.unasked()), (7, 0));
    assert!(error.elapsed() <= seconds(32), "{:?}", error.elapsed());
    assert_eq!(error.status().unwrap(), 502);
    let text = error.to_string().replace(
        &super::super::error::duration_text(error.elapsed()),
        "[time]",
    );
    insta::assert_snapshot!(text, @r#"api.cloud.camunda.io answered GET /clusters/c1 with 502 Bad Gateway (7 tries in [time]): an HTML page instead of an answer of the API: "502 Bad Gateway" (request req-1)"#);

    let config = Config {
        retry: RetrySettings { max_retries: 0 },
        ..FakeService::config()
    };
    let service =
        FakeService::answering([Reply::status(503).body("Creation is switched off.\u{1b}[31m\n")]);
    let error = service
        .client_with(config)
        .get_cluster(&free(), "c1")
        .await
        .unwrap_err();
    insta::assert_snapshot!(error, @"api.cloud.camunda.io answered GET /clusters/c1 with 503 Service Unavailable: Creation is switched off. [31m");
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_waited_out_and_stops_everybody() {
    let service = FakeService::answering([
        Reply::status(429).header("retry-after", "7"),
        Reply::json(CLUSTER),
        Reply::json(CLUSTER),
    ]);
    let client = service.client();
    let context = free();
    let (first, second) = tokio::join!(client.get_cluster(&context, "c1"), async {
        // Starts while the first one is told to wait.
        Clock::system().sleep(seconds(1)).await;
        client.get_cluster(&context, "c1").await
    });
    first.unwrap();
    second.unwrap();
    let seen = service.api_requests();
    let waits: Vec<u64> = seen
        .iter()
        .map(|one| (one.at - seen[0].at).as_secs())
        .collect();
    assert_eq!(waits, [0, 7, 7]);
}

#[tokio::test(start_paused = true)]
async fn strange_retry_after_values_are_survived() {
    let odd = [
        "-5",
        "soon",
        "",
        "0",
        "1e9",
        "Sun, 99 Foo 2026 00:00:00 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT",
    ];
    for value in odd {
        let service = FakeService::answering([
            Reply::status(429).header("retry-after", value),
            Reply::json(CLUSTER),
        ]);
        get(&service, &free()).await.unwrap();
        let seen = service.api_requests();
        assert!(
            seen[1].at - seen[0].at <= Duration::from_millis(510),
            "{value}"
        );
    }
    for value in ["999999999999999999999999999", "3600"] {
        let service = FakeService::answering([Reply::status(429).header("retry-after", value)]);
        let error = get(&service, &within(seconds(60))).await.unwrap_err();
        assert!(error.is_rate_limited());
        assert!(error.elapsed() < seconds(1), "waiting would be in vain");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_deadline_is_not_begun() {
    let service =
        FakeService::answering([Reply::status(503).header("retry-after", "90").body("busy")]);
    let client = service.client();
    let error = client
        .get_cluster(&within(seconds(60)), "c1")
        .await
        .unwrap_err();
    insta::assert_snapshot!(error, @"api.cloud.camunda.io answered GET /clusters/c1 with 503 Service Unavailable: busy. The next try would be in 1 min 30 s, which is longer than the 1 min left for this operation");
    // The pause concerns the next caller as well.
    let error = client
        .get_cluster(&within(seconds(60)), "c1")
        .await
        .unwrap_err();
    assert!(error.is_deadline_exceeded() && error.is_timeout());
    assert_eq!(service.api_requests().len(), 1);
    insta::assert_snapshot!(error, @"the time for GET /clusters/c1 ran out. The next request to api.cloud.camunda.io may be sent in 1 min 30 s, which is longer than the 1 min left for this operation");
}

#[tokio::test(start_paused = true)]
async fn a_slow_answer_ends_with_the_try_or_with_the_deadline() {
    let config = Config {
        retry: RetrySettings { max_retries: 1 },
        ..FakeService::config()
    };
    let service = FakeService::answering([Reply::Hang, Reply::Hang]);
    let error = service
        .client_with(config)
        .get_cluster(&free(), "c1")
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::TryTimeout, 2));
    assert!(error.elapsed() >= seconds(120) && error.elapsed() < seconds(121));

    let service = FakeService::answering([Reply::Hang]);
    let error = get(&service, &within(seconds(20))).await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(error.elapsed(), seconds(20));
    insta::assert_snapshot!(error, @"api.cloud.camunda.io did not answer GET /clusters/c1 in time. Waited 20 s. No time was left for another try");

    // Without a deadline of the caller's, the configured one holds.
    let service = FakeService::answering((0..9).map(|_| Reply::Hang));
    let error = get(&service, &free()).await.unwrap_err();
    assert!(error.elapsed() <= seconds(300), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_success_just_in_time_counts() {
    let service = FakeService::answering([Reply::json(CLUSTER).after(seconds(59))]);
    assert_eq!(get(&service, &free()).await.unwrap(), "one");
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_renewed_once() {
    let service = FakeService::answering([Reply::status(401), Reply::json(CLUSTER)]);
    assert_eq!(get(&service, &free()).await.unwrap(), "one");
    let bearers: Vec<_> = service
        .api_requests()
        .into_iter()
        .filter_map(|seen| seen.bearer)
        .collect();
    assert_eq!(bearers, ["token-1", "token-2"]);

    let service =
        FakeService::answering([Reply::status(401), Reply::status(401).body("Unauthorized")]);
    let error = get(&service, &free()).await.unwrap_err();
    assert!(error.is_unauthorized() && !error.is_access_token_refused());
    assert_eq!(service.token_requests().len(), 2);
    insta::assert_snapshot!(error.to_string().split(" in ").next().unwrap(), @"api.cloud.camunda.io answered GET /clusters/c1 with 401 Unauthorized (2 tries");
}

/// Also if the second refusal takes so long that others might renew again.
#[tokio::test(start_paused = true)]
async fn a_call_never_renews_twice() {
    let late = |seconds_late| Reply::status(401).after(seconds(seconds_late));
    let service = FakeService::answering([late(0), late(30), late(30)]);
    assert!(get(&service, &free()).await.unwrap_err().is_unauthorized());
    assert_eq!((service.token_requests().len(), service.unasked()), (2, 1));
}

/// If the API refuses fresh tokens, asking for more of them only uses up the service's limit.
#[tokio::test(start_paused = true)]
async fn refused_fresh_tokens_cause_no_flood_of_token_requests() {
    let service = FakeService::answering((0..21).map(|_| Reply::status(401)));
    let client = service.client();
    for _ in 0..20 {
        let error = client.get_cluster(&free(), "c1").await.unwrap_err();
        assert!(error.is_unauthorized());
    }
    assert_eq!(service.token_requests().len(), 2);
}

/// Calls that were under way with the old token when it was refused all get the one new token.
#[tokio::test(start_paused = true)]
async fn many_calls_with_a_revoked_token_cause_one_renewal() {
    let refused = (0..10).map(|_| Reply::status(401).after(seconds(1)));
    let service = FakeService::answering(refused.chain((0..10).map(|_| Reply::json(CLUSTER))));
    let client = service.client();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let client = client.clone();
        calls.spawn(async move { client.get_cluster(&free(), "c1").await });
    }
    for call in calls.join_all().await {
        call.unwrap();
    }
    assert_eq!(service.token_requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_ready_made_token_is_used_as_is_and_never_renewed() {
    let config = |token: &str| Config {
        credentials: Credentials::AccessToken(SecretString::from(token)),
        ..FakeService::config()
    };
    let service = FakeService::answering([Reply::json(CLUSTER), Reply::status(401).body("nope")]);
    let client = service.client_with(config("ready-made"));
    client.get_cluster(&free(), "c1").await.unwrap();
    let error = client.get_cluster(&free(), "c1").await.unwrap_err();
    assert_eq!(
        service.api_requests()[0].bearer.as_deref(),
        Some("ready-made")
    );
    assert_eq!(service.token_requests().len(), 0);
    assert!(error.is_access_token_refused() && error.is_unauthorized());
    insta::assert_snapshot!(error, @"api.cloud.camunda.io answered GET /clusters/c1 with 401 Unauthorized: nope. The access token was refused. It was handed in ready-made and is never renewed: hand in a new one, or client credentials");

    // {"exp":1000000000}
    let service = FakeService::default();
    let client = service.client_with(config("e30.eyJleHAiOjEwMDAwMDAwMDB9.c2ln"));
    let error = client.get_cluster(&free(), "c1").await.unwrap_err();
    insta::assert_snapshot!(error, @"the access token is over, so GET /clusters/c1 was not sent. It expired at 2001-09-09T01:46:40Z. It was handed in ready-made and is never renewed: hand in a new one, or client credentials");
    assert!(error.is_access_token_refused() && error.is_unauthorized());
    assert!(
        service.api_requests().is_empty(),
        "nobody needs to be asked"
    );
}

#[tokio::test(start_paused = true)]
async fn redirects_are_not_followed() {
    let location = "https://login.example.com/sso?token=hush";
    let service = FakeService::answering([Reply::status(307)
        .header("location", location)
        .body("moved")]);
    let error = get(&service, &free()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect);
    insta::assert_snapshot!(error, @"api.cloud.camunda.io answered GET /clusters/c1 with 307 Temporary Redirect, a redirect, and redirects are not followed. It points to login.example.com. If that is the right host, set the API URL to it");
}

#[tokio::test(start_paused = true)]
async fn an_error_does_not_repeat_secrets_the_service_echoes() {
    let body = format!(
        "bad header Bearer token-1 of {}",
        crate::api::test_transport::SECRET
    );
    let service = FakeService::answering([Reply::status(400).body(&body)]);
    let error = get(&service, &free()).await.unwrap_err();
    assert_eq!(
        error.server_message(),
        Some("bad header Bearer [secret] of [secret]")
    );
}

#[tokio::test(start_paused = true)]
async fn cancelling_ends_reads_and_waits_at_once() {
    let cancelled_after = |time| {
        let cancel = CancellationToken::new();
        let trigger = cancel.clone();
        tokio::spawn(async move {
            Clock::system().sleep(time).await;
            trigger.cancel();
        });
        CallContext::new(cancel)
    };
    for (name, reply, token_reply) in [
        ("in flight", Reply::Hang, None),
        (
            "between tries",
            Reply::status(429).header("retry-after", "100"),
            None,
        ),
        ("waiting for a token", Reply::Hang, Some(Reply::Hang)),
        (
            "token paused",
            Reply::Hang,
            Some(Reply::status(429).header("retry-after", "100")),
        ),
    ] {
        let service = FakeService::answering([reply]).tokens(token_reply);
        let begun = service.clock.instant();
        let error = get(&service, &cancelled_after(seconds(3)))
            .await
            .expect_err(name);
        assert!(
            error.is_cancelled() && !error.may_have_committed(),
            "{name}: {error:?}"
        );
        assert_eq!(service.clock.instant() - begun, seconds(3), "{name}");
    }
    let service = FakeService::default();
    let context = free();
    context.cancel.cancel();
    assert!(get(&service, &context).await.unwrap_err().is_cancelled());
    assert_eq!(service.api_requests().len(), 0);
}

/// A write that is on its way is not cut off: its answer says what to remember.
#[tokio::test(start_paused = true)]
async fn cancelling_leaves_a_sent_write_time_to_be_answered() {
    let context = free();
    let service = FakeService::answering([
        Reply::json(r#"{"newGeneration":{"id":"g2"}}"#).after(seconds(5)),
        Reply::Hang,
    ]);
    let client = service.client();
    let cancel = context.cancel.clone();
    let (upgrade, ()) = tokio::join!(client.upgrade_cluster(&context, "c1"), async {
        Clock::system().sleep(seconds(1)).await;
        cancel.cancel();
    });
    assert_eq!(upgrade.unwrap().new_generation.unwrap().id, "g2");

    let context = free();
    let cancel = context.cancel.clone();
    let begun = service.clock.instant();
    let (upgrade, ()) = tokio::join!(client.upgrade_cluster(&context, "c1"), async {
        Clock::system().sleep(seconds(1)).await;
        cancel.cancel();
    });
    let error = upgrade.unwrap_err();
    assert!(error.is_cancelled() && error.may_have_committed());
    assert_eq!(service.clock.instant() - begun, seconds(11));
}

/// Two organizations on one API, and one on two APIs: nobody waits for, or speaks as, another.
#[tokio::test(start_paused = true)]
async fn clients_share_with_their_like_only() {
    let other = Config {
        credentials: Credentials::ClientSecret {
            client_id: "other".to_owned(),
            client_secret: SecretString::from("other-secret"),
        },
        ..FakeService::config()
    };
    let elsewhere = Config {
        api_url: "https://api.example.com".to_owned(),
        ..FakeService::config()
    };
    let service = FakeService::answering([
        Reply::status(429).header("retry-after", "100"),
        Reply::json(CLUSTER),
        Reply::json(CLUSTER),
    ]);
    let error = service
        .client()
        .get_cluster(&within(seconds(30)), "c1")
        .await
        .unwrap_err();
    assert!(error.is_rate_limited());
    let error = service
        .client()
        .get_cluster(&within(seconds(30)), "c1")
        .await
        .unwrap_err();
    assert!(
        error.is_deadline_exceeded(),
        "an alias with the same credentials shares the pause"
    );
    service
        .client_with(other)
        .get_cluster(&within(seconds(30)), "c1")
        .await
        .unwrap();
    service
        .client_with(elsewhere)
        .get_cluster(&within(seconds(30)), "c1")
        .await
        .unwrap();
    let bearers: Vec<_> = service
        .api_requests()
        .into_iter()
        .filter_map(|seen| seen.bearer)
        .collect();
    assert_eq!(bearers, ["token-1", "token-2", "token-3"]);
    let asked: Vec<_> = service
        .token_requests()
        .into_iter()
        .map(|seen| seen.body)
        .collect();
    assert!(asked[1].contains("other-secret") && asked[2].contains("audience=api.example.com"));
}

#[tokio::test(start_paused = true)]
async fn the_pace_is_kept() {
    let service = FakeService::answering((0..35).map(|_| Reply::json(CLUSTER)));
    let client = service.client();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..35 {
        let client = client.clone();
        calls.spawn(async move { client.get_cluster(&free(), "c1").await });
    }
    for call in calls.join_all().await {
        call.unwrap();
    }
    let seen = service.api_requests();
    let took = seen[34].at - seen[0].at;
    assert!(
        took >= Duration::from_millis(2400) && took < Duration::from_millis(2700),
        "{took:?}"
    );
}
