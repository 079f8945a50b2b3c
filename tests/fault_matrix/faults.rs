//! The rows of the matrix: everything that may go wrong with one request. Knows no operation.

use camunda_simulator::{Fault, FaultAnswer, FaultBody, RetryAfter};
use serde_json::json;

/// How long one try of one request may take in these tests.
pub(crate) const REQUEST_TIMEOUT: &str = "1s";

/// Longer than that, in milliseconds.
const TOO_SLOW: u64 = 1_500;

/// A name for the table, and the fault.
pub(crate) fn all() -> Vec<(&'static str, Fault)> {
    let too_many = |wait: RetryAfter| Fault::too_many_requests(wait);
    let refused = |status, text: &str| answer(status, FaultBody::Text(text.to_owned()), false);
    let after_commit = |status, body| answer(status, body, true);
    vec![
        ("429, wait 1 s", too_many(RetryAfter::Seconds(1))),
        ("429, wait until a date", too_many(RetryAfter::DateIn(1))),
        ("429, wait 0 s", too_many(RetryAfter::Seconds(0))),
        ("429, wait 100 years", too_many(RetryAfter::ABSURD)),
        ("429, wait unreadable", too_many(RetryAfter::garbage())),
        ("429, wait not said", Fault::too_many_requests(None)),
        ("429 after commit", Fault::too_many_requests_after_commit()),
        ("500", Fault::status(500)),
        ("500 after commit", after_commit(500, FaultBody::Usual)),
        ("502 HTML", Fault::html(502)),
        ("502 HTML after commit", after_commit(502, FaultBody::Html)),
        ("503", Fault::status(503)),
        ("503 HTML", Fault::html(503)),
        ("503 after commit", after_commit(503, FaultBody::Usual)),
        ("504", Fault::status(504)),
        ("504 after commit", after_commit(504, FaultBody::Html)),
        ("reset", Fault::reset()),
        ("reset after commit", Fault::lost_answer()),
        ("too slow", slow(false)),
        ("too slow after commit", slow(true)),
        ("truncated JSON", Fault::TruncatedJson),
        ("cut-off body", Fault::CutOffBody),
        ("empty body on 200", Fault::EmptyBody),
        ("body on 204", Fault::BodyOnNoContent),
        ("HTML on 200", after_commit(200, FaultBody::Html)),
        ("token revoked", Fault::RevokeToken),
        ("403 quota", refused(403, "Maximum reached")),
        ("404", Fault::status(404)),
        ("409 busy", refused(409, "Another change is in progress")),
        ("409 duplicate", refused(409, "The name exists already")),
        ("412", refused(412, "The cluster is not ready")),
        ("undeclared members", Fault::undeclared_members()),
        (
            "undeclared words",
            Fault::Overlay(json!({ "type": "Novel", "future": "Dreaming" })),
        ),
        ("null lists", Fault::null_lists()),
    ]
}

fn answer(status: u16, body: FaultBody, after_commit: bool) -> Fault {
    Fault::Answer(FaultAnswer {
        status,
        body,
        retry_after: None,
        after_commit,
    })
}

fn slow(after_commit: bool) -> Fault {
    Fault::Slow {
        milliseconds: TOO_SLOW,
        after_commit,
    }
}
