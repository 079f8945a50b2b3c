//! Notices that the host is dead.
//!
//! A host that is killed asks nobody to stop, and a plugin that goes on without it would hold up its
//! work for nobody: what it finds out can no longer be stored. Two signs must come together: no
//! connection is left, and the process has another parent than at its start. Either alone means
//! nothing, because connections may be dialled anew, and some hosts are started in ways that change
//! the parent.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

/// How often the parent is looked at while no connection is left.
const PAUSE: Duration = Duration::from_millis(200);

/// How long operations under way may take to come to a safe point: nobody waits for their answers,
/// but a request that is on its way should be answered and noted.
const GRACE: Duration = Duration::from_secs(5);

/// The number of open connections.
#[derive(Debug, Clone)]
pub(super) struct Connections(Arc<watch::Sender<Count>>);

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    open: usize,
    ever: bool,
}

/// One open connection; dropped when it is closed.
#[derive(Debug)]
pub(super) struct Open(Connections);

impl Connections {
    /// None yet.
    pub(super) fn new() -> Self {
        Self(Arc::new(watch::Sender::default()))
    }

    /// One more.
    pub(super) fn open(&self) -> Open {
        self.0.send_modify(|count| {
            count.open += 1;
            count.ever = true;
        });
        Open(self.clone())
    }

    /// Completes when there have been connections and all are closed.
    async fn all_closed(&self) {
        let mut changes = self.0.subscribe();
        // The sender lives in `self`, so that waiting cannot fail.
        let _ = changes
            .wait_for(|count| count.ever && count.open == 0)
            .await;
    }

    fn is_open(&self) -> bool {
        self.0.borrow().open > 0
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.0.send_modify(|count| count.open -= 1);
    }
}

/// The process that has started this one.
pub(super) struct Parent(#[cfg(unix)] u32);

impl Parent {
    /// As it is now; to be asked early.
    pub(super) fn now() -> Self {
        Self(
            #[cfg(unix)]
            std::os::unix::process::parent_id(),
        )
    }

    /// Whether it is no more. Cannot be told on systems where orphans keep their parent's number.
    fn is_gone(&self) -> bool {
        #[cfg(unix)]
        return std::os::unix::process::parent_id() != self.0;
        #[cfg(not(unix))]
        return false;
    }
}

/// Completes when the host is dead and operations under way have had the time to come to a safe
/// point. `stop` tells them to.
pub(super) async fn host_is_dead<F: Future<Output = ()>>(
    parent: Parent,
    connections: Connections,
    clock: crate::clock::Clock,
    stop: impl FnOnce() -> F,
) {
    loop {
        connections.all_closed().await;
        while !connections.is_open() {
            if parent.is_gone() {
                tracing::warn!("the host is gone: stopping");
                stop().await;
                clock.sleep(GRACE).await;
                return;
            }
            clock.sleep(PAUSE).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[cfg(unix)]
    #[tokio::test(start_paused = true)]
    async fn both_signs_must_come_together() {
        let connections = Connections::new();
        let watched =
            |parent| host_is_dead(parent, connections.clone(), Clock::system(), || async {});
        let still_there = tokio::time::timeout(Duration::from_secs(60), watched(Parent::now()));
        assert!(still_there.await.is_err(), "no connection yet");

        let open = connections.open();
        let held = tokio::time::timeout(Duration::from_secs(60), watched(Parent(0)));
        assert!(held.await.is_err(), "a connection is left");

        drop(open);
        let parent_lives = tokio::time::timeout(Duration::from_secs(60), watched(Parent::now()));
        assert!(parent_lives.await.is_err(), "the parent lives");

        tokio::time::timeout(Duration::from_secs(60), watched(Parent(0)))
            .await
            .unwrap();
    }
}
