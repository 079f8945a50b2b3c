//! Decoding of several shapes, and activations on bad days.

use super::*;
use crate::api::test_transport::{FakeService, Reply, free};
use crate::api::transport::FailureKind;

const PRINCIPAL: &str = "arn:aws:iam::111122223333:root";

fn wanted() -> ActivateSecureConnectivity {
    ActivateSecureConnectivity {
        allowed_principals: BTreeSet::from([PRINCIPAL.to_owned()]),
        allowed_regions: BTreeSet::from(["eu-central-1".to_owned(), "eu-west-1".to_owned()]),
    }
}

#[test]
fn requests_are_what_the_api_describes() {
    let shown = |request: Result<Request, Error>| {
        let request = request.unwrap();
        let body = request.body.as_deref().unwrap_or_default();
        format!(
            "{} {} {} {:?} {}",
            request.operation,
            request.method,
            request.path,
            request.repeat,
            std::str::from_utf8(body).unwrap()
        )
    };
    insta::assert_snapshot!(shown(status_request("c1")), @"GetSecureConnectivityStatus GET /clusters/c1/secure-connectivity Safe");
    insta::assert_snapshot!(shown(activate_request("c1", &wanted())), @r#"ActivateSecureConnectivity POST /clusters/c1/secure-connectivity Never {"allowedPrincipals":["arn:aws:iam::111122223333:root"],"allowedRegions":["eu-central-1","eu-west-1"]}"#);
    insta::assert_snapshot!(shown(deactivate_request("c1")), @"DeactivateSecureConnectivity DELETE /clusters/c1/secure-connectivity Safe");
}

fn read(json: &str) -> Option<SecureConnectivity> {
    let answer: StatusAnswer = serde_json::from_str(json).unwrap();
    SecureConnectivity::read(&answer.status)
}

fn as_now(ready: &str) -> String {
    format!(
        r#"{{"status": {{"metadata": {{"name": "pl", "namespace": "ns", "labels": {{"orgId": "o"}}}},
            "spec": {{"allowedPrincipals": ["{PRINCIPAL}"], "allowedRegions": ["eu-west-1", "eu-central-1"],
                "cluster": {{"id": "c"}}}},
            "status": {{"urls": {{}}, "endpointConnections": [{{"state": "a"}}],
                "endpoint": {{"privateDnsName": "c.private", "type": "Interface", "serviceName": "vpce-svc-1",
                    "region": "eu-central-1"}},
                "conditions": [{{"type": "Other", "status": "True"}},
                    {{"type": "Ready", "status": "{ready}", "reason": "Because", "message": "so"}}]}}}}}}"#
    )
}

#[test]
fn the_state_is_read_in_every_shape() {
    for inactive in [
        r#"{"status": {}}"#,
        r#"{"status": null}"#,
        "{}",
        r#"{"status": "off"}"#,
    ] {
        assert_eq!(read(inactive), None, "{inactive}");
    }
    let now = read(&as_now("True")).unwrap();
    assert!(now.ready && now.is_as_asked(&wanted()));
    insta::assert_debug_snapshot!(now, @r#"
    SecureConnectivity {
        allowed_principals: Some(
            {
                "arn:aws:iam::111122223333:root",
            },
        ),
        allowed_regions: Some(
            {
                "eu-central-1",
                "eu-west-1",
            },
        ),
        service_name: Some(
            "vpce-svc-1",
        ),
        private_dns_name: Some(
            "c.private",
        ),
        endpoint_type: Some(
            "Interface",
        ),
        endpoint_region: Some(
            "eu-central-1",
        ),
        ready: true,
        progress: "ready (Because: so)",
    }
    "#);
    let not_yet = read(&as_now("False")).unwrap();
    assert!(!not_yet.ready);
    assert_eq!(not_yet.progress, "not ready (Because: so)");
    let old = format!(
        r#"{{"status": {{"connectivity": {{"private": {{"allowedPrincipals": ["{PRINCIPAL}"],
            "allowedRegions": ["eu-west-1", "eu-central-1"],
            "endpoint": {{"privateDnsName": "c.private", "type": "Interface", "serviceName": "vpce-svc-1",
                "region": "eu-central-1"}},
            "conditions": [{{"type": "READY", "status": true, "reason": "Because", "message": "so"}}]}}}}}}}}"#
    );
    assert_eq!(read(&old), Some(now));
    let sparse = read(
        r#"{"status": {"spec": null, "status": {"endpoint": {"serviceName": ""}, "conditions": null}}}"#,
    );
    let sparse = sparse.unwrap();
    assert_eq!(sparse.service_name, None);
    assert_eq!(sparse.progress, "no word of being ready");
    assert!(sparse.is_as_asked(&wanted()), "nothing speaks against it");
}

fn inactive() -> Reply {
    Reply::json(r#"{"status": {}}"#)
}

fn active() -> Reply {
    Reply::json(&as_now("False"))
}

fn lost() -> Reply {
    Reply::Fail(FailureKind::Lost)
}

/// What becomes of an activation that meets these answers: `done`, `active`, or the error.
async fn activate(replies: Vec<Reply>) -> (String, String) {
    let service = FakeService::answering(replies);
    let client = service.client();
    let outcome = client
        .activate_secure_connectivity(&free(), "c", &wanted(), || ())
        .await;
    let outcome = match outcome {
        Ok(()) => "done".to_owned(),
        Err(NotActivated::Active(_)) => "active".to_owned(),
        Err(NotActivated::Failed(error)) => format!(
            "{} {}",
            error.status().map_or(0, |status| status.as_u16()),
            error.may_have_committed()
        ),
    };
    let calls: Vec<String> = service
        .api_calls()
        .into_iter()
        .map(|call| call.replace(" /clusters/c/secure-connectivity", ""))
        .collect();
    (outcome, calls.join(" "))
}

fn said(outcome: &str, calls: &str) -> (String, String) {
    (outcome.to_owned(), calls.to_owned())
}

#[tokio::test(start_paused = true)]
async fn an_activation_is_asked_for_once() {
    let outcome = activate(vec![inactive(), Reply::status(204)]).await;
    assert_eq!(outcome, said("done", "GET POST"));
    assert_eq!(activate(vec![active()]).await, said("active", "GET"));
    let refused = activate(vec![inactive(), Reply::status(400)]).await;
    assert_eq!(refused, said("400 false", "GET POST"));
}

#[tokio::test(start_paused = true)]
async fn an_activation_whose_answer_was_lost_is_found() {
    for reply in [lost(), Reply::status(429), Reply::status(502), Reply::Hang] {
        let outcome = activate(vec![inactive(), reply, inactive(), active()]).await;
        assert_eq!(outcome, said("done", "GET POST GET GET"));
    }
    let again = activate(vec![
        inactive(),
        lost(),
        inactive(),
        inactive(),
        Reply::status(409),
        active(),
    ]);
    assert_eq!(again.await, said("done", "GET POST GET GET POST GET"));
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_activated_is_not_ours() {
    let other = || Reply::json(&as_now("True").replace("eu-west-1", "us-east-1"));
    let faster = activate(vec![inactive(), Reply::status(409), active()]).await;
    assert_eq!(faster, said("active", "GET POST GET"));
    let meanwhile = activate(vec![inactive(), lost(), other()]).await;
    assert_eq!(meanwhile, said("active", "GET POST GET"));
    let unread = activate(vec![inactive(), lost(), Reply::status(403)]).await;
    assert_eq!(unread, said("0 true", "GET POST GET"));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_active_is_deactivated() {
    for status in [204, 409] {
        let service = FakeService::answering([Reply::status(status)]);
        let client = service.client();
        client
            .deactivate_secure_connectivity(&free(), "c")
            .await
            .unwrap();
    }
    let service = FakeService::answering([Reply::status(404)]);
    let gone = service.client();
    let error = gone.deactivate_secure_connectivity(&free(), "c").await;
    assert!(error.unwrap_err().is_not_found());
}
