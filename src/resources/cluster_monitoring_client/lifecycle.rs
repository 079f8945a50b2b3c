//! Creating, reading and rotating credentials of a metrics endpoint.
//!
//! Whatever was told is in the state: after the answer with the password, nothing is asked any more.

use super::{ClusterMonitoringClientModel, TYPE_NAME, keys, rotates, spoken};
use crate::api::{CallContext, Client, Error, Monitoring, MonitoringCredentials};
use crate::framework::diag::Diagnostic;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::path::Path;
use crate::framework::resource::{Create, Read, Update};
use crate::provider::data::ProviderData;
use crate::provider::errors::{advise, no_such_cluster, taken};
use crate::provider::import_id;
use crate::provider::journal::Entry;

type Model = ClusterMonitoringClientModel;

pub(super) async fn create(
    context: &Context<ProviderData>,
    request: Create<Model>,
) -> Outcome<Model> {
    let Create { plan, private, .. } = request;
    let call = CallContext::new(context.cancellation.clone());
    let client = match context.data.for_writing(&call).await {
        Ok(client) => client,
        Err(diagnostic) => return Outcome::failed(diagnostic),
    };
    match obtain(context, client, &call, &plan).await {
        Ok((credentials, entry)) => {
            // A run that was interrupted may have nobody left to take the answer: the note stays until
            // the credentials are read from a state.
            if !context.cancellation.is_cancelled() {
                entry.close();
            }
            let mut state = plan;
            told(&mut state, credentials);
            Outcome::present(state, private)
        }
        Err(diagnostic) => Outcome::failed(diagnostic),
    }
}

/// New credentials with their password, and the note about them. Those that an earlier run has asked
/// for and was killed over are taken over with a new password, since nobody knows the first.
async fn obtain(
    context: &Context<ProviderData>,
    client: &Client,
    call: &CallContext,
    plan: &Model,
) -> Result<(MonitoringCredentials, Entry), Diagnostic> {
    let data = &context.data;
    let journal = data.journal();
    let (cluster_id, _) = keys(plan);
    let username = plan.username.as_str().unwrap_or_default();
    let subject = format!(
        "monitoring client {username:?} of the cluster {cluster_id} at {}",
        data.account()
    );
    while let Some(mut abandoned) = journal.take_abandoned(&subject) {
        let note = abandoned.note();
        let adopted = client
            .adopt_abandoned_monitoring_client(
                call,
                cluster_id,
                username,
                note.id.as_deref(),
                &note.known,
            )
            .await
            .map_err(|error| {
                let summary = format!(
                    "Cannot go on with what a killed run has left of monitoring client {}",
                    spoken(plan)
                );
                data.explain(summary, &error)
            })?;
        if let Some(credentials) = adopted {
            abandoned.created(&credentials.client.id);
            return Ok((credentials, abandoned));
        }
        abandoned.close();
    }
    let mut entry = None;
    let mut before = None;
    let result = client
        .create_monitoring_client(call, cluster_id, username, |monitoring| {
            let known = monitoring.clients.iter().map(|it| it.id.clone()).collect();
            entry = Some(journal.begin(&subject, known));
            before = Some(monitoring.clone());
        })
        .await;
    match result {
        Ok(credentials) => {
            let id = &credentials.client.id;
            tracing::info!(cluster_id, id, username, "created a monitoring client");
            let mut entry = entry.unwrap_or_else(|| journal.begin(&subject, Vec::new()));
            entry.created(id);
            Ok((credentials, entry))
        }
        Err(error) => {
            // What may exist without our knowing is for the next run to look for.
            if let Some(entry) = entry.filter(|_| !error.may_have_committed()) {
                entry.close();
            }
            if error.is_conflict() {
                // Only what there is now tells a name that is taken from an endpoint that is off.
                let now = client.get_monitoring(call, cluster_id).await;
                before = now.ok().or(before);
            }
            Err(not_created(data, plan, &error, before.as_ref()))
        }
    }
}

/// Why there are no credentials. `found`: what there is in the cluster.
fn not_created(
    data: &ProviderData,
    plan: &Model,
    error: &Error,
    found: Option<&Monitoring>,
) -> Diagnostic {
    let summary = format!("Cannot create monitoring client {}", spoken(plan));
    let diagnostic = data.explain(summary, error);
    let (cluster_id, _) = keys(plan);
    let namesake = found.and_then(|monitoring| {
        let mut clients = monitoring.clients.iter();
        clients.find(|client| Some(client.username.as_str()) == plan.username.as_str())
    });
    match namesake {
        Some(namesake) if error.is_conflict() => {
            let diagnostic = advise(
                diagnostic,
                "The cluster has a monitoring client of this name. Its password cannot be read: after \
                 an import, password is empty, and a password_version makes a new one.",
            );
            let import_id = format!("{cluster_id}/{}", namesake.id);
            return taken(diagnostic, TYPE_NAME, &import_id).at(Path::of("username"));
        }
        None if error.is_conflict() && found.is_some_and(|monitoring| !monitoring.is_active()) => {
            return advise(
                diagnostic,
                "The metrics endpoint of the cluster is off. Add a camunda_cluster_monitoring for the \
                 cluster, and let this resource depend on it (depends_on). If there is one: the service \
                 switches the endpoint off with its last credentials. Apply again to switch it on, and \
                 set create_before_destroy where the only ones are replaced.",
            )
            .at(Path::of("cluster_id"));
        }
        _ => {}
    }
    if error.may_have_committed() {
        return advise(
            diagnostic,
            "If there are credentials of this name now, nobody knows their password: the next apply on \
             this machine takes them over with a new one.",
        );
    }
    if error.is_not_found() {
        return no_such_cluster(diagnostic);
    }
    diagnostic
}

/// What the service has told goes into the state, the password first of all.
fn told(state: &mut Model, credentials: MonitoringCredentials) {
    let MonitoringCredentials { client, password } = credentials;
    state.password = Field::Known(password);
    state.id = Field::Known(client.id);
    state.created_at = client.created.into();
}

pub(super) async fn read(context: &Context<ProviderData>, request: Read<Model>) -> Outcome<Model> {
    let Read {
        mut state, private, ..
    } = request;
    let client = match context.data.client() {
        Ok(client) => client,
        Err(unavailable) => return unavailable.into_outcome(context),
    };
    let call = context.data.refresh(&context.cancellation);
    let (cluster_id, id) = keys(&state);
    let monitoring = match client.recent_monitoring(&call, cluster_id).await {
        Ok(monitoring) => monitoring,
        Err(error) if error.is_not_found() => return gone(cluster_id, id),
        Err(error) => {
            let summary = format!("Cannot read monitoring client {}", spoken(&state));
            return Outcome::failed(context.data.explain(summary, &error));
        }
    };
    let Some(found) = monitoring.clients.iter().find(|client| client.id == id) else {
        return gone(cluster_id, id);
    };
    context.data.journal().has_arrived(id);
    state.username = Field::Known(found.username.clone());
    state.created_at = found.created.clone().into();
    Outcome::present(state, private)
}

fn gone(cluster_id: &str, id: &str) -> Outcome<Model> {
    tracing::info!(cluster_id, id, "the monitoring client is gone");
    Outcome::absent()
}

/// Makes a new password if another number asks for one. Nothing else can be changed in place.
pub(super) async fn update(
    context: &Context<ProviderData>,
    request: Update<Model>,
) -> Outcome<Model> {
    let Update {
        plan,
        prior,
        private,
        ..
    } = request;
    if !rotates(&prior, &plan) {
        let mut state = plan;
        // A number that was not known while planning can turn out to be the old one, or none.
        if state.password.is_unknown() {
            state.password = prior.password;
        }
        return Outcome::present(state, private);
    }
    let call = CallContext::new(context.cancellation.clone());
    let client = match context.data.for_writing(&call).await {
        Ok(client) => client,
        Err(diagnostic) => return Outcome::present(prior, private).with(diagnostic),
    };
    let (cluster_id, id) = keys(&prior);
    match client.rotate_monitoring_client(&call, cluster_id, id).await {
        Ok(credentials) => {
            tracing::info!(
                cluster_id,
                id,
                "rotated the password of a monitoring client"
            );
            let mut state = plan;
            state.password = Field::Known(credentials.password);
            Outcome::present(state, private)
        }
        Err(error) => {
            let summary = format!(
                "Cannot rotate the password of monitoring client {}",
                spoken(&prior)
            );
            let mut diagnostic = context.data.explain(summary, &error);
            if error.may_have_committed() {
                diagnostic = advise(
                    diagnostic,
                    "If the password was changed all the same, nobody knows the new one, and the one in \
                     the state is good for up to 5 minutes more. Apply again soon: it rotates once more.",
                );
            }
            // With the old number, so that the next plan rotates.
            Outcome::present(prior, private).with(diagnostic)
        }
    }
}

/// The first credentials of a cluster, for an import that names none.
pub(super) async fn first_of(
    context: &Context<ProviderData>,
    cluster_id: &str,
) -> Result<Model, Diagnostic> {
    let data = &context.data;
    let client = data
        .client()
        .map_err(|unavailable| unavailable.into_diagnostic())?;
    let call = CallContext::new(context.cancellation.clone());
    let summary = format!("Cannot import a monitoring client of cluster {cluster_id}");
    let monitoring = client
        .recent_monitoring(&call, cluster_id)
        .await
        .map_err(|error| data.explain(summary, &error))?;
    let Some(first) = monitoring.clients.first() else {
        return Err(import_id::wrong(
            TYPE_NAME,
            format!("The cluster {cluster_id} has no monitoring clients."),
        ));
    };
    Ok(Model {
        cluster_id: Field::Known(cluster_id.to_owned()),
        id: Field::Known(first.id.clone()),
        ..Model::default()
    })
}
