//! What all threads and tasks of one simulator share.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use jiff::Timestamp;

use crate::{
    behaviour::Behaviour,
    clock::{Clock, ClockMode},
    journal::{Journal, Statistics},
    seed::Seed,
    world::World,
};

/// What a simulator starts with, and goes back to.
#[derive(Clone)]
pub(crate) struct Start {
    pub(crate) seed: Seed,
    pub(crate) behaviour: Behaviour,
    pub(crate) clock: ClockMode,
    pub(crate) hosts: Vec<String>,
}

/// One simulator.
pub(crate) struct Shared {
    world: Mutex<World>,
    start: Mutex<Start>,
    pub(crate) clock: Clock,
    pub(crate) journal: Journal,
    pub(crate) connections: Arc<AtomicU64>,
}

impl Shared {
    pub(crate) fn new(start: Start) -> Self {
        Self {
            world: Mutex::new(start.world()),
            clock: Clock::new(start.clock),
            journal: Journal::default(),
            connections: Arc::default(),
            start: Mutex::new(start),
        }
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
        *world = start.world();
        self.clock.reset(start.clock);
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
    fn world(&self) -> World {
        World::new(
            self.seed.clone(),
            self.behaviour.clone(),
            self.hosts.clone(),
        )
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic in one request must not take the whole simulator down.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
