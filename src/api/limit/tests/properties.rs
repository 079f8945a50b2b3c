//! For any crowd of callers, whether patient or not, and any pauses: the pace holds in every window,
//! and nobody waits for ever.

use std::sync::Arc;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestCaseError};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::super::*;
use crate::clock::Clock;

/// More than a waker is late on paused time.
const HAIR: Duration = Duration::from_millis(2);

const LONG: Duration = Duration::from_secs(24 * 3600);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Caller {
    /// Waits as long as it takes.
    Patient,
    /// Has a deadline, in milliseconds after coming.
    Hurried(u64),
    /// Is cancelled so long after coming.
    Cancelled(u64),
    /// Is dropped so long after coming.
    Dropped(u64),
    /// Takes a place if there is one.
    Glancing,
}

#[derive(Clone, Debug)]
struct Day {
    rate: f64,
    /// When each comes, in milliseconds.
    callers: Vec<(u64, Caller)>,
    /// When pauses are imposed, and how long they are.
    pauses: Vec<(u64, u64)>,
}

fn any_day() -> impl Strategy<Value = Day> {
    let caller = prop_oneof![
        4 => Just(Caller::Patient),
        1 => (0..20_000_u64).prop_map(Caller::Hurried),
        1 => (0..20_000_u64).prop_map(Caller::Cancelled),
        1 => (0..20_000_u64).prop_map(Caller::Dropped),
        1 => Just(Caller::Glancing),
    ];
    let rate = prop_oneof![0.1..2.0_f64, 2.0..60.0_f64];
    // Crowds as well as stragglers.
    let comes = prop_oneof![Just(0_u64), 0..1_000_u64, 0..60_000_u64];
    (
        rate,
        vec((comes, caller), 1..40),
        vec((0..60_000_u64, 0..30_000_u64), 0..4),
    )
        .prop_map(|(rate, callers, pauses)| Day {
            rate,
            callers,
            pauses,
        })
}

/// How it went for one caller, counted from the beginning of the day.
#[derive(Debug)]
struct Visit {
    caller: Caller,
    came: Duration,
    left: Duration,
    /// Nothing: it was dropped.
    result: Option<Result<(), Denied>>,
}

fn milliseconds(count: u64) -> Duration {
    Duration::from_millis(count)
}

async fn visit(limiter: &Limiter, pace: Pace, begun: Instant, caller: Caller) -> Visit {
    let clock = Clock::system();
    let came = clock.instant();
    let mut bounds = Bounds {
        cancel: CancellationToken::new(),
        deadline: came + LONG,
        clock: clock.clone(),
    };
    let result = match caller {
        Caller::Patient => Some(limiter.acquire(pace, &bounds).await),
        Caller::Hurried(time) => {
            bounds.deadline = came + milliseconds(time);
            Some(limiter.acquire(pace, &bounds).await)
        }
        Caller::Cancelled(time) => {
            let cancel = async {
                clock.sleep(milliseconds(time)).await;
                bounds.cancel.cancel();
                std::future::pending().await
            };
            tokio::select! {
                result = limiter.acquire(pace, &bounds) => Some(result),
                () = cancel => None,
            }
        }
        Caller::Dropped(time) => tokio::select! {
            result = limiter.acquire(pace, &bounds) => Some(result),
            () = clock.sleep(milliseconds(time)) => None,
        },
        Caller::Glancing => limiter.try_acquire(came, pace).then_some(Ok(())),
    };
    Visit {
        caller,
        came: came - begun,
        left: clock.instant() - begun,
        result,
    }
}

async fn spend(day: &Day) -> Result<Vec<Visit>, TestCaseError> {
    let (limiter, pace) = (Arc::new(Limiter::default()), Pace::per_second(day.rate));
    let clock = Clock::system();
    let begun = clock.instant();
    let mut visits = JoinSet::new();
    for (comes, caller) in day.callers.clone() {
        let (limiter, clock) = (Arc::clone(&limiter), clock.clone());
        visits.spawn(async move {
            clock.sleep_until(begun + milliseconds(comes)).await;
            visit(&limiter, pace, begun, caller).await
        });
    }
    for (comes, lasts) in day.pauses.clone() {
        let (limiter, clock) = (Arc::clone(&limiter), clock.clone());
        tokio::spawn(async move {
            clock.sleep_until(begun + milliseconds(comes)).await;
            limiter.pause_until(begun + milliseconds(comes + lasts));
        });
    }
    let all = tokio::time::timeout(LONG, visits.join_all()).await;
    all.map_err(|_| TestCaseError::fail("somebody waits for ever"))
}

/// No window has more in it than what its length pays for and what may come at once.
fn check_pace(day: &Day, through: &[Duration]) -> Result<(), TestCaseError> {
    for (first, from) in through.iter().enumerate() {
        for (count, until) in through[first..].iter().enumerate() {
            let paid = day.rate * (*until - *from).as_secs_f64() + day.rate.max(1.0);
            prop_assert!(
                (count + 1) as f64 <= paid + 1e-6,
                "{} from {from:?} to {until:?}, {paid} paid for",
                count + 1
            );
        }
    }
    Ok(())
}

fn check_pauses(day: &Day, through: &[Duration]) -> Result<(), TestCaseError> {
    for (comes, lasts) in &day.pauses {
        // Who came through at the moment it began may have been first.
        let from = milliseconds(*comes) + HAIR;
        let until = milliseconds(comes + lasts);
        let during = through.iter().find(|at| from < **at && **at < until);
        prop_assert_eq!(during, None, "between {:?} and {:?}", from, until);
    }
    Ok(())
}

/// Everybody is let through or told why not, in time.
fn check_ends(day: &Day, visits: &[Visit]) -> Result<(), TestCaseError> {
    let comings = day.callers.iter().map(|(comes, _)| *comes);
    let pauses = day.pauses.iter().map(|(comes, lasts)| comes + lasts);
    let quiet_from = milliseconds(comings.chain(pauses).max().unwrap_or_default());
    let each = Duration::from_secs_f64(1.0 / day.rate) + HAIR;
    let all = each * (day.callers.len() as u32 + 1);
    for visit in visits {
        let by = match visit.caller {
            Caller::Patient => {
                prop_assert_eq!(visit.result, Some(Ok(())), "{:?}", visit);
                quiet_from + all
            }
            Caller::Hurried(time) | Caller::Cancelled(time) | Caller::Dropped(time) => {
                visit.came + milliseconds(time)
            }
            Caller::Glancing => visit.came,
        };
        prop_assert!(visit.left <= by + HAIR, "{:?}, not by {:?}", visit, by);
    }
    Ok(())
}

/// Whoever comes first is let through first.
fn check_order(visits: &[Visit]) -> Result<(), TestCaseError> {
    let mut waited: Vec<&Visit> = visits
        .iter()
        .filter(|visit| visit.caller != Caller::Glancing && visit.result == Some(Ok(())))
        .collect();
    waited.sort_by_key(|visit| (visit.came, visit.left));
    for pair in waited.windows(2) {
        prop_assert!(pair[0].left <= pair[1].left, "{:?}", pair);
    }
    Ok(())
}

proptest! {
    // The same cases in every run: what fails, fails again. Another seed explores others.
    #![proptest_config(ProptestConfig {
        cases: 1_024,
        max_shrink_iters: 2_000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20_261_201),
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_pace_holds_in_every_window_and_nobody_starves(day in any_day()) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let visits = spend(&day).await?;
            let mut through: Vec<Duration> = visits
                .iter()
                .filter(|visit| visit.result == Some(Ok(())))
                .map(|visit| visit.left)
                .collect();
            through.sort_unstable();
            check_pace(&day, &through)?;
            check_pauses(&day, &through)?;
            check_ends(&day, &visits)?;
            check_order(&visits)
        })?;
    }
}
