//! Creating a cluster.
//!
//! A creation that does not get to the end ends with a warning, not an error, once the cluster
//! exists: Terraform marks what was created with an error as tainted and destroys it in the next
//! apply, and a cluster is never destroyed just because a wait ran out.

use super::delete::remove;
use super::settle::settle;
use super::{ClusterModel, LIMITS, UNFINISHED, at, creation, merge};
use crate::api::{self, CallContext, Client, CreateCluster};
use crate::framework::diag::Diagnostic;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::private::Private;
use crate::framework::resource::Create;
use crate::provider::data::ProviderData;
use crate::provider::errors::{advise, refused_attribute};
use crate::provider::health::{Ended, Expected, next_step, spoken, states, until_healthy};
use crate::provider::journal::Entry;
use crate::provider::wait::Wait;

pub(super) async fn create(
    context: &Context<ProviderData>,
    request: Create<ClusterModel>,
) -> Outcome<ClusterModel> {
    let Create { plan, private, .. } = request;
    let data = &context.data;
    let client = match data.client() {
        Ok(client) => client,
        Err(unavailable) => return Outcome::failed(unavailable.into_diagnostic()),
    };
    let name = plan.name.as_str().unwrap_or_default().to_owned();
    let allowed = LIMITS.for_create(&plan.timeouts);
    let started = context.clock.instant();
    let call = CallContext::new(context.cancellation.clone()).with_deadline(started + allowed);
    if let Err(diagnostic) = data.guard(&call).await {
        return Outcome::failed(diagnostic);
    }
    let wanted = match wanted(context, client, &plan).await {
        Ok(wanted) => wanted,
        Err(diagnostic) => return Outcome::failed(diagnostic),
    };
    let (id, entry) = match obtain(context, client, &call, &wanted).await {
        Ok(obtained) => obtained,
        Err(error) => return Outcome::failed(not_created(data, &name, &error)),
    };
    let outcome = await_creation(context, client, &call, plan, private, &id).await;
    // A run that was interrupted may have nobody left to take the answer: the note stays until the
    // cluster is read from a state.
    if !context.cancellation.is_cancelled() {
        entry.close();
    }
    outcome
}

/// The identifier of the new cluster, and the note about it. A cluster that an earlier run has asked
/// for and was killed over is taken instead of a second one.
async fn obtain(
    context: &Context<ProviderData>,
    client: &Client,
    call: &CallContext,
    wanted: &CreateCluster,
) -> Result<(String, Entry), api::Error> {
    let journal = context.data.journal();
    let subject = format!("cluster {wanted:?} at {}", context.data.account());
    while let Some(mut abandoned) = journal.take_abandoned(&subject) {
        let note = abandoned.note();
        let found = client
            .find_abandoned_cluster(call, wanted, note.id.as_deref(), &note.known)
            .await?;
        if let Some(cluster) = found {
            tracing::info!(
                id = cluster.id,
                "going on with the cluster of a run that was killed"
            );
            abandoned.created(&cluster.id);
            return Ok((cluster.id, abandoned));
        }
        abandoned.close();
    }
    let mut entry = None;
    let result = client
        .create_cluster_after(call, wanted, |before| {
            let known = before.iter().map(|cluster| cluster.id.clone()).collect();
            entry = Some(journal.begin(&subject, known));
        })
        .await;
    let mut entry = entry.unwrap_or_else(|| journal.begin(&subject, Vec::new()));
    match result {
        Ok(created) => {
            tracing::info!(id = created.id, name = wanted.name, "created a cluster");
            entry.created(&created.id);
            Ok((created.id, entry))
        }
        Err(error) => {
            // What may exist without our knowing is for the next run to look for.
            if !error.may_have_committed() {
                entry.close();
            }
            Err(error)
        }
    }
}

/// Waits until a new cluster is healthy. Every way out has it in the state, unless it is gone.
async fn await_creation(
    context: &Context<ProviderData>,
    client: &Client,
    call: &CallContext,
    plan: ClusterModel,
    mut private: Private,
    id: &str,
) -> Outcome<ClusterModel> {
    let data = &context.data;
    let name = plan.name.as_str().unwrap_or_default().to_owned();
    let allowed = LIMITS.for_create(&plan.timeouts);
    private.set(UNFINISHED, true);
    let mut state = plan.clone();
    state.id = Field::Known(id.to_owned());
    forget_unknowns(&mut state);
    let wait = Wait::new(
        context,
        call.deadline
            .unwrap_or_else(|| context.clock.instant() + allowed),
    );
    let expected = Expected {
        new: true,
        ..Expected::of(id)
    };
    match until_healthy(&wait, client, call, expected).await {
        Ended::Healthy(cluster) => {
            private.remove(UNFINISHED);
            merge(&mut state, &cluster, &private);
            let mut diagnostics = settle(&plan, &mut state);
            if let Some(owner) = &cluster.organization_id {
                diagnostics.extend(data.check_owner(owner).err());
            }
            Outcome {
                diagnostics,
                ..Outcome::present(state, private)
            }
        }
        Ended::Stuck(cluster) => {
            merge(&mut state, &cluster, &private);
            let _ = settle(&plan, &mut state);
            Outcome::present(state, private).with(
                Diagnostic::error(
                    format!("Cluster {name:?} does not become healthy by itself"),
                    format!(
                        "The cluster was created with the ID {}, but is now {}.",
                        id,
                        states(&cluster)
                    ),
                )
                .hint(next_step(&cluster))
                .hint(
                    "The cluster is in the state, but Terraform has marked it as tainted and would \
                     replace it. To keep it, run `terraform untaint` (or `tofu untaint`) with the \
                     resource's address first.",
                ),
            )
        }
        Ended::Gone => Outcome::failed(
            Diagnostic::error(
                format!("Cluster {name:?} vanished while it was being created"),
                format!(
                    "The cluster was created with the ID {id}, but the API no longer knows it. \
                     Somebody may have deleted it."
                ),
            )
            .hint("Nothing is left of it. Apply again to create it anew."),
        ),
        Ended::TimedOut(last) => {
            let deletes = plan.delete_on_create_timeout.known() == Some(&true);
            if deletes {
                return delete_unfinished(context, client, state, private, allowed, last).await;
            }
            let spent = spoken(allowed);
            unfinished(
                state,
                private,
                &name,
                format!("It did not become healthy within {spent} (timeouts.create)."),
                last.as_deref(),
            )
        }
        Ended::Interrupted(last) => unfinished(
            state,
            private,
            &name,
            "The run was interrupted while it was starting.".to_owned(),
            last.as_deref(),
        ),
        Ended::Failed(error) => {
            let explained = data.explain(String::new(), &error);
            unfinished(
                state,
                private,
                &name,
                format!(
                    "Its state could not be read any more: {}",
                    explained.full_detail()
                ),
                None,
            )
        }
    }
}

/// The request for the cluster: the generation is the configured one or the channel's default.
async fn wanted(
    context: &Context<ProviderData>,
    client: &Client,
    plan: &ClusterModel,
) -> Result<CreateCluster, Diagnostic> {
    if let Some(generation) = plan.generation.as_str() {
        return Ok(creation(plan, generation.to_owned()));
    }
    let parameters = context
        .data
        .catalogue(client, &context.cancellation)
        .await
        .map_err(|error| {
            context.data.explain(
                "Cannot find out the default generation of the channel",
                &error,
            )
        })?;
    let channel = plan.channel.as_str().unwrap_or_default();
    parameters
        .channels
        .iter()
        .find(|candidate| candidate.id == channel)
        .and_then(|channel| channel.default_generation.as_ref())
        .map(|generation| creation(plan, generation.id.clone()))
        .ok_or_else(|| {
            Diagnostic::error(
                "Channel has no default generation",
                format!("The API names no default generation for the channel {channel:?}."),
            )
            .hint("Check the channel's ID, or set generation.")
            .at(at("generation"))
        })
}

fn not_created(data: &ProviderData, name: &str, error: &api::Error) -> Diagnostic {
    let mut diagnostic = data.explain(format!("Cannot create cluster {name:?}"), error);
    if let Some(attribute) = refused_attribute(
        error,
        &[
            ("generation", "generation"),
            ("region", "region"),
            ("channel", "channel"),
            ("plan", "plan_type"),
            ("name", "name"),
        ],
    ) {
        diagnostic = diagnostic.at(at(attribute));
    }
    if error.may_have_committed() {
        diagnostic = advise(
            diagnostic,
            "If the cluster appears there, import it instead of creating a second one: terraform \
             import with its ID, or an import block.",
        );
    }
    diagnostic
}

/// The outcome of a creation that has not come to its end.
fn unfinished(
    state: ClusterModel,
    private: Private,
    name: &str,
    happened: String,
    last: Option<&str>,
) -> Outcome<ClusterModel> {
    let seen = last.map_or_else(String::new, |last| format!(" Seen last: {last}."));
    let id = state.id.as_str().unwrap_or_default().to_owned();
    Outcome::present(state, private).with(
        Diagnostic::warning(
            format!("Cluster {name:?} is not ready yet"),
            format!("The cluster exists with the ID {id}. {happened}{seen}"),
        )
        .hint(
            "Nothing is lost: the cluster is in the state, and the next apply goes on waiting for \
             it. If it needs more time, raise timeouts.create.",
        ),
    )
}

/// Deletes what did not become healthy in time, as the user asked for.
async fn delete_unfinished(
    context: &Context<ProviderData>,
    client: &Client,
    state: ClusterModel,
    private: Private,
    allowed: std::time::Duration,
    last: Option<String>,
) -> Outcome<ClusterModel> {
    let name = state.name.as_str().unwrap_or_default().to_owned();
    let id = state.id.as_str().unwrap_or_default().to_owned();
    let seen = last.map_or_else(String::new, |last| format!(" Seen last: {last}."));
    let timed_out = Diagnostic::error(
        format!("Cluster {name:?} did not become healthy in time"),
        format!(
            "The cluster {id} was not healthy within {} (timeouts.create).{seen} \
             delete_on_create_timeout is set, so it was deleted.",
            spoken(allowed)
        ),
    )
    .hint("Apply again to create it anew; if it needs more time, raise timeouts.create.");
    match remove(context, client, &state).await {
        Ok(()) => Outcome::failed(timed_out),
        Err(diagnostic) => Outcome::present(state, private).with(diagnostic),
    }
}

/// Members that only the service can fill and has not filled yet.
fn forget_unknowns(state: &mut ClusterModel) {
    fn forget<T>(field: &mut Field<T>) {
        if field.is_unknown() {
            *field = Field::Null;
        }
    }
    forget(&mut state.generation);
    forget(&mut state.auto_update);
    forget(&mut state.encryption);
    forget(&mut state.backup_region);
    forget(&mut state.current_generation);
    forget(&mut state.current_generation_name);
    forget(&mut state.channel_name);
    forget(&mut state.region_name);
    forget(&mut state.plan_type_name);
    forget(&mut state.organization_id);
    forget(&mut state.created_at);
    forget(&mut state.labels);
    forget(&mut state.links);
}
