//! What integration tests share.

#![expect(
    dead_code,
    unreachable_pub,
    reason = "each test program uses a part of what they share"
)]

pub mod client;
pub mod implied_type;
