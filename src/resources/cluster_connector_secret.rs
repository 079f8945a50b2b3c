//! `camunda_cluster_connector_secret`: a secret that the connectors of a cluster use.
//!
//! Its value comes from the configuration in one of two ways: as `value`, which the state holds, or as
//! `value_wo`, which is handed to the service and nowhere kept.

mod lifecycle;

use crate::api::{ExposeSecret as _, SecretString};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::docs::Facts;
use crate::framework::number::Number;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::path::Path;
use crate::framework::resource::{Create, Delete, PlanChange, Read, Resource, StateMove, Update};
use crate::framework::schema::{Attribute, IdentitySchema, PlanModifier, Schema};
use crate::framework::value::Value;
use crate::provider::data::ProviderData;
use crate::provider::import_id::{self, Part};
use crate::provider::validators;
use crate::provider::wait::{Limits, Timeouts};

const TYPE_NAME: &str = "camunda_cluster_connector_secret";

/// How long the operations may take unless the user says otherwise. All wait for other changes.
const LIMITS: Limits = Limits {
    create: "10m",
    update: "10m",
    delete: "10m",
};

/// The resource type.
#[derive(Debug)]
pub struct ClusterConnectorSecret;

crate::model! {
    /// State, plan and configuration of a connector secret.
    pub struct ClusterConnectorSecretModel {
        pub id: Field<String>,
        pub cluster_id: Field<String>,
        pub name: Field<String>,
        pub value: Field<SecretString>,
        pub value_wo: Field<SecretString>,
        pub value_wo_version: Field<Number>,
        pub timeouts: Field<Timeouts>,
    }
}

impl Resource<ProviderData> for ClusterConnectorSecret {
    type Model = ClusterConnectorSecretModel;

    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn schema(&self) -> Schema {
        schema()
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Access",
            permission_groups: &["Connector Secrets"],
            limits: "The organisation's plan sets how many connector secrets a cluster can have.",
            not_read_back: &["value_wo"],
            destroy: "Deletes the secret. Connectors that use it fail from then on.",
            availability: "",
            guides: &[
                ("Secrets without state", "secrets-without-state"),
                ("Rotating credentials", "credential-rotation"),
            ],
        }
    }

    fn identity(&self) -> IdentitySchema {
        IdentitySchema::new()
            .required("cluster_id", "ID of the cluster.")
            .required("name", "Name of the secret.")
    }

    fn validate(&self, config: &ClusterConnectorSecretModel) -> Diagnostics {
        let ClusterConnectorSecretModel {
            value,
            value_wo,
            value_wo_version: version,
            ..
        } = config;
        // What is not known yet may turn out to be null.
        let mut diagnostics = Diagnostics::new();
        if value.known().is_some() && value_wo.known().is_some() {
            diagnostics.push(not_one_value(false));
        }
        if value_wo.known().is_some() && version.is_null() {
            diagnostics.push(
                Diagnostic::error(
                    "Write-only value without a version",
                    "value_wo is not stored, so that a new value cannot be told from the old one: \
                     value_wo_version says when to send it.",
                )
                .hint("Set value_wo_version, to 1 for example, and raise it with every new value.")
                .at(Path::of("value_wo")),
            );
        }
        if version.known().is_some() && value_wo.is_null() {
            diagnostics.push(
                Diagnostic::error(
                    "Version without a write-only value",
                    "value_wo_version belongs to value_wo, which is not set.",
                )
                .hint("Remove value_wo_version, or set value_wo.")
                .at(Path::of("value_wo_version")),
            );
        }
        diagnostics
    }

    async fn plan(
        &self,
        _context: &Context<ProviderData>,
        change: &mut PlanChange<ClusterConnectorSecretModel>,
    ) {
        plan_value(change);
    }

    async fn create(
        &self,
        context: &Context<ProviderData>,
        request: Create<ClusterConnectorSecretModel>,
    ) -> Outcome<ClusterConnectorSecretModel> {
        lifecycle::create(context, request).await
    }

    async fn read(
        &self,
        context: &Context<ProviderData>,
        request: Read<ClusterConnectorSecretModel>,
    ) -> Outcome<ClusterConnectorSecretModel> {
        lifecycle::read(context, request).await
    }

    async fn update(
        &self,
        context: &Context<ProviderData>,
        request: Update<ClusterConnectorSecretModel>,
    ) -> Outcome<ClusterConnectorSecretModel> {
        lifecycle::update(context, request).await
    }

    async fn delete(
        &self,
        context: &Context<ProviderData>,
        request: Delete<ClusterConnectorSecretModel>,
    ) -> Diagnostics {
        lifecycle::delete(context, &request.state).await
    }

    async fn import(
        &self,
        _context: &Context<ProviderData>,
        id: &str,
    ) -> Result<ClusterConnectorSecretModel, Diagnostic> {
        let part = Part {
            attribute: "name",
            example: "PAYMENT_API_KEY",
            found: "The name of the secret is on the same page, under Connector Secrets.",
        };
        let (cluster_id, name) = import_id::in_cluster(TYPE_NAME, id, part)?;
        Ok(ClusterConnectorSecretModel {
            cluster_id: Field::Known(cluster_id),
            name: Field::Known(name),
            ..ClusterConnectorSecretModel::default()
        })
    }

    fn generate_config(&self, mut config: Value) -> Value {
        // The secret keeps it.
        if let Some(value) = config.get_mut(&Path::of("value")) {
            *value = Value::Null;
        }
        config
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

/// Plans the value where configuration does not give it as such: with a write-only one, the state has
/// none; without any, a secret keeps the one that the state knows, from an import for example.
fn plan_value(change: &mut PlanChange<ClusterConnectorSecretModel>) {
    let Some(config) = &change.config else {
        return;
    };
    if !config.value.is_null() {
        return;
    }
    if !config.value_wo.is_null() {
        change.set(&Path::of("value"), Value::Null);
        return;
    }
    let prior = change.prior.as_ref();
    let is_known = prior.is_some_and(|prior| prior.value.known().is_some());
    if change.is_replace() || !is_known {
        change.diagnostics.push(not_one_value(true));
    }
}

/// Neither or both of the two ways to set the value are used.
fn not_one_value(neither: bool) -> Diagnostic {
    let what = if neither {
        "Neither value nor value_wo is set. Only a secret whose value is in the state already, after an \
         import for example, can do without."
    } else {
        "Both value and value_wo are set."
    };
    Diagnostic::error("Exactly one value is needed", what)
        .hint(
            "Set value, which the state holds, or value_wo and value_wo_version, with which nothing is \
             stored (Terraform 1.11 or later, OpenTofu 1.11 or later).",
        )
        .at(Path::of("value"))
}

/// The value that configuration gives, however it does.
fn configured_value(config: &ClusterConnectorSecretModel) -> Result<&SecretString, Diagnostic> {
    match (config.value.known(), config.value_wo.known()) {
        (Some(value), None) | (None, Some(value)) => Ok(value),
        (None, None) => Err(not_one_value(true)),
        (Some(_), Some(_)) => Err(not_one_value(false)),
    }
}

/// Whether an update has a value to send. Nothing is known of a write-only one but its version.
fn is_to_be_sent(
    config: &ClusterConnectorSecretModel,
    plan: &ClusterConnectorSecretModel,
    prior: &ClusterConnectorSecretModel,
) -> bool {
    match config.value.known() {
        Some(value) => prior
            .value
            .known()
            .is_none_or(|known| known.expose_secret() != value.expose_secret()),
        None => plan.value_wo_version != prior.value_wo_version,
    }
}

/// The state of a secret that an import has just read, without its value.
#[must_use]
pub fn found(cluster_id: &str, name: &str) -> ClusterConnectorSecretModel {
    let mut state = ClusterConnectorSecretModel {
        cluster_id: cluster_id.into(),
        name: name.into(),
        ..ClusterConnectorSecretModel::default()
    };
    state.id = Field::Known(composite_id(&state));
    state
}

/// Cluster and name, which together find the secret again.
fn keys(state: &ClusterConnectorSecretModel) -> (&str, &str) {
    (
        state.cluster_id.as_str().unwrap_or_default(),
        state.name.as_str().unwrap_or_default(),
    )
}

/// `id`, which is the import id too.
fn composite_id(state: &ClusterConnectorSecretModel) -> String {
    let (cluster_id, name) = keys(state);
    format!("{cluster_id}/{name}")
}

/// The secret as messages call it.
fn spoken(state: &ClusterConnectorSecretModel) -> String {
    let (cluster_id, name) = keys(state);
    format!("{name:?} in cluster {cluster_id}")
}

fn schema() -> Schema {
    let replaced = "Changing it deletes the secret and creates another one.";
    Schema::new(
        "A connector secret of a cluster. Connectors refer to it by its name.\n\nSet `value`, which the \
         state holds and which is compared with the service's in every refresh, or `value_wo` with \
         `value_wo_version`, with which nothing about the value is stored in plan or state, and only \
         the existence of the secret is refreshed. Either can take the other's place at any time, in \
         place.\n\nThe service carries out one change of a cluster's connector secrets at a time and \
         refuses others meanwhile. Changes of one run are made one after another, and those that meet \
         somebody else's wait, for as long as `timeouts` allow.\n\nAn import reads the value into \
         `value`, so that a configuration with the same value has nothing to change. With `value_wo` in \
         the configuration, the first apply after the import sends that value once and removes the one \
         that was read from the state; the command `import` stores it until then, and so does the plan \
         of an `import` block.\n\nWithout either, as in a configuration that the command line has generated, \
         an imported secret keeps the value it has, whatever becomes of it, and the state holds it. A \
         secret that is to be created needs one of the two.",
        [
            Attribute::string("id")
                .computed()
                // State of the community provider has none until it is refreshed.
                .plan(PlanModifier::UseNonNullState)
                .description("Cluster and name in one: `<cluster_id>/<name>`."),
            Attribute::string("cluster_id")
                .required()
                .requires_replace()
                .description(format!("ID of the cluster. {replaced}")),
            Attribute::string("name")
                .required()
                .requires_replace()
                .validate(validators::length(1, 50))
                .validate(validators::without_blanks())
                .description(format!(
                    "Name of the secret, unique within its cluster: 1 to 50 characters without blanks. \
                     Connectors can refer only to names made of letters, digits, `_` and `-`. {replaced}"
                )),
            Attribute::string("value")
                .optional()
                .computed()
                .use_state()
                .sensitive()
                .description(
                    "Value of the secret. The state holds it. Changed in place; a change made elsewhere \
                     is found and planned back. Set this or `value_wo`; without either, an imported \
                     secret keeps the value it has.",
                ),
            Attribute::string("value_wo")
                .optional()
                .write_only()
                .sensitive()
                .description(
                    "Value of the secret, which is not stored. It is sent when the secret is created \
                     and whenever `value_wo_version` changes. A change made elsewhere is not found. Needs \
                     Terraform 1.11 or later, or OpenTofu 1.11 or later.",
                ),
            Attribute::number("value_wo_version").optional().description(
                "Version of `value_wo`, any number: a change sends the value again, in place. Needed \
                 with `value_wo`, and only allowed with it.",
            ),
            LIMITS.attribute(),
        ],
    )
}

#[cfg(test)]
mod tests;
