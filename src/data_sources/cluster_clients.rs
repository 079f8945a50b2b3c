//! `camunda_cluster_clients`: the API clients of a cluster, all or some of them.

use std::collections::BTreeSet;

use crate::api::{CallContext, ZeebeClient};
use crate::framework::data_source::DataSource;
use crate::framework::docs::Facts;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::schema::{Attribute, Nesting, Schema};
use crate::framework::types::Type;
use crate::provider::data::ProviderData;
use crate::provider::selection;

/// The data source.
#[derive(Debug)]
pub struct ClusterClients;

crate::model! {
    /// The clients, and which of them.
    pub struct ClusterClientsModel {
        pub cluster_id: Field<String>,
        pub name_prefix: Field<String>,
        pub scope: Field<String>,
        pub clients: Field<Vec<ListedClientModel>>,
    }
}

crate::model! {
    /// One of the clients.
    pub struct ListedClientModel {
        pub id: Field<String>,
        pub zeebe_client_id: Field<String>,
        pub name: Field<String>,
        pub scopes: Field<BTreeSet<String>>,
    }
}

impl DataSource<ProviderData> for ClusterClients {
    type Model = ClusterClientsModel;

    fn type_name(&self) -> &'static str {
        "camunda_cluster_clients"
    }

    fn schema(&self) -> Schema {
        let computed =
            |name: &str, text: &str| Attribute::string(name).computed().description(text);
        Schema::new(
            "The API clients of a cluster, without their secrets, which cannot be read. That there is \
             none is no error.",
            [
                Attribute::string("cluster_id")
                    .required()
                    .description("ID of the cluster."),
                Attribute::string("name_prefix")
                    .optional()
                    .description("Only clients whose name begins with this text."),
                Attribute::string("scope").optional().description(
                    "Only clients that have this scope, as the service shows it: `Zeebe`, `Operate`, \
                     `Tasklist`, `Optimize`, `Secrets`, or what has been added since.",
                ),
                Attribute::nested(
                    "clients",
                    Nesting::List,
                    [
                        computed(
                            "id",
                            "Import ID of the client: `<cluster_id>/<zeebe_client_id>`.",
                        ),
                        computed("zeebe_client_id", "Client ID."),
                        computed("name", "Name of the client."),
                        Attribute::set("scopes", Type::String)
                            .computed()
                            .description("What the client may use."),
                    ],
                )
                .computed()
                .description("The clients, sorted by name and then by client ID."),
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

    async fn read(
        &self,
        context: &Context<ProviderData>,
        config: ClusterClientsModel,
    ) -> Outcome<ClusterClientsModel> {
        let data = &context.data;
        let client = match data.client() {
            Ok(client) => client,
            Err(unavailable) => return unavailable.into_outcome(context),
        };
        let call = CallContext::new(context.cancellation.clone()).as_of_now();
        let cluster_id = config.cluster_id.as_str().unwrap_or_default();
        match client.recent_clients(&call, cluster_id).await {
            Ok(clients) => {
                let clients = Field::Known(selected(&config, &clients));
                Outcome::present(
                    ClusterClientsModel { clients, ..config },
                    Default::default(),
                )
            }
            Err(error) => {
                let summary = format!("Cannot read the API clients of cluster {cluster_id}");
                Outcome::failed(data.explain(summary, &error))
            }
        }
    }
}

/// The clients asked for, in the order promised.
fn selected(config: &ClusterClientsModel, clients: &[ZeebeClient]) -> Vec<ListedClientModel> {
    let cluster_id = config.cluster_id.as_str().unwrap_or_default();
    selection::clients(clients, config.name_prefix.as_str(), config.scope.as_str())
        .into_iter()
        .map(|client| ListedClientModel {
            id: Field::Known(format!("{cluster_id}/{}", client.client_id)),
            zeebe_client_id: Field::Known(client.client_id.clone()),
            name: Field::Known(client.name.clone()),
            scopes: Field::Known(client.permissions.iter().cloned().collect()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(prefix: Option<&str>, scope: Option<&str>) -> Vec<String> {
        let client = |id: &str, name: &str, permissions: &[&str]| ZeebeClient {
            client_id: id.to_owned(),
            name: name.to_owned(),
            permissions: permissions.iter().map(|&word| word.to_owned()).collect(),
        };
        let clients = [
            client("2", "ci-b", &["Zeebe"]),
            client("1", "worker", &["Zeebe", "Secrets"]),
            client("0", "ci-a", &["Secrets"]),
            client("1", "ci-b", &[]),
        ];
        let config = ClusterClientsModel {
            cluster_id: "c".into(),
            name_prefix: prefix.map(str::to_owned).into(),
            scope: scope.map(str::to_owned).into(),
            clients: Field::Null,
        };
        selected(&config, &clients)
            .iter()
            .map(|model| {
                let text = |field: &Field<String>| field.as_str().unwrap_or_default().to_owned();
                format!("{} {}", text(&model.name), text(&model.id))
            })
            .collect()
    }

    #[test]
    fn they_are_sorted_by_name_and_client_id() {
        let all = ["ci-a c/0", "ci-b c/1", "ci-b c/2", "worker c/1"];
        assert_eq!(names(None, None), all);
    }

    #[test]
    fn filters_narrow_them_down() {
        assert_eq!(names(Some("ci-b"), None), ["ci-b c/1", "ci-b c/2"]);
        assert_eq!(names(None, Some("Secrets")), ["ci-a c/0", "worker c/1"]);
        assert_eq!(names(Some("ci-"), Some("Zeebe")), ["ci-b c/2"]);
        assert!(names(None, Some("zeebe")).is_empty());
    }
}
