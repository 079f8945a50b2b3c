//! Signals from the system.
//!
//! - Interrupt (Ctrl-C) reaches the whole group of processes. The host decides what it means for
//!   operations under way and says so through the protocol; a plugin that stopped by itself would
//!   lose what it has just created. So it is logged and otherwise ignored, except in debug mode,
//!   where it is how the user ends the process.
//! - Terminate comes from service managers and people. Waits are cancelled as if the host had asked
//!   for it, operations come to a safe point and their replies are sent, then the process ends with
//!   status 0. A second one ends it at once.
//!
//! Other signals keep the system's meaning.

use std::io;
use std::sync::Arc;

use tonic::Request;

use super::lifecycle::Lifecycle;
use super::wire::proto::tfplugin6::provider_server::Provider;
use super::wire::proto::tfplugin6::stop_provider;

/// Who runs the process, which decides what an interrupt means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The host.
    Plugin,
    /// A person.
    Debug,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signal {
    Interrupt,
    Terminate,
}

/// The signals of this process, from the moment this is made.
#[derive(Debug)]
pub struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(windows)]
    interrupt: tokio::signal::windows::CtrlC,
    #[cfg(windows)]
    terminate: tokio::signal::windows::CtrlBreak,
}

impl Signals {
    /// Takes the signals over from the system. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// When the system does not allow it.
    #[cfg(unix)]
    pub fn take_over() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Takes the signals over from the system. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// When the system does not allow it.
    #[cfg(windows)]
    pub fn take_over() -> io::Result<Self> {
        Ok(Self {
            interrupt: tokio::signal::windows::ctrl_c()?,
            terminate: tokio::signal::windows::ctrl_break()?,
        })
    }

    async fn next(&mut self) -> Signal {
        let (signal, received) = tokio::select! {
            received = self.interrupt.recv() => (Signal::Interrupt, received),
            received = self.terminate.recv() => (Signal::Terminate, received),
        };
        match received {
            Some(()) => signal,
            // No more signals can come.
            None => std::future::pending().await,
        }
    }

    /// Reacts to signals for ever.
    pub async fn obey<P: Provider>(mut self, mode: Mode, provider: Arc<P>, lifecycle: Lifecycle) {
        let mut is_stopping = false;
        loop {
            match (mode, self.next().await) {
                (Mode::Plugin, Signal::Interrupt) => {
                    tracing::info!("ignored an interrupt: the host decides when to stop");
                }
                _ if is_stopping => lifecycle.end(),
                _ => {
                    is_stopping = true;
                    tokio::spawn(stop(provider.clone(), lifecycle.clone()));
                }
            }
        }
    }
}

/// Cancels the waits of operations under way, and ends when they have replied.
pub async fn stop<P: Provider>(provider: Arc<P>, lifecycle: Lifecycle) {
    tracing::info!("stopping on request of the system");
    lifecycle.stop_gently();
    stop_operations(provider).await;
}

/// Cancels the waits of operations under way.
pub(super) async fn stop_operations<P: Provider>(provider: Arc<P>) {
    if let Err(status) = provider
        .stop_provider(Request::new(stop_provider::Request {}))
        .await
    {
        tracing::warn!(%status, "operations under way were not cancelled");
    }
}
