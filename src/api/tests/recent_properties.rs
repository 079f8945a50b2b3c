//! For any mixture of readers, writes, failures and people who give up: whoever reads comes to an end,
//! and never with something older than it may be.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestCaseError};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::api::shared::Shared;
use crate::api::transport::{Answer, Exchange, Failure, FailureKind, Transport};
use crate::api::{
    CallContext, Client, Config, Credentials, Freshness, SecretString, UpdateCluster,
};
use crate::clock::{Clock, Instant};

/// How old an answer may be that is taken over without a thought.
const GOOD_FOR: Duration = Duration::from_secs(10);

/// How old an answer may be, and for whom.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Asking {
    Casually,
    AsOfNow,
    /// For a refresh that began so many milliseconds after the day.
    ForRefresh(u64),
}

/// More than a waker is late on paused time.
const HAIR: Duration = Duration::from_millis(5);

/// What the service makes of a request: so many milliseconds until it looks or changes something, so
/// many until it answers.
#[derive(Clone, Copy, Debug)]
struct Treatment {
    before: u64,
    after: u64,
    end: End,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Answers,
    /// With this status, having done what was asked for.
    Says(u16),
    BreaksOff,
    Hangs,
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Reads {
        asking: Asking,
        patience: Patience,
    },
    Writes {
        patience: Patience,
    },
    /// Somebody else writes.
    Changes,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Patience {
    Endless,
    /// Cancelled after so many milliseconds.
    Cancelled(u64),
    /// Out of time after so many milliseconds.
    Limited(u64),
    /// Dropped after so many milliseconds.
    Dropped(u64),
}

#[derive(Clone, Debug)]
struct Day {
    /// When something happens, in milliseconds, and what.
    events: Vec<(u64, Event)>,
    /// Taken in turn by the requests.
    treatments: Vec<Treatment>,
}

fn any_time() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0_u64), 0..3_000_u64, 0..40_000_u64]
}

fn any_treatment(end: impl Strategy<Value = End>) -> impl Strategy<Value = Treatment> {
    let wait = || prop_oneof![2 => Just(0_u64), 4 => 0..2_000_u64, 1 => 0..15_000_u64];
    (wait(), wait(), end).prop_map(|(before, after, end)| Treatment { before, after, end })
}

fn any_day() -> impl Strategy<Value = Day> {
    let patience = || {
        prop_oneof![
            5 => Just(Patience::Endless),
            1 => (0..10_000_u64).prop_map(Patience::Cancelled),
            1 => (0..10_000_u64).prop_map(Patience::Limited),
            1 => (0..10_000_u64).prop_map(Patience::Dropped),
        ]
    };
    let asking = prop_oneof![
        Just(Asking::Casually),
        Just(Asking::AsOfNow),
        any_time().prop_map(Asking::ForRefresh),
    ];
    let read = (asking, patience());
    let event = prop_oneof![
        5 => read.prop_map(|(asking, patience)| Event::Reads { asking, patience }),
        2 => patience().prop_map(|patience| Event::Writes { patience }),
        1 => Just(Event::Changes),
    ];
    let status = prop_oneof![Just(403_u16), Just(404), Just(500), Just(503)];
    let end = prop_oneof![
        8 => Just(End::Answers),
        2 => status.prop_map(End::Says),
        1 => Just(End::BreaksOff),
        1 => Just(End::Hangs),
    ];
    (
        vec((any_time(), event), 1..30),
        vec(any_treatment(end), 1..10),
    )
        .prop_map(|(events, treatments)| Day { events, treatments })
}

/// Nobody writes, fails or gives up.
fn any_quiet_day() -> impl Strategy<Value = Day> {
    let event = Just(Event::Reads {
        asking: Asking::Casually,
        patience: Patience::Endless,
    });
    (
        vec((any_time(), event), 1..30),
        vec(any_treatment(Just(End::Answers)), 1..10),
    )
        .prop_map(|(events, treatments)| Day { events, treatments })
}

/// A cluster whose name is the number of changes made to it.
struct Service {
    clock: Clock,
    treatments: Vec<Treatment>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    requests: usize,
    /// When each read came, and when its answer went out, or broke off.
    reads: Vec<(Instant, Option<Instant>)>,
    version: usize,
    /// When each version came, the first being there from the beginning.
    history: Vec<Instant>,
    /// The version that each writer has made.
    written: HashMap<String, usize>,
}

impl State {
    fn change(&mut self, now: Instant) {
        self.version += 1;
        self.history.push(now);
    }

    /// The version there was at a time, changes of that very moment left out.
    fn version_before(&self, time: Instant) -> usize {
        self.history.iter().filter(|came| **came < time).count()
    }
}

impl Transport for Service {
    fn exchange(&self, request: Request<Bytes>) -> Exchange<'_> {
        let is_read = request.method() == Method::GET;
        let (treatment, number) = {
            let mut state = self.state.lock().unwrap();
            let place = state.requests % self.treatments.len();
            state.requests += 1;
            if is_read {
                state.reads.push((self.clock.instant(), None));
            }
            (self.treatments[place], state.reads.len().wrapping_sub(1))
        };
        let writer = String::from_utf8(request.into_body().to_vec()).unwrap();
        Box::pin(async move {
            self.clock
                .sleep(Duration::from_millis(treatment.before))
                .await;
            let body = {
                let mut state = self.state.lock().unwrap();
                if is_read {
                    format!(r#"{{"uuid":"a","name":"{}"}}"#, state.version)
                } else {
                    state.change(self.clock.instant());
                    let version = state.version;
                    state.written.insert(writer, version);
                    String::new()
                }
            };
            self.clock
                .sleep(Duration::from_millis(treatment.after))
                .await;
            if is_read && treatment.end != End::Hangs {
                let now = self.clock.instant();
                self.state.lock().unwrap().reads[number].1 = Some(now);
            }
            let status = match treatment.end {
                End::Answers => 200,
                End::Says(status) => status,
                End::BreaksOff => {
                    let cause = std::io::Error::other("broken off");
                    return Err(Failure::new(FailureKind::Lost, cause));
                }
                End::Hangs => std::future::pending().await,
            };
            Ok(Answer {
                status: StatusCode::from_u16(status).unwrap(),
                headers: HeaderMap::new(),
                body: Bytes::from(body),
                fault: None,
            })
        })
    }
}

/// How it went for one reader.
#[derive(Debug)]
struct Read {
    freshness: Freshness,
    patience: Patience,
    came: Instant,
    left: Instant,
    /// The newest version that a write of this process had made when it came, being finished by then.
    own: usize,
    /// Nothing: dropped. No version: an error.
    result: Option<Option<usize>>,
}

#[derive(Clone)]
struct World {
    service: Arc<Service>,
    client: Client,
    dawn: Instant,
    /// The newest version made by a write that is finished.
    finished: Arc<Mutex<usize>>,
}

impl World {
    fn new(day: &Day) -> Self {
        let service = Arc::new(Service {
            clock: Clock::system(),
            treatments: day.treatments.clone(),
            state: Mutex::default(),
        });
        let mut config = Config::new(Credentials::AccessToken(SecretString::from("token")));
        config.requests_per_second = 10_000.0;
        let client = Client::assemble(
            config,
            service.clone() as Arc<dyn Transport>,
            Arc::<Shared>::default(),
            Clock::system(),
        );
        Self {
            service,
            client: client.unwrap(),
            dawn: Clock::system().instant(),
            finished: Arc::default(),
        }
    }

    fn now(&self) -> Instant {
        self.service.clock.instant()
    }

    /// Does something with a caller's patience; nothing if the caller is dropped meanwhile.
    async fn patiently<T, F: Future<Output = T>>(
        &self,
        patience: Patience,
        work: impl FnOnce(CallContext) -> F,
    ) -> Option<T> {
        let milliseconds = Duration::from_millis;
        let cancel = CancellationToken::new();
        let context = CallContext::new(cancel.clone());
        match patience {
            Patience::Endless => Some(work(context).await),
            Patience::Limited(time) => {
                let deadline = self.now() + milliseconds(time);
                Some(work(context.with_deadline(deadline)).await)
            }
            Patience::Cancelled(time) => {
                let clock = self.service.clock.clone();
                tokio::spawn(async move {
                    clock.sleep(milliseconds(time)).await;
                    cancel.cancel();
                });
                Some(work(context).await)
            }
            Patience::Dropped(time) => tokio::select! {
                done = work(context) => Some(done),
                () = self.service.clock.sleep(milliseconds(time)) => None,
            },
        }
    }

    async fn read(&self, asking: Asking, patience: Patience) -> Read {
        let came = self.now();
        // Nobody belongs to a refresh that is still to come.
        let freshness = match asking {
            Asking::Casually => Freshness::Recent,
            Asking::AsOfNow => Freshness::AsOfNow,
            Asking::ForRefresh(time) => {
                Freshness::Since(came.min(self.dawn + Duration::from_millis(time)))
            }
        };
        let own = *self.finished.lock().unwrap();
        let result = self
            .patiently(patience, |context| async move {
                let context = CallContext {
                    freshness,
                    ..context
                };
                let cluster = self.client.recent_cluster(&context, "a").await.ok()?;
                Some(cluster.name.parse().unwrap())
            })
            .await;
        Read {
            freshness,
            patience,
            came,
            left: self.now(),
            own,
            result,
        }
    }

    async fn write(&self, name: String, patience: Patience) {
        let changes = UpdateCluster {
            name: Some(name.clone()),
            ..UpdateCluster::default()
        };
        self.patiently(patience, |context| async move {
            // Whatever came of it, it may have been carried out.
            let _ = self.client.update_cluster(&context, "a", &changes).await;
        })
        .await;
        let state = self.service.state.lock().unwrap();
        let bodies = state.written.iter();
        let own = bodies.filter(|(body, _)| body.contains(&format!("\"{name}\"")));
        let mut finished = self.finished.lock().unwrap();
        *finished = own.map(|(_, version)| *version).fold(*finished, usize::max);
    }
}

/// Spends a day: what became of the readers.
async fn spend(world: &World, day: &Day) -> Result<Vec<Read>, TestCaseError> {
    let begun = world.now();
    let mut happening = JoinSet::new();
    for (number, (at, event)) in day.events.iter().copied().enumerate() {
        let world = world.clone();
        happening.spawn(async move {
            let clock = world.service.clock.clone();
            clock.sleep_until(begun + Duration::from_millis(at)).await;
            match event {
                Event::Reads { asking, patience } => {
                    return Some(world.read(asking, patience).await);
                }
                Event::Writes { patience } => world.write(format!("w{number}"), patience).await,
                Event::Changes => {
                    let now = world.now();
                    world.service.state.lock().unwrap().change(now);
                }
            }
            None
        });
    }
    let all = tokio::time::timeout(Duration::from_secs(3_600), happening.join_all()).await;
    let all = all.map_err(|_| TestCaseError::fail("somebody waits for ever"))?;
    Ok(all.into_iter().flatten().collect())
}

fn check(world: &World, read: &Read) -> Result<(), TestCaseError> {
    let patience = match read.patience {
        // What a call may take at the most.
        Patience::Endless => Duration::from_secs(300),
        Patience::Cancelled(time) | Patience::Limited(time) | Patience::Dropped(time) => {
            Duration::from_millis(time)
        }
    };
    prop_assert!(
        read.left - read.came <= patience + HAIR,
        "too late: {:?}",
        read
    );
    let state = world.service.state.lock().unwrap();
    let Some(Some(version)) = read.result else {
        // A failure is for those who waited for it.
        let mut reads = state.reads.iter();
        let waited = reads.any(|(began, ended)| {
            *began <= read.left && ended.is_none_or(|ended| ended >= read.came)
        });
        let has_failed = read.patience == Patience::Endless;
        prop_assert!(waited || !has_failed, "nobody was asked: {:?}", read);
        return Ok(());
    };
    prop_assert!(
        version >= read.own,
        "older than a write before it: {:?}",
        read
    );
    let recently = read.came.checked_sub(GOOD_FOR).unwrap_or(read.came);
    let oldest = match read.freshness {
        Freshness::AsOfNow => read.came,
        Freshness::Recent => recently,
        Freshness::Since(moment) => moment.min(recently),
    };
    prop_assert!(
        version >= state.version_before(oldest),
        "older than may be: {:?} of {:?}",
        read,
        state.history
    );
    Ok(())
}

fn run(work: impl Future<Output = Result<(), TestCaseError>>) -> Result<(), TestCaseError> {
    // Pauses between tries are random, but the same in every run.
    fastrand::seed(20_261_204);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(work)
}

proptest! {
    // The same cases in every run: what fails, fails again. Another seed explores others.
    #![proptest_config(ProptestConfig {
        cases: 1_024,
        max_shrink_iters: 2_000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20_261_204),
        ..ProptestConfig::default()
    })]

    #[test]
    fn whoever_reads_comes_to_an_end_and_sees_what_was_written_before(day in any_day()) {
        run(async {
            let world = World::new(&day);
            let reads = spend(&world, &day).await?;
            reads.iter().try_for_each(|read| check(&world, read))
        })?;
    }

    #[test]
    fn a_quiet_path_is_read_once_in_ten_seconds(day in any_quiet_day()) {
        run(async {
            let world = World::new(&day);
            for read in spend(&world, &day).await? {
                prop_assert_eq!(read.result, Some(Some(0)), "{:?}", read);
            }
            let state = world.service.state.lock().unwrap();
            for pair in state.reads.windows(2) {
                let distance = pair[1].0 - pair[0].0;
                prop_assert!(distance >= GOOD_FOR, "{:?}", distance);
            }
            Ok(())
        })?;
    }
}
