//! Tokens: how many requests there are for them, when, and what happens when there is none.

use std::time::Duration;

use jiff::Timestamp;

use crate::api::test_transport::{FakeService, Reply, SECRET, free, within};
use crate::api::transport::FailureKind;
use crate::api::{CallContext, Client, Config, Credentials, Error, ErrorKind, SecretString};
use crate::clock::Clock;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn api_answers(count: usize) -> FakeService {
    FakeService::answering((0..count).map(|_| Reply::json("[]")))
}

async fn call(client: &Client) -> Result<(), Error> {
    client.list_clusters(&free()).await.map(drop)
}

/// Calls that all start now.
async fn storm(
    service: &FakeService,
    size: usize,
    context: &CallContext,
) -> Vec<Result<(), Error>> {
    let unlimited = Config {
        requests_per_second: 1e6,
        ..FakeService::config()
    };
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..size {
        let client = service.client_with(unlimited.clone());
        let context = context.clone();
        calls.spawn(async move { client.list_clusters(&context).await.map(drop) });
    }
    calls.join_all().await
}

fn refusal() -> Reply {
    Reply::status(401).body(r#"{"error":"access_denied","error_description":"Unauthorized"}"#)
}

fn too_many() -> Reply {
    Reply::status(429).body(
        r#"{"error":"access_denied","error_description":"Too Many Requests","error_uri":"https://auth0.com/docs/policies/rate-limits"}"#,
    )
}

#[tokio::test(start_paused = true)]
async fn the_request_follows_the_grant() {
    let service = api_answers(1);
    let config = Config {
        credentials: Credentials::ClientSecret {
            client_id: "id~&=1".to_owned(),
            client_secret: SecretString::from("s e+cret%"),
        },
        ..FakeService::config()
    };
    call(&service.client_with(config)).await.unwrap();
    let seen = &service.token_requests()[0];
    assert_eq!(seen.uri, "https://login.cloud.camunda.io/oauth/token");
    assert_eq!(
        seen.content_type.as_deref(),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(seen.bearer, None);
    insta::assert_snapshot!(seen.body, @"grant_type=client_credentials&client_id=id~%26%3D1&client_secret=s%20e%2Bcret%25&audience=api.cloud.camunda.io");
}

#[tokio::test(start_paused = true)]
async fn fifty_callers_cause_one_request() {
    let service = api_answers(50).tokens([Reply::token("one", 3600).after(seconds(2))]);
    for outcome in storm(&service, 50, &free()).await {
        outcome.unwrap();
    }
    assert_eq!(service.token_requests().len(), 1);
    assert!(
        service
            .api_requests()
            .iter()
            .all(|seen| seen.bearer.as_deref() == Some("one"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_leader_who_goes_away_is_succeeded() {
    let service = api_answers(1).tokens([Reply::Hang, Reply::token("second", 3600)]);
    let leader = tokio::spawn({
        let client = service.client();
        async move { call(&client).await }
    });
    while service.token_requests().is_empty() {
        tokio::task::yield_now().await;
    }
    let waiter = tokio::spawn({
        let client = service.client();
        async move { call(&client).await }
    });
    Clock::system().sleep(seconds(5)).await;
    leader.abort();
    waiter.await.unwrap().unwrap();
    assert_eq!(service.token_requests().len(), 2);
    assert_eq!(service.api_requests()[0].bearer.as_deref(), Some("second"));
}

#[tokio::test(start_paused = true)]
async fn a_wrong_secret_is_asked_about_once() {
    let service = FakeService::default().tokens([refusal().after(seconds(1))]);
    for outcome in storm(&service, 50, &free()).await {
        let error = outcome.unwrap_err();
        assert!(
            error.is_token_refused() && !error.is_unauthorized(),
            "{error:?}"
        );
        insta::allow_duplicates! {
            insta::assert_snapshot!(error, @"the token service refused the credentials: login.cloud.camunda.io answered POST /oauth/token with 401 Unauthorized: Unauthorized (access_denied)");
        }
    }
    // Later calls know already.
    Clock::system().sleep(seconds(30)).await;
    let error = call(&service.client()).await.unwrap_err();
    insta::assert_snapshot!(error, @"the token service refused the credentials: login.cloud.camunda.io answered POST /oauth/token with 401 Unauthorized: Unauthorized (access_denied). That was 30 s ago; the same credentials are not tried again for another 1 min 30 s, changed ones at once");
    assert_eq!(service.token_requests().len(), 1);
    assert_eq!(service.api_requests().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_changed_secret_is_tried_at_once_and_the_refused_one_after_a_while() {
    let service = api_answers(2).tokens([refusal()]);
    call(&service.client()).await.unwrap_err();
    let changed = Config {
        credentials: Credentials::ClientSecret {
            client_id: "client-id".to_owned(),
            client_secret: SecretString::from("another secret"),
        },
        ..FakeService::config()
    };
    let begun = service.clock.instant();
    call(&service.client_with(changed)).await.unwrap();
    assert!(service.clock.instant() - begun < seconds(2));

    Clock::system().sleep(seconds(121)).await;
    call(&service.client()).await.unwrap();
    assert_eq!(service.token_requests().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn other_refusals_are_remembered_too() {
    for (reply, kind) in [
        (
            Reply::status(400).body("{\"error\":\"invalid_client\"}"),
            ErrorKind::TokenRefused,
        ),
        (
            Reply::status(403).body("Forbidden"),
            ErrorKind::TokenRefused,
        ),
        (
            Reply::status(404).body("<html><title>Not here</title></html>"),
            ErrorKind::TokenUnavailable,
        ),
        (
            Reply::status(302).header("location", "https://sso.example.com/x"),
            ErrorKind::Redirect,
        ),
    ] {
        let service = FakeService::default().tokens([reply]);
        for outcome in storm(&service, 5, &free()).await {
            assert_eq!(outcome.unwrap_err().kind(), kind);
        }
        assert_eq!(service.token_requests().len(), 1, "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_rate_limited_token_service_is_left_alone_as_long_as_it_asks() {
    let date = "Fri, 02 Oct 2026 10:00:45 GMT";
    for limited in [
        too_many().header("retry-after", "45"),
        too_many()
            .header("retry-after", date)
            .header("date", "Fri, 02 Oct 2026 10:00:00 GMT"),
    ] {
        let service = api_answers(20).tokens([limited]);
        for outcome in storm(&service, 20, &free()).await {
            outcome.unwrap();
        }
        let asked = service.token_requests();
        assert_eq!(asked.len(), 2);
        assert!((45..46).contains(&(asked[1].at - asked[0].at).as_secs()));
    }
}

#[tokio::test(start_paused = true)]
async fn without_retry_after_the_pauses_grow() {
    let service = FakeService::default().tokens((0..7).map(|_| too_many()));
    let outcomes = storm(&service, 20, &free()).await;
    let asked = service.token_requests();
    assert_eq!(asked.len(), 7, "twenty callers share one row of tries");
    let pauses: Vec<f64> = asked
        .windows(2)
        .map(|pair| (pair[1].at - pair[0].at).as_secs_f64())
        .collect();
    for (pause, longest) in pauses.iter().zip([2.0, 4.0, 8.0, 16.0, 32.0, 60.0]) {
        assert!(
            *pause >= f64::max(1.2, longest / 2.0) && *pause <= longest + 0.01,
            "{pauses:?}"
        );
    }
    for outcome in outcomes {
        let error = outcome.unwrap_err();
        assert!(error.is_token_unavailable() && error.is_rate_limited() && error.is_transient());
        let waited = super::super::error::duration_text(error.elapsed());
        insta::allow_duplicates! {
            insta::assert_snapshot!(error.to_string().replace(&waited, "[time]"), @"no access token could be had: login.cloud.camunda.io answered POST /oauth/token with 429 Too Many Requests (7 tries in [time]): Too Many Requests (access_denied). Gave up after waiting [time]. The token service counts the requests of everybody behind the same address together, so other jobs or programs there may be the cause");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_beyond_the_deadline_is_not_waited_for() {
    let service =
        FakeService::default().tokens([too_many().header("retry-after", "99999999999999999999")]);
    let error = service
        .client()
        .list_clusters(&within(seconds(60)))
        .await
        .unwrap_err();
    assert!(error.elapsed() < seconds(1));
    insta::assert_snapshot!(error, @"no access token could be had: login.cloud.camunda.io answered POST /oauth/token with 429 Too Many Requests: Too Many Requests (access_denied). The next token request may be sent in 24 h, which is longer than the 1 min left for this operation. The token service counts the requests of everybody behind the same address together, so other jobs or programs there may be the cause");
    // Other credentials at the same host are paused with it, others elsewhere are not.
    let other = |token_url: &str| Config {
        token_url: token_url.to_owned(),
        credentials: Credentials::ClientSecret {
            client_id: "other".to_owned(),
            client_secret: SecretString::from("other-secret"),
        },
        ..FakeService::config()
    };
    let same_host = service.client_with(other(Config::DEFAULT_TOKEN_URL));
    let error = same_host
        .list_clusters(&within(seconds(60)))
        .await
        .unwrap_err();
    insta::assert_snapshot!(error, @"no access token could be had from login.cloud.camunda.io (POST /oauth/token). Token requests to login.cloud.camunda.io are paused. The next token request may be sent in 24 h, which is longer than the 1 min left for this operation. The token service counts the requests of everybody behind the same address together, so other jobs or programs there may be the cause");
    service.then([Reply::json("[]")]);
    call(&service.client_with(other("https://login.example.com/oauth/token")))
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_waiter_with_little_time_learns_why_it_has_none() {
    let service = api_answers(1).tokens([too_many().header("retry-after", "40"), Reply::Hang]);
    let patient = tokio::spawn({
        let client = service.client();
        async move { call(&client).await }
    });
    Clock::system().sleep(seconds(10)).await;
    let error = service
        .client()
        .list_clusters(&within(seconds(20)))
        .await
        .unwrap_err();
    assert!(error.is_token_unavailable() && error.is_rate_limited());
    assert_eq!(
        error.elapsed(),
        Duration::ZERO,
        "not even waited for the turn"
    );

    Clock::system().sleep(seconds(31)).await;
    // The patient one now hangs in its second request, and nothing is known to be wrong.
    let error = service
        .client()
        .list_clusters(&within(seconds(5)))
        .await
        .unwrap_err();
    assert!(error.is_deadline_exceeded());
    insta::assert_snapshot!(error, @"the time for GET /clusters ran out. Was waiting for an access token");
    patient.await.unwrap().unwrap();
}

/// A caller whose time ends in the middle of a row of failures reports the failure.
#[tokio::test(start_paused = true)]
async fn the_time_running_out_does_not_hide_a_failing_token_service() {
    let service = FakeService::default().tokens([
        Reply::status(503).body("maintenance"),
        Reply::Hang,
        Reply::Hang,
    ]);
    let patient = tokio::spawn({
        let client = service.client();
        async move { call(&client).await }
    });
    let error = service
        .client()
        .list_clusters(&within(seconds(30)))
        .await
        .unwrap_err();
    assert_eq!(error.server_message(), Some("maintenance"));
    patient.abort();
}

#[tokio::test(start_paused = true)]
async fn a_failing_token_service_is_tried_again_by_everybody_together() {
    let service = api_answers(10).tokens([
        Reply::Fail(FailureKind::NotSent),
        Reply::status(503).body("<html><title>Down</title></html>"),
        Reply::Fail(FailureKind::Lost),
        Reply::Hang,
    ]);
    for outcome in storm(&service, 10, &free()).await {
        outcome.unwrap();
    }
    let asked = service.token_requests();
    assert_eq!(asked.len(), 5);
    for pair in asked.windows(2) {
        assert!(
            pair[1].at - pair[0].at >= Duration::from_millis(1200),
            "one per second at most"
        );
    }

    let service = FakeService::default().tokens((0..7).map(|_| Reply::Fail(FailureKind::NotSent)));
    for outcome in storm(&service, 10, &free()).await {
        let error = outcome.unwrap_err();
        assert!(error.is_token_unavailable());
        assert_eq!(error.attempts(), 7);
        assert!(std::error::Error::source(&error).is_some());
    }
    assert_eq!(service.token_requests().len(), 7);
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_a_token_fails_those_who_wait_for_it() {
    for reply in [
        Reply::json("{}"),
        Reply::json(r#"{"access_token":""}"#),
        Reply::json(r#"{"access_token":"two words"}"#),
        Reply::json("not json"),
        Reply::Fail(FailureKind::Untrusted),
    ] {
        let service = api_answers(1).tokens([reply.after(seconds(1))]);
        for outcome in storm(&service, 10, &free()).await {
            outcome.unwrap_err();
        }
        assert_eq!(service.token_requests().len(), 1);
        // But it is not held against the credentials.
        call(&service.client()).await.unwrap();
    }
    let service = FakeService::default().tokens([Reply::json("<html><title>Hotel WLAN</title>")]);
    insta::assert_snapshot!(call(&service.client()).await.unwrap_err(), @r#"no access token could be had: login.cloud.camunda.io answered POST /oauth/token with 200 OK: an HTML page instead of an answer of the API: "Hotel WLAN". The answer holds no access token. Is the token URL right?"#);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_before_its_end_by_one_while_others_use_it() {
    let service = api_answers(30).tokens([
        Reply::token("old", 1000),
        Reply::token("new", 1000).after(seconds(3)),
    ]);
    call(&service.client()).await.unwrap();
    Clock::system().sleep(seconds(890)).await;
    call(&service.client()).await.unwrap();
    assert_eq!(
        service.token_requests().len(),
        1,
        "not due before nine tenths of its life"
    );

    Clock::system().sleep(seconds(65)).await;
    let begun = service.clock.instant();
    for outcome in storm(&service, 10, &free()).await {
        outcome.unwrap();
    }
    assert_eq!(service.token_requests().len(), 2);
    let seen = &service.api_requests()[2..];
    let at_once = seen
        .iter()
        .filter(|seen| seen.at - begun < seconds(1))
        .count();
    let with_old = seen
        .iter()
        .filter(|seen| seen.bearer.as_deref() == Some("old"))
        .count();
    assert_eq!((at_once, with_old), (9, 9), "only the one who renews waits");
    call(&service.client()).await.unwrap();
    assert_eq!(
        service.api_requests().last().unwrap().bearer.as_deref(),
        Some("new")
    );
}

#[tokio::test(start_paused = true)]
async fn the_moment_of_early_renewal_varies() {
    let mut moments = Vec::new();
    for _ in 0..20 {
        let service = api_answers(120);
        let client = service.client();
        call(&client).await.unwrap();
        let born = service.clock.instant();
        while service.token_requests().len() == 1 {
            Clock::system().sleep(seconds(40)).await;
            call(&client).await.unwrap();
        }
        moments.push((service.clock.instant() - born).as_secs());
    }
    assert!(
        moments.iter().all(|moment| (3300..=3480).contains(moment)),
        "{moments:?}"
    );
    assert!(
        moments.iter().any(|moment| moment != &moments[0]),
        "{moments:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_working_token_outlives_failed_renewals_which_are_spaced_out() {
    for failure in [
        || Reply::status(500),
        || Reply::Hang,
        too_many,
        refusal,
        || Reply::Fail(FailureKind::NotSent),
    ] {
        let service = api_answers(70)
            .tokens([Reply::token("old", 3000)])
            .tokens((0..9).map(|_| failure()));
        let client = service.client();
        call(&client).await.unwrap();
        Clock::system().sleep(seconds(2851)).await;
        for _ in 0..30 {
            call(&client).await.unwrap();
            Clock::system().sleep(seconds(1)).await;
        }
        let asked = service.token_requests();
        assert!(asked.len() <= 3, "{}", asked.len());
        assert!(asked.len() >= 2, "it was tried");
        for pair in asked[1..].windows(2) {
            assert!(pair[1].at - pair[0].at >= seconds(30));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_of_one_second_works() {
    let service = api_answers(24).tokens((1..9).map(|n| Reply::token(&format!("t{n}"), 1)));
    for outcome in storm(&service, 20, &free()).await {
        outcome.unwrap();
    }
    let client = service.client();
    for _ in 0..4 {
        Clock::system().sleep(seconds(5)).await;
        call(&client).await.unwrap();
    }
    let asked = service.token_requests();
    assert!(asked.len() <= 8, "{}", asked.len());
    for pair in asked.windows(2) {
        assert!(pair[1].at - pair[0].at >= Duration::from_millis(1200));
    }
    // Slower to be had than it lives: still used by those who waited.
    let service = api_answers(5).tokens([Reply::token("late", 1).after(seconds(20))]);
    for outcome in storm(&service, 5, &free()).await {
        outcome.unwrap();
    }
    assert_eq!(service.token_requests().len(), 1);
}

/// How long the token of the first answer was used.
async fn lifetime_of(first: Reply, wall: Option<&str>) -> u64 {
    let clock = wall.map_or_else(Clock::system, |wall| {
        Clock::starting_at(wall.parse().unwrap())
    });
    let service = FakeService {
        clock,
        ..api_answers(2000)
    }
    .tokens([first]);
    let client = service.client();
    call(&client).await.unwrap();
    let born = service.clock.instant();
    while service.token_requests().len() == 1 && service.clock.instant() - born < seconds(19_000) {
        Clock::system().sleep(seconds(10)).await;
        call(&client).await.unwrap();
    }
    (service.clock.instant() - born).as_secs()
}

#[tokio::test(start_paused = true)]
async fn without_expires_in_the_token_itself_is_asked_then_a_default_holds() {
    // {"iat":1790000000,"exp":1790001000}: 1000 seconds by its own account, our clock being far off.
    let jwt = r#"{"access_token":"e30.eyJpYXQiOjE3OTAwMDAwMDAsImV4cCI6MTc5MDAwMTAwMH0.c2ln"}"#;
    let lived = lifetime_of(Reply::json(jwt), Some("2001-01-01T00:00:00Z")).await;
    assert!((900..1000).contains(&lived), "{lived}");
    // {"exp":1790001000} alone is measured by our clock, here 2000 seconds before it.
    let jwt = r#"{"access_token":"e30.eyJleHAiOjE3OTAwMDEwMDB9.c2ln","expires_in":null}"#;
    let start: Timestamp = Timestamp::from_second(1_789_999_000).unwrap();
    let lived = lifetime_of(Reply::json(jwt), Some(&start.to_string())).await;
    assert!((1800..2000).contains(&lived), "{lived}");
    for odd in [
        "",
        r#","expires_in":0"#,
        r#","expires_in":-5"#,
        r#","expires_in":"soon""#,
        r#","expires_in":{}"#,
    ] {
        let lived = lifetime_of(
            Reply::json(&format!(r#"{{"access_token":"opaque"{odd}}}"#)),
            None,
        )
        .await;
        assert!((270..300).contains(&lived), "{odd}: {lived}");
    }
    for hour in [r#""3600""#, "3600.7", "3.6e3"] {
        let body = format!(r#"{{"access_token":"opaque","expires_in":{hour}}}"#);
        let lived = lifetime_of(Reply::json(&body), None).await;
        assert!((3300..3600).contains(&lived), "{hour}: {lived}");
    }
    let body = r#"{"access_token":"opaque","expires_in":1e300}"#;
    assert!(lifetime_of(Reply::json(body), None).await >= 19_000);
}

#[tokio::test(start_paused = true)]
async fn jumps_of_the_wall_clock_do_not_matter() {
    let clock = Clock::starting_at("2026-10-02T10:00:00Z".parse().unwrap());
    let service = FakeService {
        clock: clock.clone(),
        ..api_answers(3)
    };
    let client = service.client();
    call(&client).await.unwrap();
    clock.set_wall("2036-01-01T00:00:00Z".parse().unwrap());
    call(&client).await.unwrap();
    clock.set_wall("1999-01-01T00:00:00Z".parse().unwrap());
    call(&client).await.unwrap();
    assert_eq!(service.token_requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_echoing_the_secret_does_not_show_it() {
    let body = format!(
        r#"{{"error":"access_denied","error_description":"{SECRET} is wrong for client-id"}}"#
    );
    let service = FakeService::default().tokens([Reply::status(401).body(&body)]);
    let error = call(&service.client()).await.unwrap_err();
    assert_eq!(
        error.server_message(),
        Some("[secret] is wrong for client-id (access_denied)")
    );
    assert!(!format!("{error:?}{error}").contains(SECRET));
}
