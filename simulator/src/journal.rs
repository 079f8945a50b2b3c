//! The memory of what was asked: requests in order, counts, token requests, violations of the
//! contract. Holds no secret: bodies are redacted before they come here.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::clock::deadline;

/// How many requests and token requests are remembered one by one; counts go on without limit.
const REMEMBERED: usize = 20_000;

/// One request as the log keeps it.
#[derive(Clone, Debug, Serialize)]
pub struct RequestRecord {
    /// 1 for the first request since the start, in order of arrival. A reset does not start again,
    /// so that no request is taken for another one.
    pub order: u64,
    /// `operationId`; nothing where the contract has no such operation.
    pub operation: Option<String>,
    /// HTTP method.
    pub method: String,
    /// Path, without query.
    pub path: String,
    /// Status of the answer; nothing while it is outstanding, or when none was sent.
    pub status: Option<u16>,
    /// Whether the request was carried out: it may have changed something, whatever was answered.
    pub carried_out: bool,
    /// What became of it: `answered`, `waiting`, `connection reset`.
    pub outcome: String,
    /// Id of the fault that hit it.
    pub fault: Option<u64>,
    /// Client id of the credential.
    pub client_id: Option<String>,
    /// Tells bearer tokens apart: the start of their digest, never the token.
    pub bearer: Option<String>,
    /// Virtual time of arrival.
    #[serde(serialize_with = "timestamp")]
    pub time: Timestamp,
    /// Real time of arrival.
    #[serde(serialize_with = "timestamp")]
    pub real_time: Timestamp,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    /// Body, secrets redacted.
    pub request_body: Option<Value>,
    /// Body of the answer, secrets redacted; error sentences as text.
    pub response_body: Option<Value>,
}

/// A request to the token endpoint.
#[derive(Clone, Debug, Serialize)]
pub struct TokenRequest {
    /// Real time.
    #[serde(serialize_with = "timestamp")]
    pub real_time: Timestamp,
    /// Source address.
    pub address: String,
    /// Client id, if the request was readable.
    pub client_id: Option<String>,
    /// `issued`, `wrong_secret`, `unknown_client`, `revoked_client`, `wrong_audience`,
    /// `bad_request`, `rate_limited` or `fault`.
    pub outcome: String,
}

/// Something that went against the contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Who did it.
    pub side: Side,
    /// Number of the request in the log.
    pub order: u64,
    /// `operationId`, or method and path where there is none.
    pub operation: String,
    /// What is wrong, never quoting values.
    pub problem: String,
}

/// Who went against the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The client, with its request.
    Request,
    /// The simulator, with its answer: a mistake in the simulator.
    Answer,
}

/// Counts since the start or the last reset.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Statistics {
    /// All requests except those to the control surface.
    pub requests: u64,
    /// Requests by `operationId`.
    pub operations: BTreeMap<String, OperationStatistics>,
    /// Token requests by outcome.
    pub tokens: BTreeMap<String, u64>,
    /// How many different bearer tokens were used.
    pub bearers: usize,
    /// TCP connections accepted since the start, those to the control surface included.
    pub connections: u64,
    /// How many requests were hit by a fault.
    pub faults: u64,
    /// Requests against the contract.
    pub request_violations: u64,
    /// Answers against the contract.
    pub answer_violations: u64,
}

/// Counts of one operation.
#[derive(Clone, Debug, Default, Serialize)]
pub struct OperationStatistics {
    /// Requests that arrived.
    pub count: u64,
    /// How many were carried out.
    pub carried_out: u64,
    /// Answers by status.
    pub statuses: BTreeMap<u16, u64>,
}

/// The log. Threads can wait for what it will hold.
#[derive(Default)]
pub(crate) struct Journal {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    last_order: u64,
    requests: VecDeque<RequestRecord>,
    tokens: VecDeque<TokenRequest>,
    violations: Vec<Violation>,
    bearers: BTreeSet<String>,
    settled: BTreeMap<String, u64>,
    statistics: Statistics,
}

impl Journal {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a request that has arrived, and numbers it.
    pub(crate) fn begin(&self, mut record: RequestRecord) -> u64 {
        let mut state = self.state();
        state.statistics.requests += 1;
        state.last_order += 1;
        record.order = state.last_order;
        let order = record.order;
        if let Some(operation) = &record.operation {
            state
                .statistics
                .operations
                .entry(operation.clone())
                .or_default()
                .count += 1;
        }
        if let Some(bearer) = &record.bearer {
            state.bearers.insert(bearer.clone());
        }
        state.requests.push_back(record);
        if state.requests.len() > REMEMBERED {
            state.requests.pop_front();
        }
        self.changed.notify_all();
        order
    }

    /// Fills in what is known later.
    pub(crate) fn note(&self, order: u64, change: impl FnOnce(&mut RequestRecord)) {
        let mut state = self.state();
        if let Some(record) = state.record(order) {
            change(record);
        }
    }

    /// The request has been carried out, whatever becomes of its answer.
    pub(crate) fn carried_out(&self, order: u64) {
        let mut state = self.state();
        let Some(record) = state.record(order) else {
            return;
        };
        record.carried_out = true;
        if let Some(operation) = record.operation.clone() {
            let counts = state.statistics.operations.entry(operation).or_default();
            counts.carried_out += 1;
        }
    }

    /// The fate of the request is decided: it is answered, reset, or made to wait.
    pub(crate) fn settle(&self, order: u64, change: impl FnOnce(&mut RequestRecord)) {
        let mut state = self.state();
        let Some(record) = state.record(order) else {
            return;
        };
        let first_time = record.outcome.is_empty();
        change(record);
        let (operation, status) = (record.operation.clone(), record.status);
        let Some(operation) = operation else {
            return;
        };
        if first_time {
            *state.settled.entry(operation.clone()).or_default() += 1;
            self.changed.notify_all();
        }
        let counts = state.statistics.operations.entry(operation).or_default();
        if let Some(status) = status {
            *counts.statuses.entry(status).or_default() += 1;
        }
    }

    pub(crate) fn fault_fired(&self) {
        self.state().statistics.faults += 1;
    }

    pub(crate) fn token_request(&self, request: TokenRequest) {
        let mut state = self.state();
        *state
            .statistics
            .tokens
            .entry(request.outcome.clone())
            .or_default() += 1;
        state.tokens.push_back(request);
        if state.tokens.len() > REMEMBERED {
            state.tokens.pop_front();
        }
    }

    pub(crate) fn violation(&self, violation: Violation) {
        let mut state = self.state();
        match violation.side {
            Side::Request => state.statistics.request_violations += 1,
            Side::Answer => state.statistics.answer_violations += 1,
        }
        if state.violations.len() < REMEMBERED {
            state.violations.push(violation);
        }
    }

    pub(crate) fn requests(&self) -> Vec<RequestRecord> {
        self.state().requests.iter().cloned().collect()
    }

    pub(crate) fn token_requests(&self) -> Vec<TokenRequest> {
        self.state().tokens.iter().cloned().collect()
    }

    pub(crate) fn violations(&self) -> Vec<Violation> {
        self.state().violations.clone()
    }

    pub(crate) fn take_violations(&self) -> Vec<Violation> {
        std::mem::take(&mut self.state().violations)
    }

    pub(crate) fn statistics(&self) -> Statistics {
        let state = self.state();
        Statistics {
            bearers: state.bearers.len(),
            ..state.statistics.clone()
        }
    }

    pub(crate) fn reset(&self) {
        let mut state = self.state();
        *state = State {
            last_order: state.last_order,
            ..State::default()
        };
    }

    /// Waits until the fate of `count` requests of the operation is decided. False when the time
    /// is up first.
    pub(crate) fn wait_for(&self, operation: &str, count: u64, timeout: Duration) -> bool {
        let left = deadline(timeout);
        let mut state = self.state();
        loop {
            if state.settled.get(operation).copied().unwrap_or_default() >= count {
                return true;
            }
            let left = left();
            if left.is_zero() {
                return false;
            }
            state = self
                .changed
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}

impl State {
    fn record(&mut self, order: u64) -> Option<&mut RequestRecord> {
        self.requests
            .iter_mut()
            .rev()
            .find(|record| record.order == order)
    }
}

fn timestamp<S: serde::Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&crate::clock::text(*time))
}
