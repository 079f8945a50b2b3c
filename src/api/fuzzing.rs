//! What fuzz targets need of the inside: an API that answers whatever it is told to, and the readers
//! of files and headers that nobody else can call alone.
//!
//! Not part of what this crate offers to others: `fuzz/` is the only user, and everything here may
//! change with it. Must not decide anything.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{DATE, HeaderName, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use jiff::Timestamp;

use super::shared::Shared;
use super::token_file::Stored;
use super::token_pace::State;
use super::transport::{Answer, Exchange, Failure, FailureKind, Transport};
use super::{Client, Config, ConfigError, RetrySettings, retry};
use crate::clock::Clock;

/// One answer of the service.
#[derive(Clone, Debug, Default)]
pub struct Scripted {
    /// What does not fit is 200.
    pub status: u16,
    /// What no header can carry is left out.
    pub headers: Vec<(&'static str, Vec<u8>)>,
    /// The body, unpacked.
    pub body: Vec<u8>,
    /// Whether the connection breaks before the end of the body.
    pub is_cut: bool,
}

/// A client whose requests, those for tokens too, get these answers one after the other, and after
/// them none: the connection breaks.
///
/// # Errors
/// As [`Client::new`].
pub fn client(
    config: Config,
    answers: impl IntoIterator<Item = Scripted>,
    clock: Clock,
) -> Result<Client, ConfigError> {
    let config = Config {
        retry: RetrySettings { max_retries: 2 },
        ..config
    };
    let script = Script(Mutex::new(answers.into_iter().collect()), clock.clone());
    Client::assemble(config, Arc::new(script), Arc::new(Shared::default()), clock)
}

/// How long a service asks to wait with these headers.
#[must_use]
pub fn retry_after(value: &[u8], date: Option<&[u8]>, now: Timestamp) -> Option<Duration> {
    let mut headers = HeaderMap::new();
    headers.insert(RETRY_AFTER, HeaderValue::from_bytes(value).ok()?);
    if let Some(date) = date.and_then(|date| HeaderValue::from_bytes(date).ok()) {
        headers.insert(DATE, date);
    }
    retry::retry_after(&headers, now)
}

/// Reads the text of a token file at `now`. With `as_ours`, as if this program had put its name and
/// its digest into it, as far as the rest can be read.
///
/// Returns whether it says something.
#[must_use]
pub fn token_file(text: &[u8], now: Timestamp, as_ours: bool) -> bool {
    const NAME: &str = "token-00";
    let ours = as_ours
        .then(|| {
            serde_json::from_slice::<Stored>(text)
                .ok()?
                .sealed(NAME)
                .ok()
        })
        .flatten()
        .and_then(|stored| serde_json::to_vec(&stored).ok());
    let stored = Stored::of_file(ours.as_deref().unwrap_or(text), NAME, now);
    stored.ok().flatten().is_some_and(|stored| {
        // What is shown of it when it is printed for debugging is looked at as well.
        !format!("{stored:?}").is_empty() && (stored.token.is_some() || stored.refusal.is_some())
    })
}

/// How long a file about the pace of token requests makes others wait at `now`.
#[must_use]
pub fn token_pace(text: &[u8], now: Timestamp) -> Duration {
    State::of_file(text, now).wait(now)
}

struct Script(Mutex<VecDeque<Scripted>>, Clock);

impl Transport for Script {
    fn exchange(&self, _: Request<Bytes>) -> Exchange<'_> {
        let next = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front();
        Box::pin(async move {
            self.1.sleep(Duration::from_millis(1)).await;
            let lost = || Failure::new(FailureKind::Lost, std::io::Error::other("no more answers"));
            let scripted = next.ok_or_else(lost)?;
            let status = StatusCode::from_u16(scripted.status).unwrap_or(StatusCode::OK);
            let headers = scripted.headers.into_iter().filter_map(|(name, value)| {
                let value = HeaderValue::from_bytes(&value).ok()?;
                Some((HeaderName::from_static(name), value))
            });
            Ok(Answer {
                status,
                headers: headers.collect(),
                body: Bytes::from(scripted.body),
                fault: (scripted.is_cut && status.is_success()).then(lost),
            })
        })
    }
}
