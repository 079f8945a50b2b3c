//! A service in memory for tests of everything above the transport: it answers from a script, on
//! tokio's paused time, and remembers what it was asked and when.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};

use super::shared::Shared;
use super::transport::{Answer, Exchange, Failure, FailureKind, Transport};
use super::{CallContext, Client, Config, Credentials, SecretString};
use crate::clock::{Clock, Instant};

pub(super) const SECRET: &str = "client-secret-4711";

/// What the service does with one request.
pub(super) enum Reply {
    Answer(Answer),
    Fail(FailureKind),
    /// Never answers.
    Hang,
    /// Does something else after a while.
    After(Duration, Box<Reply>),
}

impl Reply {
    pub(super) fn status(status: u16) -> Self {
        Self::Answer(Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            fault: None,
        })
    }

    pub(super) fn json(body: &str) -> Self {
        Self::status(200)
            .header("content-type", "application/json")
            .body(body)
    }

    pub(super) fn token(value: &str, expires_in: i64) -> Self {
        Self::json(&format!(
            r#"{{"access_token":"{value}","token_type":"Bearer","expires_in":{expires_in}}}"#
        ))
    }

    pub(super) fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Self::Answer(answer) = &mut self {
            let name = HeaderName::from_static(name);
            answer
                .headers
                .insert(name, HeaderValue::from_str(value).unwrap());
        }
        self
    }

    pub(super) fn body(mut self, body: &str) -> Self {
        if let Self::Answer(answer) = &mut self {
            answer.body = Bytes::from(body.to_owned());
        }
        self
    }

    /// A success whose body breaks off.
    pub(super) fn broken_off(mut self) -> Self {
        if let Self::Answer(answer) = &mut self {
            answer.fault = Some(fault(FailureKind::Lost));
        }
        self
    }

    pub(super) fn after(self, wait: Duration) -> Self {
        Self::After(wait, Box::new(self))
    }
}

fn fault(kind: FailureKind) -> Failure {
    Failure::new(kind, std::io::Error::other("scripted"))
}

/// One request as it arrived.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) at: Instant,
    pub(super) method: Method,
    pub(super) uri: String,
    pub(super) bearer: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) body: String,
}

impl Seen {
    fn is_token_request(&self) -> bool {
        self.uri.ends_with("/oauth/token")
    }
}

#[derive(Default)]
pub(super) struct Script {
    api: VecDeque<Reply>,
    token: VecDeque<Reply>,
    seen: Vec<Seen>,
    tokens_given: u32,
}

/// The service. Token requests that meet no scripted reply get `token-1`, `token-2`, … for an
/// hour; API requests that meet none fail the test.
#[derive(Clone, Default)]
pub(super) struct FakeService {
    pub(super) script: Arc<Mutex<Script>>,
    pub(super) shared: Arc<Shared>,
    pub(super) clock: Clock,
}

impl FakeService {
    pub(super) fn answering(replies: impl IntoIterator<Item = Reply>) -> Self {
        let service = Self::default();
        service.then(replies);
        service
    }

    pub(super) fn then(&self, replies: impl IntoIterator<Item = Reply>) {
        self.script.lock().unwrap().api.extend(replies);
    }

    /// Before everything else that is still to come.
    pub(super) fn first(&self, replies: impl IntoIterator<Item = Reply>) {
        let mut script = self.script.lock().unwrap();
        for (place, reply) in replies.into_iter().enumerate() {
            script.api.insert(place, reply);
        }
    }

    pub(super) fn tokens(self, replies: impl IntoIterator<Item = Reply>) -> Self {
        self.script.lock().unwrap().token.extend(replies);
        self
    }

    pub(super) fn config() -> Config {
        Config::new(Credentials::ClientSecret {
            client_id: "client-id".to_owned(),
            client_secret: SecretString::from(SECRET),
        })
    }

    pub(super) fn client(&self) -> Client {
        self.client_with(Self::config())
    }

    pub(super) fn client_with(&self, config: Config) -> Client {
        Client::assemble(
            config,
            Arc::new(self.clone()),
            self.shared.clone(),
            self.clock.clone(),
        )
        .unwrap()
    }

    fn seen(&self) -> Vec<Seen> {
        self.script.lock().unwrap().seen.clone()
    }

    pub(super) fn api_requests(&self) -> Vec<Seen> {
        self.seen()
            .into_iter()
            .filter(|seen| !seen.is_token_request())
            .collect()
    }

    pub(super) fn token_requests(&self) -> Vec<Seen> {
        self.seen()
            .into_iter()
            .filter(Seen::is_token_request)
            .collect()
    }

    /// `POST /clusters` and the like, in order.
    pub(super) fn api_calls(&self) -> Vec<String> {
        self.api_requests()
            .iter()
            .map(|seen| {
                format!(
                    "{} {}",
                    seen.method,
                    seen.uri.trim_start_matches("https://api.cloud.camunda.io")
                )
            })
            .collect()
    }

    /// Scripted replies nobody asked for.
    pub(super) fn unasked(&self) -> usize {
        let script = self.script.lock().unwrap();
        script.api.len() + script.token.len()
    }

    fn next(&self, request: Request<Bytes>) -> Reply {
        let header = |name| {
            let value: &HeaderValue = request.headers().get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        let seen = Seen {
            at: self.clock.instant(),
            method: request.method().clone(),
            uri: request.uri().to_string(),
            bearer: header(AUTHORIZATION)
                .map(|value| value.trim_start_matches("Bearer ").to_owned()),
            content_type: header(CONTENT_TYPE),
            body: String::from_utf8(request.body().to_vec()).unwrap(),
        };
        let mut script = self.script.lock().unwrap();
        let is_token_request = seen.is_token_request();
        let call = format!("{} {}", seen.method, seen.uri);
        script.seen.push(seen);
        if !is_token_request {
            return script
                .api
                .pop_front()
                .unwrap_or_else(|| panic!("nobody expected {call}"));
        }
        script.token.pop_front().unwrap_or_else(|| {
            script.tokens_given += 1;
            Reply::token(&format!("token-{}", script.tokens_given), 3600)
        })
    }
}

impl Transport for FakeService {
    fn exchange(&self, request: Request<Bytes>) -> Exchange<'_> {
        let mut reply = self.next(request);
        Box::pin(async move {
            // No answer is there at once: whoever comes at the same time comes before it.
            self.clock.sleep(Duration::from_millis(1)).await;
            loop {
                match reply {
                    Reply::Answer(answer) => return Ok(answer),
                    Reply::Fail(kind) => return Err(fault(kind)),
                    Reply::Hang => std::future::pending().await,
                    Reply::After(wait, then) => {
                        self.clock.sleep(wait).await;
                        reply = *then;
                    }
                }
            }
        })
    }
}

/// A context that is never cancelled and has no deadline of its own.
pub(super) fn free() -> CallContext {
    CallContext::default()
}

/// A context that ends after `time`.
pub(super) fn within(time: Duration) -> CallContext {
    free().with_deadline(Clock::system().instant() + time)
}
