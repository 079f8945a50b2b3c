//! `camunda_cluster_monitoring_client`: credentials for the metrics endpoint of a cluster, with the
//! password that the service tells once.
//!
//! A password that was told is in the state from that moment: nothing that could fail comes after it.

mod lifecycle;

use crate::api::{CallContext, SecretString};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::docs::Facts;
use crate::framework::number::Number;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::resource::{Create, Delete, PlanChange, Read, Resource, Update};
use crate::framework::schema::{Attribute, IdentitySchema, Schema};
use crate::provider::data::ProviderData;
use crate::provider::import_id::{self, Part};
use crate::provider::validators;

const TYPE_NAME: &str = "camunda_cluster_monitoring_client";

/// The resource type.
#[derive(Debug)]
pub struct ClusterMonitoringClient;

crate::model! {
    /// State, plan and configuration of credentials.
    pub struct ClusterMonitoringClientModel {
        pub id: Field<String>,
        pub cluster_id: Field<String>,
        pub username: Field<String>,
        pub password_version: Field<Number>,
        pub password: Field<SecretString>,
        pub created_at: Field<String>,
    }
}

impl Resource<ProviderData> for ClusterMonitoringClient {
    type Model = ClusterMonitoringClientModel;

    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn schema(&self) -> Schema {
        schema()
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Operations",
            permission_groups: &["External Monitoring"],
            limits: "",
            not_read_back: &["password"],
            destroy: "Deletes the credentials: who uses them is no longer let in. The service switches \
                      the endpoint off with the last ones.",
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
            .required("id", "ID of the credentials.")
    }

    async fn plan(
        &self,
        _context: &Context<ProviderData>,
        change: &mut PlanChange<ClusterMonitoringClientModel>,
    ) {
        if let Ok(Some(planned)) = change.planned()
            && let Some(prior) = &change.prior
            && rotates(prior, &planned)
        {
            change.set_unknown("password");
        }
    }

    async fn create(
        &self,
        context: &Context<ProviderData>,
        request: Create<ClusterMonitoringClientModel>,
    ) -> Outcome<ClusterMonitoringClientModel> {
        lifecycle::create(context, request).await
    }

    async fn read(
        &self,
        context: &Context<ProviderData>,
        request: Read<ClusterMonitoringClientModel>,
    ) -> Outcome<ClusterMonitoringClientModel> {
        lifecycle::read(context, request).await
    }

    async fn update(
        &self,
        context: &Context<ProviderData>,
        request: Update<ClusterMonitoringClientModel>,
    ) -> Outcome<ClusterMonitoringClientModel> {
        lifecycle::update(context, request).await
    }

    async fn delete(
        &self,
        context: &Context<ProviderData>,
        request: Delete<ClusterMonitoringClientModel>,
    ) -> Diagnostics {
        let call = CallContext::new(context.cancellation.clone());
        let client = match context.data.for_writing(&call).await {
            Ok(client) => client,
            Err(diagnostic) => return diagnostic.into(),
        };
        let (cluster_id, id) = keys(&request.state);
        match client.delete_monitoring_client(&call, cluster_id, id).await {
            Err(error) if !error.is_not_found() => context
                .data
                .explain(
                    format!("Cannot delete monitoring client {}", spoken(&request.state)),
                    &error,
                )
                .into(),
            _ => {
                tracing::info!(cluster_id, id, "deleted a monitoring client");
                Diagnostics::new()
            }
        }
    }

    async fn import(
        &self,
        context: &Context<ProviderData>,
        id: &str,
    ) -> Result<ClusterMonitoringClientModel, Diagnostic> {
        if import_id::is_uuid(id) {
            return lifecycle::first_of(context, id).await;
        }
        let part = Part {
            attribute: "id",
            example: "0e1d2c3b-4a59-4687-9786-a5b4c3d2e1f0",
            found: "The ID of the credentials is known to the API alone: with just the ID of the \
                    cluster, the first ones are imported.",
        };
        let (cluster_id, id) = import_id::in_cluster(TYPE_NAME, id, part)?;
        Ok(ClusterMonitoringClientModel {
            cluster_id: Field::Known(cluster_id),
            id: Field::Known(id),
            ..ClusterMonitoringClientModel::default()
        })
    }
}

/// Whether a change makes a new password: another number does, no number any more does not. One that
/// is not known yet probably will.
fn rotates(prior: &ClusterMonitoringClientModel, plan: &ClusterMonitoringClientModel) -> bool {
    !plan.password_version.is_null() && plan.password_version != prior.password_version
}

/// Cluster and id, which together find the credentials again.
fn keys(state: &ClusterMonitoringClientModel) -> (&str, &str) {
    (
        state.cluster_id.as_str().unwrap_or_default(),
        state.id.as_str().unwrap_or_default(),
    )
}

/// The credentials as messages call them: by the user name, which an import does not know yet, and the
/// cluster.
fn spoken(state: &ClusterMonitoringClientModel) -> String {
    let (cluster_id, id) = keys(state);
    let name = state.username.as_str().unwrap_or(id);
    format!("{name:?} in cluster {cluster_id}")
}

fn schema() -> Schema {
    let computed = |name: &str, text: &str| {
        Attribute::string(name)
            .computed()
            .use_state()
            .description(text)
    };
    Schema::new(
        "Credentials for the metrics endpoint of a cluster, with which Prometheus and others scrape \
         metrics. The endpoint must be on: let this resource depend on `camunda_cluster_monitoring`.\n\n\
         The service tells the password once, when the credentials are created or the password is \
         rotated, and the state holds it from then on. After an import `password` is empty; a \
         `password_version` then makes a new one.\n\nThe service switches the endpoint off when the last \
         credentials are deleted. So that replacing the only ones does not do that, set \
         `create_before_destroy` in their `lifecycle` block.",
        [
            computed("id", "ID of the credentials."),
            Attribute::string("cluster_id")
                .required()
                .requires_replace()
                .description("ID of the cluster. Changing it replaces the credentials."),
            Attribute::string("username")
                .required()
                .requires_replace()
                .validate(validators::not_blank())
                .description(
                    "User name, with which a scraper logs in. Changing it replaces the credentials.",
                ),
            Attribute::number("password_version").optional().description(
                "Any number. Another number makes a new password in place; so does the first one on \
                 credentials that had none. The password before is good for up to 5 minutes more. \
                 Removing it changes nothing.",
            ),
            Attribute::string("password")
                .computed()
                .use_state()
                .sensitive()
                .description(
                    "Password. Told by the service at creation and at every rotation; empty after an \
                     import.",
                ),
            computed("created_at", "Time of creation (RFC 3339, UTC)."),
        ],
    )
}

#[cfg(test)]
mod tests;
