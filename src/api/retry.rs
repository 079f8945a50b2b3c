//! What to do after a try that did not succeed: pure decisions, no waiting, no sending.
//!
//! [`TABLE`] is the policy. Must not know tokens or hosts.

use std::time::Duration;

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};
use jiff::Timestamp;

use super::request::{Repeat, Request};

/// How a try ended, as far as repeating is concerned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Outcome {
    /// No connection: nothing was sent.
    NotSent,
    /// The server's certificate is not trusted: nothing was sent.
    Untrusted,
    /// The HTTP client could not be set up.
    Setup,
    /// Sent, but the connection broke before the answer was there.
    Lost,
    /// Sent, but not answered in time.
    TimedOut,
    /// A success whose body ends in the middle.
    Truncated,
    /// A success whose body is something else than expected.
    Unreadable,
    /// A success with too large a body.
    TooLarge,
    /// An answer with an error status.
    Status(u16),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    /// Nothing can have happened: again, whatever the request.
    Retry,
    /// Again if twice does the same as once.
    RetryIfRepeatable,
    /// Again if it only reads.
    RetryIfRead,
    /// Again with a new token, once.
    RenewToken,
    /// No second try would help.
    Fatal,
}

/// Whether a write may have been carried out all the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Effect {
    Impossible,
    Possible,
}

use Effect::{Impossible, Possible};
use Verdict::{Fatal, RenewToken, Retry, RetryIfRead, RetryIfRepeatable};

/// The policy. What is not listed is [`Fatal`]; see [`look_up`] for its effect.
const TABLE: &[(Outcome, Verdict, Effect)] = &[
    (Outcome::NotSent, Retry, Impossible),
    (Outcome::Untrusted, Fatal, Impossible),
    (Outcome::Setup, Fatal, Impossible),
    (Outcome::Lost, RetryIfRepeatable, Possible),
    (Outcome::TimedOut, RetryIfRepeatable, Possible),
    (Outcome::Truncated, RetryIfRepeatable, Possible),
    (Outcome::Unreadable, Fatal, Possible),
    (Outcome::TooLarge, Fatal, Possible),
    (Outcome::Status(401), RenewToken, Impossible),
    (Outcome::Status(408), RetryIfRepeatable, Possible),
    // The service does not promise that a request it calls one too many was not carried out.
    (Outcome::Status(429), RetryIfRepeatable, Possible),
    // A fault inside the service may well be caused by the very write; it is not made twice.
    (Outcome::Status(500), RetryIfRead, Possible),
    (Outcome::Status(502), RetryIfRepeatable, Possible),
    (Outcome::Status(503), RetryIfRepeatable, Possible),
    (Outcome::Status(504), RetryIfRepeatable, Possible),
    // 412 "not ready yet" is a matter of minutes: loops that wait for a state handle it.
    (Outcome::Status(412), Fatal, Impossible),
];

pub(crate) fn look_up(outcome: Outcome) -> (Verdict, Effect) {
    for (row, verdict, effect) in TABLE {
        if *row == outcome {
            return (*verdict, *effect);
        }
    }
    match outcome {
        Outcome::Status(500..) => (Fatal, Possible),
        _ => (Fatal, Impossible),
    }
}

/// What to do next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    Retry,
    RenewToken,
    GiveUp,
}

/// The next step for `request` after `outcome`, budgets left aside.
pub(crate) fn classify(request: &Request, outcome: Outcome) -> Step {
    let (verdict, _) = look_up(outcome);
    match verdict {
        Retry => Step::Retry,
        RetryIfRepeatable if request.repeat == Repeat::Safe => Step::Retry,
        RetryIfRead if request.is_read() => Step::Retry,
        RenewToken => Step::RenewToken,
        RetryIfRepeatable | RetryIfRead | Fatal => Step::GiveUp,
    }
}

/// Whether `request` may have been carried out although it ended as `outcome`.
pub(crate) fn may_have_committed(request: &Request, outcome: Outcome) -> bool {
    !request.is_read() && look_up(outcome).1 == Possible
}

/// How waits grow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Backoff {
    first: Duration,
    longest: Duration,
}

impl Backoff {
    /// 0.5 s doubling to 30 s.
    pub(crate) const USUAL: Self = Self {
        first: Duration::from_millis(500),
        longest: Duration::from_secs(30),
    };

    /// 2 s doubling to 60 s: where every further request may prolong a block.
    pub(crate) const CAREFUL: Self = Self {
        first: Duration::from_secs(2),
        longest: Duration::from_secs(60),
    };

    /// The longest wait before retry number `retry`, counted from 0.
    fn ceiling(self, retry: u32) -> Duration {
        let factor = 2_u32.saturating_pow(retry);
        self.first.saturating_mul(factor).min(self.longest)
    }

    /// The wait before retry number `retry`: anything from nothing to the ceiling, so that callers
    /// who failed together do not come back together. `unit` is random, from 0 to 1.
    pub(crate) fn full_jitter(self, retry: u32, unit: f64) -> Duration {
        self.ceiling(retry).mul_f64(unit.clamp(0.0, 1.0))
    }

    /// At least half the ceiling.
    pub(crate) fn half_jitter(self, retry: u32, unit: f64) -> Duration {
        self.ceiling(retry)
            .mul_f64(0.5 + unit.clamp(0.0, 1.0) / 2.0)
    }
}

/// Longest `Retry-After` told apart from "for ever": nothing here lives longer than a day.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(86_400);

/// Reads `Retry-After`: seconds, or a date in any of the three HTTP forms.
///
/// A date is measured against the answer's own `Date`, so that a wrong clock on either side does
/// not matter; without one against `now`. What cannot be read counts as absent, a date in the past
/// as zero, more than a day as a day.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // Digits that do not fit are simply very many seconds.
        let seconds = text.parse().unwrap_or(u64::MAX);
        return Some(Duration::from_secs(seconds).min(LONGEST_RETRY_AFTER));
    }
    let until = http_date(text)?;
    let since = headers
        .get(DATE)
        .and_then(|date| http_date(date.to_str().ok()?.trim()))
        .unwrap_or(now);
    let wait = until.duration_since(since);
    Some(
        Duration::try_from(wait)
            .unwrap_or(Duration::ZERO)
            .min(LONGEST_RETRY_AFTER),
    )
}

fn http_date(text: &str) -> Option<Timestamp> {
    Timestamp::try_from(httpdate::parse_http_date(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, Method};
    use proptest::prelude::*;

    use super::*;

    fn request(method: Method, repeat: Repeat) -> Request {
        Request::new("X", method, &["x"], repeat).unwrap()
    }

    /// The policy, spelled out a second time: outcome; next step of a read, of a repeatable write,
    /// of one that is not; whether the writes may have been carried out.
    #[test]
    fn every_row_of_the_table() {
        use Step::{GiveUp, RenewToken, Retry};
        let rows = [
            (Outcome::NotSent, Retry, Retry, Retry, false),
            (Outcome::Untrusted, GiveUp, GiveUp, GiveUp, false),
            (Outcome::Setup, GiveUp, GiveUp, GiveUp, false),
            (Outcome::Lost, Retry, Retry, GiveUp, true),
            (Outcome::TimedOut, Retry, Retry, GiveUp, true),
            (Outcome::Truncated, Retry, Retry, GiveUp, true),
            (Outcome::Unreadable, GiveUp, GiveUp, GiveUp, true),
            (Outcome::TooLarge, GiveUp, GiveUp, GiveUp, true),
            (Outcome::Status(302), GiveUp, GiveUp, GiveUp, false),
            (Outcome::Status(400), GiveUp, GiveUp, GiveUp, false),
            (
                Outcome::Status(401),
                RenewToken,
                RenewToken,
                RenewToken,
                false,
            ),
            (Outcome::Status(403), GiveUp, GiveUp, GiveUp, false),
            (Outcome::Status(404), GiveUp, GiveUp, GiveUp, false),
            (Outcome::Status(408), Retry, Retry, GiveUp, true),
            (Outcome::Status(409), GiveUp, GiveUp, GiveUp, false),
            (Outcome::Status(412), GiveUp, GiveUp, GiveUp, false),
            (Outcome::Status(422), GiveUp, GiveUp, GiveUp, false),
            (Outcome::Status(429), Retry, Retry, GiveUp, true),
            (Outcome::Status(500), Retry, GiveUp, GiveUp, true),
            (Outcome::Status(501), GiveUp, GiveUp, GiveUp, true),
            (Outcome::Status(502), Retry, Retry, GiveUp, true),
            (Outcome::Status(503), Retry, Retry, GiveUp, true),
            (Outcome::Status(504), Retry, Retry, GiveUp, true),
        ];
        let read = request(Method::GET, Repeat::Safe);
        let put = request(Method::PUT, Repeat::Safe);
        let post = request(Method::POST, Repeat::Never);
        for (outcome, of_read, of_put, of_post, in_doubt) in rows {
            assert_eq!(classify(&read, outcome), of_read, "{outcome:?}");
            assert_eq!(classify(&put, outcome), of_put, "{outcome:?}");
            assert_eq!(classify(&post, outcome), of_post, "{outcome:?}");
            assert!(!may_have_committed(&read, outcome), "{outcome:?}");
            assert_eq!(may_have_committed(&put, outcome), in_doubt, "{outcome:?}");
            assert_eq!(may_have_committed(&post, outcome), in_doubt, "{outcome:?}");
        }
        for (outcome, ..) in TABLE {
            assert!(
                rows.iter().any(|row| row.0 == *outcome),
                "{outcome:?} is not tested"
            );
            assert_eq!(
                TABLE.iter().filter(|row| row.0 == *outcome).count(),
                1,
                "{outcome:?}"
            );
        }
    }

    /// What may not be repeated is repeated only if it was not carried out for certain.
    #[test]
    fn no_status_makes_a_creation_repeat() {
        let post = request(Method::POST, Repeat::Never);
        for status in 100..1000 {
            assert_ne!(
                classify(&post, Outcome::Status(status)),
                Step::Retry,
                "{status}"
            );
        }
    }

    #[test]
    fn waits_grow_and_are_spread() {
        let ceilings: Vec<f64> = (0..9)
            .map(|retry| Backoff::USUAL.full_jitter(retry, 1.0).as_secs_f64())
            .collect();
        assert_eq!(ceilings, [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]);
        assert_eq!(Backoff::USUAL.full_jitter(3, 0.0), Duration::ZERO);
        assert_eq!(Backoff::CAREFUL.half_jitter(1, 0.0), Duration::from_secs(2));
        assert_eq!(
            Backoff::CAREFUL.half_jitter(u32::MAX, 1.0),
            Duration::from_secs(60)
        );
    }

    fn read(retry_after: &str, date: Option<&str>) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_str(retry_after).ok()?);
        if let Some(date) = date {
            headers.insert(DATE, HeaderValue::from_str(date).unwrap());
        }
        let now: Timestamp = "2026-10-02T10:00:00Z".parse().unwrap();
        super::retry_after(&headers, now).map(|wait| wait.as_secs())
    }

    #[test]
    fn retry_after_in_all_forms() {
        assert_eq!(read("120", None), Some(120));
        assert_eq!(read(" 7 ", None), Some(7));
        assert_eq!(read("0", None), Some(0));
        assert_eq!(read("86401", None), Some(86_400));
        assert_eq!(read("99999999999999999999999", None), Some(86_400));
        for date in [
            "Fri, 02 Oct 2026 10:01:30 GMT",
            "Friday, 02-Oct-26 10:01:30 GMT",
            "Fri Oct  2 10:01:30 2026",
        ] {
            assert_eq!(read(date, None), Some(90), "{date}");
            // The service's own clock decides, an hour ahead of ours.
            assert_eq!(
                read(date, Some("Fri, 02 Oct 2026 10:01:00 GMT")),
                Some(30),
                "{date}"
            );
            assert_eq!(read(date, Some("garbage")), Some(90), "{date}");
        }
        assert_eq!(read("Fri, 02 Oct 2026 09:00:00 GMT", None), Some(0));
        assert_eq!(read("Wed, 02 Oct 2999 09:00:00 GMT", None), Some(86_400));
        for garbage in [
            "",
            "-1",
            "+5",
            "1.5",
            "1e3",
            "soon",
            "Fri, 99 Oct 2026",
            "\u{e4}",
        ] {
            assert_eq!(read(garbage, None), None, "{garbage}");
        }
    }

    proptest! {
        #[test]
        fn retry_after_survives_anything(value in "\\PC*", date in proptest::option::of("[ -~]*")) {
            let wait = read(&value, date.as_deref());
            prop_assert!(wait.is_none_or(|seconds| seconds <= 86_400));
        }
    }
}
