//! The Administration API as a function: a request goes in, an answer comes out. Checks the token,
//! the permission and the contract; what an operation does is in its area. No waiting, no faults.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    activity,
    answer::{Answer, JSON, Refusal},
    areas, backups,
    contract::Operation,
    tokens::Caller,
    world::{Call, World},
};

/// A request, read completely.
pub(crate) struct Incoming {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) authorization: Option<String>,
    /// Media type without parameters, in lower case.
    pub(crate) content_type: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Incoming {
    /// The bearer token, if there is one.
    pub(crate) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.authorization.as_deref()?.split_once(' ')?;
        scheme
            .eq_ignore_ascii_case("bearer")
            .then_some(token.trim())
    }

    fn content_type(&self) -> &str {
        self.content_type.as_deref().unwrap_or("none")
    }
}

/// The answer, and what the request did against the contract.
pub(crate) struct Served {
    pub(crate) answer: Answer,
    pub(crate) violations: Vec<String>,
    /// Whether the operation itself ran, as opposed to a refusal before it.
    pub(crate) carried_out: bool,
}

/// Serves one request of a known operation.
pub(crate) fn serve(
    world: &mut World,
    now: Timestamp,
    operation: &Operation,
    parameters: &BTreeMap<String, String>,
    incoming: &Incoming,
) -> Served {
    let mut violations = Vec::new();
    let format = world.behaviour.error_format;
    let result = run(world, now, operation, parameters, incoming, &mut violations);
    let carried_out = result.is_ok();
    Served {
        answer: result.unwrap_or_else(|stop| match stop {
            Stop::Refused(refusal) => refusal.into_answer(format),
            Stop::Answered(answer) => answer,
        }),
        violations,
        carried_out,
    }
}

enum Stop {
    Refused(Refusal),
    Answered(Answer),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

fn run(
    world: &mut World,
    now: Timestamp,
    operation: &Operation,
    parameters: &BTreeMap<String, String>,
    incoming: &Incoming,
    violations: &mut Vec<String>,
) -> Result<Answer, Stop> {
    if incoming
        .query
        .as_deref()
        .is_some_and(|query| !query.is_empty())
    {
        violations.push("query parameters are not declared".to_owned());
    }
    let caller = match &operation.permission {
        Some((group, verb)) => authorize(world, incoming, group, verb)?,
        None => Caller::default(),
    };
    let Some(handler) = areas::handler(&operation.id) else {
        violations.push("the simulator does not offer this operation".to_owned());
        let sentence = format!("This simulator does not offer {}.", operation.id);
        return Err(Refusal::new(501, sentence).into());
    };
    let body = read_body(world, operation, incoming, violations)?;
    let mut call = Call {
        world,
        now,
        caller: &caller,
        operation: &operation.id,
        parameters,
        body: &body,
    };
    if let Some(refusal) = backups::blocked(&call, |status| operation.declares(status)) {
        return Err(refusal.into());
    }
    let answer = handler(&mut call)?;
    activity::note(&mut call, operation, &answer);
    Ok(answer)
}

fn authorize(
    world: &World,
    incoming: &Incoming,
    group: &str,
    verb: &str,
) -> Result<Caller, Refusal> {
    let token = incoming
        .bearer()
        .ok_or_else(|| Refusal::new(401, "The request carries no bearer token."))?;
    let caller = world
        .tokens
        .check(token, &world.audiences())
        .map_err(|reason| Refusal::new(401, reason))?;
    let revoked = world
        .seed
        .credentials
        .iter()
        .any(|credential| credential.client_id == caller.client_id && credential.revoked);
    if revoked {
        return Err(Refusal::new(401, "The client was revoked."));
    }
    if !caller.may(group, verb) {
        return Err(Refusal::new(
            403,
            format!("The client lacks the permission {verb} of the group {group}."),
        ));
    }
    Ok(caller)
}

/// Reads and checks the body. Null where the operation takes none.
fn read_body(
    world: &World,
    operation: &Operation,
    incoming: &Incoming,
    violations: &mut Vec<String>,
) -> Result<Value, Stop> {
    if !operation.takes_body() {
        if !incoming.body.is_empty() {
            violations.push("a body is not declared".to_owned());
        }
        return Ok(Value::Null);
    }
    let body: Value = match serde_json::from_slice(&incoming.body) {
        Ok(body) => body,
        Err(_) => {
            violations.push("the body is not JSON".to_owned());
            return Err(invalid(operation, &["the body is not JSON".to_owned()]));
        }
    };
    let problems = operation.request_problems(incoming.content_type(), &body);
    violations.extend(problems.iter().cloned());
    let undeclared = |problem: &String| problem.ends_with("is not declared");
    let lenient = !world.behaviour.reject_undeclared_members;
    let refused: Vec<String> = problems
        .into_iter()
        .filter(|problem| !(lenient && problem.starts_with("$.") && undeclared(problem)))
        .collect();
    if refused.is_empty() {
        Ok(body)
    } else {
        Err(invalid(operation, &refused))
    }
}

/// The service's answer to a request that does not fit its description.
fn invalid(operation: &Operation, problems: &[String]) -> Stop {
    let details: BTreeMap<String, Value> = problems
        .iter()
        .map(|problem| {
            let (place, what) = problem.split_once(": ").unwrap_or(("$", problem));
            (place.to_owned(), json!({ "message": what }))
        })
        .collect();
    let body = json!({ "message": "Validation Failed", "details": details });
    let mut answer = Answer::json_with(400, &body);
    // Not every operation declares the 400 that a wrong request deserves all the same.
    answer.deliberate = !operation.declares(400);
    Stop::Answered(answer)
}

/// A body fit for the log.
pub(crate) fn redact_body(operation: Option<&Operation>, incoming: &Incoming) -> Option<Value> {
    if incoming.body.is_empty() {
        return None;
    }
    let value = if incoming.content_type() == JSON {
        serde_json::from_slice(&incoming.body).ok()
    } else {
        crate::token_endpoint::form(incoming)
    };
    Some(match (operation, value) {
        (Some(operation), Some(value)) if operation.takes_body() => {
            operation.redact_request(incoming.content_type(), &value)
        }
        _ => Value::from(format!("[{} bytes]", incoming.body.len())),
    })
}
