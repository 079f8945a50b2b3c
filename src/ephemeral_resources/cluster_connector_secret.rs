//! `camunda_cluster_connector_secret`: the value of a connector secret, for the length of a run.

use crate::api::{CallContext, ConnectorSecrets, SecretString};
use crate::framework::diag::Diagnostic;
use crate::framework::docs::Facts;
use crate::framework::ephemeral::{EphemeralResource, Opened};
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Schema};
use crate::provider::data::ProviderData;
use crate::provider::errors::no_such_cluster;
use crate::provider::validators::{self, closest};

/// The ephemeral resource type.
#[derive(Debug)]
pub struct ClusterConnectorSecret;

crate::model! {
    /// A connector secret and its value.
    pub struct ClusterConnectorSecretModel {
        pub cluster_id: Field<String>,
        pub name: Field<String>,
        pub value: Field<SecretString>,
    }
}

impl EphemeralResource<ProviderData> for ClusterConnectorSecret {
    type Model = ClusterConnectorSecretModel;

    fn type_name(&self) -> &'static str {
        "camunda_cluster_connector_secret"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "The value of a connector secret, as the service has it now. Neither state nor plan holds \
             it. Makes sense where something else needs the value too: the write-only argument of \
             another resource, or the configuration of another provider.\n\nOpening changes nothing. \
             The secret has to be there already while planning, unless its name or its cluster is \
             known only after apply.",
            [
                Attribute::string("cluster_id")
                    .required()
                    .description("ID of the cluster."),
                Attribute::string("name")
                    .required()
                    .validate(validators::not_blank())
                    .description("Name of the secret, in upper and lower case as it is stored."),
                Attribute::string("value")
                    .computed()
                    .sensitive()
                    .description("Value of the secret."),
            ],
        )
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Access",
            permission_groups: &["Connector Secrets"],
            availability: "Needs Terraform 1.10 or OpenTofu 1.11, or a later version of either. Below, \
                           use the attribute `value` of the resource of the same name, which the state \
                           holds.",
            guides: &[("Secrets without state", "secrets-without-state")],
            ..Facts::default()
        }
    }

    async fn open(
        &self,
        context: &Context<ProviderData>,
        config: ClusterConnectorSecretModel,
    ) -> Opened<ClusterConnectorSecretModel> {
        let data = &context.data;
        let client = match data.client() {
            Ok(client) => client,
            Err(unavailable) => return unavailable.into_outcome(context).into(),
        };
        let call = CallContext::new(context.cancellation.clone()).as_of_now();
        let cluster_id = config.cluster_id.as_str().unwrap_or_default();
        let name = config.name.as_str().unwrap_or_default();
        let secrets = match client.recent_connector_secrets(&call, cluster_id).await {
            Ok(secrets) => secrets,
            Err(error) => {
                let summary = format!("Cannot read the connector secrets of cluster {cluster_id}");
                let mut diagnostic = data.explain(summary, &error);
                if error.is_not_found() {
                    diagnostic = no_such_cluster(diagnostic);
                }
                return Outcome::failed(diagnostic).into();
            }
        };
        match secrets.get(name) {
            Some(value) => {
                let value = Field::Known(value.clone());
                let model = ClusterConnectorSecretModel { value, ..config };
                Outcome::present(model, Default::default()).into()
            }
            None => Outcome::failed(missing(cluster_id, name, &secrets)).into(),
        }
    }
}

/// There is no secret of that name. Of the others only names are told.
fn missing(cluster_id: &str, name: &str, secrets: &ConnectorSecrets) -> Diagnostic {
    let mut diagnostic = Diagnostic::error(
        format!("No connector secret has the name {name:?}"),
        format!("Cluster {cluster_id} has no such connector secret."),
    )
    .at(Path::of("name"));
    if let Some(close) = closest(name, secrets.keys().map(String::as_str)) {
        diagnostic = diagnostic.hint(format!("Did you mean {close:?}?"));
    }
    diagnostic.hint(
        "Create it before this run. To read a secret that this very run creates, make cluster_id known only \
         after apply: split(\"/\", camunda_cluster_connector_secret.example.id)[0].",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_said_without_values() {
        let secrets = ConnectorSecrets::from([
            ("API_KEY".to_owned(), SecretString::from("known-value")),
            ("DATABASE".to_owned(), SecretString::from("known-value")),
        ]);
        let diagnostic = missing("c1", "API_KEI", &secrets);
        insta::assert_snapshot!(
            format!("{}\n{}", diagnostic.summary, diagnostic.full_detail()), @r#"
        No connector secret has the name "API_KEI"
        Cluster c1 has no such connector secret.

        Did you mean "API_KEY"?

        Create it before this run. To read a secret that this very run creates, make cluster_id known only after apply: split("/", camunda_cluster_connector_secret.example.id)[0].
        "#
        );
        let none = missing("c1", "OTHER", &ConnectorSecrets::new());
        assert!(!none.full_detail().contains("Did you mean"));
    }
}
