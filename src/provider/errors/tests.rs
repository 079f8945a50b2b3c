//! What users read about every kind of failure.

use std::time::Duration;

use http::{Method, StatusCode};

use super::*;
use crate::api::Subject;

const CREATE: Subject<'static> = Subject {
    method: &Method::POST,
    path: "/clusters",
    operation: "CreateCluster",
    host: "api.example.com",
};

const READ: Subject<'static> = Subject {
    method: &Method::GET,
    path: "/clusters/c1",
    operation: "GetCluster",
    host: "api.example.com",
};

const CHANGE: Subject<'static> = Subject {
    method: &Method::PATCH,
    path: "/clusters/c1",
    operation: "UpdateCluster",
    host: "api.example.com",
};

const TOKEN: Subject<'static> = Subject {
    method: &Method::POST,
    path: "/oauth/token",
    operation: "IssueToken",
    host: "login.example.com",
};

fn answered(subject: &Subject<'_>, status: u16, message: &str) -> Error {
    Error::new(ErrorKind::Status, subject)
        .with_status(StatusCode::from_u16(status).unwrap())
        .with_server_message(Some(message.to_owned()))
        .with_effort(1, Duration::from_millis(200))
}

fn tried(error: Error) -> Error {
    error.with_effort(7, Duration::from_secs(75))
}

fn text(error: &Error) -> String {
    let origin = Origin {
        credentials_from: "the environment variables A and B",
        token_url: "https://login.example.com/oauth/token",
        audience: None,
    };
    let diagnostic = explain("Cannot do it".to_owned(), error, &origin);
    assert_eq!(diagnostic.summary, "Cannot do it");
    diagnostic.full_detail()
}

#[test]
fn credentials_that_are_refused() {
    let refused = Error::new(ErrorKind::TokenRefused, &TOKEN)
        .with_status(StatusCode::UNAUTHORIZED)
        .with_server_message(Some("access_denied: Unauthorized".to_owned()));
    insta::assert_snapshot!(text(&refused), @"
    The token service refused the credentials: login.example.com answered 401 Unauthorized: access_denied: Unauthorized.

    The credentials came from the environment variables A and B. Token URL: https://login.example.com/oauth/token; audience: the host of api_url.

    Check ID, secret, token URL and audience. Credentials are managed in the Console under Organization > Administration API.

    (POST /oauth/token)
    ");
    let by_the_api = answered(&READ, 401, "").with_note("The token had just been renewed");
    insta::assert_snapshot!(text(&by_the_api), @"
    api.example.com answered 401 Unauthorized. The token had just been renewed.

    The credentials came from the environment variables A and B. Token URL: https://login.example.com/oauth/token; audience: the host of api_url.

    Check ID, secret, token URL and audience. Credentials are managed in the Console under Organization > Administration API.

    (GET /clusters/c1)
    ");
    let ready_made = Error::new(ErrorKind::AccessTokenRefused, &READ)
        .with_status(StatusCode::UNAUTHORIZED)
        .with_note("The access token expired at 2026-11-01T00:00:00Z. It was handed in ready-made and is never renewed: hand in a new one, or client credentials");
    insta::assert_snapshot!(text(&ready_made), @"
    api.example.com answered 401 Unauthorized. The access token expired at 2026-11-01T00:00:00Z. It was handed in ready-made and is never renewed: hand in a new one, or client credentials.

    The token came from the environment variables A and B.

    (GET /clusters/c1)
    ");
}

#[test]
fn the_audience_is_named_when_configured() {
    let origin = Origin {
        credentials_from: "x",
        token_url: "y",
        audience: Some("api.other.example"),
    };
    let diagnostic = explain(String::new(), &answered(&READ, 401, ""), &origin);
    assert!(
        diagnostic
            .full_detail()
            .contains("audience: api.other.example.")
    );
}

#[test]
fn what_is_forbidden() {
    insta::assert_snapshot!(text(&answered(&READ, 403, "Forbidden").with_request_id(Some("req-7".to_owned()))), @r#"
    api.example.com answered 403 Forbidden: Forbidden.

    The credentials probably lack the permission group "Cluster". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

    (GET /clusters/c1, request req-7)
    "#);
    insta::assert_snapshot!(text(&answered(&CREATE, 403, "Cluster limit reached (3 of 3)")), @"
    api.example.com answered 403 Forbidden: Cluster limit reached (3 of 3).

    The limit on the number of clusters or hardware packages is reached; the organisation's plan sets it. Delete what is no longer needed, or ask Camunda for more.

    (POST /clusters)
    ");
    let other = Subject {
        operation: "SomethingNew",
        ..READ
    };
    insta::assert_snapshot!(text(&answered(&other, 403, "")), @"
    api.example.com answered 403 Forbidden.

    The credentials probably lack a permission. Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

    (GET /clusters/c1)
    ");
}

#[test]
fn what_the_service_does_not_like() {
    insta::assert_snapshot!(text(&answered(&CREATE, 400, "no free reservation for plan type Advanced")), @"
    api.example.com answered 400 Bad Request: no free reservation for plan type Advanced.

    The organisation has no free reservation for this. Delete what is no longer needed, or ask Camunda for more.

    (POST /clusters)
    ");
    insta::assert_snapshot!(text(&answered(&CREATE, 400, "generation is not allowed in this channel.")), @"
    api.example.com answered 400 Bad Request: generation is not allowed in this channel.

    (POST /clusters)
    ");
    insta::assert_snapshot!(text(&answered(&CHANGE, 409, "cluster is being updated")), @"
    api.example.com answered 409 Conflict: cluster is being updated.

    (PATCH /clusters/c1)
    ");
    insta::assert_snapshot!(text(&answered(&CHANGE, 412, "cluster is not healthy")), @"
    api.example.com answered 412 Precondition Failed: cluster is not healthy.

    The object is not in a state for this yet. Run again when it is.

    (PATCH /clusters/c1)
    ");
}

#[test]
fn what_did_not_pass() {
    let limited = answered(&READ, 429, "Too many requests");
    insta::assert_snapshot!(text(&tried(limited)), @"
    api.example.com answered 429 Too Many Requests (7 tries in 1 min 15 s): Too many requests.

    Run fewer operations at once (-parallelism), lower requests_per_second or raise max_retries in the provider block.

    Nothing was changed by this request; it is safe to run again.

    (GET /clusters/c1)
    ");
    insta::assert_snapshot!(text(&tried(answered(&READ, 503, "maintenance"))), @"
    api.example.com answered 503 Service Unavailable (7 tries in 1 min 15 s): maintenance.

    Nothing was changed by this request; it is safe to run again.

    (GET /clusters/c1)
    ");
    let write = |subject| tried(answered(subject, 502, "")).with_may_have_committed(true);
    insta::assert_snapshot!(text(&write(&CREATE)), @"
    api.example.com answered 502 Bad Gateway (7 tries in 1 min 15 s).

    The service may have carried the request out all the same. Look in the Console before running again.

    (POST /clusters)
    ");
    insta::assert_snapshot!(text(&write(&CHANGE)), @"
    api.example.com answered 502 Bad Gateway (7 tries in 1 min 15 s).

    The service may have carried the request out all the same. It is safe to run again: that has the same effect once more.

    (PATCH /clusters/c1)
    ");
}

#[test]
fn answers_that_do_not_come() {
    let lost = Error::new(ErrorKind::AnswerLost, &CREATE)
        .with_may_have_committed(true)
        .with_cause(std::io::Error::other("connection reset by peer"));
    insta::assert_snapshot!(text(&lost), @"
    api.example.com gave no whole answer. Cause: connection reset by peer.

    The service may have carried the request out all the same. Look in the Console before running again.

    (POST /clusters)
    ");
    let refused = tried(Error::new(ErrorKind::Connect, &READ))
        .with_cause(std::io::Error::other("connection refused"));
    insta::assert_snapshot!(text(&refused), @"
    Could not connect to api.example.com (7 tries in 1 min 15 s). Cause: connection refused.

    Check that this machine reaches the host: its address in the provider block, name resolution, firewall, and the variables HTTPS_PROXY and NO_PROXY.

    Nothing was changed by this request; it is safe to run again.

    (GET /clusters/c1)
    ");
    let untrusted = Error::new(ErrorKind::Certificate, &READ)
        .with_cause(std::io::Error::other("unknown issuer"));
    insta::assert_snapshot!(text(&untrusted), @"
    The certificate of api.example.com is not trusted. Cause: unknown issuer.

    If a proxy or an authority of your own signs certificates here, name it in ca_certificate in the provider block.

    (GET /clusters/c1)
    ");
    let slow = tried(Error::new(ErrorKind::TryTimeout, &READ)).with_note("Waited 60 s");
    insta::assert_snapshot!(text(&slow), @"
    api.example.com did not answer in time (7 tries in 1 min 15 s). Waited 60 s.

    If the service is slow, raise request_timeout in the provider block.

    Nothing was changed by this request; it is safe to run again.

    (GET /clusters/c1)
    ");
    let late = Error::new(ErrorKind::DeadlineExceeded, &CREATE);
    insta::assert_snapshot!(text(&late), @"
    The time for the call ran out.

    (POST /clusters)
    ");
    let no_token = Error::new(ErrorKind::TokenUnavailable, &TOKEN)
        .with_cause(std::io::Error::other("connection refused"));
    insta::assert_snapshot!(text(&no_token), @"
    No access token could be had from login.example.com. Cause: connection refused.

    Nothing was changed by this request; it is safe to run again.

    (POST /oauth/token)
    ");
}

#[test]
fn what_is_forbidden_by_the_plan() {
    insta::assert_snapshot!(text(&answered(&CREATE, 403, "Backup regions need an Enterprise plan")), @r#"
    api.example.com answered 403 Forbidden: Backup regions need an Enterprise plan.

    By these words, the organisation's plan or this kind of cluster lacks the feature. If that is not so, the credentials lack the permission group "Cluster". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

    (POST /clusters)
    "#);
}

#[test]
fn what_is_taken_can_be_imported() {
    let taken = |diagnostic| taken(diagnostic, "camunda_cluster_client", "c1/${a}").full_detail();
    let plain = Diagnostic::error("Cannot create it", "There is one of that name.");
    insta::assert_snapshot!(taken(plain), @r#"
    There is one of that name.

    If it is the one you mean, import it instead of creating it. With the address of your resource in "to":

      import {
        to = camunda_cluster_client.example
        id = "c1/$${a}"
      }
    "#);
    let origin = Origin {
        credentials_from: "",
        token_url: "",
        audience: None,
    };
    let explained = explain(
        String::new(),
        &answered(&CREATE, 400, "Name taken"),
        &origin,
    );
    insta::assert_snapshot!(taken(explained), @r#"
    api.example.com answered 400 Bad Request: Name taken.

    If it is the one you mean, import it instead of creating it. With the address of your resource in "to":

      import {
        to = camunda_cluster_client.example
        id = "c1/$${a}"
      }

    (POST /clusters)
    "#);
}

/// Every operation of the published description has its permission group, or none at all.
#[test]
fn operations_name_their_permission_group() {
    let contract = include_str!("../../../simulator/contract/administration-api.yaml");
    let mut id = "";
    let mut checked = 0;
    for line in contract.lines() {
        if let Some(operation) = line.trim().strip_prefix("operationId: ") {
            id = operation;
        }
        if let Some(group) = line.trim().strip_prefix("x-scope-group: ") {
            let ours = operation(id).map_or("none", |operation| operation.group);
            assert_eq!(ours, group, "{id}");
            checked += 1;
        }
    }
    assert_eq!(checked, 43);
}
