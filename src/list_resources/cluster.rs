//! Lists `camunda_cluster`: the clusters of the organisation, all or some of them.

use crate::api::{CallContext, Cluster as Seen, NamedRef};
use crate::framework::diag::Diagnostics;
use crate::framework::docs::Facts;
use crate::framework::list::{ListItem, ListItems, ListRequest, ListResource};
use crate::framework::operation::Context;
use crate::framework::schema::Schema;
use crate::provider::cluster_filter::{self, ClusterFilter};
use crate::provider::data::{ProviderData, Unavailable};
use crate::provider::listing;
use crate::resources::cluster::{self, ClusterModel};

/// The list resource.
#[derive(Debug)]
pub struct Cluster;

impl ListResource<ProviderData> for Cluster {
    type Config = ClusterFilter;
    type Model = ClusterModel;

    fn type_name(&self) -> &'static str {
        "camunda_cluster"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "Finds the clusters of the organisation, sorted by name and then by ID.\n\nA generated \
             configuration leaves `generation` out, so that it stays true when the cluster is updated.",
            cluster_filter::attributes(),
        )
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Clusters",
            permission_groups: &["Cluster"],
            availability: listing::AVAILABILITY,
            ..Facts::default()
        }
    }

    async fn list(
        &self,
        context: &Context<ProviderData>,
        request: ListRequest<ClusterFilter>,
        items: &mut ListItems<ClusterModel>,
    ) -> Diagnostics {
        let data = &context.data;
        let client = match data.client() {
            Ok(client) => client,
            Err(unavailable) => return Unavailable::into_diagnostic(unavailable).into(),
        };
        let call = CallContext::new(context.cancellation.clone());
        let clusters = match client.recent_clusters(&call).await {
            Ok(clusters) => clusters,
            Err(error) => return data.explain("Cannot list the clusters", &error).into(),
        };
        for cluster in request.config.select(&clusters) {
            let item = ListItem {
                state: cluster::found(cluster),
                display_name: display_name(cluster),
                diagnostics: Diagnostics::new(),
            };
            if !items.push(item).await {
                break;
            }
        }
        Diagnostics::new()
    }
}

/// The name, and what tells clusters of equal names apart: `orders (Advanced, Belgium)`.
fn display_name(cluster: &Seen) -> String {
    let name = |reference: &Option<NamedRef>| reference.as_ref().map(|it| it.name.clone());
    let kind: Vec<String> = [name(&cluster.plan_type), name(&cluster.region)]
        .into_iter()
        .flatten()
        .filter(|name| !name.is_empty())
        .collect();
    if kind.is_empty() {
        return cluster.name.clone();
    }
    format!("{} ({})", cluster.name, kind.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_a_person_recognises() {
        let shown = |json: &str| display_name(&serde_json::from_str(json).unwrap());
        assert_eq!(
            shown(
                r#"{"uuid": "1", "name": "orders", "planType": {"uuid": "p", "name": "Advanced"},
                    "region": {"uuid": "r", "name": "Belgium, Europe (europe-west1)"}}"#
            ),
            "orders (Advanced, Belgium, Europe (europe-west1))"
        );
        assert_eq!(shown(r#"{"uuid": "1", "name": "orders"}"#), "orders");
    }
}
