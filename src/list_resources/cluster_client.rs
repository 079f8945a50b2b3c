//! Lists `camunda_cluster_client`: the API clients of a cluster, or of all clusters.

use crate::framework::diag::{Diagnostic, Diagnostics, Severity};
use crate::framework::docs::Facts;
use crate::framework::list::{ListItem, ListItems, ListRequest, ListResource};
use crate::framework::object::Field;
use crate::framework::operation::Context;
use crate::framework::schema::{Attribute, Schema};
use crate::provider::data::ProviderData;
use crate::provider::listing::{self, Listing};
use crate::provider::selection;
use crate::resources::cluster_client::{self, ClusterClientModel};

/// The list resource.
#[derive(Debug)]
pub struct ClusterClient;

crate::model! {
    /// Which clients.
    pub struct ClientFilter {
        pub cluster_id: Field<String>,
        pub name_prefix: Field<String>,
        pub scope: Field<String>,
    }
}

impl ListResource<ProviderData> for ClusterClient {
    type Config = ClientFilter;
    type Model = ClusterClientModel;

    fn type_name(&self) -> &'static str {
        "camunda_cluster_client"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "Finds the API clients of a cluster or of all clusters, sorted by name within their \
             cluster.\n\nSecrets cannot be read: after an import `secret` is empty. With \
             `include_resource`, the address of each client is read too, which takes one more request \
             per client.",
            [
                listing::cluster_id(),
                Attribute::string("name_prefix")
                    .optional()
                    .description("Only clients whose name begins with this text."),
                Attribute::string("scope").optional().description(
                    "Only clients that have this scope, as the service shows it: `Zeebe`, `Operate`, \
                     `Tasklist`, `Optimize`, `Secrets`, or what has been added since.",
                ),
            ],
        )
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Access",
            permission_groups: &["Zeebe Client"],
            availability: listing::AVAILABILITY,
            ..Facts::default()
        }
    }

    async fn list(
        &self,
        context: &Context<ProviderData>,
        request: ListRequest<ClientFilter>,
        items: &mut ListItems<ClusterClientModel>,
    ) -> Diagnostics {
        let filter = &request.config;
        let (mut listing, places) =
            match Listing::begin(context, "API clients", &filter.cluster_id).await {
                Ok(begun) => begun,
                Err(diagnostic) => return diagnostic.into(),
            };
        for place in &places {
            let (api, call) = (listing.client, listing.call.clone());
            let clients = match api.recent_clients(&call, &place.id).await {
                Ok(clients) => clients,
                Err(error) if listing.goes_on_without(place, &error) => continue,
                Err(_) => break,
            };
            for client in
                selection::clients(&clients, filter.name_prefix.as_str(), filter.scope.as_str())
            {
                let mut item = ListItem {
                    state: cluster_client::found(&place.id, client),
                    display_name: format!("{} in {place}", client.name),
                    diagnostics: Diagnostics::new(),
                };
                if request.include_resource {
                    let added = cluster_client::read_address(api, &call, &mut item.state).await;
                    if let Err(error) = added {
                        let summary = format!("Cannot read the address of {}", item.display_name);
                        let explained = context.data.explain(summary, &error);
                        item.diagnostics.push(Diagnostic {
                            severity: Severity::Warning,
                            ..explained
                        });
                    }
                }
                if !items.push(item).await {
                    return listing.end();
                }
            }
        }
        listing.end()
    }
}
