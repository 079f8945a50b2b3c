//! `camunda_cluster_backup_schedule`: when backups of a cluster are taken. A cluster has one schedule
//! at most.
//!
//! The service sets a schedule in the place of the one there is without a word, so creation looks
//! first: somebody else's schedule is not taken over silently.

mod cron;

use crate::api::{CallContext, Error, ScheduleNotCreated};
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

const TYPE_NAME: &str = "camunda_cluster_backup_schedule";

/// The resource type.
#[derive(Debug)]
pub struct ClusterBackupSchedule;

crate::model! {
    /// State, plan and configuration of a schedule.
    pub struct ClusterBackupScheduleModel {
        pub id: Field<String>,
        pub cluster_id: Field<String>,
        pub cron: Field<String>,
    }
}

impl Resource<ProviderData> for ClusterBackupSchedule {
    type Model = ClusterBackupScheduleModel;

    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "When backups of a cluster are taken. A cluster has one schedule at most.\n\nThe service keeps \
             the three most recent successful backups that a schedule has taken, besides the manual \
             ones. Backups are read with the data source `camunda_cluster_backups`.",
            [
                Attribute::string("id")
                    .computed()
                    .use_state()
                    .description("The same as `cluster_id`."),
                Attribute::string("cluster_id")
                    .required()
                    .requires_replace()
                    .description("ID of the cluster. Changing it moves the schedule there."),
                Attribute::string("cron")
                    .required()
                    .validate(cron::validator())
                    .equivalent_when(|one, other| match (one.as_str(), other.as_str()) {
                        (Some(one), Some(other)) => cron::plain(one) == cron::plain(other),
                        _ => false,
                    })
                    .description(
                        "When, in UTC, as a cron text of five fields: minute, hour, day of the month, \
                         month, day of the week. For example `0 2 * * *`: every day at 2 o'clock. Every \
                         15 minutes at most. Can be changed at any time.",
                    ),
            ],
        )
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Operations",
            permission_groups: &["Backups"],
            limits: "Enterprise plans only.",
            not_read_back: &[],
            destroy: "Removes the schedule. The backups that it has taken stay.",
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
        request: Create<ClusterBackupScheduleModel>,
    ) -> Outcome<ClusterBackupScheduleModel> {
        let mut state = request.plan;
        match obtain(context, &state).await {
            Ok(entry) => {
                // A run that was interrupted may have nobody left to take the answer: the note stays
                // until the schedule is read from a state.
                if !context.cancellation.is_cancelled() {
                    entry.close();
                }
                state.id = state.cluster_id.clone();
                Outcome::present(state, request.private)
            }
            Err(diagnostic) => Outcome::failed(diagnostic),
        }
    }

    async fn read(
        &self,
        context: &Context<ProviderData>,
        request: Read<ClusterBackupScheduleModel>,
    ) -> Outcome<ClusterBackupScheduleModel> {
        let data = &context.data;
        let client = match data.client() {
            Ok(client) => client,
            Err(unavailable) => return unavailable.into_outcome(context),
        };
        let mut state = request.state;
        let cluster_id = state.cluster_id.as_str().unwrap_or_default().to_owned();
        let call = context.data.refresh(&context.cancellation);
        match client.recent_backup_schedule(&call, &cluster_id).await {
            Ok(Some(schedule)) => {
                data.journal().has_arrived(&noted(&cluster_id));
                state.id = Field::Known(cluster_id);
                state.cron = Field::Known(schedule.cron.clone());
                Outcome::present(state, request.private)
            }
            Ok(None) => {
                tracing::info!(cluster_id, "the backup schedule is gone");
                Outcome::absent()
            }
            Err(error) => {
                let summary = format!("Cannot read the backup schedule of cluster {cluster_id}");
                Outcome::failed(data.explain(summary, &error))
            }
        }
    }

    async fn update(
        &self,
        context: &Context<ProviderData>,
        request: Update<ClusterBackupScheduleModel>,
    ) -> Outcome<ClusterBackupScheduleModel> {
        match put(context, &request.plan).await {
            Ok(()) => Outcome::present(request.plan, request.private),
            Err(diagnostic) => Outcome::present(request.prior, request.private).with(diagnostic),
        }
    }

    async fn delete(
        &self,
        context: &Context<ProviderData>,
        request: Delete<ClusterBackupScheduleModel>,
    ) -> Diagnostics {
        let data = &context.data;
        let call = CallContext::new(context.cancellation.clone());
        let client = match data.for_writing(&call).await {
            Ok(client) => client,
            Err(diagnostic) => return diagnostic.into(),
        };
        let cluster_id = request.state.cluster_id.as_str().unwrap_or_default();
        match client.delete_backup_schedule(&call, cluster_id).await {
            Ok(()) => {
                tracing::info!(cluster_id, "removed a backup schedule");
                Diagnostics::new()
            }
            Err(error) => {
                let summary = format!("Cannot remove the backup schedule of cluster {cluster_id}");
                data.explain(summary, &error).into()
            }
        }
    }

    async fn import(
        &self,
        _context: &Context<ProviderData>,
        id: &str,
    ) -> Result<ClusterBackupScheduleModel, Diagnostic> {
        Ok(ClusterBackupScheduleModel {
            cluster_id: Field::Known(import_id::cluster(TYPE_NAME, id)?),
            ..ClusterBackupScheduleModel::default()
        })
    }
}

/// Sets the schedule of a cluster that has none, and returns the note about it. One that a killed run
/// has set is gone on with.
async fn obtain(
    context: &Context<ProviderData>,
    plan: &ClusterBackupScheduleModel,
) -> Result<Entry, Diagnostic> {
    let data = &context.data;
    let call = CallContext::new(context.cancellation.clone());
    let client = data.for_writing(&call).await?;
    let cluster_id = plan.cluster_id.as_str().unwrap_or_default();
    let cron = cron::plain(plan.cron.as_str().unwrap_or_default());
    let unread = |error: &Error| {
        let summary = format!("Cannot read the backup schedule of cluster {cluster_id}");
        data.explain(summary, error)
    };
    let journal = data.journal();
    let subject = format!("{} at {}: {cron}", noted(cluster_id), data.account());
    while let Some(abandoned) = journal.take_abandoned(&subject) {
        let found = client.get_backup_schedule(&call, cluster_id).await;
        if found
            .map_err(|error| unread(&error))?
            .is_some_and(|found| found.is(&cron))
        {
            tracing::info!(cluster_id, "going on with what a killed run has set");
            return Ok(abandoned);
        }
        abandoned.close();
    }
    let mut entry = None;
    let result = client
        .create_backup_schedule(&call, cluster_id, &cron, || {
            let mut begun = journal.begin(&subject, Vec::new());
            begun.created(&noted(cluster_id));
            entry = Some(begun);
        })
        .await;
    let error = match result {
        Ok(()) => {
            tracing::info!(cluster_id, "set a backup schedule");
            return Ok(entry.unwrap_or_else(|| journal.begin(&subject, Vec::new())));
        }
        Err(ScheduleNotCreated::There(there)) => {
            let diagnostic = Diagnostic::error(
                format!("Cluster {cluster_id} has a backup schedule already"),
                format!(
                    "Its schedule is {:?}. A cluster has one at most, and it is not overwritten here.",
                    there.cron
                ),
            )
            .at(Path::of("cluster_id"));
            return Err(taken(diagnostic, TYPE_NAME, cluster_id));
        }
        Err(ScheduleNotCreated::Failed(error)) => error,
    };
    let Some(entry) = entry else {
        // Nothing was sent.
        return Err(unread(&error));
    };
    // What may exist without our knowing is for the next run to look for.
    if !error.may_have_committed() {
        entry.close();
    }
    Err(not_set(data, cluster_id, &error))
}

/// Sets the schedule in the place of the one there is.
async fn put(
    context: &Context<ProviderData>,
    plan: &ClusterBackupScheduleModel,
) -> Result<(), Diagnostic> {
    let data = &context.data;
    let call = CallContext::new(context.cancellation.clone());
    let client = data.for_writing(&call).await?;
    let cluster_id = plan.cluster_id.as_str().unwrap_or_default();
    let cron = cron::plain(plan.cron.as_str().unwrap_or_default());
    client
        .put_backup_schedule(&call, cluster_id, &cron)
        .await
        .map_err(|error| not_set(data, cluster_id, &error))
}

fn not_set(data: &ProviderData, cluster_id: &str, error: &Error) -> Diagnostic {
    let summary = format!("Cannot set the backup schedule of cluster {cluster_id}");
    let diagnostic = data.explain(summary, error);
    if error.is_bad_request() {
        diagnostic.at(Path::of("cron"))
    } else if error.is_not_found() {
        no_such_cluster(diagnostic)
    } else if error.is_conflict() {
        advise(
            diagnostic,
            "The schedule cannot be changed while a restore is running. Apply again when it is through.",
        )
    } else {
        diagnostic
    }
}

/// What notes call it.
fn noted(cluster_id: &str) -> String {
    format!("backup schedule of the cluster {cluster_id}")
}
