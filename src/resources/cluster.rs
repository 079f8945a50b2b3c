//! `camunda_cluster`: a cluster, from the request for it until it is gone.
//!
//! Whatever happens on the way, a cluster that exists is in the state, and nothing but the user's
//! own wish destroys it.

mod backup_first;
mod create;
mod delete;
mod plan;
mod settle;
mod update;

use std::collections::BTreeSet;

use crate::api::{self, CreateCluster, EncryptionType, UpdateCluster};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::docs::Facts;
use crate::framework::number::Number;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::path::Path;
use crate::framework::private::Private;
use crate::framework::resource::{Create, Delete, PlanChange, Read, Resource, StateMove, Update};
use crate::framework::schema::{Attribute, IdentitySchema, Schema};
use crate::framework::types::Type;
use crate::framework::value::Value;
use crate::provider::data::ProviderData;
use crate::provider::health::is_healthy;
use crate::provider::import_id;
use crate::provider::validators;
use crate::provider::wait::{Limits, Timeouts};
use crate::provider::wake::is_asleep;

/// How long the operations may take unless the user says otherwise.
const LIMITS: Limits = Limits {
    create: "30m",
    update: "60m",
    delete: "15m",
};

/// The members of `links`.
const LINKS: [&str; 8] = [
    "console",
    "connectors",
    "identity",
    "oauth",
    "operate",
    "optimize",
    "tasklist",
    "zeebe",
];

/// Private state: the cluster was created, but has not been seen healthy yet.
const UNFINISHED: &str = "unfinished";

/// Private state: configuration names a generation, so that the state keeps what it says.
const GENERATION_CONFIGURED: &str = "generation_configured";

/// Private state: the service had put the cluster to sleep when it was read last.
const ASLEEP: &str = "asleep";

/// The resource type.
#[derive(Debug)]
pub struct Cluster;

crate::model! {
    /// State, plan and configuration of a cluster.
    pub struct ClusterModel {
        pub id: Field<String>,
        pub name: Field<String>,
        pub description: Field<String>,
        pub channel: Field<String>,
        pub region: Field<String>,
        pub plan_type: Field<String>,
        pub generation: Field<String>,
        pub auto_update: Field<bool>,
        pub stage_label: Field<String>,
        pub hardware_packages: Field<Number>,
        pub encryption: Field<String>,
        pub backup_region: Field<String>,
        pub deletion_protection: Field<bool>,
        pub delete_on_create_timeout: Field<bool>,
        pub keep_awake: Field<bool>,
        pub backup_before: Field<BTreeSet<String>>,
        pub timeouts: Field<Timeouts>,
        pub current_generation: Field<String>,
        pub current_generation_name: Field<String>,
        pub channel_name: Field<String>,
        pub region_name: Field<String>,
        pub plan_type_name: Field<String>,
        pub organization_id: Field<String>,
        pub created_at: Field<String>,
        pub labels: Field<Vec<String>>,
        pub links: Field<LinksModel>,
    }
}

crate::model! {
    /// Addresses of a cluster's components.
    pub struct LinksModel {
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

impl Resource<ProviderData> for Cluster {
    type Model = ClusterModel;

    fn type_name(&self) -> &'static str {
        "camunda_cluster"
    }

    fn schema(&self) -> Schema {
        schema()
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Clusters",
            permission_groups: &["Cluster"],
            limits: "The organisation's plan sets how many clusters and hardware packages there can be. \
                     `backup_region`, and `encryption` other than `Provider`, need an Enterprise plan; \
                     `hardware_packages` is for the plan types that can be resized.",
            not_read_back: &["stage_label", "hardware_packages"],
            destroy: "Deletes the cluster with its data, backups, API clients and connector secrets, and \
                      waits until it is gone. Refused while `deletion_protection` is set; preceded by a \
                      backup with `destroy` in `backup_before`.",
            availability: "",
            guides: &[],
        }
    }

    fn identity(&self) -> IdentitySchema {
        IdentitySchema::new().required("id", "ID of the cluster, as the Console shows it.")
    }

    async fn plan(&self, context: &Context<ProviderData>, change: &mut PlanChange<ClusterModel>) {
        plan::plan(context, change).await;
    }

    async fn create(
        &self,
        context: &Context<ProviderData>,
        request: Create<ClusterModel>,
    ) -> Outcome<ClusterModel> {
        create::create(context, request).await
    }

    async fn read(
        &self,
        context: &Context<ProviderData>,
        request: Read<ClusterModel>,
    ) -> Outcome<ClusterModel> {
        let Read {
            mut state,
            mut private,
            ..
        } = request;
        let client = match context.data.client() {
            Ok(client) => client,
            Err(unavailable) => return unavailable.into_outcome(context),
        };
        let id = state.id.as_str().unwrap_or_default().to_owned();
        let call = context.data.refresh(&context.cancellation);
        match client.recent_cluster(&call, &id).await {
            Ok(cluster) => {
                context.data.journal().has_arrived(&cluster.id);
                if is_healthy(&cluster) {
                    private.remove(UNFINISHED);
                }
                if is_asleep(&cluster) {
                    private.set(ASLEEP, true);
                } else {
                    private.remove(ASLEEP);
                }
                merge(&mut state, &cluster, &private);
                Outcome::present(state, private)
            }
            Err(error) if error.is_not_found() => {
                tracing::info!(id, "the cluster is gone");
                Outcome::absent()
            }
            Err(error) => Outcome::failed(
                context
                    .data
                    .explain(format!("Cannot read cluster {id}"), &error),
            ),
        }
    }

    async fn update(
        &self,
        context: &Context<ProviderData>,
        request: Update<ClusterModel>,
    ) -> Outcome<ClusterModel> {
        update::update(context, request).await
    }

    async fn delete(
        &self,
        context: &Context<ProviderData>,
        request: Delete<ClusterModel>,
    ) -> Diagnostics {
        delete::delete(context, request).await
    }

    async fn import(
        &self,
        _context: &Context<ProviderData>,
        id: &str,
    ) -> Result<ClusterModel, Diagnostic> {
        Ok(ClusterModel {
            id: Field::Known(import_id::cluster("camunda_cluster", id)?),
            ..ClusterModel::default()
        })
    }

    fn generate_config(&self, mut config: Value) -> Value {
        // The service moves it on: what runs today is no wish.
        if let Some(generation) = config.get_mut(&at("generation")) {
            *generation = Value::Null;
        }
        config
    }

    fn moves(&self) -> Vec<StateMove> {
        // Same type, same attributes: the community provider's state is ours.
        vec![StateMove {
            provider: "camunda-community-hub/camunda",
            type_name: "camunda_cluster",
            change: Ok,
        }]
    }
}

fn schema() -> Schema {
    let replaced = "Changing it replaces the cluster with all its data.";
    let computed = |name: &str, text: &str| {
        Attribute::string(name)
            .computed()
            .use_state()
            .description(text)
    };
    Schema::new(
        "A cluster in Camunda 8 SaaS.\n\nCreation waits until the cluster is healthy. A creation that was \
         interrupted or ran out of time leaves the cluster in the state, and the next apply goes on \
         with it.",
        [
            Attribute::string("id")
                .computed()
                .use_state()
                .description("ID of the cluster."),
            Attribute::string("name")
                .required()
                .validate(validators::not_blank())
                .description("Name of the cluster. Can be changed at any time."),
            Attribute::string("description")
                .optional()
                .validate(validators::length(0, 150))
                .description(
                    "Description of the cluster, at most 150 characters. Removing it clears it.",
                ),
            Attribute::string("channel")
                .required()
                .requires_replace()
                .description(format!(
                    "ID of the release channel; see the data source `camunda_channel`. {replaced}"
                )),
            Attribute::string("region")
                .required()
                .requires_replace()
                .description(format!(
                    "ID of the region; see the data source `camunda_region`. {replaced}"
                )),
            Attribute::string("plan_type")
                .required()
                .requires_replace()
                .description(format!(
                    "ID of the plan type; see the data source `camunda_cluster_plan_type`. {replaced}"
                )),
            Attribute::string("generation")
                .optional()
                .computed()
                .use_state()
                .description(
                    "ID of the generation: the set of component versions. Left out, the cluster \
                     starts with the channel's default generation. A new value upgrades the cluster \
                     in place and never replaces it. The service chooses the newest generation it \
                     offers as the target and cannot downgrade. What runs now is in \
                     `current_generation`, which may be newer: it is not planned back.",
                ),
            Attribute::bool("auto_update")
                .optional()
                .computed()
                .use_state()
                .description(
                    "Whether patch releases are applied automatically; only in the Stable channel, \
                     elsewhere it has no effect. Set at creation; later it can be changed only in \
                     the Console.",
                ),
            Attribute::string("stage_label")
                .optional()
                .validate(validators::one_of(&["dev", "test", "stage", "prod"]))
                .description(
                    "Stage of the cluster: `dev`, `test`, `stage` or `prod`. Can be changed at any \
                     time. Cannot be read back.",
                ),
            Attribute::number("hardware_packages")
                .optional()
                .validate(validators::positive_number())
                .description(
                    "Size of the cluster as a multiple of the plan type's, where the organisation's \
                     contract allows it. Can be changed at any time. Cannot be read back.",
                ),
            Attribute::string("encryption")
                .optional()
                .computed()
                .use_state()
                .requires_replace()
                .description(format!(
                    "Who keeps the keys of the encryption at rest: `Provider` (default), `Software`, \
                     `Hardware` or `External`. {replaced}"
                )),
            Attribute::string("backup_region")
                .optional()
                .computed()
                .use_state()
                .requires_replace()
                .description(format!(
                    "ID of the backup location, one of the region's in the data source \
                     `camunda_region`. Enterprise plans only. {replaced}"
                )),
            Attribute::bool("deletion_protection")
                .default(false)
                .description(
                    "Whether to refuse every plan that destroys or replaces the cluster. To delete a \
                     protected cluster, set this to `false` and apply, then destroy. Default: `false`.",
                ),
            Attribute::bool("delete_on_create_timeout")
                .default(false)
                .description(
                    "Whether to delete a cluster that did not become healthy within \
                     `timeouts.create`, instead of keeping it for the next apply. Default: `false`.",
                ),
            Attribute::bool("keep_awake").optional().description(
                "Whether to wake the cluster when a plan finds it suspended: the plan then says so and \
                 proposes an update in place, which wakes the cluster and waits, as long as \
                 `timeouts.update` says, until it is healthy. Camunda suspends clusters of the Free \
                 Trial that are idle; process data is lost in the sleep. Default: `false`, and a \
                 suspended cluster is no difference.",
            ),
            Attribute::set("backup_before", Type::String)
                .optional()
                .validate(validators::each_one_of(&backup_first::STEPS))
                .description(
                    "Before what to take a backup of the cluster: `upgrade`, `destroy`, or both. With \
                     `upgrade`, a new `generation` is preceded by a backup; with `destroy`, so is a \
                     destruction or replacement of the cluster, if the state has it: adding it takes an \
                     apply of its own.\n\nThe plan says so, and nothing is changed or destroyed unless the \
                     backup is complete. With `-replace` or `taint` the backup is taken all the same, \
                     but no plan can announce it: Terraform and OpenTofu do not tell the provider that \
                     they are going to replace the cluster.\n\nIt may take as long as `timeouts.update` says, \
                     in addition to \
                     what follows. A run that is repeated soon after one that was killed, interrupted or \
                     refused goes on with the same backup.\n\n**A backup does not outlive its cluster:** \
                     the service deletes both together, so that `destroy` is no way back; it only makes \
                     sure that a cluster which cannot be backed up is not destroyed.\n\nThe limits are those \
                     of `camunda_cluster_backup`: Enterprise plans only, every 15 minutes at most, the \
                     three most recent ones are kept; the permission group *Backups* is needed.",
                ),
            LIMITS.attribute(),
            computed("current_generation", "ID of the generation that runs now."),
            computed("current_generation_name", "Name of the generation that runs now."),
            computed("channel_name", "Name of the release channel."),
            computed("region_name", "Name of the region."),
            computed("plan_type_name", "Name of the plan type."),
            computed("organization_id", "ID of the organisation that owns the cluster."),
            computed("created_at", "Time of creation (RFC 3339, UTC)."),
            Attribute::list("labels", Type::String)
                .computed()
                .use_state()
                .description("Labels of the cluster."),
            // No nested attributes: over those that are results, Terraform and OpenTofu 1.6 crash when
            // they generate a configuration.
            Attribute::of("links", Type::object(LINKS.map(|name| (name, Type::String))))
                .computed()
                .use_state()
                .description(
                    "Addresses of the cluster's components, each a text or empty: `console` (the \
                     cluster in the Console), `connectors`, `identity`, `oauth` (the token endpoint for \
                     the cluster's clients), `operate`, `optimize`, `tasklist`, and `zeebe` (host of the \
                     Zeebe gateway, without scheme and port).",
                ),
        ],
    )
}

/// What to ask the service for. `generation` is chosen already.
fn creation(plan: &ClusterModel, generation: String) -> CreateCluster {
    let text = |field: &Field<String>| field.as_str().unwrap_or_default().to_owned();
    CreateCluster {
        name: text(&plan.name),
        plan_type_id: text(&plan.plan_type),
        channel_id: text(&plan.channel),
        generation_id: generation,
        region_id: text(&plan.region),
        backup_region_id: plan.backup_region.as_str().map(str::to_owned),
        auto_update: plan.auto_update.known().copied(),
        stage_label: plan.stage_label.as_str().map(str::to_owned),
        encryption: plan.encryption.as_str().map(EncryptionType::from),
        hardware_packages: plan.hardware_packages.known().map(Number::to_f64),
        description: plan
            .description
            .as_str()
            .filter(|text| !text.is_empty())
            .map(str::to_owned),
    }
}

/// What to change in place to get from one state to another.
fn changes(prior: &ClusterModel, plan: &ClusterModel) -> UpdateCluster {
    UpdateCluster {
        name: (plan.name != prior.name).then(|| plan.name.as_str().unwrap_or_default().to_owned()),
        // Clearing is an empty text to the service.
        description: (plan.description.as_str().unwrap_or_default()
            != prior.description.as_str().unwrap_or_default())
        .then(|| plan.description.as_str().unwrap_or_default().to_owned()),
        // Neither of these can be taken back, only changed.
        stage_label: plan
            .stage_label
            .as_str()
            .filter(|label| prior.stage_label.as_str() != Some(label))
            .map(str::to_owned),
        hardware_packages: plan
            .hardware_packages
            .known()
            .filter(|packages| prior.hardware_packages.known() != Some(packages))
            .map(Number::to_f64),
    }
}

/// The state of a cluster that an import has just read.
#[must_use]
pub fn found(cluster: &api::Cluster) -> ClusterModel {
    let mut state = ClusterModel::default();
    merge(&mut state, cluster, &Private::default());
    state
}

/// Brings a state up to what the service reports. What the service leaves out stays as it was.
fn merge(state: &mut ClusterModel, cluster: &api::Cluster, private: &Private) {
    let text = |value: &Option<String>| value.clone().map(Field::Known);
    let id_of = |reference: &Option<api::NamedRef>| {
        reference
            .as_ref()
            .map(|reference| Field::Known(reference.id.clone()))
    };
    let name_of = |reference: &Option<api::NamedRef>| {
        reference
            .as_ref()
            .map(|reference| Field::Known(reference.name.clone()))
    };
    fn keep<T>(field: &mut Field<T>, seen: Option<Field<T>>) {
        if let Some(seen) = seen {
            *field = seen;
        } else if field.is_unknown() {
            *field = Field::Null;
        }
    }
    state.id = Field::Known(cluster.id.clone());
    state.name = Field::Known(cluster.name.clone());
    state.description = match (cluster.description.as_deref(), state.description.as_str()) {
        // An empty description and none are the same to the service.
        (None | Some(""), Some("")) => Field::Known(String::new()),
        (None | Some(""), _) => Field::Null,
        (Some(text), _) => Field::Known(text.to_owned()),
    };
    keep(&mut state.channel, id_of(&cluster.channel));
    keep(&mut state.channel_name, name_of(&cluster.channel));
    keep(&mut state.region, id_of(&cluster.region));
    keep(&mut state.region_name, name_of(&cluster.region));
    keep(&mut state.plan_type, id_of(&cluster.plan_type));
    keep(&mut state.plan_type_name, name_of(&cluster.plan_type));
    keep(&mut state.current_generation, id_of(&cluster.generation));
    keep(
        &mut state.current_generation_name,
        name_of(&cluster.generation),
    );
    // A configured generation is what the user last asked for, not what runs.
    let follows = private.get::<bool>(GENERATION_CONFIGURED) == Some(false);
    if follows || state.generation.known().is_none() {
        keep(&mut state.generation, id_of(&cluster.generation));
    }
    // Outside its channel the service drops the wish without a word: it stays what it is in the
    // configuration, or every plan would show a difference that nobody can resolve.
    let dropped = cluster.auto_update == Some(false)
        && state.auto_update.known() == Some(&true)
        && !takes_auto_updates(
            cluster
                .channel
                .as_ref()
                .map(|channel| channel.name.as_str()),
        );
    if !dropped {
        keep(
            &mut state.auto_update,
            cluster.auto_update.map(Field::Known),
        );
    }
    keep(
        &mut state.encryption,
        cluster
            .encryption
            .as_ref()
            .and_then(|encryption| encryption.encryption_type.as_ref())
            .map(|encryption| Field::Known(encryption.to_string())),
    );
    keep(&mut state.backup_region, id_of(&cluster.backup_region));
    keep(&mut state.organization_id, text(&cluster.organization_id));
    keep(&mut state.created_at, text(&cluster.created_at));
    state.labels = Field::Known(cluster.labels.clone());
    let links = &cluster.links;
    state.links = Field::Known(LinksModel {
        console: links.console.clone().into(),
        connectors: links.connectors.clone().into(),
        identity: links.identity.clone().into(),
        oauth: links.oauth.clone().into(),
        operate: links.operate.clone().into(),
        optimize: links.optimize.clone().into(),
        tasklist: links.tasklist.clone().into(),
        zeebe: links.zeebe.clone().into(),
    });
    // State from an import or from the community provider lacks what only we know.
    for flag in [
        &mut state.deletion_protection,
        &mut state.delete_on_create_timeout,
    ] {
        if flag.known().is_none() {
            *flag = Field::Known(false);
        }
    }
    if state.timeouts.is_unknown() {
        state.timeouts = Field::Null;
    }
}

/// Whether the service does anything with `auto_update` in a channel of this name. One of unknown
/// name may.
fn takes_auto_updates(channel: Option<&str>) -> bool {
    channel.is_none_or(|name| name.is_empty() || name == "Stable")
}

/// The path of an attribute.
fn at(name: &str) -> Path {
    Path::of(name)
}

#[cfg(test)]
mod tests;
