//! A cluster as data sources show it: what the resource shows, and its health.
//!
//! Must not know how a cluster is found.

use crate::api::{Cluster, ClusterHealth, NamedRef};
use crate::framework::object::Field;
use crate::framework::schema::{Attribute, Nesting};
use crate::framework::types::Type;

crate::model! {
    /// A cluster.
    pub struct ClusterView {
        pub id: Field<String>,
        pub name: Field<String>,
        pub description: Field<String>,
        pub channel: Field<String>,
        pub channel_name: Field<String>,
        pub region: Field<String>,
        pub region_name: Field<String>,
        pub plan_type: Field<String>,
        pub plan_type_name: Field<String>,
        pub generation: Field<String>,
        pub current_generation: Field<String>,
        pub current_generation_name: Field<String>,
        pub auto_update: Field<bool>,
        pub encryption: Field<String>,
        pub backup_region: Field<String>,
        pub organization_id: Field<String>,
        pub created_at: Field<String>,
        pub labels: Field<Vec<String>>,
        pub links: Field<LinksView>,
        pub status: Field<StatusView>,
    }
}

crate::model! {
    /// Addresses of a cluster's components.
    pub struct LinksView {
        pub console: Field<String>,
        pub connectors: Field<String>,
        pub identity: Field<String>,
        pub oauth: Field<String>,
        pub operate: Field<String>,
        pub optimize: Field<String>,
        pub tasklist: Field<String>,
        pub zeebe: Field<String>,
    }
}

crate::model! {
    /// Health of a cluster and of its components.
    pub struct StatusView {
        pub ready: Field<String>,
        pub connectors: Field<String>,
        pub operate: Field<String>,
        pub optimize: Field<String>,
        pub tasklist: Field<String>,
        pub zeebe: Field<String>,
    }
}

/// All attributes but `id` and `name`, which may be arguments.
#[must_use]
pub fn attributes() -> Vec<Attribute> {
    let computed = |name: &str, text: &str| Attribute::string(name).computed().description(text);
    let object = |name: &str, members: &[(&str, &str)], text: &str| {
        let members = members.iter().map(|&(name, text)| computed(name, text));
        Attribute::nested(name, Nesting::Single, members)
            .computed()
            .description(text)
    };
    vec![
        computed("description", "Description of the cluster."),
        computed("channel", "ID of the release channel."),
        computed("channel_name", "Name of the release channel."),
        computed("region", "ID of the region."),
        computed("region_name", "Name of the region."),
        computed("plan_type", "ID of the plan type."),
        computed("plan_type_name", "Name of the plan type."),
        computed("generation", "ID of the generation that runs now."),
        computed(
            "current_generation",
            "ID of the generation that runs now, under the name it has in the resource.",
        ),
        computed(
            "current_generation_name",
            "Name of the generation that runs now.",
        ),
        Attribute::bool("auto_update")
            .computed()
            .description("Whether patch releases are applied automatically."),
        computed(
            "encryption",
            "Who keeps the keys of the encryption at rest.",
        ),
        computed("backup_region", "ID of the backup location."),
        computed(
            "organization_id",
            "ID of the organisation that owns the cluster.",
        ),
        computed("created_at", "Time of creation (RFC 3339, UTC)."),
        Attribute::list("labels", Type::String)
            .computed()
            .description("Labels of the cluster."),
        object(
            "links",
            &[
                ("console", "Address of the cluster in the Console."),
                ("connectors", "Address of Connectors."),
                ("identity", "Address of Identity."),
                (
                    "oauth",
                    "Address of the token endpoint for the cluster's clients.",
                ),
                ("operate", "Address of Operate."),
                ("optimize", "Address of Optimize."),
                ("tasklist", "Address of Tasklist."),
                (
                    "zeebe",
                    "Host of the Zeebe gateway, without scheme and port.",
                ),
            ],
            "Addresses of the cluster's components.",
        ),
        object(
            "status",
            &[
                ("ready", "The cluster as a whole."),
                ("connectors", "Connectors."),
                ("operate", "Operate."),
                ("optimize", "Optimize."),
                ("tasklist", "Tasklist."),
                ("zeebe", "Zeebe."),
            ],
            "Health at the moment of reading: `Healthy`, `Unhealthy`, `Creating`, `Updating`, \
             `Resuming`, `Suspended`, or what has been added since. It changes by itself, so that what \
             is made from it may show changes in every plan: use it in outputs and checks.",
        ),
    ]
}

impl From<&Cluster> for ClusterView {
    fn from(cluster: &Cluster) -> Self {
        let id = |reference: &Option<NamedRef>| {
            Field::from(reference.as_ref().map(|reference| reference.id.clone()))
        };
        let name = |reference: &Option<NamedRef>| {
            Field::from(reference.as_ref().map(|reference| reference.name.clone()))
        };
        let health =
            |health: &Option<ClusterHealth>| Field::from(health.as_ref().map(ToString::to_string));
        let (links, status) = (&cluster.links, &cluster.status);
        let encryption = cluster
            .encryption
            .as_ref()
            .and_then(|encryption| encryption.encryption_type.as_ref());
        Self {
            id: Field::Known(cluster.id.clone()),
            name: Field::Known(cluster.name.clone()),
            description: cluster
                .description
                .clone()
                .filter(|text| !text.is_empty())
                .into(),
            channel: id(&cluster.channel),
            channel_name: name(&cluster.channel),
            region: id(&cluster.region),
            region_name: name(&cluster.region),
            plan_type: id(&cluster.plan_type),
            plan_type_name: name(&cluster.plan_type),
            generation: id(&cluster.generation),
            current_generation: id(&cluster.generation),
            current_generation_name: name(&cluster.generation),
            auto_update: cluster.auto_update.into(),
            encryption: encryption.map(ToString::to_string).into(),
            backup_region: id(&cluster.backup_region),
            organization_id: cluster.organization_id.clone().into(),
            created_at: cluster.created_at.clone().into(),
            labels: Field::Known(cluster.labels.clone()),
            links: Field::Known(LinksView {
                console: links.console.clone().into(),
                connectors: links.connectors.clone().into(),
                identity: links.identity.clone().into(),
                oauth: links.oauth.clone().into(),
                operate: links.operate.clone().into(),
                optimize: links.optimize.clone().into(),
                tasklist: links.tasklist.clone().into(),
                zeebe: links.zeebe.clone().into(),
            }),
            status: Field::Known(StatusView {
                ready: health(&status.ready),
                connectors: health(&status.connectors_status),
                operate: health(&status.operate_status),
                optimize: health(&status.optimize_status),
                tasklist: health(&status.tasklist_status),
                zeebe: health(&status.zeebe_status),
            }),
        }
    }
}
