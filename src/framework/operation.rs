//! What every operation gets and gives back, whatever kind of object it is about.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::diag::{Diagnostic, Diagnostics};
use super::private::Private;
use crate::clock::Clock;

/// A future of an operation behind a trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a core says it understands. Older cores say nothing: all false.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClientCapabilities {
    /// A reply may say that the operation has to wait for a later run.
    pub deferral_allowed: bool,
    /// Write-only attributes are understood, so they will not be stored.
    pub write_only_attributes_allowed: bool,
}

/// Why an operation has to wait for a later run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeferredReason {
    /// The resource's own configuration is not known enough.
    ResourceConfigUnknown,
    /// The provider's configuration is not known enough.
    ProviderConfigUnknown,
    /// Something else has to exist first.
    AbsentPrerequisite,
}

/// The surroundings of an operation. `D` is what the provider made of its configuration.
#[derive(Debug)]
pub struct Context<D> {
    /// What the provider made of its configuration.
    pub data: Arc<D>,
    /// Cancelled when the user interrupts the run or the caller is gone. Waits end at once; a write
    /// that has begun is carried through, and what exists is returned.
    pub cancellation: CancellationToken,
    /// Time.
    pub clock: Clock,
    /// What the core understands.
    pub client: ClientCapabilities,
}

impl<D> Clone for Context<D> {
    fn clone(&self) -> Self {
        Self {
            data: Arc::clone(&self.data),
            cancellation: self.cancellation.clone(),
            clock: self.clock.clone(),
            client: self.client,
        }
    }
}

/// What an operation leaves: a state *and* messages, never one or the other. Whatever exists
/// remotely is in the state, also when the operation failed half-way.
#[derive(Debug, Clone)]
pub struct Outcome<S> {
    /// The state. `None`: there is no object (after a read or a failed create), or the operation
    /// failed before it changed anything (the prior state stays).
    ///
    /// A create or update that ends early and says so in a message, if only a warning, may leave
    /// planned values unknown: what was before is saved in their place, or null. Without a message,
    /// an unknown value is a bug.
    pub state: Option<S>,
    /// What the provider keeps with the object.
    pub private: Private,
    /// Messages.
    pub diagnostics: Diagnostics,
    /// Set when the operation has to wait for a later run. Only if the core allows it.
    pub deferred: Option<DeferredReason>,
}

impl<S> Outcome<S> {
    /// The object is in `state`.
    pub fn present(state: S, private: Private) -> Self {
        Self {
            state: Some(state),
            private,
            diagnostics: Diagnostics::new(),
            deferred: None,
        }
    }

    /// There is no object.
    #[must_use]
    pub fn absent() -> Self {
        Self {
            state: None,
            private: Private::default(),
            diagnostics: Diagnostics::new(),
            deferred: None,
        }
    }

    /// The operation failed before it changed anything.
    pub fn failed(diagnostics: impl Into<Diagnostics>) -> Self {
        Self {
            diagnostics: diagnostics.into(),
            ..Self::absent()
        }
    }

    /// The operation has to wait for a later run; nothing was changed.
    #[must_use]
    pub fn deferred(reason: DeferredReason) -> Self {
        Self {
            deferred: Some(reason),
            ..Self::absent()
        }
    }

    /// The same outcome with one more message.
    #[must_use]
    pub fn with(mut self, diagnostic: Diagnostic) -> Self {
        self.diagnostics.push(diagnostic);
        self
    }

    /// The same outcome with the state changed by `function`.
    pub fn map<T>(self, function: impl FnOnce(S) -> T) -> Outcome<T> {
        Outcome {
            state: self.state.map(function),
            private: self.private,
            diagnostics: self.diagnostics,
            deferred: self.deferred,
        }
    }
}
