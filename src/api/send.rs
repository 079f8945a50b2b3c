//! The one loop every API call goes through: limit, token, send, classify, wait.
//!
//! Must not know any particular operation. Which failures are repeated is `retry`'s decision; how
//! tokens come about is `token`'s.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderValue, StatusCode};
use reqwest::Url;

use super::config::Endpoints;
use super::context::{Bounds, CallContext, Interrupted};
use super::error::{Error, ErrorKind, duration_text};
use super::limit::{Denied, Limiter, Pace};
use super::message::{is_html, request_id, summarize};
use super::request::Request;
use super::retry::{Backoff, Outcome, Step, classify, may_have_committed, retry_after};
use super::secret::{SecretString, bearer_header};
use super::token::{NoToken, Token, TokenSource};
use super::token_request::jwt_expiry;
use super::transport::{Answer, Failure, FailureKind, Transport};
use super::{RetrySettings, Timeouts};
use crate::clock::{Clock, Instant};

/// How long a write already sent is waited for after the call was cancelled: its answer says
/// whether there is something to clean up or to remember.
const GRACE_FOR_WRITES: Duration = Duration::from_secs(10);

/// Where access tokens come from.
pub(crate) enum Tokens {
    Ready(SecretString),
    Renewable(TokenSource),
}

/// The token of one try.
enum Bearer<'a> {
    Ready(&'a SecretString),
    Renewable(Arc<Token>),
}

impl Bearer<'_> {
    fn value(&self) -> &SecretString {
        match self {
            Self::Ready(value) => value,
            Self::Renewable(token) => &token.value,
        }
    }
}

/// Sends requests to one API with one set of credentials.
pub(crate) struct Sender {
    pub(crate) endpoints: Endpoints,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) tokens: Tokens,
    pub(crate) limiter: Arc<Limiter>,
    pub(crate) pace: Pace,
    pub(crate) timeouts: Timeouts,
    pub(crate) retry: RetrySettings,
    pub(crate) clock: Clock,
}

/// Why a success is of no use.
pub(crate) enum BadBody {
    Failure(Failure),
    Json(serde_json::Error),
    Html,
}

/// What one call has gone through so far.
struct Effort<'a> {
    request: &'a Request,
    bounds: Bounds,
    started: Instant,
    /// Requests sent, or tried to.
    attempts: u32,
    /// Tries repeated because of their outcome; renewed tokens do not count.
    retries: u32,
    renewed: bool,
    /// Some try may have been carried out.
    may_have_committed: bool,
}

impl Sender {
    /// Carries out `request` and reads its answer with `decode`.
    pub(crate) async fn send<T>(
        &self,
        context: &CallContext,
        request: &Request,
        decode: impl Fn(&Answer) -> Result<T, BadBody>,
    ) -> Result<T, Error> {
        let mut effort = self.begin(context, request);
        let mut replaced = None;
        loop {
            // Limit.
            let limited = self.limiter.acquire(self.pace, &effort.bounds).await;
            limited.map_err(|denied| self.denied(denied, &effort))?;

            // Token.
            let bearer = match replaced.take() {
                Some(token) => Bearer::Renewable(token),
                None => self.bearer(&effort).await?,
            };

            // Send.
            let (outcome, error) = match self.try_once(&mut effort, &bearer, &decode).await? {
                Ok(value) => return Ok(value),
                Err(failed) => failed,
            };

            // Classify.
            effort.may_have_committed |= may_have_committed(request, outcome);
            match classify(request, outcome) {
                Step::GiveUp => return Err(effort.blame(error)),
                Step::RenewToken => replaced = Some(self.renew(&mut effort, bearer, error).await?),
                // Wait.
                Step::Retry => self.wait(&mut effort, error).await?,
            }
        }
    }

    /// The context with a deadline, for calls made of several requests.
    pub(crate) fn bounded(&self, context: &CallContext) -> CallContext {
        let deadline = context
            .deadline
            .unwrap_or(self.clock.instant() + self.timeouts.call);
        CallContext {
            cancel: context.cancel.clone(),
            deadline: Some(deadline),
        }
    }

    /// Waits for `work` on behalf of `request`, within the context's limits.
    pub(crate) async fn run<T>(
        &self,
        context: &CallContext,
        request: &Request,
        work: impl Future<Output = T>,
    ) -> Result<T, Error> {
        let effort = self.begin(context, request);
        let done = effort.bounds.run(work).await;
        done.map_err(|interrupted| self.denied(Denied::Interrupted(interrupted), &effort))
    }

    fn begin<'a>(&self, context: &CallContext, request: &'a Request) -> Effort<'a> {
        let started = self.clock.instant();
        let bounds = Bounds {
            cancel: context.cancel.clone(),
            deadline: context.deadline.unwrap_or(started + self.timeouts.call),
            clock: self.clock.clone(),
        };
        Effort {
            request,
            bounds,
            started,
            attempts: 0,
            retries: 0,
            renewed: false,
            may_have_committed: false,
        }
    }

    async fn bearer(&self, effort: &Effort<'_>) -> Result<Bearer<'_>, Error> {
        match &self.tokens {
            Tokens::Ready(token) => Ok(Bearer::Ready(token)),
            Tokens::Renewable(source) => match source.token(&effort.bounds).await {
                Ok(token) => Ok(Bearer::Renewable(token)),
                Err(no_token) => Err(self.without_token(no_token, effort)),
            },
        }
    }

    /// Sends the request once. The inner error is the try's, to be classified; the outer one ends
    /// the call.
    async fn try_once<T>(
        &self,
        effort: &mut Effort<'_>,
        bearer: &Bearer<'_>,
        decode: &impl Fn(&Answer) -> Result<T, BadBody>,
    ) -> Result<Result<T, (Outcome, Error)>, Error> {
        let request = effort.request;
        let sent = self.clock.instant();
        let left = effort.bounds.deadline.saturating_duration_since(sent);
        if effort.bounds.cancel.is_cancelled() {
            return Err(effort.blame(self.error(ErrorKind::Cancelled, request)));
        }
        if left.is_zero() {
            return Err(effort.blame(self.error(ErrorKind::DeadlineExceeded, request)));
        }
        effort.attempts += 1;
        let timeout = left.min(self.timeouts.request);
        let exchange = tokio::select! {
            exchange = self.transport.exchange(self.http_request(request, bearer.value())) => Some(exchange),
            () = self.clock.sleep(timeout) => None,
            () = self.patience_ends(effort) => {
                effort.may_have_committed |= may_have_committed(request, Outcome::Lost);
                return Err(effort.blame(self.error(ErrorKind::Cancelled, request)));
            }
        };
        self.log(effort, exchange.as_ref(), sent);
        let Some(exchange) = exchange else {
            let error = self
                .error(ErrorKind::TryTimeout, request)
                .with_note(format!("Waited {}", duration_text(timeout)));
            return Ok(Err((Outcome::TimedOut, error)));
        };
        let answer = match exchange {
            Ok(answer) => answer,
            Err(failure) => return Ok(Err(self.failed(request, failure))),
        };
        if !answer.status.is_success() {
            return Ok(Err(self.refused(request, &answer, bearer.value())));
        }
        let decoded = if is_html(&answer.headers, &answer.body) {
            Err(BadBody::Html)
        } else {
            decode(&answer)
        };
        Ok(decoded.map_err(|bad| self.unreadable(request, &answer, bad)))
    }

    /// Ends when nobody waits for the request any longer: for reads at once when the call is
    /// cancelled, for writes some time later.
    async fn patience_ends(&self, effort: &Effort<'_>) {
        effort.bounds.cancel.cancelled().await;
        if !effort.request.is_read() {
            self.clock.sleep(GRACE_FOR_WRITES).await;
        }
    }

    /// One forced renewal, never two.
    async fn renew(
        &self,
        effort: &mut Effort<'_>,
        bearer: Bearer<'_>,
        error: Error,
    ) -> Result<Arc<Token>, Error> {
        match (&self.tokens, bearer) {
            (Tokens::Renewable(source), Bearer::Renewable(refused)) if !effort.renewed => {
                effort.renewed = true;
                match source.replace(&refused, &effort.bounds).await {
                    Ok(Some(token)) => Ok(token),
                    Ok(None) => {
                        Err(effort.blame(error.with_note("The token had been renewed just before")))
                    }
                    Err(no_token) => Err(self.without_token(no_token, effort)),
                }
            }
            (_, Bearer::Ready(token)) => {
                Err(effort.blame(self.ready_token_refused(effort.request, token, error)))
            }
            _ => Err(effort.blame(error.with_note("The token had just been renewed"))),
        }
    }

    /// Waits before the next try, or gives up if there is none left or no time for it.
    async fn wait(&self, effort: &mut Effort<'_>, error: Error) -> Result<(), Error> {
        if effort.retries >= self.retry.max_retries {
            return Err(effort.blame(error));
        }
        let backoff = Backoff::USUAL.full_jitter(effort.retries, fastrand::f64());
        effort.retries += 1;
        let wait = error.retry_after().unwrap_or_default().max(backoff);
        let until = self.clock.instant() + wait;
        if until > effort.bounds.deadline {
            let left = effort
                .bounds
                .deadline
                .saturating_duration_since(self.clock.instant());
            return Err(effort.blame(error.with_note(format!(
                "The next try would be in {}, which is longer than the {} left for this operation",
                duration_text(wait),
                duration_text(left)
            ))));
        }
        match effort.bounds.sleep_until(until).await {
            Ok(()) => Ok(()),
            Err(Interrupted::Cancelled) => Err(effort
                .blame(self.error(ErrorKind::Cancelled, effort.request))
                .with_cause(error)),
            Err(Interrupted::DeadlineExceeded) => Err(effort.blame(error)),
        }
    }

    fn http_request(&self, request: &Request, token: &SecretString) -> http::Request<Bytes> {
        let mut http = http::Request::new(request.body.clone().unwrap_or_default());
        *http.method_mut() = request.method.clone();
        // The base is checked and the path encoded; were the address bad all the same, the
        // exchange would fail, not the program.
        *http.uri_mut() = self
            .endpoints
            .operation(&request.path)
            .parse()
            .unwrap_or_default();
        let headers = http.headers_mut();
        if let Some(bearer) = bearer_header(token) {
            headers.insert(AUTHORIZATION, bearer);
        }
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if request.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        http
    }

    fn log(&self, effort: &Effort<'_>, exchange: Option<&Result<Answer, Failure>>, sent: Instant) {
        let answer = exchange.and_then(|exchange| exchange.as_ref().ok());
        let failure = match exchange {
            Some(Err(failure)) => Some(format!("{:?}", failure.kind)),
            Some(Ok(_)) => None,
            None => Some("Timeout".to_owned()),
        };
        tracing::debug!(
            operation = effort.request.operation,
            method = effort.request.method.as_str(),
            path = effort.request.path,
            host = self.host(),
            status = answer.map(|answer| answer.status.as_u16()),
            failure,
            duration_ms = (self.clock.instant() - sent).as_millis() as u64,
            attempt = effort.attempts,
            request_id = answer.and_then(|answer| request_id(&answer.headers)),
            "API request"
        );
    }

    fn failed(&self, request: &Request, failure: Failure) -> (Outcome, Error) {
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
    fn refused(
        &self,
        request: &Request,
        answer: &Answer,
        token: &SecretString,
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
        let secrets = [token]
            .into_iter()
            .chain(self.client_secret())
            .collect::<Vec<_>>();
        let error = self
            .error(ErrorKind::Status, request)
            .with_status(status)
            .with_server_message(summarize(&answer.headers, &answer.body, &secrets))
            .with_request_id(request_id(&answer.headers))
            .with_retry_after(wait);
        (outcome, error)
    }

    fn unreadable(&self, request: &Request, answer: &Answer, bad: BadBody) -> (Outcome, Error) {
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
                let about = summarize(&answer.headers, &answer.body, &[]);
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

    fn ready_token_refused(&self, request: &Request, token: &SecretString, error: Error) -> Error {
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
            .with_note(format!(
                "{about}. It was handed in ready-made and is never renewed: hand in a new one, or client credentials"
            ))
    }

    fn denied(&self, denied: Denied, effort: &Effort<'_>) -> Error {
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

    fn without_token(&self, no_token: NoToken, effort: &Effort<'_>) -> Error {
        match no_token {
            // Speaks of the token request, so the tries it counts are those.
            NoToken::Failed(error) => error.with_may_have_committed(effort.may_have_committed),
            NoToken::Interrupted(interrupted) => self
                .denied(Denied::Interrupted(interrupted), effort)
                .with_note("Was waiting for an access token"),
        }
    }

    fn client_secret(&self) -> Option<&SecretString> {
        match &self.tokens {
            Tokens::Ready(_) => None,
            Tokens::Renewable(source) => Some(&source.issuer.client_secret),
        }
    }

    pub(crate) fn host(&self) -> &str {
        self.endpoints.api.host_str().unwrap_or_default()
    }

    pub(crate) fn error(&self, kind: ErrorKind, request: &Request) -> Error {
        Error::new(kind, &request.subject(self.host()))
    }
}

impl Effort<'_> {
    fn blame(&self, error: Error) -> Error {
        error
            .with_effort(self.attempts, self.bounds.clock.instant() - self.started)
            .with_may_have_committed(self.may_have_committed)
    }
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
