//! `camunda_cluster_ip_whitelist`: the whole IP allowlist of a cluster under the name, and in the form,
//! that the community provider gave it. Deprecated; calls nothing deprecated of the service.

use crate::api::{AllowlistEntry, CallContext};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::docs::Facts;
use crate::framework::object::{Field, SetOf};
use crate::framework::operation::{Context, Outcome};
use crate::framework::path::Path;
use crate::framework::resource::{Create, Delete, PlanChange, Read, Resource, StateMove, Update};
use crate::framework::schema::{Attribute, BlockNesting, IdentitySchema, NestedBlock, Schema};
use crate::provider::data::ProviderData;
use crate::provider::import_id;
use crate::provider::ip_allowlist;

const TYPE_NAME: &str = "camunda_cluster_ip_whitelist";

/// The resource type.
#[derive(Debug)]
pub struct ClusterIpWhitelist;

crate::model! {
    /// State, plan and configuration of an IP allowlist.
    pub struct ClusterIpWhitelistModel {
        pub id: Field<String>,
        pub cluster_id: Field<String>,
        pub ip_whitelist: Field<SetOf<RuleModel>>,
    }
}

crate::model! {
    /// An entry of it.
    pub struct RuleModel {
        pub ip: Field<String>,
        pub description: Field<String>,
    }
}

impl Resource<ProviderData> for ClusterIpWhitelist {
    type Model = ClusterIpWhitelistModel;

    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "The whole IP allowlist of a cluster, in the form of the community provider. Entries without \
             a block are removed.\n\nNew configurations use `camunda_cluster_ip_allowlist`; a `moved` \
             block takes an existing one there.",
            [
                Attribute::string("id")
                    .computed()
                    .use_state()
                    .description("The same as `cluster_id`."),
                Attribute::string("cluster_id")
                    .required()
                    .requires_replace()
                    .description("ID of the cluster. Changing it clears the list of the old one."),
            ],
        )
        .block(NestedBlock::new(
            "ip_whitelist",
            BlockNesting::Set { min: 0, max: 0 },
            "An entry of the list. Without any, everybody is let in.",
            [
                Attribute::string("ip")
                    .required()
                    .validate(ip_allowlist::cidr_list())
                    .equivalent_when(ip_allowlist::same_cidr_lists)
                    .description(
                        "IPv4 address or CIDR block that is let in, or several separated by commas.",
                    ),
                Attribute::string("description")
                    .default("")
                    .description("What it is. Default: empty."),
            ],
        ))
        .deprecated("Use camunda_cluster_ip_allowlist. This resource is gone in 1.0.")
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Deprecated",
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
        change: &mut PlanChange<ClusterIpWhitelistModel>,
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
        request: Create<ClusterIpWhitelistModel>,
    ) -> Outcome<ClusterIpWhitelistModel> {
        match replace(context, &request.plan).await {
            Ok(state) => Outcome::present(state, request.private),
            Err(diagnostic) => Outcome::failed(diagnostic),
        }
    }

    async fn read(
        &self,
        context: &Context<ProviderData>,
        request: Read<ClusterIpWhitelistModel>,
    ) -> Outcome<ClusterIpWhitelistModel> {
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
                state.ip_whitelist = Field::Known(SetOf(list.iter().map(model_of).collect()));
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
        request: Update<ClusterIpWhitelistModel>,
    ) -> Outcome<ClusterIpWhitelistModel> {
        match replace(context, &request.plan).await {
            Ok(state) => Outcome::present(state, request.private),
            Err(diagnostic) => Outcome::failed(diagnostic),
        }
    }

    async fn delete(
        &self,
        context: &Context<ProviderData>,
        request: Delete<ClusterIpWhitelistModel>,
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
    ) -> Result<ClusterIpWhitelistModel, Diagnostic> {
        Ok(ClusterIpWhitelistModel {
            cluster_id: Field::Known(import_id::cluster(TYPE_NAME, id)?),
            ..ClusterIpWhitelistModel::default()
        })
    }

    fn moves(&self) -> Vec<StateMove> {
        // Same type, same attributes: the community provider's state is ours.
        vec![StateMove {
            provider: "camunda-community-hub/camunda",
            type_name: TYPE_NAME,
            change: Ok,
        }]
    }
}

/// Makes the list of the cluster what is planned.
async fn replace(
    context: &Context<ProviderData>,
    plan: &ClusterIpWhitelistModel,
) -> Result<ClusterIpWhitelistModel, Diagnostic> {
    let cluster_id = plan.cluster_id.as_str().unwrap_or_default();
    let call = CallContext::new(context.cancellation.clone());
    let client = context.data.for_writing(&call).await?;
    let entries: Vec<AllowlistEntry> = plan
        .ip_whitelist
        .known()
        .into_iter()
        .flat_map(|set| &set.0)
        .map(|entry| AllowlistEntry {
            ip: entry.ip.as_str().unwrap_or_default().to_owned(),
            description: entry.description.as_str().unwrap_or_default().to_owned(),
        })
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
                .at(Path::of("ip_whitelist"))
        })?;
    tracing::info!(cluster_id, entries = entries.len(), "set an IP allowlist");
    Ok(ClusterIpWhitelistModel {
        id: plan.cluster_id.clone(),
        cluster_id: plan.cluster_id.clone(),
        ip_whitelist: plan.ip_whitelist.clone(),
    })
}

fn model_of(entry: &AllowlistEntry) -> RuleModel {
    RuleModel {
        ip: Field::Known(entry.ip.clone()),
        description: Field::Known(entry.description.clone()),
    }
}
