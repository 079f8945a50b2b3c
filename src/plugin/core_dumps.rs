//! No image of this process on a disk: its memory holds client secrets and access tokens.
//!
//! Must not know who started the process.

/// Asks the system not to write the memory of this process to a file when it crashes.
///
/// The limit is taken away for good: whatever this process may start has none either. Systems that
/// hand crashes to a program of their own can see the limit and most honour it, but need not;
/// SECURITY.md says so.
/// [core(5) of Linux, "Piping core dumps to a program"; setrlimit(2)]
pub(super) fn forbid() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit {
            current: Some(0),
            maximum: Some(0),
        };
        if let Err(error) = setrlimit(Resource::Core, none) {
            tracing::debug!(%error, "core dumps cannot be switched off");
        }
    }
}
