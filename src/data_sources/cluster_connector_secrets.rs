//! `camunda_cluster_connector_secrets`: the names of a cluster's connector secrets, never their values.

use crate::api::CallContext;
use crate::framework::data_source::DataSource;
use crate::framework::docs::Facts;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::schema::{Attribute, Schema};
use crate::framework::types::Type;
use crate::provider::data::ProviderData;

/// The data source.
#[derive(Debug)]
pub struct ClusterConnectorSecrets;

crate::model! {
    /// The names, and which of them.
    pub struct ClusterConnectorSecretsModel {
        pub cluster_id: Field<String>,
        pub name_prefix: Field<String>,
        pub names: Field<Vec<String>>,
    }
}

impl DataSource<ProviderData> for ClusterConnectorSecrets {
    type Model = ClusterConnectorSecretsModel;

    fn type_name(&self) -> &'static str {
        "camunda_cluster_connector_secrets"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "The names of a cluster's connector secrets. Their values are not read into the state. That \
             there is none is no error.",
            [
                Attribute::string("cluster_id")
                    .required()
                    .description("ID of the cluster."),
                Attribute::string("name_prefix")
                    .optional()
                    .description("Only secrets whose name begins with this text."),
                Attribute::list("names", Type::String)
                    .computed()
                    .description("Names of the secrets, sorted."),
            ],
        )
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Access",
            permission_groups: &["Connector Secrets"],
            ..Facts::default()
        }
    }

    async fn read(
        &self,
        context: &Context<ProviderData>,
        config: ClusterConnectorSecretsModel,
    ) -> Outcome<ClusterConnectorSecretsModel> {
        let data = &context.data;
        let client = match data.client() {
            Ok(client) => client,
            Err(unavailable) => return unavailable.into_outcome(context),
        };
        let call = CallContext::new(context.cancellation.clone()).as_of_now();
        let cluster_id = config.cluster_id.as_str().unwrap_or_default();
        let prefix = config.name_prefix.as_str().unwrap_or_default();
        match client.recent_connector_secrets(&call, cluster_id).await {
            Ok(secrets) => {
                // In the order of their names, as the map has them.
                let names = secrets.keys().filter(|name| name.starts_with(prefix));
                let names = Field::Known(names.cloned().collect());
                Outcome::present(
                    ClusterConnectorSecretsModel { names, ..config },
                    Default::default(),
                )
            }
            Err(error) => {
                let summary = format!("Cannot read the connector secrets of cluster {cluster_id}");
                Outcome::failed(data.explain(summary, &error))
            }
        }
    }
}
