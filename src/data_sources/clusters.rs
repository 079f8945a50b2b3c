//! `camunda_clusters`: the clusters of the organisation, all or some of them.

use crate::api::{CallContext, Cluster};
use crate::framework::data_source::DataSource;
use crate::framework::docs::Facts;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::schema::{Attribute, Nesting, Schema};
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
        let filter = |name: &str, text: &str| Attribute::string(name).optional().description(text);
        let mut members = vec![
            Attribute::string("id")
                .computed()
                .description("ID of the cluster."),
            Attribute::string("name")
                .computed()
                .description("Name of the cluster."),
        ];
        members.extend(cluster_view::attributes());
        Schema::new(
            "The clusters of the organisation. That there is none is no error.",
            [
                filter(
                    "name_prefix",
                    "Only clusters whose name begins with this text.",
                ),
                filter(
                    "channel",
                    "Only clusters in the release channel of this ID.",
                ),
                filter("region", "Only clusters in the region of this ID."),
                filter("plan_type", "Only clusters of the plan type of this ID."),
                filter(
                    "status",
                    "Only clusters whose `status.ready` is this word, such as `Healthy` or `Suspended`, \
                     at the moment of reading.",
                ),
                Attribute::nested("clusters", Nesting::List, members)
                    .computed()
                    .description("The clusters, sorted by name and then by ID."),
            ],
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
    let prefix = config.name_prefix.as_str().unwrap_or_default();
    let asked = |filter: &Field<String>, value: Option<&str>| {
        filter.as_str().is_none_or(|wanted| value == Some(wanted))
    };
    let mut selected: Vec<&Cluster> = clusters
        .iter()
        .filter(|cluster| {
            let id = |reference| Option::as_ref(reference).map(id_of);
            let ready = cluster.status.ready.as_ref();
            cluster.name.starts_with(prefix)
                && asked(&config.channel, id(&cluster.channel))
                && asked(&config.region, id(&cluster.region))
                && asked(&config.plan_type, id(&cluster.plan_type))
                && asked(&config.status, ready.map(|ready| ready.as_str()))
        })
        .collect();
    selected.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    selected.into_iter().map(ClusterView::from).collect()
}

fn id_of(reference: &crate::api::NamedRef) -> &str {
    &reference.id
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(change: impl FnOnce(&mut ClustersModel)) -> Vec<String> {
        let clusters: Vec<Cluster> = serde_json::from_value(serde_json::json!([
            {"uuid": "3", "name": "b", "region": {"uuid": "r1"}, "status": {"ready": "Healthy"}},
            {"uuid": "2", "name": "b", "channel": {"uuid": "s"}, "status": {"ready": "Dozing"}},
            {"uuid": "1", "name": "c", "planType": {"uuid": "p"}, "region": {"uuid": "r2"}},
            {"uuid": "4", "name": "a-1"},
        ]))
        .expect("clusters");
        let mut config = ClustersModel::default();
        change(&mut config);
        selected(&config, &clusters)
            .iter()
            .map(|cluster| cluster.id.as_str().unwrap_or_default().to_owned())
            .collect()
    }

    #[test]
    fn they_are_sorted_by_name_and_id() {
        assert_eq!(ids(|_| ()), ["4", "2", "3", "1"]);
    }

    #[test]
    fn filters_narrow_them_down() {
        assert_eq!(ids(|config| config.name_prefix = "b".into()), ["2", "3"]);
        assert_eq!(ids(|config| config.region = "r1".into()), ["3"]);
        assert_eq!(ids(|config| config.channel = "s".into()), ["2"]);
        assert_eq!(ids(|config| config.plan_type = "p".into()), ["1"]);
        assert_eq!(ids(|config| config.status = "Dozing".into()), ["2"]);
        assert!(ids(|config| config.status = "healthy".into()).is_empty());
    }
}
