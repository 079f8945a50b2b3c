//! What all threads and tasks of one simulator share.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use anyhow::Result;
use jiff::Timestamp;

use crate::{
    behaviour::Behaviour,
    clock::{Clock, ClockMode},
    faults::{FaultRule, FaultRules},
    journal::{Journal, Statistics},
    seed::Seed,
    state_file::{Kept, Moment, StateFile},
    stored::Storing,
    world::World,
};

/// What a simulator starts with, and goes back to.
#[derive(Clone)]
pub(crate) struct Start {
    pub(crate) seed: Seed,
    pub(crate) behaviour: Behaviour,
    pub(crate) clock: ClockMode,
    pub(crate) faults: Vec<FaultRule>,
    pub(crate) hosts: Vec<String>,
}

/// One simulator.
pub(crate) struct Shared {
    world: Mutex<World>,
    start: Mutex<Start>,
    state_file: Option<StateFile>,
    pub(crate) clock: Clock,
    pub(crate) journal: Journal,
    pub(crate) connections: Arc<AtomicU64>,
}

impl Shared {
    /// A new organization, or the one that is in the state file.
    pub(crate) fn new(mut start: Start, state: Option<(StateFile, Option<Kept>)>) -> Self {
        let (state_file, kept) = state.map_or((None, None), |(file, kept)| (Some(file), kept));
        let clock = Clock::new(start.clock);
        let world = match kept {
            Some(kept) => {
                clock.go_on(kept.now);
                start.seed = kept.origin;
                kept.world.world(
                    start.behaviour.clone(),
                    start.fault_rules(),
                    start.hosts.clone(),
                )
            }
            None => start.world(clock.now()),
        };
        Self {
            world: Mutex::new(world),
            clock,
            journal: Journal::default(),
            connections: Arc::default(),
            start: Mutex::new(start),
            state_file,
        }
    }

    /// Writes the state file, if there is one and anything has changed but the time. With `anyway`
    /// the time alone is reason enough.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn save(&self, anyway: bool) -> Result<()> {
        let Some(file) = &self.state_file else {
            return Ok(());
        };
        file.write(anyway, || {
            let origin = lock(&self.start).seed.clone();
            let (now, world) =
                self.world(|world, now| (now, serde_json::to_value(Storing::of(world))));
            Ok(Moment {
                now,
                origin,
                world: world?,
            })
        })
    }

    /// Works on the world as it is now. Nobody else sees it meanwhile.
    pub(crate) fn world<T>(&self, work: impl FnOnce(&mut World, Timestamp) -> T) -> T {
        let mut world = lock(&self.world);
        let now = self.clock.now();
        world.settle(now);
        work(&mut world, now)
    }

    /// Back to the start, or to another seed. Requests that wait for a fault go on.
    pub(crate) fn reset(&self, seed: Option<Seed>) {
        let mut start = lock(&self.start);
        if let Some(seed) = seed {
            start.seed = seed;
        }
        let mut world = lock(&self.world);
        world.faults.clear();
        self.clock.reset(start.clock);
        *world = start.world(self.clock.now());
        self.journal.reset();
    }

    pub(crate) fn statistics(&self) -> Statistics {
        Statistics {
            connections: self.connections.load(Ordering::Relaxed),
            ..self.journal.statistics()
        }
    }
}

impl Start {
    fn world(&self, now: Timestamp) -> World {
        let mut world = World::new(
            self.seed.clone(),
            self.behaviour.clone(),
            self.hosts.clone(),
            now,
        );
        world.faults = self.fault_rules();
        world
    }

    fn fault_rules(&self) -> FaultRules {
        let mut rules = FaultRules::default();
        for rule in &self.faults {
            rules.add(rule.clone());
        }
        rules
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic in one request must not take the whole simulator down.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
