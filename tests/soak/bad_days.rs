//! What goes wrong now and then.

use camunda_simulator::{Fault, RetryAfter, Simulator};

/// The fault of one cycle, if it has one: two in a hundred, on whatever request comes next in this
/// cluster. Those that take no time, and an answer that is lost, after which the provider has to look
/// what was made.
pub(crate) fn strike(simulator: &Simulator, cluster: &str, cycle: usize) {
    let fault = match cycle % 100 {
        20 => Fault::too_many_requests(RetryAfter::Seconds(0)),
        40 => Fault::status(503),
        60 => Fault::reset(),
        80 => Fault::lost_answer(),
        _ => return,
    };
    let rule = simulator.faults().on("*").path_contains(cluster);
    rule.times(1).inject(fault);
}
