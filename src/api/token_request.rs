//! One request to the token service, and what its answer means.
//!
//! Must not know caches, pauses or who waits for the token.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode};
use jiff::Timestamp;
use reqwest::Url;
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde_json::Value;

use super::error::{Error, ErrorKind, Subject};
use super::message::{is_html, request_id, summarize};
use super::request::encode_segment;
use super::retry::retry_after;
use super::secret::{SecretString, fits_header};
use super::transport::{Answer, Failure, FailureKind, Transport};
use crate::clock::Clock;

/// How long a token is taken to live when neither the answer nor the token says so: the shortest
/// lifetime the service has been seen to give.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(300);

/// No token is kept for longer, whatever it says.
pub(crate) const LONGEST_LIFETIME: Duration = Duration::from_secs(7 * 86_400);

/// Asks for tokens with one set of credentials.
pub(crate) struct Issuer {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Clock,
    pub(crate) url: Url,
    pub(crate) audience: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: SecretString,
}

/// A token fresh from the service.
pub(crate) struct Issued {
    pub(crate) value: SecretString,
    pub(crate) lifetime: Duration,
}

/// Why there is no token.
pub(crate) enum IssueFailure {
    /// Refused, and would be refused again.
    Refused(Error),
    /// Something is wrong that will not pass within seconds.
    Lasting(Error),
    /// May well succeed a little later.
    Passing(Error),
}

impl Issuer {
    /// Sends one token request. Gives up after `timeout`.
    pub(crate) async fn request(&self, timeout: Duration) -> Result<Issued, IssueFailure> {
        let started = self.clock.instant();
        let answer = tokio::select! {
            answer = self.transport.exchange(self.http_request()) => Some(answer),
            () = self.clock.sleep(timeout) => None,
        };
        let duration = self.clock.instant() - started;
        let status = match &answer {
            Some(Ok(answer)) => Some(answer.status.as_u16()),
            _ => None,
        };
        tracing::debug!(
            operation = "IssueToken",
            method = "POST",
            path = self.url.path(),
            host = self.host(),
            status,
            duration_ms = duration.as_millis() as u64,
            "token request"
        );
        match answer {
            Some(Ok(answer)) => self.interpret(&answer),
            Some(Err(failure)) => Err(self.not_answered(failure)),
            None => Err(IssueFailure::Passing(
                self.error(ErrorKind::TokenUnavailable).with_note(format!(
                    "It did not answer within {}",
                    super::error::duration_text(timeout)
                )),
            )),
        }
    }

    pub(crate) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    pub(crate) fn error(&self, kind: ErrorKind) -> Error {
        let subject = Subject {
            method: &Method::POST,
            path: self.url.path(),
            operation: "IssueToken",
            host: self.host(),
        };
        Error::new(kind, &subject)
    }

    /// Credentials go into the body, never into a header as well: clients that try both count
    /// twice against the service's limit.
    fn http_request(&self) -> http::Request<Bytes> {
        let mut body = String::from("grant_type=client_credentials");
        for (name, value) in [
            ("client_id", self.client_id.as_str()),
            ("client_secret", self.client_secret.expose_secret()),
            ("audience", &self.audience),
        ] {
            body.push('&');
            body.push_str(name);
            body.push('=');
            encode_segment(value, &mut body);
        }
        let mut request = http::Request::new(Bytes::from(body));
        *request.method_mut() = Method::POST;
        // A checked address is a valid URI; were it not, the exchange would fail, not the program.
        *request.uri_mut() = self.url.as_str().parse().unwrap_or_default();
        let headers = request.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/x-www-form-urlencoded"),
        );
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        request
    }

    fn interpret(&self, answer: &Answer) -> Result<Issued, IssueFailure> {
        let status = answer.status;
        let now = self.clock.now();
        let described = |kind| {
            self.error(kind)
                .with_status(status)
                .with_server_message(summarize(
                    &answer.headers,
                    &answer.body,
                    &[&self.client_secret],
                ))
                .with_request_id(request_id(&answer.headers))
                .with_retry_after(retry_after(&answer.headers, now))
        };
        match status {
            _ if status.is_success() => self.read(answer, now),
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
                Err(IssueFailure::Passing(described(
                    ErrorKind::TokenUnavailable,
                )))
            }
            _ if status.is_server_error() => Err(IssueFailure::Passing(described(
                ErrorKind::TokenUnavailable,
            ))),
            _ if status.is_redirection() => Err(IssueFailure::Refused(
                described(ErrorKind::Redirect)
                    .with_server_message(None)
                    .with_note(super::send::redirect_note(&answer.headers, "token URL")),
            )),
            // 401 is the documented answer to a wrong secret, 403 to a wrong audience, 400 to
            // credentials of another kind.
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(IssueFailure::Refused(described(ErrorKind::TokenRefused)))
            }
            _ => Err(IssueFailure::Refused(
                described(ErrorKind::TokenUnavailable).with_note("Is the token URL right?"),
            )),
        }
    }

    fn read(&self, answer: &Answer, now: Timestamp) -> Result<Issued, IssueFailure> {
        if let Some(fault) = &answer.fault {
            return Err(self.not_answered(fault.clone()));
        }
        let unreadable = || {
            // The body is not quoted: it may hold a token.
            let about = if is_html(&answer.headers, &answer.body) {
                summarize(&answer.headers, &answer.body, &[&self.client_secret])
            } else {
                None
            };
            IssueFailure::Lasting(
                self.error(ErrorKind::TokenUnavailable)
                    .with_status(answer.status)
                    .with_server_message(about)
                    .with_request_id(request_id(&answer.headers))
                    .with_note("The answer holds no access token. Is the token URL right?"),
            )
        };
        let parsed: TokenAnswer = serde_json::from_slice(&answer.body).map_err(|_| unreadable())?;
        if !fits_header(&parsed.access_token) {
            return Err(unreadable());
        }
        let stated = parsed.expires_in.as_ref().and_then(seconds);
        let lifetime = stated
            .or_else(|| jwt_lifetime(&parsed.access_token, now))
            .unwrap_or(DEFAULT_LIFETIME)
            .min(LONGEST_LIFETIME);
        Ok(Issued {
            value: parsed.access_token,
            lifetime,
        })
    }

    fn not_answered(&self, failure: Failure) -> IssueFailure {
        let (kind, wrap): (_, fn(Error) -> IssueFailure) = match failure.kind {
            FailureKind::Untrusted => (ErrorKind::Certificate, IssueFailure::Lasting),
            FailureKind::Setup => (ErrorKind::Setup, IssueFailure::Lasting),
            FailureKind::TooLarge => (ErrorKind::TokenUnavailable, IssueFailure::Lasting),
            FailureKind::NotSent | FailureKind::Lost => {
                (ErrorKind::TokenUnavailable, IssueFailure::Passing)
            }
        };
        wrap(self.error(kind).with_shared_cause(failure.cause))
    }
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: SecretString,
    #[serde(default)]
    expires_in: Option<Value>,
}

/// A positive number of seconds, given as a number or, by some services, as text.
fn seconds(value: &Value) -> Option<Duration> {
    let number: f64 = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    (number > 0.0).then(|| Duration::try_from_secs_f64(number).unwrap_or(LONGEST_LIFETIME))
}

/// When a token says it ends. `None` for what is not a JWT.
pub(crate) fn jwt_expiry(token: &SecretString) -> Option<Timestamp> {
    let claim = jwt_claims(token)?.get("exp")?.as_f64()?;
    timestamp(claim)
}

/// How long a token says it lives. From its own time of issue, if it names one, so that our clock
/// does not matter.
fn jwt_lifetime(token: &SecretString, now: Timestamp) -> Option<Duration> {
    let claims = jwt_claims(token)?;
    let ends = timestamp(claims.get("exp")?.as_f64()?)?;
    let begins = claims
        .get("iat")
        .and_then(Value::as_f64)
        .and_then(timestamp)
        .unwrap_or(now);
    Duration::try_from(ends.duration_since(begins))
        .ok()
        .filter(|lifetime| !lifetime.is_zero())
}

/// The claims, unverified: the service that will read the token does that.
fn jwt_claims(token: &SecretString) -> Option<Value> {
    let payload = token.expose_secret().split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?).ok()
}

fn timestamp(seconds: f64) -> Option<Timestamp> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the cast saturates, and what saturates is out of range"
    )]
    Timestamp::from_second(seconds as i64).ok()
}
