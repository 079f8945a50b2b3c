//! The metrics endpoints of clusters and their credentials: wire types, requests, and the calls.
//!
//! Must not know how a request is sent, nor what is done about an answer that got lost.

use std::sync::Arc;

use http::Method;
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::lenient::null_as_default;
use super::request::{Repeat, Request};
use super::{CallContext, Client, SecretString};

/// The metrics endpoint of a cluster, active or not, and its credentials.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Monitoring {
    /// In the order in which the service lists them.
    #[serde(default, deserialize_with = "null_as_default")]
    pub clients: Vec<MonitoringClient>,
    #[serde(default, deserialize_with = "null_as_default")]
    status: serde_json::Map<String, serde_json::Value>,
}

/// Credentials of a metrics endpoint.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct MonitoringClient {
    /// Its key in every path.
    #[serde(rename = "uuid")]
    pub id: String,
    /// With which a scraper logs in.
    pub username: String,
    /// Time of creation, as the service writes it.
    #[serde(default)]
    pub created: Option<String>,
}

/// Credentials just created, or with a new password, which no other answer holds.
#[derive(Clone, Debug, Deserialize)]
pub struct MonitoringCredentials {
    /// Everything but the password.
    #[serde(flatten)]
    pub client: MonitoringClient,
    /// Password.
    pub password: SecretString,
}

#[derive(Serialize)]
struct NewUser<'a> {
    username: &'a str,
}

impl Monitoring {
    /// Whether the endpoint is switched on. The service shows an empty object otherwise.
    #[must_use]
    pub fn is_active(&self) -> bool {
        !self.status.is_empty() || !self.clients.is_empty()
    }

    /// Where metrics are to be had; `None` as long as the service does not tell.
    #[must_use]
    pub fn url(&self) -> Option<String> {
        let endpoint = self.status.get("metricsEndpoint")?;
        let text = |name: &str| endpoint.get(name).and_then(serde_json::Value::as_str);
        let target = text("target").filter(|target| !target.is_empty())?;
        let scheme = text("scheme").filter(|scheme| !scheme.is_empty());
        let path = text("path").unwrap_or_default();
        let slash = if path.is_empty() || path.starts_with('/') {
            ""
        } else {
            "/"
        };
        Some(format!(
            "{}://{target}{slash}{path}",
            scheme.unwrap_or("https")
        ))
    }
}

pub(super) fn list_request(cluster_id: &str) -> Result<Request, Error> {
    Request::get(
        "GetMonitoringClients",
        &["clusters", cluster_id, "monitoring", "clients"],
    )
}

/// Never repeated blindly: a second one is refused, and the refusal looks like somebody else's doing.
pub(super) fn activate_request(cluster_id: &str) -> Result<Request, Error> {
    Request::new(
        "ActivateMonitoring",
        Method::POST,
        &["clusters", cluster_id, "monitoring"],
        Repeat::Never,
    )
}

fn deactivate_request(cluster_id: &str) -> Result<Request, Error> {
    Request::new(
        "DeactivateMonitoring",
        Method::DELETE,
        &["clusters", cluster_id, "monitoring"],
        Repeat::Safe,
    )
}

/// Never repeated blindly: a second one makes further credentials, or is refused because of the name.
pub(super) fn create_request(cluster_id: &str, username: &str) -> Result<Request, Error> {
    Request::new(
        "CreateMonitoringClient",
        Method::POST,
        &["clusters", cluster_id, "monitoring", "clients"],
        Repeat::Never,
    )?
    .json(&NewUser { username })
}

fn delete_request(cluster_id: &str, id: &str) -> Result<Request, Error> {
    Request::new(
        "DeleteMonitoringClient",
        Method::DELETE,
        &["clusters", cluster_id, "monitoring", "clients", id],
        Repeat::Safe,
    )
}

/// Repeated when its outcome is unknown. Every rotation makes a new password, but the one in a lost
/// answer is known to nobody, so that nobody misses it when the next rotation takes its place: what
/// counts is that the last answer arrives.
pub(super) fn rotate_request(cluster_id: &str, id: &str) -> Result<Request, Error> {
    Request::new(
        "RotateMonitoringClientPassword",
        Method::POST,
        &[
            "clusters",
            cluster_id,
            "monitoring",
            "clients",
            id,
            "rotate",
        ],
        Repeat::Safe,
    )
}

/// Whose changes run one after another in this process.
pub(super) fn subject(cluster_id: &str) -> String {
    format!("monitoring of {cluster_id}")
}

impl Client {
    /// The metrics endpoint of a cluster and its credentials. [`Error::is_not_found`] if there is no
    /// such cluster.
    pub async fn get_monitoring(
        &self,
        context: &CallContext,
        cluster_id: &str,
    ) -> Result<Monitoring, Error> {
        self.call(context, list_request(cluster_id)?).await
    }

    /// As [`Client::get_monitoring`], for readers who come in numbers: they share an answer, which may
    /// be some seconds old.
    pub async fn recent_monitoring(
        &self,
        context: &CallContext,
        cluster_id: &str,
    ) -> Result<Arc<Monitoring>, Error> {
        self.recent(context, list_request(cluster_id)?).await
    }

    /// Switches the endpoint off and deletes all its credentials. One that is off is fine;
    /// [`Error::is_not_found`] if there is no such cluster.
    pub async fn deactivate_monitoring(
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

    /// Makes a new password; the one before may be good for some minutes more.
    /// [`Error::is_not_found`] if there are no such credentials. After an error with
    /// [`Error::may_have_committed`] nobody knows the password.
    pub async fn rotate_monitoring_client(
        &self,
        context: &CallContext,
        cluster_id: &str,
        id: &str,
    ) -> Result<MonitoringCredentials, Error> {
        let request = rotate_request(cluster_id, id)?;
        let _turn = self.turn(context, &request, subject(cluster_id)).await?;
        self.call(context, request).await
    }

    /// Deletes credentials; the endpoint is switched off with the last ones. [`Error::is_not_found`] if
    /// there are none, which is also what a repeated try after a lost answer meets.
    pub async fn delete_monitoring_client(
        &self,
        context: &CallContext,
        cluster_id: &str,
        id: &str,
    ) -> Result<(), Error> {
        let request = delete_request(cluster_id, id)?;
        let _turn = self.turn(context, &request, subject(cluster_id)).await?;
        self.call_for_nothing(context, request).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(request: &Request) -> &str {
        request
            .body
            .as_deref()
            .map_or("", |body| std::str::from_utf8(body).unwrap())
    }

    #[test]
    fn requests_are_what_the_api_describes() {
        let shown = |request: Result<Request, Error>| {
            let request = request.unwrap();
            format!(
                "{} {} {} {:?} {}",
                request.operation,
                request.method,
                request.path,
                request.repeat,
                body(&request)
            )
        };
        insta::assert_snapshot!(shown(list_request("c1")), @"GetMonitoringClients GET /clusters/c1/monitoring/clients Safe");
        insta::assert_snapshot!(shown(activate_request("c1")), @"ActivateMonitoring POST /clusters/c1/monitoring Never");
        insta::assert_snapshot!(shown(deactivate_request("c1")), @"DeactivateMonitoring DELETE /clusters/c1/monitoring Safe");
        insta::assert_snapshot!(shown(create_request("c1", "prom")), @r#"CreateMonitoringClient POST /clusters/c1/monitoring/clients Never {"username":"prom"}"#);
        insta::assert_snapshot!(shown(delete_request("c1", "u/1")), @"DeleteMonitoringClient DELETE /clusters/c1/monitoring/clients/u%2F1 Safe");
        insta::assert_snapshot!(shown(rotate_request("c1", "u1")), @"RotateMonitoringClientPassword POST /clusters/c1/monitoring/clients/u1/rotate Safe");
        // An empty id would delete or rotate something else.
        assert!(delete_request("c1", "").is_err() && rotate_request("c1", "").is_err());
    }

    fn monitoring(json: &str) -> Monitoring {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn answers_are_read_leniently() {
        for inactive in [
            r#"{"clients": [], "status": {}}"#,
            r#"{"clients": null, "status": null, "new": 1}"#,
            "{}",
        ] {
            let inactive = monitoring(inactive);
            assert!(!inactive.is_active() && inactive.url().is_none());
        }
        let full = monitoring(
            r#"{"clients": [{"uuid": "u", "name": "shown", "username": "prom", "created": "2026-10-02T09:00:00.000Z",
                "lastUsed": null, "createdBy": "c", "createdByName": "n"}],
                "status": {"metricsEndpoint": {"target": "m.example", "scheme": "https", "path": "/c"}, "conditions": [1]}}"#,
        );
        assert_eq!(full.url().as_deref(), Some("https://m.example/c"));
        assert_eq!(
            (
                full.clients[0].id.as_str(),
                full.clients[0].username.as_str()
            ),
            ("u", "prom")
        );
        let client =
            monitoring(r#"{"clients": [{"uuid": "u", "username": "prom", "created": null}]}"#);
        assert!(client.is_active() && client.clients[0].created.is_none());
    }

    #[test]
    fn the_url_is_told_once_it_is_known() {
        for (endpoint, url) in [
            (r#"{"target": "", "scheme": "https", "path": ""}"#, None),
            (
                r#"{"target": "m", "scheme": "http", "path": "c"}"#,
                Some("http://m/c"),
            ),
            (r#"{"target": "m"}"#, Some("https://m")),
            ("null", None),
        ] {
            let found = monitoring(&format!(
                r#"{{"status": {{"metricsEndpoint": {endpoint}}}}}"#
            ));
            assert!(found.is_active());
            assert_eq!(found.url().as_deref(), url, "{endpoint}");
        }
    }

    #[test]
    fn the_password_is_read_and_never_shown() {
        let answer = r#"{"uuid": "u", "name": "prom", "username": "prom", "created": "2026-10-02T09:00:00.000Z",
                         "lastUsed": null, "createdBy": "c", "createdByName": "n", "password": "once-only"}"#;
        let created: MonitoringCredentials = serde_json::from_str(answer).unwrap();
        let shown = format!("{created:?}");
        assert!(
            shown.contains("prom") && !shown.contains("once-only"),
            "{shown}"
        );
        let password = secrecy::ExposeSecret::expose_secret(&created.password);
        assert_eq!(password, "once-only");
        // Without a password it is no answer to go on with.
        let without = r#"{"uuid": "u", "username": "prom"}"#;
        assert!(serde_json::from_str::<MonitoringCredentials>(without).is_err());
    }
}
