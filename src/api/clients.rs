//! API clients of clusters: their wire types, their requests, and the calls.
//!
//! Must not know how a request is sent, nor what is done about an answer that got lost.

use std::sync::Arc;

use http::Method;
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::lenient::null_as_default;
use super::request::{Repeat, Request};
use super::{CallContext, Client, SecretString};

/// An API client as the list of its cluster shows it, which is the only place that does.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ZeebeClient {
    /// OAuth client id: its key in every path.
    pub client_id: String,
    /// Unique within the cluster.
    pub name: String,
    /// Words of an open set, such as `Zeebe`. Newer clusters may show fewer than were asked for.
    #[serde(default, deserialize_with = "null_as_default")]
    pub permissions: Vec<String>,
}

/// An API client to be created.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateZeebeClient {
    /// Unique within the cluster.
    #[serde(rename = "clientName")]
    pub name: String,
    /// `None`: all permissions there are at that moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<String>>,
}

/// An API client just created, with what no other answer holds.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreatedZeebeClient {
    /// Second identifier, which no call takes.
    #[serde(default, rename = "uuid")]
    pub id: Option<String>,
    /// OAuth client id.
    pub client_id: String,
    /// OAuth client secret.
    #[serde(rename = "clientSecret")]
    pub secret: SecretString,
    /// What was granted.
    #[serde(default, deserialize_with = "null_as_default")]
    pub permissions: Vec<String>,
}

/// What a program needs, besides the secret, to connect as an API client.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct ClientConnection {
    /// Host and port of the gateway.
    #[serde(default, rename = "ZEEBE_ADDRESS")]
    pub address: Option<String>,
    /// Where tokens are issued.
    #[serde(default, rename = "ZEEBE_AUTHORIZATION_SERVER_URL")]
    pub authorization_server_url: Option<String>,
}

pub(super) fn list_request(cluster_id: &str) -> Result<Request, Error> {
    Request::get("GetClients", &["clusters", cluster_id, "clients"])
}

/// Never repeated blindly: a second one is refused because of the name, and the secret is in the
/// answer to the first.
pub(super) fn create_request(
    cluster_id: &str,
    client: &CreateZeebeClient,
) -> Result<Request, Error> {
    Request::new(
        "CreateClient",
        Method::POST,
        &["clusters", cluster_id, "clients"],
        Repeat::Never,
    )?
    .json(client)
}

fn connection_request(cluster_id: &str, client_id: &str) -> Result<Request, Error> {
    Request::get("GetClient", &["clusters", cluster_id, "clients", client_id])
}

fn delete_request(cluster_id: &str, client_id: &str) -> Result<Request, Error> {
    Request::new(
        "DeleteClient",
        Method::DELETE,
        &["clusters", cluster_id, "clients", client_id],
        Repeat::Safe,
    )
}

impl Client {
    /// All API clients of a cluster. [`Error::is_not_found`] if there is no such cluster.
    pub async fn list_clients(
        &self,
        context: &CallContext,
        cluster_id: &str,
    ) -> Result<Vec<ZeebeClient>, Error> {
        self.call(context, list_request(cluster_id)?).await
    }

    /// As [`Client::list_clients`], for readers who come in numbers: they share an answer, which may
    /// be some seconds old.
    pub async fn recent_clients(
        &self,
        context: &CallContext,
        cluster_id: &str,
    ) -> Result<Arc<Vec<ZeebeClient>>, Error> {
        self.recent(context, list_request(cluster_id)?).await
    }

    /// Where an API client connects to. [`Error::is_precondition_failed`] while its cluster is not
    /// ready, [`Error::is_not_found`] if there is no such client or cluster.
    pub async fn get_client_connection(
        &self,
        context: &CallContext,
        cluster_id: &str,
        client_id: &str,
    ) -> Result<ClientConnection, Error> {
        self.call(context, connection_request(cluster_id, client_id)?)
            .await
    }

    /// Deletes an API client. [`Error::is_not_found`] if there is none, which is also what a repeated
    /// try after a lost answer meets.
    pub async fn delete_client(
        &self,
        context: &CallContext,
        cluster_id: &str,
        client_id: &str,
    ) -> Result<(), Error> {
        self.call_for_nothing(context, delete_request(cluster_id, client_id)?)
            .await
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
        let shown = |request: &Request| {
            format!(
                "{} {} {} {:?} {}",
                request.operation,
                request.method,
                request.path,
                request.repeat,
                body(request)
            )
        };
        let create = |permissions: Option<&[&str]>| CreateZeebeClient {
            name: "workers".to_owned(),
            permissions: permissions.map(|words| words.iter().map(|&it| it.to_owned()).collect()),
        };
        insta::assert_snapshot!(shown(&list_request("c1").unwrap()), @"GetClients GET /clusters/c1/clients Safe");
        insta::assert_snapshot!(shown(&create_request("c1", &create(None)).unwrap()), @r#"CreateClient POST /clusters/c1/clients Never {"clientName":"workers"}"#);
        insta::assert_snapshot!(shown(&create_request("c1", &create(Some(&["Zeebe", "Secrets"]))).unwrap()), @r#"CreateClient POST /clusters/c1/clients Never {"clientName":"workers","permissions":["Zeebe","Secrets"]}"#);
        insta::assert_snapshot!(shown(&connection_request("c1", "Qm7x~2/L:d").unwrap()), @"GetClient GET /clusters/c1/clients/Qm7x~2%2FL%3Ad Safe");
        insta::assert_snapshot!(shown(&delete_request("c1", "Qm7x~2").unwrap()), @"DeleteClient DELETE /clusters/c1/clients/Qm7x~2 Safe");
        // An empty id would delete or read something else.
        assert!(delete_request("c1", "").is_err() && connection_request("c1", "").is_err());
    }

    #[test]
    fn answers_are_read_leniently() {
        let list = r#"[
            {"name": "a", "clientId": "1", "permissions": ["Zeebe", "Future"], "uuid": null},
            {"name": "b", "clientId": "2", "permissions": null},
            {"name": "c", "clientId": "3"}
        ]"#;
        let clients: Vec<ZeebeClient> = serde_json::from_str(list).unwrap();
        assert_eq!(clients[0].permissions, ["Zeebe", "Future"]);
        assert!(clients[1].permissions.is_empty() && clients[2].permissions.is_empty());
        let connection: ClientConnection =
            serde_json::from_str(r#"{"ZEEBE_ADDRESS": null, "NEW": 1}"#).unwrap();
        assert_eq!(
            (connection.address, connection.authorization_server_url),
            (None, None)
        );
    }

    #[test]
    fn the_secret_is_read_and_never_shown() {
        let answer = r#"{"uuid": "u", "name": "a", "clientId": "1", "clientSecret": "once-only",
                         "permissions": ["Zeebe"], "links": {}}"#;
        let created: CreatedZeebeClient = serde_json::from_str(answer).unwrap();
        let shown = format!("{created:?}");
        assert!(
            shown.contains("\"1\"") && !shown.contains("once-only"),
            "{shown}"
        );
        assert_eq!(
            secrecy::ExposeSecret::expose_secret(&created.secret),
            "once-only"
        );
        // Without a secret it is no answer to go on with.
        assert!(serde_json::from_str::<CreatedZeebeClient>(r#"{"clientId": "1"}"#).is_err());
    }
}
