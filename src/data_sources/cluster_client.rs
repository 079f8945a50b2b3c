//! `camunda_cluster_client`: an API client of a cluster, by its name or client id, without its
//! secret.

use std::collections::BTreeSet;

use crate::api::{CallContext, ZeebeClient};
use crate::framework::data_source::DataSource;
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::docs::Facts;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Schema};
use crate::framework::types::Type;
use crate::provider::data::ProviderData;
use crate::provider::validators::closest;

/// The data source.
#[derive(Debug)]
pub struct ClusterClient;

crate::model! {
    /// An API client.
    pub struct ClusterClientModel {
        pub id: Field<String>,
        pub cluster_id: Field<String>,
        pub zeebe_client_id: Field<String>,
        pub name: Field<String>,
        pub scopes: Field<BTreeSet<String>>,
        pub zeebe_address: Field<String>,
        pub zeebe_authorization_server_url: Field<String>,
    }
}

impl DataSource<ProviderData> for ClusterClient {
    type Model = ClusterClientModel;

    fn type_name(&self) -> &'static str {
        "camunda_cluster_client"
    }

    fn schema(&self) -> Schema {
        let computed =
            |name: &str, text: &str| Attribute::string(name).computed().description(text);
        Schema::new(
            "An API client of a cluster, found by its name or its client ID. Its secret cannot be read.",
            [
                computed(
                    "id",
                    "Import ID of the client: `<cluster_id>/<zeebe_client_id>`.",
                ),
                Attribute::string("cluster_id")
                    .required()
                    .description("ID of the cluster."),
                Attribute::string("zeebe_client_id")
                    .optional()
                    .computed()
                    .description("Client ID. Exactly one of this and `name` is needed."),
                Attribute::string("name")
                    .optional()
                    .computed()
                    .description("Name of the client, unique within its cluster."),
                Attribute::set("scopes", Type::String)
                    .computed()
                    .description(
                        "What the client may use, as the service shows it: `Zeebe`, `Operate`, \
                         `Tasklist`, `Optimize`, `Secrets`, or what has been added since.",
                    ),
                computed(
                    "zeebe_address",
                    "Host and port of the cluster's gateway. Empty while the cluster is not healthy.",
                ),
                computed(
                    "zeebe_authorization_server_url",
                    "URL at which programs get tokens. Empty while the cluster is not healthy.",
                ),
            ],
        )
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Access",
            permission_groups: &["Zeebe Client"],
            ..Facts::default()
        }
    }

    fn validate(&self, config: &ClusterClientModel) -> Diagnostics {
        let (id, name) = (&config.zeebe_client_id, &config.name);
        if id.is_unknown() || name.is_unknown() || id.is_null() != name.is_null() {
            return Diagnostics::new();
        }
        let (summary, detail) = if id.is_null() {
            (
                "Nothing to find the API client by",
                "Neither zeebe_client_id nor name is set.",
            )
        } else {
            (
                "Two ways to find the API client",
                "Both zeebe_client_id and name are set.",
            )
        };
        Diagnostic::error(summary, detail)
            .hint("Set exactly one of them.")
            .at(Path::of("name"))
            .into()
    }

    async fn read(
        &self,
        context: &Context<ProviderData>,
        config: ClusterClientModel,
    ) -> Outcome<ClusterClientModel> {
        let data = &context.data;
        let client = match data.client() {
            Ok(client) => client,
            Err(unavailable) => return unavailable.into_outcome(context),
        };
        let call = CallContext::new(context.cancellation.clone()).as_of_now();
        let cluster_id = config.cluster_id.as_str().unwrap_or_default();
        let clients = match client.recent_clients(&call, cluster_id).await {
            Ok(clients) => clients,
            Err(error) => {
                let summary = format!("Cannot read the API clients of cluster {cluster_id}");
                return Outcome::failed(data.explain(summary, &error));
            }
        };
        let found = match find(&config, &clients) {
            Ok(found) => found,
            Err(diagnostic) => return Outcome::failed(diagnostic),
        };
        let mut model = ClusterClientModel {
            id: Field::Known(format!("{cluster_id}/{}", found.client_id)),
            cluster_id: config.cluster_id.clone(),
            zeebe_client_id: Field::Known(found.client_id.clone()),
            name: Field::Known(found.name.clone()),
            scopes: Field::Known(found.permissions.iter().cloned().collect()),
            zeebe_address: Field::Null,
            zeebe_authorization_server_url: Field::Null,
        };
        let connection = client
            .get_client_connection(&call, cluster_id, &found.client_id)
            .await;
        match connection {
            Ok(connection) => {
                model.zeebe_address = connection.address.into();
                model.zeebe_authorization_server_url = connection.authorization_server_url.into();
                Outcome::present(model, Default::default())
            }
            Err(error) if error.is_precondition_failed() => {
                let warning = Diagnostic::warning(
                    format!("Address of API client {:?} is not known", found.name),
                    format!("Cluster {cluster_id} is not healthy, and tells addresses only then."),
                )
                .hint(
                    "zeebe_address and zeebe_authorization_server_url are empty. If the cluster is \
                     suspended, wake it; then plan again.",
                );
                Outcome::present(model, Default::default()).with(warning)
            }
            Err(error) => {
                let summary = format!("Cannot read the address of API client {:?}", found.name);
                Outcome::failed(data.explain(summary, &error))
            }
        }
    }
}

/// The one client that the configuration asks for.
fn find<'a>(
    config: &ClusterClientModel,
    clients: &'a [ZeebeClient],
) -> Result<&'a ZeebeClient, Diagnostic> {
    let by_id = config.zeebe_client_id.as_str();
    let wanted = by_id.or(config.name.as_str()).unwrap_or_default();
    let key = |client: &'a ZeebeClient| {
        if by_id.is_some() {
            client.client_id.as_str()
        } else {
            client.name.as_str()
        }
    };
    if let Some(found) = clients.iter().find(|client| key(client) == wanted) {
        return Ok(found);
    }
    let cluster_id = config.cluster_id.as_str().unwrap_or_default();
    let (attribute, what) = if by_id.is_some() {
        ("zeebe_client_id", "client ID")
    } else {
        ("name", "name")
    };
    let mut diagnostic = Diagnostic::error(
        format!("No API client has the {what} {wanted:?}"),
        format!("Cluster {cluster_id} has no such API client."),
    )
    .at(Path::of(attribute));
    if let Some(close) = closest(wanted, clients.iter().map(key)) {
        diagnostic = diagnostic.hint(format!("Did you mean {close:?}?"));
    }
    let mut there: Vec<String> = clients
        .iter()
        .map(|client| format!("{:?} ({})", client.name, client.client_id))
        .collect();
    there.sort_unstable();
    Err(if there.is_empty() {
        diagnostic.hint("The cluster has no API client at all.")
    } else {
        diagnostic.hint(format!("Its API clients are: {}.", there.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clients(names: &[&str]) -> Vec<ZeebeClient> {
        names
            .iter()
            .map(|name| ZeebeClient {
                client_id: format!("id-of-{name}"),
                name: (*name).to_owned(),
                permissions: Vec::new(),
            })
            .collect()
    }

    fn found(id: Option<&str>, name: Option<&str>, names: &[&str]) -> Result<String, String> {
        let text = |value: Option<&str>| Field::from(value.map(str::to_owned));
        let config = ClusterClientModel {
            cluster_id: "c1".into(),
            zeebe_client_id: text(id),
            name: text(name),
            ..ClusterClientModel::default()
        };
        find(&config, &clients(names))
            .map(|client| client.client_id.clone())
            .map_err(|error| {
                let path = error.path.clone().unwrap_or_default();
                format!("[{path}] {}\n{}", error.summary, error.full_detail())
            })
    }

    #[test]
    fn clients_are_found_by_either_key() {
        let names = ["workers", "dashboards"];
        assert_eq!(
            found(None, Some("workers"), &names).unwrap(),
            "id-of-workers"
        );
        let by_id = found(Some("id-of-dashboards"), None, &names);
        assert_eq!(by_id.unwrap(), "id-of-dashboards");
    }

    #[test]
    fn what_is_not_found_is_said_with_what_there_is() {
        insta::assert_snapshot!(found(None, Some("worker"), &["workers", "dashboards"]).unwrap_err(), @r#"
        [name] No API client has the name "worker"
        Cluster c1 has no such API client.

        Did you mean "workers"?

        Its API clients are: "dashboards" (id-of-dashboards), "workers" (id-of-workers).
        "#);
        insta::assert_snapshot!(found(Some("x"), None, &[]).unwrap_err(), @r#"
        [zeebe_client_id] No API client has the client ID "x"
        Cluster c1 has no such API client.

        The cluster has no API client at all.
        "#);
    }
}
