//! The activity log of the organization: what was done, when and by whom.
//!
//! Must not know how a request is sent.

use jiff::Timestamp;
use serde::Deserialize;

use super::error::Error;
use super::lenient::null_as_default;
use super::request::Request;
use super::{CallContext, Client};

/// One entry of the log. Members the service left out are empty.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActivityEvent {
    /// The service that wrote it.
    #[serde(default, deserialize_with = "null_as_default")]
    pub service: String,
    /// Milliseconds since 1970. The unit is not documented.
    #[serde(default)]
    timestamp: Option<f64>,
    /// What happened, in words.
    #[serde(default, rename = "audit", deserialize_with = "null_as_default")]
    pub description: String,
    /// `c`, `r`, `u` or `d`: created, read, updated, deleted.
    #[serde(default, deserialize_with = "null_as_default")]
    pub audit_type: String,
    /// Kind of object.
    #[serde(default, deserialize_with = "null_as_default")]
    pub entity: String,
    /// The object.
    #[serde(default, deserialize_with = "null_as_default")]
    pub entity_id: String,
    /// Who did it.
    #[serde(default, deserialize_with = "null_as_default")]
    pub user_id: String,
}

impl ActivityEvent {
    /// When it happened, if the service says so in a way that can be read.
    #[must_use]
    pub fn happened_at(&self) -> Option<Timestamp> {
        let milliseconds = self.timestamp.filter(|number| number.is_finite())?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a number too large saturates, and is then out of range"
        )]
        Timestamp::from_millisecond(milliseconds as i64).ok()
    }
}

fn list_request() -> Result<Request, Error> {
    Request::get("GetJson", &["activity", "json"])
}

impl Client {
    /// The whole log, in no documented order.
    pub async fn list_activity(&self, context: &CallContext) -> Result<Vec<ActivityEvent>, Error> {
        self.call(context, list_request()?).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_leniently() {
        let events: Vec<ActivityEvent> = serde_json::from_str(
            r#"[{"service":"console","orgId":"o","timestamp":1790932530000,"audit":"Cluster created",
                 "auditType":"c","entity":"cluster","entityId":"c1","userId":"client|Zk3v","new":1},
                {"timestamp":null,"audit":null},
                {"timestamp":1e300},
                {}]"#,
        )
        .unwrap();
        let times: Vec<Option<String>> = events
            .iter()
            .map(|event| event.happened_at().map(|time| time.to_string()))
            .collect();
        assert_eq!(
            times,
            [Some("2026-10-02T09:15:30Z".to_owned()), None, None, None]
        );
        assert_eq!(events[0].audit_type, "c");
        assert!(events[1].description.is_empty());
        assert_eq!(list_request().unwrap().path, "/activity/json");
    }
}
