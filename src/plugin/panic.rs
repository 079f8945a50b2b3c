//! What happens when code panics: inside an operation, a value to report; elsewhere, a crash that
//! the host recognises.
//!
//! ```text
//! match panic::caught(operation).await {
//!     Ok(reply) => reply,
//!     Err(panic) => /* a diagnostic that quotes `panic` */
//! }
//! ```
//!
//! Without this, a panic in an operation would only end its task, and the host would show a lost
//! connection with no reason.

use std::any::Any;
use std::backtrace::Backtrace;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::pin::pin;
use std::task::Poll;

thread_local! {
    /// Whether a panic on this thread, now, is caught by [`caught`].
    static IS_CAUGHT: Cell<bool> = const { Cell::new(false) };
    /// Where the last panic on this thread happened.
    static LOCATION: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// A panic that was caught: what it said, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PanicMessage {
    /// The message given to the panic.
    pub message: String,
    /// File, line and column in the source. Known only after [`install_hook`].
    pub location: Option<String>,
}

impl fmt::Display for PanicMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.location {
            Some(location) => write!(f, " ({location})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for PanicMessage {}

/// Runs `future`; when it panics, returns the panic instead of passing it on.
///
/// The panic is logged at ERROR with its backtrace, not printed as a crash. Covers the code that
/// `future` itself runs, not tasks it spawns. The future is dropped after a panic, so values it
/// shares with others must hold their invariants between any two calls.
///
/// # Errors
/// The panic.
pub async fn caught<F: Future>(future: F) -> Result<F::Output, PanicMessage> {
    let mut future = pin!(future);
    std::future::poll_fn(|context| {
        let _inside = Inside::enter();
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Ok(Poll::Pending) => Poll::Pending,
            Err(payload) => Poll::Ready(Err(PanicMessage {
                message: text_of(payload.as_ref()),
                location: LOCATION.take(),
            })),
        }
    })
    .await
}

/// Marks this thread as being inside [`caught`], until dropped.
struct Inside {
    before: bool,
}

impl Inside {
    fn enter() -> Self {
        Self {
            before: IS_CAUGHT.replace(true),
        }
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        IS_CAUGHT.set(self.before);
    }
}

/// Replaces the standard reaction to panics in the whole process.
///
/// Inside [`caught`], the panic is logged. Anywhere else it is a crash: it is written to stderr in
/// the form by which hosts recognise one, so that they show it to the user even when logging is
/// off. The process itself goes on where it can: only a panic of the main task ends it, after
/// removing the socket. Other operations under way are not lost with the one that failed.
pub fn install_hook(version: &'static str) {
    std::panic::set_hook(Box::new(move |info| {
        let location = info.location().map(ToString::to_string);
        LOCATION.set(location.clone());
        let backtrace = Backtrace::force_capture();
        if IS_CAUGHT.get() {
            tracing::error!(
                panic = text_of(info.payload()),
                location,
                %backtrace,
                "an operation panicked"
            );
        } else {
            let crash = crash_report(info, version, &backtrace);
            // Nobody is left to tell when stderr is closed.
            let _ = io::stderr().lock().write_all(crash.as_bytes());
        }
    }));
}

fn crash_report(info: &PanicHookInfo<'_>, version: &str, backtrace: &Backtrace) -> String {
    let message = text_of(info.payload());
    let location = info.location().map(|at| format!(" at {at}"));
    let thread = std::thread::current();
    format!(
        "panic: {message}\n\nterraform-provider-camunda {version}, thread '{}'{}\n\n{backtrace}\n",
        thread.name().unwrap_or("unnamed"),
        location.unwrap_or_default(),
    )
}

fn text_of(payload: &(dyn Any + Send)) -> String {
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("(no message)").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_comes_back_as_a_value() {
        let panic = caught(async { panic!("number {}", 7) }).await.unwrap_err();
        assert_eq!(panic.message, "number 7");
        let panic = caught(async { panic!("text") }).await.unwrap_err();
        assert_eq!(panic.message, "text");
        let panic = caught(async { std::panic::panic_any(7) })
            .await
            .unwrap_err();
        assert_eq!(panic.message, "(no message)");
    }

    #[tokio::test]
    async fn a_panic_after_waiting_is_caught_too() {
        let outcome = caught(async {
            tokio::task::yield_now().await;
            panic!("late");
        })
        .await;
        assert_eq!(outcome.unwrap_err().message, "late");
    }

    #[tokio::test]
    async fn without_panic_the_output_comes_back_and_the_mark_is_gone() {
        let inside = caught(async { IS_CAUGHT.get() }).await;
        assert_eq!(inside, Ok(true));
        assert!(!IS_CAUGHT.get());
    }

    #[test]
    fn a_waiting_operation_does_not_mark_the_thread() {
        let mut operation = pin!(caught(std::future::pending::<()>()));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(operation.as_mut().poll(&mut context).is_pending());
        assert!(!IS_CAUGHT.get());
    }
}
