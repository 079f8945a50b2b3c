//! `camunda_cluster`, the data sources of the catalogue and the provider block, as users meet them.
//! What goes wrong on the way (faults, interruptions, tokens) is tested elsewhere.

use crate::support::look::{bodies, count, errors, named, warnings, writes};

mod backup_before;
mod data_sources;
mod drift;
mod found;
mod generation;
mod import;
mod keep_awake;
mod life;
mod many;
mod peer_state;
mod plan_checks;
mod protection;
mod provider_block;
mod replace;
mod secrets;
mod update;
mod validation;

/// The cluster that [`World::write_cluster`] writes.
const ADDRESS: &str = "camunda_cluster.it";
