//! A stand-in for the Camunda 8 SaaS Administration API and its token service: an HTTP server with
//! its own reading of the published contract, virtual time, and faults on demand. It shares no code
//! with the provider, so that one wrong name cannot pass on both sides.
//!
//! [`Simulator`] is the handle for tests. What users of the program need to know follows.
#![doc = include_str!("../README.md")]

pub mod behaviour;
mod clock;
mod console;
mod fault_handle;
mod fault_text;
mod faults;
mod journal;
pub mod seed;
mod simulator;

mod activity;
mod allowlists;
mod answer;
mod api;
mod areas;
mod backups;
mod clients;
mod clusters;
mod connection;
mod connectivity;
mod contract;
mod control;
mod deviation;
mod exchange;
mod members;
mod meta;
mod monitoring;
mod parameters;
mod planting;
mod schema;
mod secrets;
mod server;
mod shared;
mod state_file;
mod stored;
mod token_endpoint;
mod tokens;
mod world;

pub use crate::{
    activity::Event,
    backups::{Backup, BackupSchedule, BackupStatus, NewBackup, Restore, RestoreState},
    behaviour::Behaviour,
    clients::{NewZeebeClient, ZeebeClient, ZeebeClientChange},
    clock::ClockMode,
    clusters::{AllowlistEntry, Change, Cluster, Deletion, Encryption, Pending, Status},
    connectivity::{ConnectivityChange, SecureConnectivity},
    console::{ClusterChange, NewCluster},
    fault_handle::{FaultBuilder, Faults},
    faults::{ArmedFault, Fault, FaultAnswer, FaultBody, FaultId, FaultRule, RetryAfter},
    journal::{OperationStatistics, RequestRecord, Side, Statistics, TokenRequest, Violation},
    members::{ADMIN, Member, MemberChange, OWNER},
    meta::WEB_MODELER_RANGES,
    monitoring::{Monitoring, MonitoringClient},
    secrets::ConnectorSecret,
    seed::Seed,
    simulator::{Options, Simulator},
};
