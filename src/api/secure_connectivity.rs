//! Secure connectivity of clusters (AWS PrivateLink): its wire types, its requests, and the calls.
//!
//! The service shows the state as an object whose shape it has changed before. Only a few members of
//! it matter, and they are found by their names wherever they are. Must not know how a request is sent.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::Error;
use super::request::{Repeat, Request};
use super::{CallContext, Client};

/// Waits between the looks for an activation that was not answered.
const LOOKS: [Duration; 2] = [Duration::ZERO, Duration::from_secs(2)];

/// The endpoint service of a cluster, as far as the service tells.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SecureConnectivity {
    /// AWS principals that may connect; `None` if the answer does not say.
    pub allowed_principals: Option<BTreeSet<String>>,
    /// AWS regions from which they may; `None` if the answer does not say.
    pub allowed_regions: Option<BTreeSet<String>>,
    /// Name of the endpoint service at AWS.
    pub service_name: Option<String>,
    /// Host name by which the cluster is reached through an endpoint.
    pub private_dns_name: Option<String>,
    /// Kind of endpoint, such as `Interface`.
    pub endpoint_type: Option<String>,
    /// AWS region of the endpoint service.
    pub endpoint_region: Option<String>,
    /// Whether it can be used.
    pub ready: bool,
    /// How far it has come, in the service's words.
    pub progress: String,
}

/// Who may connect, and from where.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ActivateSecureConnectivity {
    /// ARNs of AWS principals.
    pub allowed_principals: BTreeSet<String>,
    /// Codes of AWS regions.
    pub allowed_regions: BTreeSet<String>,
}

/// Why secure connectivity was not activated.
#[derive(Clone, Debug)]
pub enum NotActivated {
    /// It is active, but not because of this request.
    Active(Box<SecureConnectivity>),
    /// The service refused, or nobody knows what it did.
    Failed(Error),
}

impl From<Error> for NotActivated {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

#[derive(Deserialize)]
struct StatusAnswer {
    #[serde(default)]
    status: Value,
}

impl SecureConnectivity {
    /// `None`: not active, which the service shows as an empty object.
    fn read(status: &Value) -> Option<Self> {
        if status.as_object().is_none_or(serde_json::Map::is_empty) {
            return None;
        }
        let endpoint = find(status, "endpoint").unwrap_or(&Value::Null);
        let text = |name: &str| {
            let text = endpoint.get(name)?.as_str()?.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let texts = |name: &str| {
            let list = find(status, name)?.as_array()?.iter();
            Some(list.filter_map(Value::as_str).map(str::to_owned).collect())
        };
        let condition = ready_condition(status);
        Some(Self {
            allowed_principals: texts("allowedPrincipals"),
            allowed_regions: texts("allowedRegions"),
            service_name: text("serviceName"),
            private_dns_name: text("privateDnsName"),
            endpoint_type: text("type"),
            endpoint_region: text("region"),
            ready: condition.is_some_and(is_true),
            progress: progress(condition),
        })
    }

    /// Whether it was asked for in these words. What the answer does not say may well be so.
    #[must_use]
    pub fn is_as_asked(&self, wanted: &ActivateSecureConnectivity) -> bool {
        let same = |found: &Option<BTreeSet<String>>, wanted: &BTreeSet<String>| {
            found.as_ref().is_none_or(|found| found == wanted)
        };
        same(&self.allowed_principals, &wanted.allowed_principals)
            && same(&self.allowed_regions, &wanted.allowed_regions)
    }
}

/// The member of this name that is least deep in `value`.
fn find<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let mut objects = VecDeque::from([value]);
    while let Some(object) = objects.pop_front() {
        if let Some(found) = object.get(name) {
            return Some(found);
        }
        let members = object.as_object().into_iter().flat_map(|it| it.values());
        objects.extend(members.filter(|member| member.is_object()));
    }
    None
}

/// The condition called Ready, of those that Kubernetes objects have.
fn ready_condition(status: &Value) -> Option<&Value> {
    let conditions = find(status, "conditions")?.as_array()?;
    conditions.iter().find(|condition| {
        let name = condition.get("type").and_then(Value::as_str);
        name.is_some_and(|name| name.eq_ignore_ascii_case("ready"))
    })
}

fn is_true(condition: &Value) -> bool {
    match condition.get("status") {
        Some(Value::Bool(status)) => *status,
        Some(Value::String(status)) => status.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

fn progress(condition: Option<&Value>) -> String {
    let Some(condition) = condition else {
        return "no word of being ready".to_owned();
    };
    let said = |name: &str| {
        let text = condition.get(name).and_then(Value::as_str);
        text.map(str::trim).filter(|text| !text.is_empty())
    };
    let state = if is_true(condition) {
        "ready"
    } else {
        "not ready"
    };
    let why: Vec<&str> = [said("reason"), said("message")]
        .into_iter()
        .flatten()
        .collect();
    if why.is_empty() {
        state.to_owned()
    } else {
        format!("{state} ({})", why.join(": "))
    }
}

fn path(cluster_id: &str) -> [&str; 3] {
    ["clusters", cluster_id, "secure-connectivity"]
}

fn status_request(cluster_id: &str) -> Result<Request, Error> {
    Request::get("GetSecureConnectivityStatus", &path(cluster_id))
}

/// Never repeated blindly: a second one is refused, and the refusal looks like somebody else's doing.
fn activate_request(
    cluster_id: &str,
    wanted: &ActivateSecureConnectivity,
) -> Result<Request, Error> {
    Request::new(
        "ActivateSecureConnectivity",
        Method::POST,
        &path(cluster_id),
        Repeat::Never,
    )?
    .json(wanted)
}

fn deactivate_request(cluster_id: &str) -> Result<Request, Error> {
    Request::new(
        "DeactivateSecureConnectivity",
        Method::DELETE,
        &path(cluster_id),
        Repeat::Safe,
    )
}

impl Client {
    /// The endpoint service of a cluster; `None` while it has none. [`Error::is_not_found`] if there is
    /// no such cluster.
    pub async fn get_secure_connectivity(
        &self,
        context: &CallContext,
        cluster_id: &str,
    ) -> Result<Option<SecureConnectivity>, Error> {
        let answer: StatusAnswer = self.call(context, status_request(cluster_id)?).await?;
        Ok(SecureConnectivity::read(&answer.status))
    }

    /// As [`Client::get_secure_connectivity`], for readers who come in numbers: they share an answer,
    /// which may be some seconds old.
    pub async fn recent_secure_connectivity(
        &self,
        context: &CallContext,
        cluster_id: &str,
    ) -> Result<Option<SecureConnectivity>, Error> {
        let answer: Arc<StatusAnswer> = self.recent(context, status_request(cluster_id)?).await?;
        Ok(SecureConnectivity::read(&answer.status))
    }

    /// Starts the provisioning of an endpoint service, which takes minutes. `before_sending` is called
    /// just before the request goes out.
    ///
    /// When the outcome of the request is unknown, the state tells: an activation in the same words,
    /// where there was none before, is this one. Changes of one cluster run one after another in this
    /// process.
    pub async fn activate_secure_connectivity(
        &self,
        context: &CallContext,
        cluster_id: &str,
        wanted: &ActivateSecureConnectivity,
        before_sending: impl FnOnce() + Send,
    ) -> Result<(), NotActivated> {
        let sender = &self.0.sender;
        let request = activate_request(cluster_id, wanted)?;
        let context = sender.bounded(context);
        let _turn = self.turn(&context, &request, subject(cluster_id)).await?;
        if let Some(there) = self.get_secure_connectivity(&context, cluster_id).await? {
            return Err(NotActivated::Active(Box::new(there)));
        }
        before_sending();
        let mut lost = false;
        let mut tries = 0;
        loop {
            let error = match self.call_for_nothing(&context, request.clone()).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            if error.is_cancelled() {
                return Err(error.into());
            }
            if !error.may_have_committed() && !error.is_conflict() {
                return Err(error.with_may_have_committed(lost).into());
            }
            lost |= error.may_have_committed();
            match self
                .look_for_activation(&context, &request, cluster_id, &error)
                .await?
            {
                Some(found) if lost && found.is_as_asked(wanted) => return Ok(()),
                Some(found) => return Err(NotActivated::Active(Box::new(found))),
                None if error.is_conflict() => return Err(error.into()),
                None => {}
            }
            tries += 1;
            if tries > sender.retry.max_retries {
                return Err(error.with_note("It does not show as active").into());
            }
        }
    }

    /// What there is after an activation that ended in `error`.
    async fn look_for_activation(
        &self,
        context: &CallContext,
        request: &Request,
        cluster_id: &str,
        error: &Error,
    ) -> Result<Option<SecureConnectivity>, Error> {
        let sender = &self.0.sender;
        let unclear = |stop: Error| {
            let note = "Whether it was activated all the same is not known";
            let lost = error.clone().with_may_have_committed(true);
            lost.with_note(note).with_cause(stop)
        };
        for wait in LOOKS {
            sender
                .run(context, request, sender.clock.sleep(wait))
                .await
                .map_err(unclear)?;
            let found = self
                .get_secure_connectivity(context, cluster_id)
                .await
                .map_err(unclear)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Starts the removal of the endpoint service. One that is not there, or is being removed already,
    /// is fine; [`Error::is_not_found`] if there is no such cluster.
    pub async fn deactivate_secure_connectivity(
        &self,
        context: &CallContext,
        cluster_id: &str,
    ) -> Result<(), Error> {
        let request = deactivate_request(cluster_id)?;
        let _turn = self.turn(context, &request, subject(cluster_id)).await?;
        match self.call_for_nothing(context, request).await {
            Err(error) if error.is_conflict() => Ok(()),
            done => done,
        }
    }
}

fn subject(cluster_id: &str) -> String {
    format!("secure connectivity of {cluster_id}")
}

#[cfg(test)]
mod tests;
