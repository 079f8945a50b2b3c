//! One file per kind of object, and one for everything that only looks. These tests run with
//! `make test-live` alone.

mod allowlist;
mod backups;
mod client;
mod cluster;
mod connectivity;
mod looks;
mod member;
mod monitoring;
mod secret;
