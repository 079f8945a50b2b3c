//! `camunda_cluster_secure_connectivity`: the endpoint service of a cluster.

use std::collections::BTreeSet;

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
pub struct ClusterSecureConnectivity;

crate::model! {
    /// An endpoint service.
    pub struct ClusterSecureConnectivityModel {
        pub id: Field<String>,
        pub cluster_id: Field<String>,
        pub allowed_principals: Field<BTreeSet<String>>,
        pub allowed_regions: Field<BTreeSet<String>>,
        pub service_name: Field<String>,
        pub private_dns_name: Field<String>,
        pub endpoint_type: Field<String>,
        pub endpoint_region: Field<String>,
        pub ready: Field<bool>,
    }
}

impl DataSource<ProviderData> for ClusterSecureConnectivity {
    type Model = ClusterSecureConnectivityModel;

    fn type_name(&self) -> &'static str {
        "camunda_cluster_secure_connectivity"
    }

    fn schema(&self) -> Schema {
        let computed =
            |name: &str, text: &str| Attribute::string(name).computed().description(text);
        Schema::new(
            "The endpoint service for AWS PrivateLink of a cluster. That a cluster has none is an error.",
            [
                computed("id", "ID of the cluster."),
                Attribute::string("cluster_id")
                    .required()
                    .description("ID of the cluster."),
                Attribute::set("allowed_principals", Type::String)
                    .computed()
                    .description("ARNs of the AWS principals that may connect."),
                Attribute::set("allowed_regions", Type::String)
                    .computed()
                    .description("Codes of the AWS regions from which they may."),
                computed("service_name", "Name of the endpoint service at AWS."),
                computed(
                    "private_dns_name",
                    "Host name by which the cluster is reached through an endpoint.",
                ),
                computed("endpoint_type", "Kind of endpoint, such as `Interface`."),
                computed("endpoint_region", "AWS region of the endpoint service."),
                Attribute::bool("ready")
                    .computed()
                    .description("Whether the endpoint service can be used."),
            ],
        )
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Networking",
            permission_groups: &["Secure Connectivity"],
            ..Facts::default()
        }
    }

    async fn read(
        &self,
        context: &Context<ProviderData>,
        config: ClusterSecureConnectivityModel,
    ) -> Outcome<ClusterSecureConnectivityModel> {
        let client = match context.data.client() {
            Ok(client) => client,
            Err(unavailable) => return unavailable.into_outcome(context),
        };
        let cluster_id = config.cluster_id.as_str().unwrap_or_default();
        let call = CallContext::new(context.cancellation.clone());
        let summary = format!("Cannot read secure connectivity of cluster {cluster_id}");
        let found = match client.recent_secure_connectivity(&call, cluster_id).await {
            Ok(Some(found)) => found,
            Ok(None) => {
                let inactive = Diagnostic::error(summary, "It is not active.")
                    .hint("Activate it with the resource camunda_cluster_secure_connectivity.");
                return Outcome::failed(inactive.at(Path::of("cluster_id")));
            }
            Err(error) => {
                let diagnostic = context.data.explain(summary, &error);
                return Outcome::failed(diagnostic.at(Path::of("cluster_id")));
            }
        };
        let state = ClusterSecureConnectivityModel {
            id: config.cluster_id.clone(),
            cluster_id: config.cluster_id,
            allowed_principals: found.allowed_principals.into(),
            allowed_regions: found.allowed_regions.into(),
            service_name: found.service_name.into(),
            private_dns_name: found.private_dns_name.into(),
            endpoint_type: found.endpoint_type.into(),
            endpoint_region: found.endpoint_region.into(),
            ready: Field::Known(found.ready),
        };
        Outcome::present(state, Default::default())
    }
}
