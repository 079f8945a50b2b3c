//! How tests put faults in force: sentences like `faults().on("CreateCluster").times(2).inject(…)`.

use crate::{
    contract::contract,
    faults::{ArmedFault, Fault, FaultId, FaultRule},
    shared::Shared,
};

/// The faults in force.
pub struct Faults<'a> {
    shared: &'a Shared,
}

impl<'a> Faults<'a> {
    pub(crate) fn of(shared: &'a Shared) -> Self {
        Self { shared }
    }

    /// Starts a rule for one operation, by its `operationId`; `IssueToken` is the token endpoint,
    /// `*` is every operation. It hits the next request once, unless told otherwise.
    ///
    /// # Panics
    /// When the contract has no such operation.
    pub fn on(&self, operation: &str) -> FaultBuilder<'a> {
        if operation != "*" {
            known(operation);
        }
        FaultBuilder {
            shared: self.shared,
            operation: operation.to_owned(),
            path_contains: None,
            skip: 0,
            times: Some(1),
        }
    }

    /// The rules with their counters.
    pub fn list(&self) -> Vec<ArmedFault> {
        self.shared.world(|world, _| world.faults.list().to_vec())
    }

    /// Lets every request that waits because of this rule go on. False if there is no such rule.
    pub fn release(&self, id: FaultId) -> bool {
        self.shared.world(|world, _| world.faults.release(id))
    }

    /// Ends a rule. False if there is none.
    pub fn remove(&self, id: FaultId) -> bool {
        self.shared.world(|world, _| world.faults.remove(id))
    }

    /// Ends all rules.
    pub fn clear(&self) {
        self.shared.world(|world, _| world.faults.clear());
    }
}

/// A rule being written.
#[must_use = "nothing goes wrong before `inject` is called"]
pub struct FaultBuilder<'a> {
    shared: &'a Shared,
    operation: String,
    path_contains: Option<String>,
    skip: u64,
    times: Option<u64>,
}

impl FaultBuilder<'_> {
    /// Lets so many matching requests pass first.
    pub fn skip(mut self, count: u64) -> Self {
        self.skip = count;
        self
    }

    /// Hits so many requests.
    pub fn times(mut self, count: u64) -> Self {
        self.times = Some(count);
        self
    }

    /// Hits every request until the rule is removed.
    pub fn always(mut self) -> Self {
        self.times = None;
        self
    }

    /// Only requests whose path contains this text, such as a cluster id.
    pub fn path_contains(mut self, part: &str) -> Self {
        self.path_contains = Some(part.to_owned());
        self
    }

    /// Puts the rule in force, behind those that are there.
    pub fn inject(self, fault: Fault) -> FaultId {
        let rule = FaultRule {
            operation: self.operation,
            path_contains: self.path_contains,
            skip: self.skip,
            times: self.times,
            fault,
        };
        self.shared.world(|world, _| world.faults.add(rule))
    }
}

/// A misspelt operation in a test would wait or do nothing for ever.
pub(crate) fn known(operation: &str) {
    assert!(
        contract().operation(operation).is_some(),
        "the contract has no operation `{operation}`"
    );
}
