//! The simulator over real HTTP, as its users meet it.

mod access;
mod allowlists;
mod backups;
mod clients;
mod clusters;
mod connectivity;
mod contract;
mod control;
mod faults;
mod log;
mod members;
mod monitoring;
mod program;
mod secrets;
mod seeds;
mod state;
mod support;
mod tokens;
