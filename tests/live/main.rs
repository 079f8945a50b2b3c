//! The live suite: lives of all objects in an organisation of the real service, with the built provider
//! under a real CLI (`make test-live`), and a sweeper that removes what runs have left (`make sweep`).
//!
//! What is in `lives` knows of the service only what everybody does, its API: it cannot look inside,
//! and nothing can be made to go wrong there. It runs when asked for alone. Its rehearsal, which starts it
//! as a user does, at a simulator that is a program of its own, is among the acceptance tests.

// `cfg(test)` is always on here; it tells clippy that these are tests, helpers included.
#[cfg(test)]
#[path = "../acceptance/support/mod.rs"]
#[expect(
    dead_code,
    unused_macros,
    reason = "the acceptance tests use more of it"
)]
mod support;

#[cfg(test)]
mod catalogue;
#[cfg(test)]
mod life;
#[cfg(test)]
mod live;
#[cfg(test)]
mod lives;
#[cfg(test)]
mod organisation;
#[cfg(test)]
mod run;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod sweep;
