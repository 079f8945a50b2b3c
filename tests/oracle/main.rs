//! The provider against the oracle: a client that knows what cores accept and shares no code with
//! the provider (`oracle/`).
//!
//! [`framework`] leads objects of random schemas through random lives, which shows that the framework
//! never does what a core refuses. `CAMUNDA_ORACLE_CASES` says how many applies that is; CI asks for
//! a hundred thousand.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod framework;

use core_oracle::choices::Cases;

/// How many cases, if nothing else is asked for, are enough to notice a mistake at a desk.
const CASES: u64 = 10_000;

/// The cases of a test that makes so many of them at once.
fn cases(at_once: u64) -> Cases {
    let count = match std::env::var("CAMUNDA_ORACLE_CASES") {
        Ok(count) => count
            .parse()
            .unwrap_or_else(|_| panic!("CAMUNDA_ORACLE_CASES={count}")),
        Err(_) => CASES,
    };
    let seed = match std::env::var("CAMUNDA_ORACLE_SEED") {
        Ok(seed) => seed
            .parse()
            .unwrap_or_else(|_| panic!("CAMUNDA_ORACLE_SEED={seed}")),
        Err(_) => 20_261_124,
    };
    Cases {
        count: count.div_ceil(at_once),
        seed,
        simpler: 1_500,
    }
}
