//! What the acceptance tests are written with: the CLIs, a project folder for each test, the output
//! of commands, and plans. Knows Terraform and OpenTofu, and nothing of single resources.

#[macro_use]
mod matrix;

pub(crate) mod cli;
pub(crate) mod guide;
pub(crate) mod leftovers;
pub(crate) mod look;
pub(crate) mod plan;
pub(crate) mod run;
pub(crate) mod running;
pub(crate) mod service;
pub(crate) mod wait;
pub(crate) mod workspace;
pub(crate) mod world;

pub(crate) use cli::{Capability, Cli};
pub(crate) use plan::{Action, Plan};
pub(crate) use run::Run;
pub(crate) use running::Running;
pub(crate) use service::Service;
pub(crate) use workspace::Workspace;
pub(crate) use world::World;
