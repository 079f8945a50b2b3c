//! `camunda_cluster_monitoring`: the metrics endpoint of a cluster, and who may use it; never their
//! passwords.

use crate::api::CallContext;
use crate::framework::data_source::DataSource;
use crate::framework::diag::Diagnostic;
use crate::framework::docs::Facts;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Schema};
use crate::framework::types::Type;
use crate::provider::data::ProviderData;

/// The data source.
#[derive(Debug)]
pub struct ClusterMonitoring;

crate::model! {
    /// A metrics endpoint.
    pub struct ClusterMonitoringModel {
        pub id: Field<String>,
        pub cluster_id: Field<String>,
        pub metrics_url: Field<String>,
        pub usernames: Field<Vec<String>>,
    }
}

impl DataSource<ProviderData> for ClusterMonitoring {
    type Model = ClusterMonitoringModel;

    fn type_name(&self) -> &'static str {
        "camunda_cluster_monitoring"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "The metrics endpoint of a cluster, with the names of those who may scrape it. That the \
             endpoint is off is an error.",
            [
                Attribute::string("id")
                    .computed()
                    .description("ID of the cluster."),
                Attribute::string("cluster_id")
                    .required()
                    .description("ID of the cluster."),
                Attribute::string("metrics_url").computed().description(
                    "URL from which metrics are scraped. Empty until the service tells it.",
                ),
                Attribute::list("usernames", Type::String)
                    .computed()
                    .description("User names of all monitoring clients, sorted."),
            ],
        )
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Operations",
            permission_groups: &["External Monitoring"],
            ..Facts::default()
        }
    }

    async fn read(
        &self,
        context: &Context<ProviderData>,
        config: ClusterMonitoringModel,
    ) -> Outcome<ClusterMonitoringModel> {
        let client = match context.data.client() {
            Ok(client) => client,
            Err(unavailable) => return unavailable.into_outcome(context),
        };
        let cluster_id = config.cluster_id.as_str().unwrap_or_default();
        let call = CallContext::new(context.cancellation.clone());
        let summary = format!("Cannot read the metrics endpoint of cluster {cluster_id}");
        let monitoring = match client.recent_monitoring(&call, cluster_id).await {
            Ok(monitoring) if monitoring.is_active() => monitoring,
            Ok(_) => {
                let off = Diagnostic::error(summary, "It is off.")
                    .hint("Switch it on with the resource camunda_cluster_monitoring.");
                return Outcome::failed(off.at(Path::of("cluster_id")));
            }
            Err(error) => {
                let diagnostic = context.data.explain(summary, &error);
                return Outcome::failed(diagnostic.at(Path::of("cluster_id")));
            }
        };
        let clients = monitoring.clients.iter();
        let mut usernames: Vec<String> = clients.map(|client| client.username.clone()).collect();
        usernames.sort_unstable();
        let state = ClusterMonitoringModel {
            id: config.cluster_id.clone(),
            cluster_id: config.cluster_id,
            metrics_url: monitoring.url().into(),
            usernames: Field::Known(usernames),
        };
        Outcome::present(state, Default::default())
    }
}
