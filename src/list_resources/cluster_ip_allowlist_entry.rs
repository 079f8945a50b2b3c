//! Lists `camunda_cluster_ip_allowlist_entry`: the entries of the IP allowlist of a cluster, or of all
//! clusters.

use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::docs::Facts;
use crate::framework::list::{ListItem, ListItems, ListRequest, ListResource};
use crate::framework::object::Field;
use crate::framework::operation::Context;
use crate::framework::schema::{Attribute, Schema};
use crate::provider::data::ProviderData;
use crate::provider::listing::{self, Listing};
use crate::resources::cluster_ip_allowlist_entry::{self as entry, ClusterIpAllowlistEntryModel};

/// The list resource.
#[derive(Debug)]
pub struct ClusterIpAllowlistEntry;

crate::model! {
    /// Which entries.
    pub struct EntryFilter {
        pub cluster_id: Field<String>,
        pub description_prefix: Field<String>,
    }
}

impl ListResource<ProviderData> for ClusterIpAllowlistEntry {
    type Config = EntryFilter;
    type Model = ClusterIpAllowlistEntryModel;

    fn type_name(&self) -> &'static str {
        "camunda_cluster_ip_allowlist_entry"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "Finds the entries of the IP allowlist of a cluster or of all clusters, sorted by description \
             within their cluster.\n\nThe description is the key of an entry: several of one description \
             are found as one, and those without a description are left out with a warning. Such a list \
             can be imported as a whole, as `camunda_cluster_ip_allowlist`.",
            [
                listing::cluster_id(),
                Attribute::string("description_prefix")
                    .optional()
                    .description("Only entries whose description begins with this text."),
            ],
        )
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Networking",
            permission_groups: &["Cluster", "IP allowlist"],
            limits: "Enterprise plans only.",
            availability: listing::AVAILABILITY,
            ..Facts::default()
        }
    }

    async fn list(
        &self,
        context: &Context<ProviderData>,
        request: ListRequest<EntryFilter>,
        items: &mut ListItems<ClusterIpAllowlistEntryModel>,
    ) -> Diagnostics {
        let filter = &request.config;
        let prefix = filter.description_prefix.as_str().unwrap_or_default();
        let begun = Listing::begin(context, "IP allowlist entries", &filter.cluster_id).await;
        let (mut listing, places) = match begun {
            Ok(begun) => begun,
            Err(diagnostic) => return diagnostic.into(),
        };
        for place in &places {
            let (api, call) = (listing.client, &listing.call);
            // Mostly it has come with the clusters already.
            let shown = place.cluster.as_ref();
            let list = match shown.and_then(|cluster| cluster.ip_allowlist.clone()) {
                Some(list) => Ok(Some(list)),
                None => api.recent_ip_allowlist(call, &place.id).await,
            };
            let list = match list {
                Ok(Some(list)) => list,
                Ok(None) => {
                    listing.goes_on_without_allowlist(place);
                    continue;
                }
                Err(error) if listing.goes_on_without(place, &error) => continue,
                Err(_) => break,
            };
            let (found, nameless) = entry::found(&place.id, &list);
            if nameless > 0 && prefix.is_empty() {
                listing.say(without_description(&place.to_string(), &place.id, nameless));
            }
            for state in found {
                let description = state.description.as_str().unwrap_or_default();
                if !description.starts_with(prefix) {
                    continue;
                }
                let item = ListItem {
                    display_name: format!("{description} in {place}"),
                    state,
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

fn without_description(cluster: &str, id: &str, count: usize) -> Diagnostic {
    let (noun, verb) = if count == 1 {
        ("entry", "is")
    } else {
        ("entries", "are")
    };
    Diagnostic::warning(
        format!("{count} {noun} of the IP allowlist of cluster {cluster} {verb} not listed"),
        "The description is the key of an entry, and there is none.",
    )
    .hint(format!(
        "Describe each entry in the Console, or import the whole list of cluster {id} as \
         camunda_cluster_ip_allowlist."
    ))
}
