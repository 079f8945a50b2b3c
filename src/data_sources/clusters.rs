//! `camunda_clusters`: the clusters of the organisation, all or some of them.

use crate::api::{CallContext, Cluster};
use crate::framework::data_source::DataSource;
use crate::framework::docs::Facts;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::schema::{Attribute, Nesting, Schema};
use crate::provider::cluster_filter::{self, ClusterFilter};
use crate::provider::cluster_view::{self, ClusterView};
use crate::provider::data::ProviderData;

/// The data source.
#[derive(Debug)]
pub struct Clusters;

crate::model! {
    /// The clusters, and which of them.
    pub struct ClustersModel {
        pub name_prefix: Field<String>,
        pub channel: Field<String>,
        pub region: Field<String>,
        pub plan_type: Field<String>,
        pub status: Field<String>,
        pub clusters: Field<Vec<ClusterView>>,
    }
}

impl DataSource<ProviderData> for Clusters {
    type Model = ClustersModel;

    fn type_name(&self) -> &'static str {
        "camunda_clusters"
    }

    fn schema(&self) -> Schema {
        let mut members = vec![
            Attribute::string("id")
                .computed()
                .description("ID of the cluster."),
            Attribute::string("name")
                .computed()
                .description("Name of the cluster."),
        ];
        members.extend(cluster_view::attributes());
        let mut arguments = cluster_filter::attributes().to_vec();
        arguments.push(
            Attribute::nested("clusters", Nesting::List, members)
                .computed()
                .description("The clusters, sorted by name and then by ID."),
        );
        Schema::new(
            "The clusters of the organisation. That there is none is no error.",
            arguments,
        )
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Clusters",
            permission_groups: &["Cluster"],
            ..Facts::default()
        }
    }

    async fn read(
        &self,
        context: &Context<ProviderData>,
        config: ClustersModel,
    ) -> Outcome<ClustersModel> {
        let data = &context.data;
        let client = match data.client() {
            Ok(client) => client,
            Err(unavailable) => return unavailable.into_outcome(context),
        };
        let call = CallContext::new(context.cancellation.clone());
        match client.recent_clusters(&call).await {
            Ok(clusters) => {
                let clusters = Field::Known(selected(&config, &clusters));
                Outcome::present(ClustersModel { clusters, ..config }, Default::default())
            }
            Err(error) => Outcome::failed(data.explain("Cannot read the clusters", &error)),
        }
    }
}

/// The clusters asked for, in the order promised.
fn selected(config: &ClustersModel, clusters: &[Cluster]) -> Vec<ClusterView> {
    let filter = ClusterFilter {
        name_prefix: config.name_prefix.clone(),
        channel: config.channel.clone(),
        region: config.region.clone(),
        plan_type: config.plan_type.clone(),
        status: config.status.clone(),
    };
    let selected = filter.select(clusters);
    selected.into_iter().map(ClusterView::from).collect()
}
