//! The one loop every API call goes through: limit, token, send, classify, wait.
//!
//! Must not know any particular operation. Which failures are repeated is `retry`'s decision; how
//! tokens come about is `token`'s.

mod outcome;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderValue;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};

pub(crate) use self::outcome::{expired, redirect_note};
use super::config::Endpoints;
use super::context::{Bounds, CallContext, Interrupted};
use super::error::{Error, ErrorKind, duration_text};
use super::limit::{Denied, Limiter, Pace};
use super::message::{is_html, request_id};
use super::request::Request;
use super::retry::{Backoff, Outcome, Step, classify, may_have_committed};
use super::secret::{SecretString, bearer_header};
use super::statistics::Statistics;
use super::token::{Token, TokenSource};
use super::transport::{Answer, Failure, Transport};
use super::{RetrySettings, Timeouts};
use crate::clock::{Clock, Instant};

/// How long a write already sent is waited for after the call was cancelled: its answer says
/// whether there is something to clean up or to remember.
const GRACE_FOR_WRITES: Duration = Duration::from_secs(10);

/// Where access tokens come from.
pub(crate) enum Tokens {
    Ready(SecretString),
    Renewable(Box<TokenSource>),
    None,
}

/// The token of one try.
enum Bearer<'a> {
    Ready(&'a SecretString),
    Renewable(Arc<Token>),
    None,
}

impl Bearer<'_> {
    fn value(&self) -> Option<&SecretString> {
        match self {
            Self::Ready(value) => Some(value),
            Self::Renewable(token) => Some(&token.value),
            Self::None => None,
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
    pub(crate) statistics: Arc<Statistics>,
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
        loop {
            // Limit.
            let came = self.clock.instant();
            let limited = match request.send_by {
                None => self.limiter.acquire(self.pace, &effort.bounds).await,
                Some(_) => self.limiter.pause_passes(&effort.bounds).await,
            };
            self.statistics.wait(self.clock.instant() - came);
            limited.map_err(|denied| self.denied(denied, &effort))?;

            // Token.
            let bearer = self.bearer(&effort).await?;

            // Send.
            if effort.is_too_late_at(self.clock.instant()) {
                return Err(effort.blame(self.error(ErrorKind::DeadlineExceeded, request)));
            }
            let (outcome, error) = match self.try_once(&mut effort, &bearer, &decode).await? {
                Ok(value) => return Ok(value),
                Err(failed) => failed,
            };

            // Classify.
            effort.may_have_committed |= may_have_committed(request, outcome);
            match classify(request, outcome) {
                Step::GiveUp => return Err(effort.blame(error)),
                Step::RenewToken => self.give_up_token(&mut effort, &bearer, error)?,
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
            freshness: context.freshness,
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
            _ if effort.request.public => Ok(Bearer::None),
            Tokens::None => Err(effort.blame(
                self.error(ErrorKind::InvalidRequest, effort.request)
                    .with_note("There are no credentials"),
            )),
            Tokens::Ready(token) => match self.known_to_be_over(effort.request, token) {
                None => Ok(Bearer::Ready(token)),
                Some(error) => Err(effort.blame(error)),
            },
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
        self.statistics.request(request.operation);
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
        Ok(decoded.map_err(|bad| self.unreadable(request, &answer, bearer.value(), bad)))
    }

    /// Ends when nobody waits for the request any longer: for reads at once when the call is
    /// cancelled, for writes some time later.
    async fn patience_ends(&self, effort: &Effort<'_>) {
        effort.bounds.cancel.cancelled().await;
        if !effort.request.is_read() {
            self.clock.sleep(GRACE_FOR_WRITES).await;
        }
    }

    /// Drops a token the API refused, so that the next try gets a new one: once per call.
    fn give_up_token(
        &self,
        effort: &mut Effort<'_>,
        bearer: &Bearer<'_>,
        error: Error,
    ) -> Result<(), Error> {
        let (source, refused) = match (&self.tokens, bearer) {
            (Tokens::Renewable(source), Bearer::Renewable(refused)) => (source, refused),
            (_, Bearer::Ready(token)) => {
                let error = self.ready_token_refused(effort.request, token, error);
                return Err(effort.blame(error));
            }
            // Nobody was asked who is asking.
            _ => return Err(effort.blame(error)),
        };
        if effort.renewed || !source.discard(refused, self.clock.instant()) {
            return Err(effort.blame(error.with_note("The token had just been renewed")));
        }
        effort.renewed = true;
        Ok(())
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
        if effort.is_too_late_at(until) {
            return Err(effort.blame(error));
        }
        if until > effort.bounds.deadline {
            let left = effort
                .bounds
                .deadline
                .saturating_duration_since(self.clock.instant());
            let note = if left.is_zero() {
                "No time was left for another try".to_owned()
            } else {
                let (wait, left) = (duration_text(wait), duration_text(left));
                format!(
                    "The next try would be in {wait}, which is longer than the {left} left for this operation"
                )
            };
            return Err(effort.blame(error.with_note(note)));
        }
        self.statistics.retry();
        self.statistics.wait(wait);
        match effort.bounds.sleep_until(until).await {
            Ok(()) => Ok(()),
            Err(Interrupted::Cancelled) => Err(effort
                .blame(self.error(ErrorKind::Cancelled, effort.request))
                .with_cause(error)),
            Err(Interrupted::DeadlineExceeded) => Err(effort.blame(error)),
        }
    }

    fn http_request(
        &self,
        request: &Request,
        token: Option<&SecretString>,
    ) -> http::Request<Bytes> {
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
        if let Some(bearer) = token.and_then(bearer_header) {
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

    pub(crate) fn host(&self) -> &str {
        self.endpoints.api.host_str().unwrap_or_default()
    }

    pub(crate) fn error(&self, kind: ErrorKind, request: &Request) -> Error {
        Error::new(kind, &request.subject(self.host()))
    }
}

impl Effort<'_> {
    /// Whether a try at that time would be of no use to the caller any more.
    fn is_too_late_at(&self, time: Instant) -> bool {
        self.request.send_by.is_some_and(|send_by| time > send_by)
    }

    fn blame(&self, error: Error) -> Error {
        error
            .with_effort(self.attempts, self.bounds.clock.instant() - self.started)
            .with_may_have_committed(self.may_have_committed)
    }
}
