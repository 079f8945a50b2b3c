//! Starts the simulator as a server of its own.
fn main() {}
