//! The activity log: every write that was carried out, whatever its area, and the operations that
//! export the log.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    answer::{Answer, Refusal},
    contract::Operation,
    simulator::Simulator,
    world::{Call, Handler},
};

pub(crate) const OPERATIONS: &[(&str, Handler)] = &[("GetJson", json), ("GetCsv", csv)];

/// One entry of the log, as the API shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// What wrote the entry.
    pub service: String,
    /// Organization id.
    pub org_id: String,
    /// Virtual time, in milliseconds.
    pub timestamp: i64,
    /// What happened, as text.
    pub audit: String,
    /// `c`, `r`, `u` or `d`.
    pub audit_type: String,
    /// Kind of object.
    pub entity: String,
    /// The object.
    pub entity_id: String,
    /// OAuth client id of the caller.
    pub user_id: String,
}

/// Notes a call that was carried out, unless it only read.
pub(crate) fn note(call: &mut Call<'_>, operation: &Operation, answer: &Answer) {
    if operation.method == "GET" {
        return;
    }
    let audit_type = match operation.permission.as_ref().map(|(_, verb)| verb.as_str()) {
        Some("create") => "c",
        Some("delete") => "d",
        _ => "u",
    };
    let event = Event {
        service: "administration-api".to_owned(),
        org_id: call.caller.organization.clone(),
        timestamp: Timestamp::as_millisecond(call.now),
        audit: format!("{} was carried out", operation.id),
        audit_type: audit_type.to_owned(),
        entity: operation.tag.clone(),
        entity_id: entity_id(call, operation, answer),
        user_id: call.caller.client_id.clone(),
    };
    call.world.events.push(event);
}

/// What a creation has made, by its answer; else the last parameter of the path.
fn entity_id(call: &Call<'_>, operation: &Operation, answer: &Answer) -> String {
    let body = answer.json_body().unwrap_or_default();
    let made = ["clusterId", "clientId", "uuid", "id"]
        .iter()
        .find_map(|name| body.get(name).and_then(Value::as_str));
    let last = operation
        .template
        .rsplit('/')
        .find_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .and_then(|name| call.parameters.get(name));
    made.filter(|_| operation.method == "POST")
        .map(str::to_owned)
        .or_else(|| last.cloned())
        .unwrap_or_default()
}

fn events(call: &Call<'_>) -> Vec<Event> {
    let mut events = call.world.events.clone();
    events.retain(|event| event.org_id == call.caller.organization);
    events
}

fn json(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    Ok(Answer::json(&events(call)))
}

fn csv(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut text = "service,orgId,timestamp,audit,auditType,entity,entityId,userId\n".to_owned();
    for event in events(call) {
        let timestamp = event.timestamp.to_string();
        let columns = [
            &event.service,
            &event.org_id,
            &timestamp,
            &event.audit,
            &event.audit_type,
            &event.entity,
            &event.entity_id,
            &event.user_id,
        ];
        text += &columns.map(|column| quoted(column)).join(",");
        text.push('\n');
    }
    Ok(Answer::new(200, Some("text/csv"), text.into_bytes()))
}

impl Simulator {
    /// The activity log of all organizations, oldest first.
    pub fn events(&self) -> Vec<Event> {
        self.world(|world| world.events.clone())
    }
}
