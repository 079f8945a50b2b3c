//! Tests of calls as a whole, against a service in memory on paused time. One file per subject.

mod hostile;
mod lost_answers;
mod recent;
mod recent_properties;
mod send;
mod session;
mod token;
mod token_sharing;
