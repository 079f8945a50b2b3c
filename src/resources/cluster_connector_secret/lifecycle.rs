//! Creating, reading, changing and deleting a connector secret.
//!
//! A creation does one thing that counts: it ends with the secret in the state or with an error and
//! none. What a run leaves that was killed in between is found through the journal.

use std::time::Duration;

use super::{
    ClusterConnectorSecretModel, LIMITS, TYPE_NAME, composite_id, configured_value, is_to_be_sent,
    keys, spoken,
};
use crate::api::{self, CallContext, Client, ExposeSecret as _, SecretNotCreated, SecretString};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::path::Path;
use crate::framework::resource::{Create, Read, Update};
use crate::provider::data::ProviderData;
use crate::provider::errors::{advise, taken};
use crate::provider::journal::Entry;

type Model = ClusterConnectorSecretModel;

pub(super) async fn create(
    context: &Context<ProviderData>,
    request: Create<Model>,
) -> Outcome<Model> {
    let Create {
        config,
        mut plan,
        private,
    } = request;
    let call = within(context, LIMITS.for_create(&plan.timeouts));
    let created = async {
        let value = configured_value(&config)?;
        let client = context.data.for_writing(&call).await?;
        obtain(context, client, &call, &plan, value).await
    };
    let mut entry = match created.await {
        Ok(entry) => entry,
        Err(diagnostic) => return Outcome::failed(diagnostic),
    };
    let id = composite_id(&plan);
    // A run that was interrupted may have nobody left to take the answer: the note stays until the
    // secret is read from a state.
    entry.created(&id);
    if !context.cancellation.is_cancelled() {
        entry.close();
    }
    plan.id = Field::Known(id);
    Outcome::present(plan, private)
}

/// The note about the secret that now exists. One that an earlier run has asked for and was killed
/// over is taken.
async fn obtain(
    context: &Context<ProviderData>,
    client: &Client,
    call: &CallContext,
    plan: &Model,
    value: &SecretString,
) -> Result<Entry, Diagnostic> {
    let data = &context.data;
    let journal = data.journal();
    let (cluster_id, name) = keys(plan);
    let subject = format!("connector secret {} at {}", spoken(plan), data.account());
    while let Some(abandoned) = journal.take_abandoned(&subject) {
        let adopted = adopt(client, call, plan, value, &abandoned).await;
        if adopted.map_err(|error| not_created(data, plan, &error))? {
            tracing::info!(
                cluster_id,
                name,
                "going on with the secret of a run that was killed"
            );
            return Ok(abandoned);
        }
        abandoned.close();
    }
    let mut entry = None;
    let result = client
        .create_connector_secret(call, cluster_id, name, value, |before| {
            entry = Some(journal.begin(&subject, before.keys().cloned().collect()));
        })
        .await;
    match result {
        Ok(()) => {
            tracing::info!(cluster_id, name, "created a connector secret");
            Ok(entry.unwrap_or_else(|| journal.begin(&subject, Vec::new())))
        }
        Err(why) => {
            let (error, is_taken) = match why {
                SecretNotCreated::Taken(error) => (error, true),
                SecretNotCreated::Failed(error) => (error, false),
            };
            // What may exist without our knowing is for the next run to look for.
            if let Some(entry) = entry.filter(|_| !error.may_have_committed()) {
                entry.close();
            }
            let diagnostic = not_created(data, plan, &error);
            Err(if !is_taken && error.is_conflict() {
                kept_out(diagnostic, "create")
            } else if is_taken {
                taken(diagnostic, TYPE_NAME, &composite_id(plan)).at(Path::of("name"))
            } else {
                diagnostic
            })
        }
    }
}

/// Whether there is the secret of a run that was killed. It is ours if that run has known so, or if
/// it was not there before that run and has our value; in the first case it may be due for another.
async fn adopt(
    client: &Client,
    call: &CallContext,
    plan: &Model,
    value: &SecretString,
    abandoned: &Entry,
) -> Result<bool, api::Error> {
    let (cluster_id, name) = keys(plan);
    let note = abandoned.note();
    let secrets = client.list_connector_secrets(call, cluster_id).await?;
    let Some(found) = secrets.get(name) else {
        return Ok(false);
    };
    if found.expose_secret() == value.expose_secret() {
        return Ok(note.id.is_some() || !note.known.iter().any(|known| known == name));
    }
    if note.id.is_none() {
        return Ok(false);
    }
    client
        .update_connector_secret(call, cluster_id, name, value)
        .await?;
    Ok(true)
}

fn not_created(data: &ProviderData, plan: &Model, error: &api::Error) -> Diagnostic {
    let summary = format!("Cannot create connector secret {}", spoken(plan));
    let diagnostic = data.explain(summary, error);
    if error.is_not_found() {
        return no_cluster(diagnostic);
    }
    if error.may_have_committed() {
        return advise(
            diagnostic,
            format!(
                "If the secret appears there, import it instead of creating it: terraform import \
                 ADDRESS {:?}",
                composite_id(plan)
            ),
        );
    }
    diagnostic
}

/// Says what to do about changes that were in the way until the time was over.
fn kept_out(diagnostic: Diagnostic, timeout: &str) -> Diagnostic {
    advise(
        diagnostic,
        format!(
            "The service makes one change of a cluster's connector secrets at a time. Somebody else's, \
             in the Console or in another run, did not come to its end. Raise timeouts.{timeout}, or apply \
             again later."
        ),
    )
}

/// Says that it is the cluster that is not there.
fn no_cluster(diagnostic: Diagnostic) -> Diagnostic {
    advise(
        diagnostic,
        "The credentials' organisation has no cluster of this ID. Check cluster_id.",
    )
    .at(Path::of("cluster_id"))
}

pub(super) async fn read(context: &Context<ProviderData>, request: Read<Model>) -> Outcome<Model> {
    let Read {
        mut state, private, ..
    } = request;
    let data = &context.data;
    let client = match data.client() {
        Ok(client) => client,
        Err(unavailable) => return unavailable.into_outcome(context),
    };
    let call = context.data.refresh(&context.cancellation);
    let (cluster_id, name) = keys(&state);
    let secrets = match client.recent_connector_secrets(&call, cluster_id).await {
        Ok(secrets) => secrets,
        Err(error) if error.is_not_found() => {
            tracing::info!(
                cluster_id,
                name,
                "the cluster of a connector secret is gone"
            );
            return Outcome::absent();
        }
        Err(error) => {
            let summary = format!("Cannot read connector secret {}", spoken(&state));
            return Outcome::failed(data.explain(summary, &error));
        }
    };
    let Some(value) = secrets.get(name) else {
        tracing::info!(cluster_id, name, "a connector secret is gone");
        return Outcome::absent();
    };
    let id = composite_id(&state);
    data.journal().has_arrived(&id);
    state.id = Field::Known(id);
    // With a version, the value is write-only and none of the state's business.
    if state.value_wo_version.is_null() {
        state.value = Field::Known(value.clone());
    }
    Outcome::present(state, private)
}

pub(super) async fn update(
    context: &Context<ProviderData>,
    request: Update<Model>,
) -> Outcome<Model> {
    let Update {
        config,
        mut plan,
        prior,
        private,
    } = request;
    let call = within(context, LIMITS.for_update(&plan.timeouts));
    if is_to_be_sent(&config, &plan, &prior)
        && let Err(diagnostic) = send(context, &call, &config, &plan).await
    {
        return Outcome::failed(diagnostic);
    }
    plan.id = Field::Known(composite_id(&plan));
    Outcome::present(plan, private)
}

/// Gives the secret its new value.
async fn send(
    context: &Context<ProviderData>,
    call: &CallContext,
    config: &Model,
    plan: &Model,
) -> Result<(), Diagnostic> {
    let value = configured_value(config)?;
    let client = context.data.for_writing(call).await?;
    let (cluster_id, name) = keys(plan);
    let sent = client.update_connector_secret(call, cluster_id, name, value);
    sent.await.map_err(|error| {
        let summary = format!("Cannot change connector secret {}", spoken(plan));
        let diagnostic = context.data.explain(summary, &error);
        if error.is_not_found() {
            return advise(
                diagnostic,
                "The secret or its cluster is gone. Apply again: what is missing is found then, and the \
                 secret is created anew.",
            );
        }
        if error.is_conflict() {
            return kept_out(diagnostic, "update");
        }
        diagnostic
    })?;
    tracing::info!(cluster_id, name, "changed a connector secret");
    Ok(())
}

pub(super) async fn delete(context: &Context<ProviderData>, state: &Model) -> Diagnostics {
    let call = within(context, LIMITS.for_delete(&state.timeouts));
    let client = match context.data.for_writing(&call).await {
        Ok(client) => client,
        Err(diagnostic) => return diagnostic.into(),
    };
    let (cluster_id, name) = keys(state);
    match client
        .delete_connector_secret(&call, cluster_id, name)
        .await
    {
        Err(error) if !error.is_not_found() => {
            let summary = format!("Cannot delete connector secret {}", spoken(state));
            let diagnostic = context.data.explain(summary, &error);
            if error.is_conflict() {
                return kept_out(diagnostic, "delete").into();
            }
            diagnostic.into()
        }
        _ => {
            tracing::info!(cluster_id, name, "deleted a connector secret");
            Diagnostics::new()
        }
    }
}

fn within(context: &Context<ProviderData>, limit: Duration) -> CallContext {
    let deadline = context.clock.instant() + limit;
    CallContext::new(context.cancellation.clone()).with_deadline(deadline)
}
