//! Tests of calls as a whole, against a service in memory on paused time. One file per subject.

mod send;
mod session;
mod token;
