//! The managed resources, one file per type.

pub mod cluster;
