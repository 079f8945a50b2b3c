//! What an error answers to questions, and how it reads.

use super::*;

fn get() -> Subject<'static> {
    Subject {
        method: &Method::GET,
        path: "/clusters/c1",
        operation: "GetCluster",
        host: "api.example.com",
    }
}

fn answered(status: u16) -> Error {
    Error::new(ErrorKind::Status, &get()).with_status(StatusCode::from_u16(status).unwrap())
}

#[test]
fn predicates_ask_for_one_status_each() {
    type Predicate = fn(&Error) -> bool;
    let rows: [(u16, Predicate); 8] = [
        (400, Error::is_bad_request),
        (401, Error::is_unauthorized),
        (403, Error::is_forbidden),
        (404, Error::is_not_found),
        (409, Error::is_conflict),
        (412, Error::is_precondition_failed),
        (429, Error::is_rate_limited),
        (503, Error::is_server_fault),
    ];
    for (status, _) in rows {
        for (other, predicate) in rows {
            assert_eq!(
                predicate(&answered(status)),
                status == other,
                "{status} {other}"
            );
        }
    }
    assert!(answered(422).is_bad_request());
}

/// A 404 of the token service must not make anybody believe that an object is gone.
#[test]
fn statuses_of_the_token_service_are_not_the_apis() {
    let error = Error::new(ErrorKind::TokenUnavailable, &get()).with_status(StatusCode::NOT_FOUND);
    assert!(!error.is_not_found() && error.is_token_unavailable());
    let error = Error::new(ErrorKind::TokenRefused, &get()).with_status(StatusCode::FORBIDDEN);
    assert!(!error.is_forbidden() && error.is_token_refused() && !error.is_transient());
}

#[test]
fn the_text_leaves_the_cause_to_source() {
    let error = Error::new(ErrorKind::Connect, &get())
        .with_effort(3, Duration::from_secs(75))
        .with_request_id(Some("req-7".to_owned()))
        .with_note("Is the network up?")
        .with_cause(std::io::Error::other("refused"));
    insta::assert_snapshot!(error, @"could not connect to api.example.com for GET /clusters/c1 (3 tries in 1 min 15 s). Is the network up? (request req-7)");
    assert_eq!(StdError::source(&error).unwrap().to_string(), "refused");
}

#[test]
fn durations_read_well() {
    let texts = [
        0, 40, 949, 950, 9_949, 9_999, 59_499, 59_999, 185_000, 86_400_000,
    ]
    .map(|milliseconds| duration_text(Duration::from_millis(milliseconds)));
    insta::assert_snapshot!(texts.join(", "), @"0.0 s, 0.0 s, 0.9 s, 1 s, 9.9 s, 10 s, 59 s, 1 min, 3 min 5 s, 24 h");
}

#[test]
fn an_error_is_one_word() {
    assert_eq!(size_of::<Error>(), size_of::<usize>());
}
