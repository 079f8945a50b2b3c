//! Waiting on paused time: nothing here takes longer than computing it.

use std::cell::{Cell, RefCell};

use http::{Method, StatusCode};

use super::*;
use crate::api::{ErrorKind, Subject};

const INTERVAL: Duration = Duration::from_secs(2);

fn wait(limit: Duration) -> Wait {
    let clock = Clock::system();
    Wait {
        deadline: clock.instant() + limit,
        clock,
        cancellation: CancellationToken::new(),
        interval: INTERVAL,
        told: None,
    }
}

fn error(kind: ErrorKind, status: Option<u16>) -> Error {
    let subject = Subject {
        method: &Method::GET,
        path: "/clusters/c1",
        operation: "GetCluster",
        host: "api.example.com",
    };
    let error = Error::new(kind, &subject);
    match status {
        Some(status) => error.with_status(StatusCode::from_u16(status).unwrap()),
        None => error,
    }
}

fn passing() -> Error {
    error(ErrorKind::Status, Some(503))
}

/// What a row of looks that find nothing comes to; `true` stands for one that finds it.
fn misses(is_new: bool, looks: &[bool]) -> Option<usize> {
    let misses = Misses::new(is_new);
    looks.iter().position(|found| {
        if *found {
            misses.found();
            return false;
        }
        matches!(misses.missed::<()>("nothing"), Look::Hopeless(None))
    })
}

#[test]
fn one_miss_is_no_loss() {
    assert_eq!(misses(true, &[false; 9]), Some(5));
    assert_eq!(misses(false, &[false; 9]), Some(1));
    assert_eq!(
        misses(true, &[false, false, true, false, true, false]),
        None
    );
    assert_eq!(misses(true, &[true, false, false]), Some(2));
}

const MINUTES: fn(u64) -> Duration = |minutes| Duration::from_secs(60 * minutes);

#[tokio::test(start_paused = true)]
async fn what_is_there_takes_no_time() {
    let wait = wait(MINUTES(30));
    let start = wait.clock.instant();
    let found = wait.until(async || Ok(Look::Done(7))).await;
    assert!(matches!(found, Ok(7)));
    assert_eq!(wait.clock.instant(), start);
}

#[tokio::test(start_paused = true)]
async fn pauses_grow_to_ten_times_the_first() {
    let wait = wait(MINUTES(30));
    let looks = RefCell::new(Vec::new());
    let gave: Result<(), _> = wait
        .until(async || {
            looks.borrow_mut().push(wait.clock.instant());
            Ok(Look::NotYet("Creating".to_owned()))
        })
        .await;
    assert!(matches!(gave, Err(Gave::TimedOut(Some(seen))) if seen == "Creating"));
    let looks = looks.into_inner();
    let pauses: Vec<Duration> = looks.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let bound = |times: f64| INTERVAL.mul_f64(times) + Duration::from_millis(2);
    assert!(
        pauses[0] >= INTERVAL.mul_f64(0.9) && pauses[0] <= bound(1.1),
        "{pauses:?}"
    );
    assert!(
        pauses.iter().all(|pause| *pause <= bound(11.0)),
        "{pauses:?}"
    );
    let late = &pauses[12..pauses.len() - 1];
    assert!(
        late.iter().all(|pause| *pause >= INTERVAL * 9),
        "{pauses:?}"
    );
    // The last look is at the deadline, neither before nor after.
    let over = *looks.last().unwrap() - wait.deadline;
    assert!(
        *looks.last().unwrap() >= wait.deadline && over <= Duration::from_millis(2),
        "{over:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_last_look_counts() {
    let wait = wait(Duration::from_secs(1));
    let found = wait
        .until(async || {
            Ok(if wait.is_over() {
                Look::Done(())
            } else {
                Look::NotYet("Creating".to_owned())
            })
        })
        .await;
    assert!(found.is_ok());
}

#[tokio::test(start_paused = true)]
async fn an_interruption_ends_the_wait_at_once() {
    let wait = wait(MINUTES(30));
    let start = wait.clock.instant();
    let cancellation = wait.cancellation.clone();
    let interrupt = async {
        wait.clock.sleep(Duration::from_secs(7)).await;
        cancellation.cancel();
    };
    let waiting = wait.until(async || Ok::<Look<()>, _>(Look::NotYet("Updating".to_owned())));
    let (gave, ()) = tokio::join!(waiting, interrupt);
    assert!(matches!(gave, Err(Gave::Interrupted(Some(seen))) if seen == "Updating"));
    let spent = wait.clock.instant() - start;
    assert!(spent < Duration::from_millis(7_010), "{spent:?}");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_cancelled_is_an_interruption() {
    let wait = wait(MINUTES(30));
    let gave: Result<(), _> = wait
        .until(async || Err(error(ErrorKind::Cancelled, None)))
        .await;
    assert!(matches!(gave, Err(Gave::Interrupted(None))), "{gave:?}");
}

#[tokio::test(start_paused = true)]
async fn a_call_out_of_time_is_a_timeout_only_at_the_deadline() {
    let wait = wait(Duration::from_secs(5));
    let gave: Result<(), _> = wait
        .until(async || {
            wait.clock.sleep(Duration::from_secs(6)).await;
            Err(error(ErrorKind::DeadlineExceeded, None))
        })
        .await;
    assert!(matches!(gave, Err(Gave::TimedOut(None))), "{gave:?}");
}

/// Looks answer from `script`, `f` for a failure that passes and `.` for "not yet", then are done.
async fn play(script: &str) -> (Result<(), Gave<()>>, usize) {
    let wait = wait(MINUTES(600));
    let looks = Cell::new(0);
    let result = wait
        .until(async || {
            let step = script.as_bytes().get(looks.get());
            looks.set(looks.get() + 1);
            match step {
                Some(b'f') => Err(passing()),
                Some(_) => Ok(Look::NotYet("Creating".to_owned())),
                None => Ok(Look::Done(())),
            }
        })
        .await;
    (result, looks.get())
}

#[tokio::test(start_paused = true)]
async fn failures_that_pass_are_borne_five_times_in_a_row() {
    assert!(play("fffff").await.0.is_ok());
    assert!(play(".fffff.fffff").await.0.is_ok(), "counted anew");
    let (result, looks) = play("ffffffff").await;
    assert!(matches!(result, Err(Gave::Failed(_))), "{result:?}");
    assert_eq!(looks, 6);
}

#[tokio::test(start_paused = true)]
async fn what_does_not_pass_ends_the_wait() {
    let wait = wait(MINUTES(30));
    let looks = Cell::new(0);
    let gave: Result<(), _> = wait
        .until(async || {
            looks.set(looks.get() + 1);
            Err(error(ErrorKind::Status, Some(403)))
        })
        .await;
    assert!(matches!(gave, Err(Gave::Failed(error)) if error.is_forbidden()));
    assert_eq!(looks.get(), 1);
    let gave = wait.until(async || Ok(Look::Hopeless("Suspended"))).await;
    assert!(matches!(gave, Err(Gave::Hopeless("Suspended"))));
}

const LIMITS: Limits = Limits {
    create: "30m",
    update: "60m",
    delete: "15m",
};

#[test]
fn limits_come_from_the_configuration_or_the_defaults() {
    let none: Field<Timeouts> = Field::Null;
    assert_eq!(LIMITS.for_create(&none), MINUTES(30));
    assert_eq!(LIMITS.for_update(&none), MINUTES(60));
    assert_eq!(LIMITS.for_delete(&none), MINUTES(15));
    let some = Field::Known(Timeouts {
        create: "1h30m".into(),
        update: Field::Null,
        delete: "90s".into(),
    });
    assert_eq!(LIMITS.for_create(&some), MINUTES(90));
    assert_eq!(LIMITS.for_update(&some), MINUTES(60));
    assert_eq!(LIMITS.for_delete(&some), Duration::from_secs(90));
}

#[test]
fn the_attribute_names_the_defaults() {
    let attribute = LIMITS.attribute();
    let texts: Vec<String> = attribute
        .nested_attributes()
        .iter()
        .map(|entry| format!("{}: {}", entry.name, entry.description))
        .collect();
    insta::assert_snapshot!(texts.join("\n"), @"
    create: How long creation may take. Default: `30m`.
    update: How long a change may take. Default: `60m`.
    delete: How long deletion may take. Default: `15m`.
    ");
    assert!(attribute.optional && !attribute.computed);
}
