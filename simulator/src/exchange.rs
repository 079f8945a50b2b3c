//! One request and its answer on the wire: logging, faults, contract checks of both, delivery.
//! What is answered is decided elsewhere.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use serde_json::Value;
use tokio::sync::watch;

use crate::{
    answer::Answer,
    api::{self, Incoming},
    clock::{self, real_now, real_sleep},
    connection::Peer,
    contract::{ISSUE_TOKEN, Operation, Route, contract},
    deviation::{self, Deviation},
    faults::{Fault, Strike},
    journal::{RequestRecord, Side, TokenRequest, Violation},
    shared::Shared,
    token_endpoint,
    tokens::fingerprint,
};

const LARGEST_BODY: usize = 4 << 20;

/// Serves a request of the API or of the token endpoint.
pub(crate) async fn serve(shared: Arc<Shared>, peer: Peer, request: Request) -> Response {
    let Some(incoming) = read(request).await else {
        return to_response(Answer::text(413, "The body is too large."));
    };
    let route = contract().route(&incoming.method, &incoming.path);
    let operation = match &route {
        Route::Operation(operation, _) => Some(*operation),
        Route::OtherMethods(_) | Route::Unknown => None,
    };
    if operation.is_some_and(|operation| operation.id != ISSUE_TOKEN) {
        shared.clock.request_arrived();
    }
    let order = shared.journal.begin(record(&shared, operation, &incoming));
    let Route::Operation(operation, parameters) = route else {
        return to_response(no_operation(&shared, order, &route, &incoming));
    };
    let exchange = Exchange {
        shared: &shared,
        order,
        operation,
    };
    let strike = shared.world(|world, _| world.faults.strike(&operation.id, &incoming.path));
    if let Some(strike) = &strike {
        shared.journal.fault_fired();
        let id = strike.id;
        shared.journal.note(order, |record| record.fault = Some(id));
    }
    let strike = match exchange.before(strike, &peer, &incoming).await {
        Before::Done(delivery) => return exchange.deliver(delivery, &peer),
        Before::GoOn(strike) => strike,
    };
    let (answer, carried_out) = if operation.id == ISSUE_TOKEN {
        exchange.token(&peer, &incoming).await
    } else {
        exchange.api(&parameters, &incoming)
    };
    if carried_out {
        shared.journal.carried_out(order);
    }
    exchange.check(&answer);
    // Before the answer, and before any fault that keeps it: what was carried out has to last.
    let answer = match shared.save(false) {
        Ok(()) => answer,
        Err(problem) => Answer::text(500, format!("The simulator {problem:#}.")),
    };
    let delivery = exchange.after(strike, answer).await;
    exchange.deliver(delivery, &peer)
}

/// How an answer goes out.
enum Delivery {
    Proper(Answer),
    Reset,
    /// Bytes in the place of the HTTP answer; the answer itself is for the log.
    Raw(Answer, Vec<u8>),
}

enum Before {
    Done(Delivery),
    GoOn(Option<Strike>),
}

struct Exchange<'a> {
    shared: &'a Shared,
    order: u64,
    operation: &'static Operation,
}

impl Exchange<'_> {
    /// Carries out the part of a fault that comes before the request is looked at.
    async fn before(&self, strike: Option<Strike>, peer: &Peer, incoming: &Incoming) -> Before {
        let Some(mut strike) = strike else {
            return Before::GoOn(None);
        };
        match &strike.fault {
            Fault::Answer(fault) if !fault.after_commit => {
                self.count_token_fault(peer, incoming);
                let answer = deviation::answer(fault, self.operation);
                return Before::Done(Delivery::Proper(answer));
            }
            Fault::Reset {
                after_commit: false,
            } => {
                self.count_token_fault(peer, incoming);
                return Before::Done(Delivery::Reset);
            }
            Fault::Slow {
                milliseconds,
                after_commit: false,
            } => {
                let delay = Duration::from_millis(*milliseconds);
                self.wait(&mut strike.released, Some(delay)).await;
            }
            Fault::Hold {
                after_commit: false,
            } => self.wait(&mut strike.released, None).await,
            Fault::RevokeToken => {
                if let Some(token) = incoming.bearer() {
                    self.shared.world(|world, _| world.tokens.revoke(token));
                }
            }
            _ => return Before::GoOn(Some(strike)),
        }
        Before::GoOn(None)
    }

    fn api(
        &self,
        parameters: &std::collections::BTreeMap<String, String>,
        incoming: &Incoming,
    ) -> (Answer, bool) {
        let served = self
            .shared
            .world(|world, now| api::serve(world, now, self.operation, parameters, incoming));
        self.violations(served.violations);
        (served.answer, served.carried_out)
    }

    async fn token(&self, peer: &Peer, incoming: &Incoming) -> (Answer, bool) {
        let served = self
            .shared
            .world(|world, _| token_endpoint::serve(world, self.operation, peer.address, incoming));
        self.violations(served.violations);
        self.shared.journal.note(self.order, |record| {
            record.client_id.clone_from(&served.client_id);
        });
        self.shared.journal.token_request(TokenRequest {
            real_time: real_now(),
            address: peer.address.to_string(),
            client_id: served.client_id,
            outcome: served.outcome.to_owned(),
        });
        if let Some(delay) = served.delay {
            let sleep = self.shared.clock.sleep(delay);
            self.mark_waiting();
            sleep.await;
        }
        (served.answer, served.outcome == "issued")
    }

    fn count_token_fault(&self, peer: &Peer, incoming: &Incoming) {
        if self.operation.id == ISSUE_TOKEN {
            let client_id = api::redact_body(Some(self.operation), incoming)
                .and_then(|body| Some(body.get("client_id")?.as_str()?.to_owned()));
            self.shared.journal.token_request(TokenRequest {
                real_time: real_now(),
                address: peer.address.to_string(),
                client_id,
                outcome: "fault".to_owned(),
            });
        }
    }

    fn violations(&self, problems: Vec<String>) {
        for problem in problems {
            self.violation(Side::Request, problem);
        }
    }

    fn violation(&self, side: Side, problem: String) {
        self.shared.journal.violation(Violation {
            side,
            order: self.order,
            operation: self.operation.id.clone(),
            problem,
        });
    }

    /// Holds an answer of ours against the contract.
    fn check(&self, answer: &Answer) {
        if answer.deliberate {
            return;
        }
        let problems =
            self.operation
                .answer_problems(answer.status, answer.content_type, &answer.body);
        for problem in problems {
            self.violation(Side::Answer, problem);
        }
    }

    /// Carries out the part of a fault that comes after the request was carried out.
    async fn after(&self, strike: Option<Strike>, answer: Answer) -> Delivery {
        let journal = &self.shared.journal;
        journal.note(self.order, |record| {
            record.response_body = self.shown(&answer)
        });
        let Some(mut strike) = strike else {
            return Delivery::Proper(answer);
        };
        match &strike.fault {
            Fault::Slow { milliseconds, .. } => {
                let delay = Duration::from_millis(*milliseconds);
                self.wait(&mut strike.released, Some(delay)).await;
                Delivery::Proper(answer)
            }
            Fault::Hold { .. } => {
                self.wait(&mut strike.released, None).await;
                Delivery::Proper(answer)
            }
            fault => match deviation::deviate(fault, answer, self.operation) {
                Deviation::Answer(answer) => Delivery::Proper(answer),
                Deviation::Reset => Delivery::Reset,
                Deviation::Raw(answer, bytes) => Delivery::Raw(answer, bytes),
            },
        }
    }

    fn mark_waiting(&self) {
        self.shared.journal.settle(self.order, |record| {
            record.outcome = "waiting".to_owned();
        });
    }

    /// Waits for the fault to be released, or for the delay in real time.
    async fn wait(&self, released: &mut watch::Receiver<bool>, delay: Option<Duration>) {
        self.mark_waiting();
        let release = async {
            // An error means that the rule is gone, which releases as well.
            let _ = released.wait_for(|released| *released).await;
        };
        match delay {
            Some(delay) => tokio::select! {
                () = release => {}
                () = real_sleep(delay) => {}
            },
            None => release.await,
        }
    }

    fn shown(&self, answer: &Answer) -> Option<Value> {
        match answer.json_body() {
            Some(body) => Some(self.operation.redact_answer(answer.status, &body)),
            None if answer.body.is_empty() => None,
            None => Some(String::from_utf8_lossy(&answer.body).into()),
        }
    }

    fn deliver(&self, delivery: Delivery, peer: &Peer) -> Response {
        let (answer, outcome) = match &delivery {
            Delivery::Proper(answer) | Delivery::Raw(answer, _) => (Some(answer), "answered"),
            Delivery::Reset => (None, "connection reset"),
        };
        self.shared.journal.settle(self.order, |record| {
            record.status = answer.map(|answer| answer.status);
            record.outcome = outcome.to_owned();
            if let Some(answer) = answer {
                record.response_body = self.shown(answer);
            }
        });
        match delivery {
            Delivery::Proper(answer) => to_response(answer),
            Delivery::Reset => {
                peer.end.reset();
                closing()
            }
            Delivery::Raw(_, bytes) => {
                peer.end.send_raw(bytes);
                closing()
            }
        }
    }
}

/// An answer that never gets out as such: its connection sends something else, and ends.
fn closing() -> Response {
    let mut response = Response::new(Body::empty());
    response
        .headers_mut()
        .insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

async fn read(request: Request) -> Option<Incoming> {
    let (parts, body) = request.into_parts();
    let text = |name: HeaderName| {
        let value = parts.headers.get(name)?.to_str().ok()?;
        Some(value.to_owned())
    };
    let media_type = text(header::CONTENT_TYPE).map(|value| {
        let media_type = value.split(';').next().unwrap_or_default();
        media_type.trim().to_ascii_lowercase()
    });
    Some(Incoming {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        authorization: text(header::AUTHORIZATION),
        content_type: media_type,
        user_agent: text(header::USER_AGENT),
        body: to_bytes(body, LARGEST_BODY).await.ok()?.to_vec(),
    })
}

fn record(shared: &Shared, operation: Option<&Operation>, incoming: &Incoming) -> RequestRecord {
    let bearer = incoming.bearer();
    RequestRecord {
        order: 0,
        operation: operation.map(|operation| operation.id.clone()),
        method: incoming.method.clone(),
        path: incoming.path.clone(),
        status: None,
        carried_out: false,
        outcome: String::new(),
        fault: None,
        client_id: bearer.and_then(|token| shared.world(|world, _| world.tokens.client_of(token))),
        bearer: bearer.map(fingerprint),
        time: shared.clock.now(),
        real_time: real_now(),
        user_agent: incoming.user_agent.clone(),
        request_body: api::redact_body(operation, incoming),
        response_body: None,
    }
}

fn no_operation(shared: &Shared, order: u64, route: &Route, incoming: &Incoming) -> Answer {
    let (answer, problem) = match route {
        Route::OtherMethods(methods) => (
            Answer::text(405, "Method Not Allowed").with_header("allow", methods.join(", ")),
            "the contract does not declare this method for this path",
        ),
        _ => (
            Answer::text(404, "Not Found"),
            "the contract does not declare this path",
        ),
    };
    shared.journal.violation(Violation {
        side: Side::Request,
        order,
        operation: format!("{} {}", incoming.method, incoming.path),
        problem: problem.to_owned(),
    });
    shared.journal.settle(order, |record| {
        record.status = Some(answer.status);
        record.outcome = "answered".to_owned();
    });
    answer
}

/// An answer as axum sends it.
pub(crate) fn to_response(answer: Answer) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if let Some(content_type) = answer.content_type {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    if let Ok(date) = HeaderValue::from_str(&clock::http_date(real_now())) {
        headers.insert(header::DATE, date);
    }
    response
}
