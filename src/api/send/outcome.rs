//! From what came back of a try to an outcome to classify and an error to show.
//!
//! Must not decide what happens next, nor send anything.

use http::header::LOCATION;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use reqwest::Url;

use super::{BadBody, Effort, Sender, Tokens};
use crate::api::context::Interrupted;
use crate::api::error::{Error, ErrorKind, duration_text};
use crate::api::limit::Denied;
use crate::api::message::{request_id, summarize};
use crate::api::request::Request;
use crate::api::retry::{Outcome, retry_after};
use crate::api::secret::SecretString;
use crate::api::token::NoToken;
use crate::api::token_request::jwt_expiry;
use crate::api::transport::{Answer, Failure, FailureKind};

impl Sender {
    pub(super) fn failed(&self, request: &Request, failure: Failure) -> (Outcome, Error) {
        let (outcome, kind) = match failure.kind {
            FailureKind::NotSent => (Outcome::NotSent, ErrorKind::Connect),
            FailureKind::Untrusted => (Outcome::Untrusted, ErrorKind::Certificate),
            FailureKind::Lost => (Outcome::Lost, ErrorKind::AnswerLost),
            FailureKind::TooLarge => (Outcome::TooLarge, ErrorKind::AnswerTooLarge),
            FailureKind::Setup => (Outcome::Setup, ErrorKind::Setup),
        };
        (
            outcome,
            self.error(kind, request).with_shared_cause(failure.cause),
        )
    }

    /// An answer other than a success. A wait the service asks for is imposed on everybody.
    pub(super) fn refused(
        &self,
        request: &Request,
        answer: &Answer,
        token: Option<&SecretString>,
    ) -> (Outcome, Error) {
        let status = answer.status;
        let outcome = Outcome::Status(status.as_u16());
        if status.is_redirection() {
            let error = self
                .error(ErrorKind::Redirect, request)
                .with_status(status)
                .with_note(redirect_note(&answer.headers, "API URL"));
            return (outcome, error);
        }
        let wait = retry_after(&answer.headers, self.clock.now());
        let asked_to_wait =
            status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::SERVICE_UNAVAILABLE;
        if let (true, Some(wait)) = (asked_to_wait, wait) {
            self.limiter.pause_until(self.clock.instant() + wait);
        }
        let secrets = self.secrets(request, token);
        let error = self
            .error(ErrorKind::Status, request)
            .with_status(status)
            .with_server_message(summarize(&answer.headers, &answer.body, &secrets))
            .with_request_id(request_id(&answer.headers))
            .with_retry_after(wait);
        (outcome, error)
    }

    pub(super) fn unreadable(
        &self,
        request: &Request,
        answer: &Answer,
        token: Option<&SecretString>,
        bad: BadBody,
    ) -> (Outcome, Error) {
        let error = |kind| {
            self.error(kind, request)
                .with_status(answer.status)
                .with_request_id(request_id(&answer.headers))
        };
        match bad {
            BadBody::Failure(failure) => {
                let (outcome, plain) = self.failed(request, failure);
                (outcome, plain.with_request_id(request_id(&answer.headers)))
            }
            BadBody::Html => {
                let secrets = self.secrets(request, token);
                let about = summarize(&answer.headers, &answer.body, &secrets);
                (
                    Outcome::Unreadable,
                    error(ErrorKind::UnexpectedAnswer).with_server_message(about),
                )
            }
            // The cause names a place and a type, never a value of the body: see `redacted`.
            BadBody::Json(cause) => {
                let outcome = if cause.is_eof() {
                    Outcome::Truncated
                } else {
                    Outcome::Unreadable
                };
                let cause = redacted(&cause);
                (outcome, error(ErrorKind::UnexpectedAnswer).with_note(cause))
            }
        }
    }

    /// What a request holds that its answer may repeat.
    fn secrets<'a>(
        &'a self,
        request: &'a Request,
        token: Option<&'a SecretString>,
    ) -> Vec<&'a SecretString> {
        token
            .into_iter()
            .chain(self.client_secret())
            .chain(&request.secrets)
            .collect()
    }

    /// A ready-made token that says itself that it has ended: nobody needs to be asked.
    pub(super) fn known_to_be_over(
        &self,
        request: &Request,
        token: &SecretString,
    ) -> Option<Error> {
        let expiry = jwt_expiry(token).filter(|expiry| *expiry <= self.clock.now())?;
        let error = self.error(ErrorKind::AccessTokenRefused, request);
        Some(error.with_note(expired(expiry)))
    }

    pub(super) fn ready_token_refused(
        &self,
        request: &Request,
        token: &SecretString,
        error: Error,
    ) -> Error {
        let about = match jwt_expiry(token) {
            Some(expiry) if expiry <= self.clock.now() => {
                format!("The access token expired at {expiry}")
            }
            _ => "The access token was refused".to_owned(),
        };
        self.error(ErrorKind::AccessTokenRefused, request)
            .with_status(StatusCode::UNAUTHORIZED)
            .with_server_message(error.server_message().map(str::to_owned))
            .with_request_id(error.request_id().map(str::to_owned))
            .with_note(handed_in(&about))
    }

    pub(super) fn denied(&self, denied: Denied, effort: &Effort<'_>) -> Error {
        let request = effort.request;
        let error = match denied {
            Denied::Interrupted(Interrupted::Cancelled) => {
                self.error(ErrorKind::Cancelled, request)
            }
            Denied::Interrupted(Interrupted::DeadlineExceeded) => {
                self.error(ErrorKind::DeadlineExceeded, request)
            }
            Denied::TooLate(until) => {
                let now = self.clock.instant();
                let wait = until.saturating_duration_since(now);
                let left = effort.bounds.deadline.saturating_duration_since(now);
                self.error(ErrorKind::DeadlineExceeded, request).with_retry_after(Some(wait)).with_note(format!(
                    "The next request to {} may be sent in {}, which is longer than the {} left for this operation",
                    self.host(),
                    duration_text(wait),
                    duration_text(left)
                ))
            }
        };
        effort.blame(error)
    }

    pub(super) fn without_token(&self, no_token: NoToken, effort: &Effort<'_>) -> Error {
        match no_token {
            // Speaks of the token request, so the tries it counts are those.
            NoToken::Failed(error) => error.with_may_have_committed(effort.may_have_committed),
            NoToken::Interrupted(interrupted) => self
                .denied(Denied::Interrupted(interrupted), effort)
                .with_note("Was waiting for an access token"),
        }
    }

    pub(super) fn client_secret(&self) -> Option<&SecretString> {
        match &self.tokens {
            Tokens::Ready(_) | Tokens::None => None,
            Tokens::Renewable(source) => Some(&source.issuer.client_secret),
        }
    }
}

/// What to say of a ready-made token that is over.
pub(crate) fn expired(when: Timestamp) -> String {
    handed_in(&format!("It expired at {when}"))
}

fn handed_in(about: &str) -> String {
    format!(
        "{about}. It was handed in ready-made and is never renewed: hand in a new one, or client credentials"
    )
}

/// Where a redirect points, and what to do about it. Only the host is named: the rest of the
/// address may hold what a login page passes along.
pub(crate) fn redirect_note(headers: &HeaderMap, setting: &str) -> String {
    let host = headers
        .get(LOCATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| Url::parse(value).ok())
        .and_then(|url| url.host_str().map(str::to_owned));
    match host {
        Some(host) => {
            format!("It points to {host}. If that is the right host, set the {setting} to it")
        }
        None => format!("It points elsewhere on the same host. Check the {setting}"),
    }
}

/// What is wrong with a JSON text and where, without anything from the text itself.
fn redacted(cause: &serde_json::Error) -> String {
    let what = match cause.classify() {
        serde_json::error::Category::Eof => "The JSON text ends too early",
        serde_json::error::Category::Syntax => "That is no JSON text",
        serde_json::error::Category::Data => {
            "The JSON text lacks a member or has one of another type"
        }
        serde_json::error::Category::Io => "The JSON text could not be read",
    };
    format!("{what} (line {}, column {})", cause.line(), cause.column())
}
