//! A stand-in for the Camunda 8 SaaS Administration API and its token service: an HTTP server with
//! its own reading of the published contract, virtual time, and faults on demand. It shares no code
//! with the provider, so that one wrong name cannot pass on both sides.
//!
//! ```
//! use camunda_simulator::{Fault, Options, Simulator, seed::credentials};
//!
//! let simulator = Simulator::start(Options::default())?;
//! simulator.faults().on("CreateCluster").inject(Fault::lost_answer());
//! // … point a client at simulator.url() and simulator.token_url(), with credentials::FULL …
//! # let _ = credentials::FULL;
//! assert!(simulator.requests_of("CreateCluster").is_empty());
//! simulator.assert_clean();
//! # Ok::<(), anyhow::Error>(())
//! ```

pub mod behaviour;
mod clock;
mod console;
mod faults;
mod journal;
pub mod seed;
mod simulator;

mod answer;
mod api;
mod areas;
mod clusters;
mod connection;
mod contract;
mod control;
mod deviation;
mod exchange;
mod parameters;
mod schema;
mod server;
mod shared;
mod token_endpoint;
mod tokens;
mod world;

pub use crate::{
    behaviour::Behaviour,
    clock::ClockMode,
    clusters::{AllowlistEntry, Change, Cluster, Deletion, Encryption, Pending, Status},
    console::{ClusterChange, NewCluster},
    faults::{ArmedFault, Fault, FaultAnswer, FaultBody, FaultId, FaultRule, RetryAfter},
    journal::{OperationStatistics, RequestRecord, Side, Statistics, TokenRequest, Violation},
    seed::Seed,
    simulator::{FaultBuilder, Faults, Options, Simulator},
};
