//! Lists `camunda_cluster_connector_secret`: the connector secrets of a cluster, or of all clusters. Never
//! their values.

use crate::framework::diag::Diagnostics;
use crate::framework::docs::Facts;
use crate::framework::list::{ListItem, ListItems, ListRequest, ListResource};
use crate::framework::object::Field;
use crate::framework::operation::Context;
use crate::framework::schema::{Attribute, Schema};
use crate::provider::data::ProviderData;
use crate::provider::listing::{self, Listing};
use crate::resources::cluster_connector_secret::{self, ClusterConnectorSecretModel};

/// The list resource.
#[derive(Debug)]
pub struct ClusterConnectorSecret;

crate::model! {
    /// Which secrets.
    pub struct SecretFilter {
        pub cluster_id: Field<String>,
        pub name_prefix: Field<String>,
    }
}

impl ListResource<ProviderData> for ClusterConnectorSecret {
    type Config = SecretFilter;
    type Model = ClusterConnectorSecretModel;

    fn type_name(&self) -> &'static str {
        "camunda_cluster_connector_secret"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "Finds the connector secrets of a cluster or of all clusters, sorted by name within their \
             cluster.\n\nValues are neither shown nor written into a generated configuration, not even \
             with `include_resource`. The configuration is complete without them: an imported secret \
             keeps the value it has, which the import reads into the state. To have it in no state, add \
             `value_wo` and `value_wo_version` to the generated configuration before the import.",
            [
                listing::cluster_id(),
                Attribute::string("name_prefix")
                    .optional()
                    .description("Only secrets whose name begins with this text."),
            ],
        )
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Access",
            permission_groups: &["Connector Secrets"],
            availability: listing::AVAILABILITY,
            ..Facts::default()
        }
    }

    async fn list(
        &self,
        context: &Context<ProviderData>,
        request: ListRequest<SecretFilter>,
        items: &mut ListItems<ClusterConnectorSecretModel>,
    ) -> Diagnostics {
        let filter = &request.config;
        let prefix = filter.name_prefix.as_str().unwrap_or_default();
        let begun = Listing::begin(context, "connector secrets", &filter.cluster_id).await;
        let (mut listing, places) = match begun {
            Ok(begun) => begun,
            Err(diagnostic) => return diagnostic.into(),
        };
        for place in &places {
            let (api, call) = (listing.client, &listing.call);
            let secrets = match api.recent_connector_secrets(call, &place.id).await {
                Ok(secrets) => secrets,
                Err(error) if listing.goes_on_without(place, &error) => continue,
                Err(_) => break,
            };
            // In the order of their names, as the map has them.
            for name in secrets.keys().filter(|name| name.starts_with(prefix)) {
                let item = ListItem {
                    state: cluster_connector_secret::found(&place.id, name),
                    display_name: format!("{name} in {place}"),
                    diagnostics: Diagnostics::new(),
                };
                if !items.push(item).await {
                    return listing.end();
                }
            }
        }
        listing.end()
    }
}
