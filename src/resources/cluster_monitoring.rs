//! `camunda_cluster_monitoring`: the metrics endpoint of a cluster, which is switched on or off.
//!
//! Its credentials are objects of their own.

use crate::api::{CallContext, Client, MonitoringNotActivated};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::docs::Facts;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::path::Path;
use crate::framework::resource::{Create, Delete, Read, Resource, Update};
use crate::framework::schema::{Attribute, IdentitySchema, Schema};
use crate::provider::data::ProviderData;
use crate::provider::errors::{advise, no_such_cluster, taken};
use crate::provider::import_id;
use crate::provider::journal::Entry;

const TYPE_NAME: &str = "camunda_cluster_monitoring";

/// The resource type.
#[derive(Debug)]
pub struct ClusterMonitoring;

crate::model! {
    /// State, plan and configuration of a metrics endpoint.
    pub struct ClusterMonitoringModel {
        pub id: Field<String>,
        pub cluster_id: Field<String>,
        pub metrics_url: Field<String>,
    }
}

impl Resource<ProviderData> for ClusterMonitoring {
    type Model = ClusterMonitoringModel;

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
            not_read_back: &[],
            destroy: "Switches the endpoint off and deletes all its credentials, also those that \
                      Terraform does not know.",
            availability: "",
            guides: &[],
        }
    }

    fn identity(&self) -> IdentitySchema {
        IdentitySchema::new().required("cluster_id", "ID of the cluster.")
    }

    async fn create(
        &self,
        context: &Context<ProviderData>,
        request: Create<ClusterMonitoringModel>,
    ) -> Outcome<ClusterMonitoringModel> {
        let Create { plan, private, .. } = request;
        let call = CallContext::new(context.cancellation.clone());
        let client = match context.data.for_writing(&call).await {
            Ok(client) => client,
            Err(diagnostic) => return Outcome::failed(diagnostic),
        };
        let cluster_id = cluster_of(&plan).to_owned();
        let entry = match activate(context, client, &call, &cluster_id).await {
            Ok(entry) => entry,
            Err(diagnostic) => return Outcome::failed(diagnostic),
        };
        let mut state = plan;
        state.id = Field::Known(cluster_id.clone());
        let why = match client.get_monitoring(&call, &cluster_id).await {
            Ok(monitoring) => {
                state.metrics_url = monitoring.url().into();
                "The service does not tell it yet.".to_owned()
            }
            Err(error) => {
                state.metrics_url = Field::Null;
                let explained = context.data.explain(String::new(), &error);
                format!("It could not be read: {}", explained.full_detail())
            }
        };
        // A run that was interrupted may have nobody left to take the answer: the note stays until the
        // endpoint is read from a state.
        if !context.cancellation.is_cancelled() {
            entry.close();
        }
        let known = !state.metrics_url.is_null();
        let outcome = Outcome::present(state, private);
        if known {
            return outcome;
        }
        // A warning: Terraform destroys in the next apply what was created with an error.
        outcome.with(
            Diagnostic::warning(
                format!("Address of the metrics endpoint of cluster {cluster_id} is not known yet"),
                format!("The endpoint is switched on. {why}"),
            )
            .hint("The next plan or apply reads it."),
        )
    }

    async fn read(
        &self,
        context: &Context<ProviderData>,
        request: Read<ClusterMonitoringModel>,
    ) -> Outcome<ClusterMonitoringModel> {
        let Read {
            mut state, private, ..
        } = request;
        let client = match context.data.client() {
            Ok(client) => client,
            Err(unavailable) => return unavailable.into_outcome(context),
        };
        let call = context.data.refresh(&context.cancellation);
        let cluster_id = cluster_of(&state).to_owned();
        match client.recent_monitoring(&call, &cluster_id).await {
            Ok(monitoring) if monitoring.is_active() => {
                context.data.journal().has_arrived(&noted(&cluster_id));
                state.metrics_url = monitoring.url().into();
                state.id = Field::Known(cluster_id);
                Outcome::present(state, private)
            }
            Err(error) if !error.is_not_found() => {
                let summary = format!("Cannot read the metrics endpoint of cluster {cluster_id}");
                Outcome::failed(context.data.explain(summary, &error))
            }
            Ok(_) | Err(_) => {
                tracing::info!(cluster_id, "the metrics endpoint is off");
                Outcome::absent()
            }
        }
    }

    /// There is nothing that could be changed.
    async fn update(
        &self,
        _context: &Context<ProviderData>,
        request: Update<ClusterMonitoringModel>,
    ) -> Outcome<ClusterMonitoringModel> {
        Outcome::present(request.plan, request.private)
    }

    async fn delete(
        &self,
        context: &Context<ProviderData>,
        request: Delete<ClusterMonitoringModel>,
    ) -> Diagnostics {
        let call = CallContext::new(context.cancellation.clone());
        let client = match context.data.for_writing(&call).await {
            Ok(client) => client,
            Err(diagnostic) => return diagnostic.into(),
        };
        let cluster_id = cluster_of(&request.state);
        match client.deactivate_monitoring(&call, cluster_id).await {
            Err(error) if !error.is_not_found() => {
                let summary =
                    format!("Cannot switch the metrics endpoint of cluster {cluster_id} off");
                context.data.explain(summary, &error).into()
            }
            _ => {
                tracing::info!(cluster_id, "switched a metrics endpoint off");
                Diagnostics::new()
            }
        }
    }

    async fn import(
        &self,
        _context: &Context<ProviderData>,
        id: &str,
    ) -> Result<ClusterMonitoringModel, Diagnostic> {
        Ok(ClusterMonitoringModel {
            cluster_id: Field::Known(import_id::cluster(TYPE_NAME, id)?),
            ..ClusterMonitoringModel::default()
        })
    }
}

/// Switches the endpoint on, unless a killed run has done so already.
async fn activate(
    context: &Context<ProviderData>,
    client: &Client,
    call: &CallContext,
    cluster_id: &str,
) -> Result<Entry, Diagnostic> {
    let data = &context.data;
    let summary = format!("Cannot switch the metrics endpoint of cluster {cluster_id} on");
    let journal = data.journal();
    let subject = format!("{} at {}", noted(cluster_id), data.account());
    while let Some(abandoned) = journal.take_abandoned(&subject) {
        let found = client.get_monitoring(call, cluster_id).await;
        let found = found.map_err(|error| data.explain(summary.as_str(), &error))?;
        if found.is_active() {
            tracing::info!(
                cluster_id,
                "going on with what a killed run has switched on"
            );
            return Ok(abandoned);
        }
        abandoned.close();
    }
    let mut entry = None;
    let result = client
        .activate_monitoring(call, cluster_id, || {
            let mut begun = journal.begin(&subject, Vec::new());
            begun.created(&noted(cluster_id));
            entry = Some(begun);
        })
        .await;
    let entry = entry.unwrap_or_else(|| journal.begin(&subject, Vec::new()));
    match result {
        Ok(()) => {
            tracing::info!(cluster_id, "switched a metrics endpoint on");
            Ok(entry)
        }
        Err(MonitoringNotActivated::Active) => {
            entry.close();
            let diagnostic =
                Diagnostic::error(summary, "It is on already.").at(Path::of("cluster_id"));
            Err(taken(diagnostic, TYPE_NAME, cluster_id))
        }
        Err(MonitoringNotActivated::Failed(error)) => {
            // What may exist without our knowing is for the next run to look for.
            if !error.may_have_committed() {
                entry.close();
            }
            let diagnostic = data.explain(summary, &error);
            Err(if error.is_not_found() {
                no_such_cluster(diagnostic)
            } else if error.may_have_committed() {
                advise(
                    diagnostic,
                    "If it was switched on all the same, the next apply on this machine goes on with it.",
                )
            } else {
                diagnostic
            })
        }
    }
}

fn cluster_of(state: &ClusterMonitoringModel) -> &str {
    state.cluster_id.as_str().unwrap_or_default()
}

/// What notes call it.
fn noted(cluster_id: &str) -> String {
    format!("metrics endpoint of the cluster {cluster_id}")
}

fn schema() -> Schema {
    Schema::new(
        "The metrics endpoint of a cluster, from which Prometheus and others scrape metrics. Those who \
         do log in with credentials: see `camunda_cluster_monitoring_client`, which needs this resource \
         first.\n\nThe service switches the endpoint off when its last credentials are deleted. The next \
         plan then switches it on again; to end with it, remove this resource as well.",
        [
            Attribute::string("id")
                .computed()
                .use_state()
                .description("ID of the cluster."),
            Attribute::string("cluster_id")
                .required()
                .requires_replace()
                .description(
                    "ID of the cluster. Changing it replaces the endpoint and deletes all its \
                     credentials.",
                ),
            Attribute::string("metrics_url")
                .computed()
                .use_state()
                .description(
                    "URL from which metrics are scraped. Empty until the service tells it.",
                ),
        ],
    )
}
