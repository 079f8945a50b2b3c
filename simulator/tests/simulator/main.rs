//! The simulator over real HTTP, as its users meet it.

mod clusters;
mod support;
