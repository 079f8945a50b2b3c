//! Turns: callers of this process who must not do something at the same time do it one after another.
//!
//! Must not know what is done.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// One queue for each subject.
#[derive(Default)]
pub(crate) struct Turns {
    queues: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

impl Turns {
    /// The queue of a subject.
    pub(crate) fn queue(&self, subject: String) -> Arc<tokio::sync::Mutex<()>> {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        if !queues.contains_key(&subject) {
            // Queues that nobody is in are as good as new ones.
            queues.retain(|_, queue| Arc::strong_count(queue) > 1);
        }
        queues.entry(subject).or_default().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_queue_lives_as_long_as_somebody_is_in_it() {
        let turns = Turns::default();
        let turn = turns.queue("a".to_owned()).lock_owned().await;
        assert!(turns.queue("b".to_owned()).try_lock().is_ok());
        assert!(turns.queue("a".to_owned()).try_lock().is_err());
        drop(turn);
        assert!(turns.queue("a".to_owned()).try_lock().is_ok());
        turns.queue("c".to_owned());
        assert_eq!(turns.queues.lock().unwrap().len(), 1);
    }
}
