//! The one error of this client: what was asked, what came back, how often and how long it tried.
//!
//! Questions about an error are asked through the predicates here; no other file of the program
//! compares status codes of an error. Must not know retry policy, tokens or wire types.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};

/// What kind of thing went wrong. Callers usually want a predicate of [`Error`] instead.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The API answered with an error status.
    Status,
    /// No connection came about: nothing was sent.
    Connect,
    /// The server's certificate is not trusted: nothing was sent.
    Certificate,
    /// The request was sent, but the answer did not come, or not whole.
    AnswerLost,
    /// The request was sent and no whole answer came within [`Timeouts::request`](super::Timeouts).
    TryTimeout,
    /// A success whose body is not what the operation answers with.
    UnexpectedAnswer,
    /// An answer larger than this client reads.
    AnswerTooLarge,
    /// An answer that points elsewhere. Redirects are not followed: credentials go to configured
    /// hosts only.
    Redirect,
    /// The token service refused the credentials. Remembered for a while.
    TokenRefused,
    /// No token could be had: the token service is down, rate limited or answers nonsense.
    TokenUnavailable,
    /// The ready-made access token, which cannot be renewed, has ended or was refused by the API.
    AccessTokenRefused,
    /// The caller cancelled.
    Cancelled,
    /// The caller's deadline, or [`Timeouts::call`](super::Timeouts), ran out between tries.
    DeadlineExceeded,
    /// The request could not be built: an identifier that no path can hold.
    InvalidRequest,
    /// The HTTP client could not be set up on this machine.
    Setup,
    /// More than one object could be the one an unanswered request created.
    Ambiguous,
}

/// An API call that failed. One word wide; cheap to clone.
///
/// `Display` says what failed and what the service said, in one paragraph, without the cause,
/// which [`source`](StdError::source) returns. It never holds a secret.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    method: Method,
    path: String,
    operation: &'static str,
    host: String,
    status: Option<StatusCode>,
    server_message: Option<String>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    attempts: u32,
    elapsed: Duration,
    may_have_committed: bool,
    notes: Vec<String>,
    cause: Option<Arc<dyn StdError + Send + Sync>>,
}

/// The call an error is about.
#[derive(Clone, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) method: &'a Method,
    /// Path below the host, percent-encoded.
    pub(crate) path: &'a str,
    pub(crate) operation: &'static str,
    pub(crate) host: &'a str,
}

impl Error {
    #[cold]
    pub(crate) fn new(kind: ErrorKind, subject: &Subject<'_>) -> Self {
        Self(Box::new(Inner {
            kind,
            method: subject.method.clone(),
            path: subject.path.to_owned(),
            operation: subject.operation,
            host: subject.host.to_owned(),
            status: None,
            server_message: None,
            request_id: None,
            retry_after: None,
            attempts: 0,
            elapsed: Duration::ZERO,
            may_have_committed: false,
            notes: Vec::new(),
            cause: None,
        }))
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn with_server_message(mut self, message: Option<String>) -> Self {
        self.0.server_message = message.filter(|message| !message.is_empty());
        self
    }

    pub(crate) fn with_request_id(mut self, id: Option<String>) -> Self {
        self.0.request_id = id;
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    pub(crate) fn with_effort(mut self, attempts: u32, elapsed: Duration) -> Self {
        self.0.attempts = attempts;
        self.0.elapsed = elapsed;
        self
    }

    pub(crate) fn with_may_have_committed(mut self, may: bool) -> Self {
        self.0.may_have_committed = may;
        self
    }

    /// Adds a sentence that `Display` appends.
    pub(crate) fn with_note(mut self, note: impl Into<String>) -> Self {
        self.0.notes.push(note.into());
        self
    }

    pub(crate) fn with_cause(mut self, cause: impl StdError + Send + Sync + 'static) -> Self {
        self.0.cause = Some(Arc::new(cause));
        self
    }

    pub(crate) fn with_shared_cause(mut self, cause: Arc<dyn StdError + Send + Sync>) -> Self {
        self.0.cause = Some(cause);
        self
    }

    /// What kind of thing went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Method of the request that failed. For token errors, of the token request.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.0.method
    }

    /// Path of the request that failed, percent-encoded.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// Operation id in the published description of the API, such as `GetCluster`; `IssueToken`
    /// for the token service.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// Host the request went to.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.0.host
    }

    /// Status of the last answer, to be shown. To decide something, use a predicate.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// What the service said: one line, cut to a sane length, free of control characters and of
    /// secrets we know.
    #[must_use]
    pub fn server_message(&self) -> Option<&str> {
        self.0.server_message.as_deref()
    }

    /// Identifier the service gave the request, if it gave one.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The sentences added with [`Error::with_note`].
    pub(crate) fn notes(&self) -> &[String] {
        &self.0.notes
    }

    /// How long the service asked to wait, if it did.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Requests sent for this call (for token errors: for the token); 0 if none was.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Time from the start of the call to giving up, waits included.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// Whether the service may have carried out the write although the call failed: some try was
    /// sent and not answered, or answered with a status that leaves it open (408, 429, 5xx), or
    /// with a success nobody could read. `false` for reads and for requests never sent.
    ///
    /// Before such a call is made again, look whether it already took effect.
    #[must_use]
    pub fn may_have_committed(&self) -> bool {
        self.0.may_have_committed
    }

    /// The API has no such object (404).
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.answered(StatusCode::NOT_FOUND)
    }

    /// The object is in the way of itself or of another one, or busy (409).
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.answered(StatusCode::CONFLICT)
    }

    /// Permission missing, object of another organization, or a limit reached (403).
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        self.answered(StatusCode::FORBIDDEN)
    }

    /// The API refused the token, a freshly renewed one included (401).
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        self.answered(StatusCode::UNAUTHORIZED) || self.is_access_token_refused()
    }

    /// The API did not like the request (400, 422).
    #[must_use]
    pub fn is_bad_request(&self) -> bool {
        self.answered(StatusCode::BAD_REQUEST) || self.answered(StatusCode::UNPROCESSABLE_ENTITY)
    }

    /// The object is not in a state for this yet (412).
    #[must_use]
    pub fn is_precondition_failed(&self) -> bool {
        self.answered(StatusCode::PRECONDITION_FAILED)
    }

    /// Too many requests, at the API or at the token service (429).
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.0.status == Some(StatusCode::TOO_MANY_REQUESTS)
    }

    /// A fault of the service or of something in front of it (5xx).
    #[must_use]
    pub fn is_server_fault(&self) -> bool {
        self.0.status.is_some_and(|status| status.is_server_error())
    }

    /// The API said to come back later (429, 503).
    #[must_use]
    pub(crate) fn is_come_back_later(&self) -> bool {
        self.answered(StatusCode::TOO_MANY_REQUESTS)
            || self.answered(StatusCode::SERVICE_UNAVAILABLE)
    }

    /// The token service refused the credentials.
    #[must_use]
    pub fn is_token_refused(&self) -> bool {
        self.0.kind == ErrorKind::TokenRefused
    }

    /// No token could be had although the credentials were not refused.
    #[must_use]
    pub fn is_token_unavailable(&self) -> bool {
        self.0.kind == ErrorKind::TokenUnavailable
    }

    /// The API refused the ready-made access token.
    #[must_use]
    pub fn is_access_token_refused(&self) -> bool {
        self.0.kind == ErrorKind::AccessTokenRefused
    }

    /// The caller cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.kind == ErrorKind::Cancelled
    }

    /// Time ran out: of one try, or of the whole call.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::TryTimeout | ErrorKind::DeadlineExceeded
        )
    }

    /// The time of the whole call ran out.
    #[must_use]
    pub fn is_deadline_exceeded(&self) -> bool {
        self.0.kind == ErrorKind::DeadlineExceeded
    }

    /// Whether the same read may well succeed a little later: for loops that poll. Says nothing
    /// about writes.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self.0.kind {
            ErrorKind::Connect
            | ErrorKind::AnswerLost
            | ErrorKind::TryTimeout
            | ErrorKind::TokenUnavailable => true,
            ErrorKind::Status => {
                self.is_rate_limited()
                    || self.is_server_fault()
                    || self.answered(StatusCode::REQUEST_TIMEOUT)
            }
            _ => false,
        }
    }

    /// What happened and what the service said, in one paragraph without method, path and request
    /// identifier: for those who show these apart.
    #[must_use]
    pub fn summary(&self) -> String {
        let mut text = self.outcome();
        self.push_what_is_known(&mut text);
        text
    }

    /// What happened, without naming the call.
    fn outcome(&self) -> String {
        let host = &self.0.host;
        let answered = match self.0.status {
            Some(status) => format!("{host} answered {}", status_text(status)),
            None => format!("{host} answered"),
        };
        match self.0.kind {
            ErrorKind::AccessTokenRefused if self.0.status.is_none() => {
                "The access token is over".to_owned()
            }
            ErrorKind::Status | ErrorKind::AccessTokenRefused => answered,
            ErrorKind::Connect => format!("Could not connect to {host}"),
            ErrorKind::Certificate => format!("The certificate of {host} is not trusted"),
            ErrorKind::AnswerLost => format!("{host} gave no whole answer"),
            ErrorKind::TryTimeout => format!("{host} did not answer in time"),
            ErrorKind::UnexpectedAnswer => {
                format!("{answered}, but with a body that could not be read")
            }
            ErrorKind::AnswerTooLarge => format!("{host} answered with more data than is accepted"),
            ErrorKind::Redirect => {
                format!("{answered}, a redirect, and redirects are not followed")
            }
            ErrorKind::TokenRefused => {
                format!("The token service refused the credentials: {answered}")
            }
            ErrorKind::TokenUnavailable => match self.0.status {
                Some(_) => format!("No access token could be had: {answered}"),
                None => format!("No access token could be had from {host}"),
            },
            ErrorKind::Cancelled => "The call was cancelled".to_owned(),
            ErrorKind::DeadlineExceeded => "The time for the call ran out".to_owned(),
            ErrorKind::InvalidRequest => format!("{} cannot be asked for", self.0.operation),
            ErrorKind::Setup => "The HTTP client could not be set up".to_owned(),
            ErrorKind::Ambiguous => "The outcome of the call cannot be told".to_owned(),
        }
    }

    fn push_what_is_known(&self, text: &mut String) {
        if self.0.attempts > 1 {
            let time = duration_text(self.0.elapsed);
            text.push_str(&format!(" ({} tries in {time})", self.0.attempts));
        }
        if let Some(message) = &self.0.server_message {
            text.push_str(&format!(": {message}"));
        }
        for note in &self.0.notes {
            let end = if text.ends_with(['.', '!', '?', '…']) {
                ""
            } else {
                "."
            };
            text.push_str(&format!("{end} {}", note.trim_end_matches('.')));
        }
    }

    /// An error status of the API itself: a 404 of the token service is no missing object.
    fn answered(&self, status: StatusCode) -> bool {
        self.0.kind == ErrorKind::Status && self.0.status == Some(status)
    }

    fn headline(&self) -> String {
        let Inner {
            method, path, host, ..
        } = &*self.0;
        let call = format!("{method} {path}");
        let answered = match self.0.status {
            Some(status) => format!("{host} answered {call} with {}", status_text(status)),
            None => format!("{host} answered {call}"),
        };
        match self.0.kind {
            ErrorKind::AccessTokenRefused if self.0.status.is_none() => {
                format!("the access token is over, so {call} was not sent")
            }
            ErrorKind::Status | ErrorKind::AccessTokenRefused => answered,
            ErrorKind::Connect => format!("could not connect to {host} for {call}"),
            ErrorKind::Certificate => format!("the certificate of {host} is not trusted ({call})"),
            ErrorKind::AnswerLost => format!("{host} gave no whole answer to {call}"),
            ErrorKind::TryTimeout => format!("{host} did not answer {call} in time"),
            ErrorKind::UnexpectedAnswer => {
                format!("{answered}, but with a body that could not be read")
            }
            ErrorKind::AnswerTooLarge => {
                format!("{host} answered {call} with more data than is accepted")
            }
            ErrorKind::Redirect => {
                format!("{answered}, a redirect, and redirects are not followed")
            }
            ErrorKind::TokenRefused => {
                format!("the token service refused the credentials: {answered}")
            }
            ErrorKind::TokenUnavailable => match self.0.status {
                Some(_) => format!("no access token could be had: {answered}"),
                None => format!("no access token could be had from {host} ({call})"),
            },
            ErrorKind::Cancelled => format!("{call} was cancelled"),
            ErrorKind::DeadlineExceeded => format!("the time for {call} ran out"),
            ErrorKind::InvalidRequest => format!("{} cannot be asked for", self.0.operation),
            ErrorKind::Setup => "the HTTP client could not be set up".to_owned(),
            ErrorKind::Ambiguous => format!("the outcome of {call} cannot be told"),
        }
    }
}

fn status_text(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(reason) => format!("{} {reason}", status.as_u16()),
        None => status.as_u16().to_string(),
    }
}

/// `0.4 s`, `12 s`, `3 min 5 s`, `24 h`.
pub(crate) fn duration_text(duration: Duration) -> String {
    let (seconds, part) = (duration.as_secs(), duration.subsec_millis());
    if seconds < 10 && part < 950 {
        return format!("{:.1} s", duration.as_secs_f64());
    }
    let seconds = seconds + u64::from(part >= 500);
    let with_rest = |whole: u64, unit: &str, rest: u64, rest_unit: &str| match rest {
        0 => format!("{whole} {unit}"),
        _ => format!("{whole} {unit} {rest} {rest_unit}"),
    };
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => with_rest(seconds / 60, "min", seconds % 60, "s"),
        _ => with_rest(seconds / 3600, "h", seconds % 3600 / 60, "min"),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.headline();
        self.push_what_is_known(&mut text);
        f.write_str(&text)?;
        if let Some(id) = &self.0.request_id {
            write!(f, " (request {id})")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("operation", &self.0.operation)
            .field("may_have_committed", &self.0.may_have_committed)
            .field("text", &self.to_string())
            .field("cause", &self.0.cause)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .cause
            .as_deref()
            .map(|cause| cause as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests;
