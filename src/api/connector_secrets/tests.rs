//! Requests for connector secrets, and changes on days when others change them too.

use std::time::Duration;

use super::*;
use crate::api::test_transport::{FakeService, Reply, free, within};
use crate::api::transport::FailureKind;

fn value(text: &str) -> SecretString {
    SecretString::from(text)
}

fn busy() -> Reply {
    Reply::status(409).body("Another change is running.")
}

fn taken() -> Reply {
    Reply::status(409).body("The secret exists already.")
}

fn done() -> Reply {
    Reply::status(204)
}

fn listed(secrets: &str) -> Reply {
    Reply::json(secrets)
}

/// A service whose cluster has these secrets before, and then answers as scripted.
fn having(before: &str, replies: impl IntoIterator<Item = Reply>) -> FakeService {
    FakeService::answering(std::iter::once(listed(before)).chain(replies))
}

async fn create(service: &FakeService, context: &CallContext) -> Result<(), Error> {
    try_create(service, context).await.map_err(|why| match why {
        SecretNotCreated::Taken(error) | SecretNotCreated::Failed(error) => error,
    })
}

async fn try_create(service: &FakeService, context: &CallContext) -> Result<(), SecretNotCreated> {
    let client = service.client();
    let value = value("example");
    client
        .create_connector_secret(context, "c1", "A", &value, |_| ())
        .await
}

fn is_taken(result: Result<(), SecretNotCreated>) -> bool {
    matches!(result, Err(SecretNotCreated::Taken(error)) if !error.may_have_committed())
}

const POST: &str = "POST /clusters/c1/secrets";
const GET: &str = "GET /clusters/c1/secrets";

#[test]
fn requests_are_what_the_api_describes() {
    let shown = |request: &Request| {
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
    insta::assert_snapshot!(shown(&list_request("c1").unwrap()), @"GetSecrets GET /clusters/c1/secrets Safe");
    insta::assert_snapshot!(shown(&create_request("c1", "A", &value("x\"y")).unwrap()), @r#"CreateSecret POST /clusters/c1/secrets Never {"secretName":"A","secretValue":"x\"y"}"#);
    insta::assert_snapshot!(shown(&update_request("c1", "a/b.c", &value("x")).unwrap()), @r#"UpdateSecret PUT /clusters/c1/secrets/a%2Fb.c Safe {"secretValue":"x"}"#);
    insta::assert_snapshot!(shown(&delete_request("c1", "A").unwrap()), @"DeleteSecret DELETE /clusters/c1/secrets/A Safe");
    delete_request("c1", "..").unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn one_change_of_a_cluster_at_a_time() {
    let slow = || done().after(Duration::from_secs(1));
    let service = having("{}", [slow(), slow(), slow(), listed("{}")]);
    let client = service.client();
    let context = free();
    let (a, b) = (value("a"), value("b"));
    let (first, second, third) = tokio::join!(
        client.create_connector_secret(&context, "c1", "A", &a, |_| ()),
        client.update_connector_secret(&context, "c1", "B", &b),
        client.delete_connector_secret(&context, "c1", "C"),
    );
    first.unwrap();
    second.and(third).unwrap();
    let requests = service.api_requests();
    let writes = requests.iter().filter(|seen| seen.method != Method::GET);
    let times: Vec<_> = writes.map(|seen| seen.at).collect();
    assert!(times[1] - times[0] >= Duration::from_secs(1), "{times:?}");
    assert!(times[2] - times[1] >= Duration::from_secs(1), "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn another_change_is_waited_for() {
    let service = having("{}", [busy(), listed("{}"), busy(), listed("{}"), done()]);
    create(&service, &free()).await.unwrap();
    assert_eq!(service.api_calls(), [GET, POST, GET, POST, GET, POST]);
    let client = service.client();
    service.then([busy(), busy(), done()]);
    client
        .update_connector_secret(&free(), "c1", "A", &value("b"))
        .await
        .unwrap();
    service.then([busy(), done(), listed("{}")]);
    client
        .delete_connector_secret(&free(), "c1", "A")
        .await
        .unwrap();
    assert_eq!(service.unasked(), 0);
}

#[tokio::test(start_paused = true)]
async fn changes_that_do_not_end_are_told_of() {
    let replies = (0..100).flat_map(|_| [busy(), listed("{}")]);
    let service = having("{}", replies);
    let error = create(&service, &within(Duration::from_secs(30)))
        .await
        .unwrap_err();
    assert!(error.is_conflict());
    insta::assert_snapshot!(error, @"api.cloud.camunda.io answered POST /clusters/c1/secrets with 409 Conflict: Another change is running. Other changes of the cluster's secrets were in the way until the time was over");
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_taken_is_told_of_at_once() {
    let theirs = r#"{"A":"example"}"#;
    assert!(is_taken(
        try_create(&having(theirs, [taken(), listed(theirs)]), &free()).await
    ));
    let service = having(theirs, [taken(), listed(theirs)]);
    let error = create(&service, &free()).await.unwrap_err();
    insta::assert_snapshot!(error, @"api.cloud.camunda.io answered POST /clusters/c1/secrets with 409 Conflict: The secret exists already. The cluster has a secret of that name");
    // Also in other words, after the time in which a deleted one may show.
    let replies = (0..100).flat_map(|_| {
        [
            Reply::status(409).body("Refused."),
            listed(r#"{"A":"other"}"#),
        ]
    });
    let service = having("{}", replies);
    let begun = service.clock.instant();
    let error = create(&service, &free()).await.unwrap_err();
    assert!(error.is_conflict());
    let waited = service.clock.instant() - begun;
    assert!(waited < Duration::from_secs(30), "{waited:?}");
}

/// Deleted a moment ago, and still listed.
#[tokio::test(start_paused = true)]
async fn a_name_that_is_just_gone_becomes_free() {
    let ghost = || listed(r#"{"A":"old"}"#);
    let old = r#"{"A":"old"}"#;
    let service = having(old, [busy(), ghost(), busy(), ghost(), done()]);
    create(&service, &free()).await.unwrap();
}

/// A deletion is over when the name is free.
#[tokio::test(start_paused = true)]
async fn a_deletion_waits_for_the_list() {
    let ghost = || listed(r#"{"A":"old","B":"other"}"#);
    let delete = async |replies: Vec<Reply>| {
        let service = FakeService::answering(replies);
        let client = service.client();
        let begun = service.clock.instant();
        client
            .delete_connector_secret(&free(), "c1", "A")
            .await
            .unwrap();
        assert_eq!(service.api_calls()[0], "DELETE /clusters/c1/secrets/A");
        (service.api_calls().len(), service.clock.instant() - begun)
    };
    let gone = listed(r#"{"B":"other"}"#);
    let (calls, _) = delete(vec![done(), ghost(), ghost(), gone]).await;
    assert_eq!(calls, 4);
    // A list that cannot be read says nothing against it.
    let (calls, _) = delete(vec![done(), Reply::status(403)]).await;
    assert_eq!(calls, 2);
    // Nor does a name that stays: somebody may have created it anew.
    let mut replies = vec![done()];
    replies.extend((0..100).map(|_| ghost()));
    let (_, waited) = delete(replies).await;
    let about = Duration::from_secs(19)..Duration::from_secs(22);
    assert!(about.contains(&waited), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_made_up_for_by_looking() {
    let ours = || listed(r#"{"A":"example"}"#);
    // Carried out.
    for lost in [
        Reply::Fail(FailureKind::Lost),
        Reply::status(429),
        Reply::status(502),
        Reply::status(500),
    ] {
        let service = having("{}", [lost, ours()]);
        create(&service, &free()).await.unwrap();
        assert_eq!(service.api_calls(), [GET, POST, GET]);
    }
    // Not carried out.
    let service = having("{}", [Reply::Fail(FailureKind::Lost), listed("{}"), done()]);
    create(&service, &free()).await.unwrap();
    assert_eq!(service.api_calls(), [GET, POST, GET, POST]);
    // Carried out, but not listed yet: the second one is refused because of the first.
    let late = [
        Reply::Fail(FailureKind::Lost),
        listed("{}"),
        taken(),
        ours(),
    ];
    let service = having("{}", late);
    create(&service, &free()).await.unwrap();
    assert_eq!(service.unasked(), 0);
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_secret_is_not_taken_for_ours() {
    let replies = || {
        [
            Reply::Fail(FailureKind::Lost),
            listed("{}"),
            taken(),
            listed(r#"{"A":"somebody else's"}"#),
        ]
    };
    assert!(is_taken(
        try_create(&having("{}", replies()), &free()).await
    ));
    let error = create(&having("{}", replies()), &free()).await.unwrap_err();
    assert!(!error.to_string().contains("somebody"), "{error}");

    // One of the same value that was there before the request whose answer got lost.
    let theirs = r#"{"A":"example"}"#;
    let lost = Reply::Fail(FailureKind::Lost);
    let replies = [lost, listed(theirs), taken(), listed(theirs)];
    assert!(is_taken(
        try_create(&having(theirs, replies), &free()).await
    ));
}

#[tokio::test(start_paused = true)]
async fn what_there_was_before_is_told() {
    let service = having(r#"{"B":"other"}"#, [done()]);
    let mut names = Vec::new();
    service
        .client()
        .create_connector_secret(&free(), "c1", "A", &value("example"), |before| {
            names.extend(before.keys().cloned());
        })
        .await
        .unwrap();
    assert_eq!(names, ["B"]);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_looked_up_stays_open() {
    let service = having("{}", [Reply::Fail(FailureKind::Lost), Reply::status(403)]);
    let error = create(&service, &free()).await.unwrap_err();
    assert!(error.may_have_committed());
    insta::assert_snapshot!(error, @"api.cloud.camunda.io gave no whole answer to POST /clusters/c1/secrets. Whether the secret was created all the same could not be found out: the list of secrets could not be read");
}

#[tokio::test(start_paused = true)]
async fn a_service_that_never_answers_is_given_up() {
    let replies = (0..50).flat_map(|_| [Reply::status(503), listed("{}")]);
    let service = having("{}", replies);
    let error = create(&service, &free()).await.unwrap_err();
    assert!(error.is_server_fault());
    assert_eq!(
        service
            .api_calls()
            .iter()
            .filter(|call| *call == POST)
            .count(),
        7
    );
}

#[test]
fn pauses_grow() {
    let mut pauses = Pauses::default();
    let longest: Vec<u128> = (0..7).map(|_| pauses.next(1.0).as_millis()).collect();
    assert_eq!(longest, [250, 500, 1000, 2000, 4000, 5000, 5000]);
    assert_eq!(Pauses::default().next(0.0), Duration::from_millis(125));
}

/// A service that explains itself with what it was sent.
#[tokio::test(start_paused = true)]
async fn an_echoed_value_is_not_passed_on() {
    let service = having(
        "{}",
        [
            Reply::status(400).body("The value `example` of A is too plain."),
            Reply::status(400)
                .body(r#"{"message":"no","details":{"secretValue":{"value":"example"}}}"#),
        ],
    );
    let error = create(&service, &free()).await.unwrap_err();
    insta::assert_snapshot!(error, @"api.cloud.camunda.io answered POST /clusters/c1/secrets with 400 Bad Request: The value `[secret]` of A is too plain.");
    let client = service.client();
    let value = value("example");
    let error = client
        .update_connector_secret(&free(), "c1", "A", &value)
        .await
        .unwrap_err();
    assert!(!format!("{error} {error:?}").contains("example"), "{error}");
}
