//! `camunda_cluster_ip_allowlist`: the whole IP allowlist of a cluster. What is not in it is removed.

use serde_json::{Value as Json, json};

use crate::api::{AllowlistEntry, CallContext, ip_ranges};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::docs::Facts;
use crate::framework::object::{Field, SetOf};
use crate::framework::operation::{Context, Outcome};
use crate::framework::path::Path;
use crate::framework::resource::{Create, Delete, PlanChange, Read, Resource, StateMove, Update};
use crate::framework::schema::{Attribute, IdentitySchema, Nesting, Schema};
use crate::framework::types::Type;
use crate::provider::data::ProviderData;
use crate::provider::import_id;
use crate::provider::ip_allowlist::{self, Cidrs};

const TYPE_NAME: &str = "camunda_cluster_ip_allowlist";

/// The resource type.
#[derive(Debug)]
pub struct ClusterIpAllowlist;

crate::model! {
    /// State, plan and configuration of an IP allowlist.
    pub struct ClusterIpAllowlistModel {
        pub id: Field<String>,
        pub cluster_id: Field<String>,
        pub entries: Field<SetOf<EntryModel>>,
    }
}

crate::model! {
    /// An entry of it.
    pub struct EntryModel {
        pub cidrs: Field<Cidrs>,
        pub description: Field<String>,
    }
}

impl Resource<ProviderData> for ClusterIpAllowlist {
    type Model = ClusterIpAllowlistModel;

    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "The whole IP allowlist of a cluster: who may reach its APIs and web applications.\n\nEntries \
             that are not in `entries` are removed. To manage single entries beside those of others, use \
             `camunda_cluster_ip_allowlist_entry` instead, and not both for one cluster.",
            [
                Attribute::string("id")
                    .computed()
                    .use_state()
                    .description("The same as `cluster_id`."),
                Attribute::string("cluster_id")
                    .required()
                    .requires_replace()
                    .description("ID of the cluster. Changing it clears the list of the old one."),
                Attribute::nested(
                    "entries",
                    Nesting::Set,
                    [
                        Attribute::set("cidrs", Type::String)
                            .required()
                            .validate(ip_allowlist::cidrs())
                            .equivalent_when(ip_allowlist::same_cidrs)
                            .description(
                                "IPv4 addresses and CIDR blocks that are let in. `10.0.0.1` and \
                                 `10.0.0.1/32` are the same, and so are `10.0.0.5/24` and `10.0.0.0/24`.",
                            ),
                        Attribute::string("description")
                            .default("")
                            .description("What they are. Default: empty."),
                    ],
                )
                .required()
                .equivalent_when(ip_allowlist::same_entries)
                .description("The entries of the list. With none, everybody is let in."),
            ],
        )
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Networking",
            permission_groups: &["Cluster", "IP allowlist"],
            limits: "Enterprise plans only.",
            not_read_back: &[],
            destroy: "Clears the list, so that everybody is let in.",
            availability: "",
            guides: &[],
        }
    }

    fn identity(&self) -> IdentitySchema {
        IdentitySchema::new().required("cluster_id", "ID of the cluster, as the Console shows it.")
    }

    async fn plan(
        &self,
        context: &Context<ProviderData>,
        change: &mut PlanChange<ClusterIpAllowlistModel>,
    ) {
        if let Ok(Some(planned)) = change.planned()
            && let Some(cluster_id) = planned.cluster_id.as_str()
        {
            let warning = context.data.allowlist_plans().whole(cluster_id);
            change.diagnostics.extend(warning);
        }
    }

    async fn create(
        &self,
        context: &Context<ProviderData>,
        request: Create<ClusterIpAllowlistModel>,
    ) -> Outcome<ClusterIpAllowlistModel> {
        match replace(context, &request.plan).await {
            Ok(state) => Outcome::present(state, request.private),
            Err(diagnostic) => Outcome::failed(diagnostic),
        }
    }

    async fn read(
        &self,
        context: &Context<ProviderData>,
        request: Read<ClusterIpAllowlistModel>,
    ) -> Outcome<ClusterIpAllowlistModel> {
        let Read {
            mut state,
            private,
            importing,
        } = request;
        let client = match context.data.client() {
            Ok(client) => client,
            Err(unavailable) => return unavailable.into_outcome(context),
        };
        let cluster_id = state.cluster_id.as_str().unwrap_or_default().to_owned();
        let call = context.data.refresh(&context.cancellation);
        let summary = format!("Cannot read the IP allowlist of cluster {cluster_id}");
        match client.recent_ip_allowlist(&call, &cluster_id).await {
            Ok(Some(list)) => {
                state.id = Field::Known(cluster_id);
                state.entries = Field::Known(SetOf(list.iter().map(model_of).collect()));
                Outcome::present(state, private)
            }
            Ok(None) if importing => Outcome::failed(ip_allowlist::hidden(summary)),
            Ok(None) => Outcome::present(state, private).with(ip_allowlist::kept(&cluster_id)),
            Err(error) if error.is_not_found() => Outcome::absent(),
            Err(error) => Outcome::failed(context.data.explain(summary, &error)),
        }
    }

    async fn update(
        &self,
        context: &Context<ProviderData>,
        request: Update<ClusterIpAllowlistModel>,
    ) -> Outcome<ClusterIpAllowlistModel> {
        match replace(context, &request.plan).await {
            Ok(state) => Outcome::present(state, request.private),
            Err(diagnostic) => Outcome::failed(diagnostic),
        }
    }

    async fn delete(
        &self,
        context: &Context<ProviderData>,
        request: Delete<ClusterIpAllowlistModel>,
    ) -> Diagnostics {
        let cluster_id = request.state.cluster_id.as_str().unwrap_or_default();
        let call = CallContext::new(context.cancellation.clone());
        let client = match context.data.for_writing(&call).await {
            Ok(client) => client,
            Err(diagnostic) => return diagnostic.into(),
        };
        match client.replace_ip_allowlist(&call, cluster_id, &[]).await {
            Err(error) if !error.is_not_found() => context
                .data
                .explain(
                    format!("Cannot clear the IP allowlist of cluster {cluster_id}"),
                    &error,
                )
                .into(),
            _ => Diagnostics::new(),
        }
    }

    async fn import(
        &self,
        _context: &Context<ProviderData>,
        id: &str,
    ) -> Result<ClusterIpAllowlistModel, Diagnostic> {
        Ok(ClusterIpAllowlistModel {
            cluster_id: Field::Known(import_id::cluster(TYPE_NAME, id)?),
            ..ClusterIpAllowlistModel::default()
        })
    }

    fn moves(&self) -> Vec<StateMove> {
        // The same list under its old name, ours and the community provider's.
        ["camunda-rs/camunda", "camunda-community-hub/camunda"]
            .into_iter()
            .map(|provider| StateMove {
                provider,
                type_name: "camunda_cluster_ip_whitelist",
                change: from_whitelist,
            })
            .collect()
    }
}

/// Makes the list of the cluster what is planned.
async fn replace(
    context: &Context<ProviderData>,
    plan: &ClusterIpAllowlistModel,
) -> Result<ClusterIpAllowlistModel, Diagnostic> {
    let cluster_id = plan.cluster_id.as_str().unwrap_or_default();
    let call = CallContext::new(context.cancellation.clone());
    let client = context.data.for_writing(&call).await?;
    let entries: Vec<AllowlistEntry> = plan
        .entries
        .known()
        .into_iter()
        .flat_map(|set| &set.0)
        .map(|entry| ip_allowlist::entry(&entry.cidrs, &entry.description))
        .collect();
    client
        .replace_ip_allowlist(&call, cluster_id, &entries)
        .await
        .map_err(|error| {
            context
                .data
                .explain(
                    format!("Cannot set the IP allowlist of cluster {cluster_id}"),
                    &error,
                )
                .at(Path::of("entries"))
        })?;
    tracing::info!(cluster_id, entries = entries.len(), "set an IP allowlist");
    Ok(ClusterIpAllowlistModel {
        id: plan.cluster_id.clone(),
        cluster_id: plan.cluster_id.clone(),
        entries: plan.entries.clone(),
    })
}

fn model_of(entry: &AllowlistEntry) -> EntryModel {
    EntryModel {
        cidrs: Field::Known(ip_allowlist::cidrs_of(entry)),
        description: Field::Known(entry.description.clone()),
    }
}

/// The state of a `camunda_cluster_ip_whitelist` as one of ours.
fn from_whitelist(state: Json) -> Result<Json, Diagnostic> {
    let rules = state["ip_whitelist"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let entries: Vec<Json> = rules
        .iter()
        .map(|rule| {
            let cidrs: Vec<&str> =
                ip_ranges::parts(rule["ip"].as_str().unwrap_or_default()).collect();
            let description = rule["description"].as_str().unwrap_or_default();
            json!({ "cidrs": cidrs, "description": description })
        })
        .collect();
    let cluster_id = &state["cluster_id"];
    Ok(json!({ "id": cluster_id, "cluster_id": cluster_id, "entries": entries }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_of_a_whitelist_becomes_that_of_an_allowlist() {
        let state = json!({
            "id": "c1",
            "cluster_id": "c1",
            "ip_whitelist": [
                { "ip": "203.0.113.0/24, 10.0.0.1", "description": "office" },
                { "ip": "198.51.100.7", "description": null },
            ],
        });
        assert_eq!(
            from_whitelist(state).unwrap(),
            json!({
                "id": "c1",
                "cluster_id": "c1",
                "entries": [
                    { "cidrs": ["203.0.113.0/24", "10.0.0.1"], "description": "office" },
                    { "cidrs": ["198.51.100.7"], "description": "" },
                ],
            })
        );
        let empty = from_whitelist(json!({ "cluster_id": "c1" })).unwrap();
        assert_eq!(empty["entries"], json!([]));
    }
}
