//! `camunda_cluster_ip_allowlist`: the IP allowlist of a cluster.

use crate::api::CallContext;
use crate::framework::data_source::DataSource;
use crate::framework::docs::Facts;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Nesting, Schema};
use crate::framework::types::Type;
use crate::provider::data::ProviderData;
use crate::provider::ip_allowlist::{self, Cidrs};

/// The data source.
#[derive(Debug)]
pub struct ClusterIpAllowlist;

crate::model! {
    /// An IP allowlist.
    pub struct ClusterIpAllowlistModel {
        pub cluster_id: Field<String>,
        pub entries: Field<Vec<EntryModel>>,
    }
}

crate::model! {
    /// An entry of it.
    pub struct EntryModel {
        pub cidrs: Field<Cidrs>,
        pub description: Field<String>,
    }
}

impl DataSource<ProviderData> for ClusterIpAllowlist {
    type Model = ClusterIpAllowlistModel;

    fn type_name(&self) -> &'static str {
        "camunda_cluster_ip_allowlist"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "The IP allowlist of a cluster. A list that the service does not show is an error, never an \
             empty list.",
            [
                Attribute::string("cluster_id")
                    .required()
                    .description("ID of the cluster."),
                Attribute::nested(
                    "entries",
                    Nesting::List,
                    [
                        Attribute::set("cidrs", Type::String)
                            .computed()
                            .description("IPv4 addresses and CIDR blocks that are let in."),
                        Attribute::string("description")
                            .computed()
                            .description("What they are; may be empty."),
                    ],
                )
                .computed()
                .description("The entries of the list. With none, everybody is let in."),
            ],
        )
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Networking",
            permission_groups: &["Cluster", "IP allowlist"],
            limits: "Enterprise plans only.",
            ..Facts::default()
        }
    }

    async fn read(
        &self,
        context: &Context<ProviderData>,
        config: ClusterIpAllowlistModel,
    ) -> Outcome<ClusterIpAllowlistModel> {
        let client = match context.data.client() {
            Ok(client) => client,
            Err(unavailable) => return unavailable.into_outcome(context),
        };
        let cluster_id = config.cluster_id.as_str().unwrap_or_default();
        let call = CallContext::new(context.cancellation.clone()).as_of_now();
        let summary = format!("Cannot read the IP allowlist of cluster {cluster_id}");
        let list = match client.recent_ip_allowlist(&call, cluster_id).await {
            Ok(Some(list)) => list,
            Ok(None) => return Outcome::failed(ip_allowlist::hidden(summary)),
            Err(error) => {
                let diagnostic = context.data.explain(summary, &error);
                return Outcome::failed(diagnostic.at(Path::of("cluster_id")));
            }
        };
        let entries = list.iter().map(|entry| EntryModel {
            cidrs: Field::Known(ip_allowlist::cidrs_of(entry)),
            description: Field::Known(entry.description.clone()),
        });
        Outcome::present(
            ClusterIpAllowlistModel {
                entries: Field::Known(entries.collect()),
                cluster_id: config.cluster_id,
            },
            Default::default(),
        )
    }
}
