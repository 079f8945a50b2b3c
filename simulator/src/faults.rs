//! Faults on demand: which operation, which of its requests, and what goes wrong. Chooses and
//! describes; carrying them out is the business of the exchange.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;

/// What goes wrong with one request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Another answer.
    Answer(FaultAnswer),
    /// The connection is reset without an answer. With `after_commit` the request has been carried
    /// out: its answer is lost.
    Reset {
        /// Whether the request is carried out first.
        #[serde(default)]
        after_commit: bool,
    },
    /// The answer takes its time, in real time. Releasing the fault ends the wait.
    Slow {
        /// Milliseconds to wait.
        milliseconds: u64,
        /// Whether the request is carried out before the wait rather than after it.
        #[serde(default)]
        after_commit: bool,
    },
    /// The answer waits until the fault is released.
    Hold {
        /// Whether the request is carried out before the wait rather than after it.
        #[serde(default)]
        after_commit: bool,
    },
    /// The request is carried out; half of its JSON is missing from a complete HTTP answer.
    TruncatedJson,
    /// The request is carried out; the connection ends in the middle of the body.
    CutOffBody,
    /// The request is carried out; the answer is 204, yet bytes follow, as a broken proxy would have it.
    BodyOnNoContent,
    /// The request is carried out; the answer keeps its status, but its body is empty.
    EmptyBody,
    /// These members are laid over the JSON answer, at any depth; over each item of a list.
    Overlay(Value),
    /// These members are missing from the JSON answer; from each item of a list.
    Omit(Vec<String>),
    /// The token of this request is revoked before it is looked at.
    RevokeToken,
}

/// An answer instead of the proper one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultAnswer {
    /// HTTP status.
    pub status: u16,
    /// Body.
    #[serde(default)]
    pub body: FaultBody,
    /// The header `Retry-After`.
    #[serde(default)]
    pub retry_after: Option<RetryAfter>,
    /// Whether the request is carried out first.
    #[serde(default)]
    pub after_commit: bool,
}

/// Body of an answer that is not the proper one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultBody {
    /// What the service would say: a sentence, or an OAuth error from the token endpoint.
    #[default]
    Usual,
    /// This sentence.
    Text(String),
    /// The HTML page of a proxy.
    Html,
    /// This JSON.
    Json(Value),
    /// Nothing.
    Empty,
}

/// Values of the header `Retry-After`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryAfter {
    /// A number of seconds.
    Seconds(u64),
    /// An HTTP date, so many seconds from now in real time.
    DateIn(i64),
    /// Whatever text.
    Text(String),
}

impl RetryAfter {
    /// A wait that nobody can mean: a hundred years.
    pub const ABSURD: Self = Self::Seconds(3_155_760_000);

    /// Text that is neither a number nor a date.
    pub fn garbage() -> Self {
        Self::Text("soon, maybe".to_owned())
    }
}

impl Fault {
    /// Any status with the body that the service would use. The request is not carried out.
    pub fn status(status: u16) -> Self {
        Self::Answer(FaultAnswer {
            status,
            body: FaultBody::Usual,
            retry_after: None,
            after_commit: false,
        })
    }

    /// The HTML page of a proxy. The request is not carried out.
    pub fn html(status: u16) -> Self {
        Self::Answer(FaultAnswer {
            status,
            body: FaultBody::Html,
            retry_after: None,
            after_commit: false,
        })
    }

    /// 429. The request is not carried out.
    pub fn too_many_requests(retry_after: impl Into<Option<RetryAfter>>) -> Self {
        Self::Answer(FaultAnswer {
            status: 429,
            body: FaultBody::Usual,
            retry_after: retry_after.into(),
            after_commit: false,
        })
    }

    /// 429 although the request has been carried out.
    pub fn too_many_requests_after_commit() -> Self {
        Self::Answer(FaultAnswer {
            status: 429,
            body: FaultBody::Usual,
            retry_after: None,
            after_commit: true,
        })
    }

    /// The connection is reset before the request is looked at.
    pub fn reset() -> Self {
        Self::Reset {
            after_commit: false,
        }
    }

    /// The request is carried out, and then the connection is reset.
    pub fn lost_answer() -> Self {
        Self::Reset { after_commit: true }
    }

    /// A wait in real time before the request is carried out.
    pub fn slow(delay: Duration) -> Self {
        Self::Slow {
            milliseconds: u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
            after_commit: false,
        }
    }

    /// The request is carried out; its answer waits until the fault is released or removed.
    pub fn held_answer() -> Self {
        Self::Hold { after_commit: true }
    }

    /// The answer shows this state of the cluster, known or unknown, whatever the state really is.
    pub fn cluster_status(ready: &str) -> Self {
        Self::Overlay(json!({ "status": { "ready": ready } }))
    }

    /// Members that no document declares, in the answer.
    pub fn undeclared_members() -> Self {
        Self::Overlay(json!({
            "k8sContext": "gke_example",
            "futureMember": { "nested": [1, { "deep": null }] },
        }))
    }

    /// Lists of clusters that the caller may not see, as null.
    pub fn null_lists() -> Self {
        Self::Overlay(json!({ "ipallowlist": null, "ipwhitelist": null, "labels": null }))
    }
}

/// A fault and the requests it is for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// `operationId`; `IssueToken` is the token endpoint, `*` is every operation.
    pub operation: String,
    /// Only requests whose path contains this text, such as a cluster id.
    #[serde(default)]
    pub path_contains: Option<String>,
    /// How many matching requests pass first.
    #[serde(default)]
    pub skip: u64,
    /// How many requests it hits; nothing for all of them.
    #[serde(default = "once")]
    pub times: Option<u64>,
    /// What goes wrong.
    pub fault: Fault,
}

fn once() -> Option<u64> {
    Some(1)
}

/// Names a rule in force.
pub type FaultId = u64;

/// A rule with its counters.
#[derive(Clone, Debug, Serialize)]
pub struct ArmedFault {
    /// Its id.
    pub id: FaultId,
    /// The rule; `skip` and `times` are what is left.
    pub rule: FaultRule,
    /// How many requests it has hit.
    pub fired: u64,
    #[serde(skip)]
    release: watch::Sender<bool>,
}

/// A fault that hits a request now.
pub(crate) struct Strike {
    pub(crate) id: FaultId,
    pub(crate) fault: Fault,
    pub(crate) released: watch::Receiver<bool>,
}

/// The rules in force, in the order in which they were added.
#[derive(Default)]
pub(crate) struct FaultRules {
    rules: Vec<ArmedFault>,
    last_id: FaultId,
}

impl FaultRules {
    pub(crate) fn add(&mut self, rule: FaultRule) -> FaultId {
        self.last_id += 1;
        self.rules.push(ArmedFault {
            id: self.last_id,
            rule,
            fired: 0,
            release: watch::Sender::new(false),
        });
        self.last_id
    }

    /// The fault for a request: the first rule that matches and is due. Rules behind it do not see
    /// the request, so that rules for one operation form a sequence.
    pub(crate) fn strike(&mut self, operation: &str, path: &str) -> Option<Strike> {
        for armed in &mut self.rules {
            let rule = &mut armed.rule;
            let matches = (rule.operation == operation || rule.operation == "*")
                && rule
                    .path_contains
                    .as_ref()
                    .is_none_or(|part| path.contains(part.as_str()));
            if !matches || rule.times == Some(0) {
                continue;
            }
            if rule.skip > 0 {
                rule.skip -= 1;
                continue;
            }
            if let Some(left) = &mut rule.times {
                *left -= 1;
            }
            armed.fired += 1;
            return Some(Strike {
                id: armed.id,
                fault: rule.fault.clone(),
                released: armed.release.subscribe(),
            });
        }
        None
    }

    pub(crate) fn list(&self) -> &[ArmedFault] {
        &self.rules
    }

    /// Lets every request that waits because of this rule go on, and every later one.
    pub(crate) fn release(&mut self, id: FaultId) -> bool {
        let armed = self.rules.iter().find(|armed| armed.id == id);
        armed
            .map(|armed| armed.release.send_replace(true))
            .is_some()
    }

    pub(crate) fn remove(&mut self, id: FaultId) -> bool {
        let known = self.release(id);
        self.rules.retain(|armed| armed.id != id);
        known
    }

    pub(crate) fn clear(&mut self) {
        for armed in self.rules.drain(..) {
            armed.release.send_replace(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(operation: &str, skip: u64, times: Option<u64>, status: u16) -> FaultRule {
        FaultRule {
            operation: operation.to_owned(),
            path_contains: None,
            skip,
            times,
            fault: Fault::status(status),
        }
    }

    fn statuses(rules: &mut FaultRules, requests: usize) -> Vec<u16> {
        (0..requests)
            .map(|_| match rules.strike("GetCluster", "/clusters/a") {
                Some(Strike {
                    fault: Fault::Answer(answer),
                    ..
                }) => answer.status,
                _ => 0,
            })
            .collect()
    }

    #[test]
    fn rules_of_one_operation_form_a_sequence() {
        let mut rules = FaultRules::default();
        rules.add(rule("CreateCluster", 0, None, 418));
        rules.add(rule("GetCluster", 1, Some(2), 429));
        rules.add(rule("GetCluster", 0, Some(1), 500));
        assert_eq!(statuses(&mut rules, 5), [500, 429, 429, 0, 0]);
        let fired: Vec<u64> = rules.list().iter().map(|armed| armed.fired).collect();
        assert_eq!(fired, [0, 2, 1]);
    }

    #[test]
    fn a_rule_without_a_count_holds_until_it_is_removed() {
        let mut rules = FaultRules::default();
        let id = rules.add(rule("*", 0, None, 503));
        assert_eq!(statuses(&mut rules, 3), [503, 503, 503]);
        assert!(rules.remove(id));
        assert_eq!(statuses(&mut rules, 1), [0]);
        assert!(!rules.remove(id));
    }

    #[test]
    fn a_rule_can_be_for_one_cluster() {
        let mut rules = FaultRules::default();
        rules.add(FaultRule {
            path_contains: Some("/clusters/b".to_owned()),
            ..rule("GetCluster", 0, None, 500)
        });
        assert_eq!(statuses(&mut rules, 1), [0]);
        assert!(rules.strike("GetCluster", "/clusters/b").is_some());
    }

    #[test]
    fn every_fault_can_be_written_as_json() {
        for fault in [
            Fault::too_many_requests(RetryAfter::Seconds(3)),
            Fault::too_many_requests(RetryAfter::DateIn(2)),
            Fault::too_many_requests(RetryAfter::garbage()),
            Fault::too_many_requests_after_commit(),
            Fault::html(502),
            Fault::lost_answer(),
            Fault::slow(Duration::from_millis(5)),
            Fault::held_answer(),
            Fault::TruncatedJson,
            Fault::CutOffBody,
            Fault::BodyOnNoContent,
            Fault::EmptyBody,
            Fault::cluster_status("Dreaming"),
            Fault::Omit(vec!["encryption".to_owned()]),
            Fault::RevokeToken,
        ] {
            let text = serde_json::to_string(&fault).expect("JSON");
            let back: Fault = serde_json::from_str(&text).expect("the same JSON");
            assert_eq!(back, fault);
        }
        let rule: FaultRule = serde_json::from_str(
            r#"{"operation":"CreateCluster","fault":{"reset":{"after_commit":true}}}"#,
        )
        .expect("a rule with defaults");
        assert_eq!((rule.skip, rule.times), (0, Some(1)));
        assert_eq!(rule.fault, Fault::lost_answer());
    }
}
