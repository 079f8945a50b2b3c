//! Monitoring on bad days: the password is known, nothing is left over, nothing is switched off.

use secrecy::ExposeSecret as _;

use super::*;
use crate::api::test_transport::{FakeService, Reply, free};
use crate::api::transport::FailureKind;

/// The list with credentials of these ids, all called `prom`.
fn list(ids: &[&str]) -> Reply {
    let client = |id: &&str| format!(r#"{{"uuid":"{id}","name":"prom","username":"prom"}}"#);
    let clients: Vec<String> = ids.iter().map(client).collect();
    Reply::json(&format!(
        r#"{{"clients":[{}],"status":{{"conditions":[]}}}}"#,
        clients.join(",")
    ))
}

fn inactive() -> Reply {
    Reply::json(r#"{"clients":[],"status":{}}"#)
}

fn password(id: &str, password: &str) -> Reply {
    Reply::json(&format!(
        r#"{{"uuid":"{id}","name":"prom","username":"prom","password":"{password}"}}"#
    ))
}

fn lost() -> Reply {
    Reply::Fail(FailureKind::Lost)
}

/// What was asked, in short: `list`, `post`, `rotate ID`, `activate`.
fn asked(service: &FakeService) -> String {
    let short = |call: String| match call.as_str() {
        "GET /clusters/c/monitoring/clients" => "list".to_owned(),
        "POST /clusters/c/monitoring/clients" => "post".to_owned(),
        "POST /clusters/c/monitoring" => "activate".to_owned(),
        other => other
            .replace("POST /clusters/c/monitoring/clients/", "rotate ")
            .replace("/rotate", ""),
    };
    let calls: Vec<String> = service.api_calls().into_iter().map(short).collect();
    calls.join(", ")
}

async fn create(service: &FakeService) -> Result<String, Error> {
    let client = service.client();
    let created = client
        .create_monitoring_client(&free(), "c", "prom", |_| ())
        .await?;
    Ok(format!(
        "{} {}",
        created.client.id,
        created.password.expose_secret()
    ))
}

#[tokio::test(start_paused = true)]
async fn answered_credentials_take_one_post() {
    let service = FakeService::answering([list(&["old"]), password("new", "one")]);
    assert_eq!(create(&service).await.unwrap(), "new one");
    assert_eq!(asked(&service), "list, post");
    assert_eq!(service.api_requests()[1].body, r#"{"username":"prom"}"#);
}

/// Each way in which the answer, and the password with it, can be of no use while the credentials exist.
#[tokio::test(start_paused = true)]
async fn credentials_whose_password_was_lost_get_another() {
    for (name, reply) in [
        ("lost", lost()),
        ("timed out", Reply::Hang),
        ("429 after commit", Reply::status(429)),
        ("500", Reply::status(500)),
        ("502", Reply::status(502).body("<html>")),
        ("broken off", password("new", "one").broken_off()),
        ("truncated", Reply::json("{\"uuid")),
        ("empty", Reply::status(200)),
        ("without the password", Reply::json("{\"uuid\":\"new\"}")),
    ] {
        let replies = [
            list(&["old"]),
            reply,
            list(&["old", "new"]),
            password("new", "two"),
        ];
        let service = FakeService::answering(replies);
        assert_eq!(create(&service).await.expect(name), "new two", "{name}");
        assert_eq!(asked(&service), "list, post, list, rotate new", "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_rotation_that_is_lost_is_repeated() {
    let replies = [
        list(&[]),
        lost(),
        list(&["new"]),
        lost(),
        password("new", "three"),
    ];
    let service = FakeService::answering(replies);
    assert_eq!(create(&service).await.unwrap(), "new three");
    assert_eq!(asked(&service), "list, post, list, rotate new, rotate new");
}

#[tokio::test(start_paused = true)]
async fn what_was_not_carried_out_is_asked_for_again() {
    let replies = [
        list(&[]),
        Reply::status(503),
        list(&[]),
        list(&[]),
        password("new", "one"),
    ];
    assert_eq!(
        create(&FakeService::answering(replies)).await.unwrap(),
        "new one"
    );
}

/// The name is taken although nothing was listed: by the request whose answer was lost.
#[tokio::test(start_paused = true)]
async fn credentials_that_are_listed_late_are_found_by_their_name() {
    let service = FakeService::answering([
        list(&[]),
        lost(),
        list(&[]),
        list(&[]),
        Reply::status(409),
        list(&[]),
        list(&[]),
        list(&["new"]),
        password("new", "two"),
    ]);
    assert_eq!(create(&service).await.unwrap(), "new two");
}

#[tokio::test(start_paused = true)]
async fn credentials_of_somebody_else_are_left_alone() {
    let service = FakeService::answering([list(&["theirs"]), Reply::status(409)]);
    let error = create(&service).await.unwrap_err();
    assert!(error.is_conflict() && !error.may_have_committed());
    let replies = [
        list(&["theirs"]),
        lost(),
        list(&["theirs"]),
        list(&["theirs"]),
        Reply::status(409),
    ];
    let service = FakeService::answering(replies);
    let error = create(&service).await.unwrap_err();
    assert!(error.is_conflict());
    assert!(!asked(&service).contains("rotate"));
}

#[tokio::test(start_paused = true)]
async fn what_stays_unknown_is_said() {
    let replies = [list(&[]), lost(), list(&["new"]), Reply::status(403)];
    let error = create(&FakeService::answering(replies)).await.unwrap_err();
    assert!(error.may_have_committed());
    assert!(error.to_string().contains("with the ID new"), "{error}");
    let replies = [list(&[]), lost(), Reply::status(403)];
    let error = create(&FakeService::answering(replies)).await.unwrap_err();
    assert!(error.may_have_committed());
    assert!(error.to_string().contains("could not be read"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn abandoned_credentials_are_taken_over() {
    let adopt = async |id: Option<&str>, replies: Vec<Reply>| {
        let service = FakeService::answering(replies);
        let client = service.client();
        let known = ["old".to_owned()];
        client
            .adopt_abandoned_monitoring_client(&free(), "c", "prom", id, &known)
            .await
            .unwrap()
            .map(|it| it.client.id)
    };
    let found = vec![list(&["old", "new"]), password("new", "two")];
    assert_eq!(adopt(None, found).await.as_deref(), Some("new"));
    let by_id = vec![list(&["old", "a", "b"]), password("b", "two")];
    assert_eq!(adopt(Some("b"), by_id).await.as_deref(), Some("b"));
    assert_eq!(adopt(None, vec![list(&["old"])]).await, None);
    assert_eq!(adopt(None, vec![Reply::status(404)]).await, None);
    let vanished = vec![list(&["new"]), Reply::status(404)];
    assert_eq!(adopt(None, vanished).await, None);
}

/// `done`, `active`, or the error's status and whether it may have been carried out.
async fn activate(replies: Vec<Reply>) -> (String, String) {
    let service = FakeService::answering(replies);
    let client = service.client();
    let outcome = match client.activate_monitoring(&free(), "c", || ()).await {
        Ok(()) => "done".to_owned(),
        Err(MonitoringNotActivated::Active) => "active".to_owned(),
        Err(MonitoringNotActivated::Failed(error)) => format!(
            "{} {}",
            error.status().map_or(0, |status| status.as_u16()),
            error.may_have_committed()
        ),
    };
    (outcome, asked(&service))
}

fn said(outcome: &str, calls: &str) -> (String, String) {
    (outcome.to_owned(), calls.to_owned())
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_is_switched_on_once() {
    let fine = activate(vec![inactive(), Reply::status(204)]).await;
    assert_eq!(fine, said("done", "list, activate"));
    assert_eq!(activate(vec![list(&[])]).await, said("active", "list"));
    let faster = activate(vec![inactive(), Reply::status(409)]).await;
    assert_eq!(faster, said("active", "list, activate"));
    let refused = activate(vec![inactive(), Reply::status(403)]).await;
    assert_eq!(refused, said("403 false", "list, activate"));
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_was_off_before_is_ours() {
    let seen = activate(vec![inactive(), lost(), list(&[])]).await;
    assert_eq!(seen, said("done", "list, activate, list"));
    let told = activate(vec![inactive(), lost(), inactive(), Reply::status(409)]).await;
    assert_eq!(told, said("done", "list, activate, list, activate"));
    let unread = activate(vec![inactive(), lost(), Reply::status(403)]).await;
    assert_eq!(unread, said("0 true", "list, activate, list"));
}
