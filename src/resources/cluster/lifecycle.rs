//! Creating, changing and deleting a cluster, with the waits in between.
//!
//! A creation that does not get to the end ends with a warning, not an error, once the cluster
//! exists: Terraform marks what was created with an error as tainted and destroys it in the next
//! apply, and a cluster is never destroyed just because a wait ran out.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::plan::refused_deletion;
use super::{
    ClusterModel, GENERATION_CONFIGURED, LIMITS, UNFINISHED, at, changes, creation, merge, spoken,
};
use crate::api::{self, CallContext, Client, ClusterHealth, CreateCluster};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::private::Private;
use crate::framework::resource::{Create, Update};
use crate::provider::data::ProviderData;
use crate::provider::errors::advise;
use crate::provider::journal::Entry;
use crate::provider::wait::{Gave, Look, Wait};

/// Looks in a row that must find the cluster healthy: it has been seen to flicker.
const HEALTHY_IN_A_ROW: u32 = 2;

/// Looks in a row that may find no cluster right after it was created.
const UNSEEN_AT_FIRST: u32 = 5;

/// Whether a cluster is in service.
pub(super) fn is_healthy(cluster: &api::Cluster) -> bool {
    cluster.status.ready == Some(ClusterHealth::Healthy)
}

/// How a wait for a healthy cluster ended.
enum Ended {
    Healthy(Box<api::Cluster>),
    /// A state that waiting does not change.
    Stuck(Box<api::Cluster>),
    Gone,
    TimedOut(Option<String>),
    Interrupted(Option<String>),
    Failed(api::Error),
}

/// What a wait for a healthy cluster demands beyond health.
struct Expected<'a> {
    id: &'a str,
    /// The generation that must run, if one is awaited.
    generation: Option<&'a str>,
    /// Whether it was created just now, so that the service may not know it yet.
    new: bool,
}

async fn until_healthy(
    wait: &Wait,
    client: &Client,
    call: &CallContext,
    expected: Expected<'_>,
) -> Ended {
    let healthy = AtomicU32::new(0);
    let unseen = AtomicU32::new(0);
    let seen = AtomicBool::new(!expected.new);
    let result = wait
        .until(|| async {
            match client.get_cluster(call, expected.id).await {
                Ok(cluster) => {
                    seen.store(true, Ordering::Relaxed);
                    let arrived = expected.generation.is_none_or(|wanted| {
                        cluster
                            .generation
                            .as_ref()
                            .is_none_or(|running| running.id == wanted)
                    });
                    Ok(match cluster.status.ready {
                        Some(ClusterHealth::Healthy) if arrived => {
                            if healthy.fetch_add(1, Ordering::Relaxed) + 1 >= HEALTHY_IN_A_ROW {
                                Look::Done(Some(cluster))
                            } else {
                                Look::NotYet(states(&cluster))
                            }
                        }
                        Some(ClusterHealth::Suspended | ClusterHealth::WaitingForInput) => {
                            Look::Hopeless(Some(cluster))
                        }
                        _ => {
                            healthy.store(0, Ordering::Relaxed);
                            Look::NotYet(states(&cluster))
                        }
                    })
                }
                Err(error) if error.is_not_found() => {
                    let misses = unseen.fetch_add(1, Ordering::Relaxed) + 1;
                    Ok(
                        if seen.load(Ordering::Relaxed) || misses > UNSEEN_AT_FIRST {
                            Look::Hopeless(None)
                        } else {
                            Look::NotYet("not visible yet".to_owned())
                        },
                    )
                }
                Err(error) => Err(error),
            }
        })
        .await;
    match result {
        Ok(Some(cluster)) => Ended::Healthy(Box::new(cluster)),
        Err(Gave::Hopeless(Some(cluster))) => Ended::Stuck(Box::new(cluster)),
        Ok(None) | Err(Gave::Hopeless(None)) => Ended::Gone,
        Err(Gave::TimedOut(last)) => Ended::TimedOut(last),
        Err(Gave::Interrupted(last)) => Ended::Interrupted(last),
        Err(Gave::Failed(error)) => Ended::Failed(error),
    }
}

/// The state of a cluster and of those of its components that differ.
pub(super) fn states(cluster: &api::Cluster) -> String {
    let word = |health: &Option<ClusterHealth>| {
        health
            .as_ref()
            .map_or_else(|| "unknown".to_owned(), ToString::to_string)
    };
    let status = &cluster.status;
    let ready = word(&status.ready);
    let parts: Vec<String> = [
        ("Zeebe", &status.zeebe_status),
        ("Operate", &status.operate_status),
        ("Tasklist", &status.tasklist_status),
        ("Optimize", &status.optimize_status),
        ("Connectors", &status.connectors_status),
    ]
    .into_iter()
    .filter(|(_, health)| health.is_some() && **health != status.ready)
    .map(|(name, health)| format!("{name} {}", word(health)))
    .collect();
    if parts.is_empty() {
        ready
    } else {
        format!("{ready} ({})", parts.join(", "))
    }
}

/// What to do about a state that waiting does not change.
fn next_step(cluster: &api::Cluster) -> &'static str {
    match cluster.status.ready {
        Some(ClusterHealth::WaitingForInput) => {
            "The cluster waits for a person: with encryption \"External\" it needs the key, which is \
             handed in on the cluster's page in the Console. Do that, then apply again."
        }
        _ => {
            "The cluster is asleep: wake it on its page in the Console (Resume), wait until it is \
             healthy, then apply again."
        }
    }
}

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
    let wait = Wait {
        clock: context.clock.clone(),
        cancellation: context.cancellation.clone(),
        deadline: call
            .deadline
            .unwrap_or_else(|| context.clock.instant() + allowed),
        interval: data.poll_interval(),
    };
    let expected = Expected {
        id,
        generation: None,
        new: true,
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

/// The attribute that the service has refused, by the first of the words in its answer. One status
/// has several causes; only the text tells them apart.
fn refused_attribute(error: &api::Error, words: &[(&str, &'static str)]) -> Option<&'static str> {
    let text = error.server_message().unwrap_or_default().to_lowercase();
    words
        .iter()
        .find(|(word, _)| error.is_bad_request() && text.contains(word))
        .map(|(_, attribute)| *attribute)
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

/// Keeps what was planned where the service reports something else right after it took the plan:
/// Terraform insists on it, and the next refresh shows the difference as drift.
pub(super) fn settle(plan: &ClusterModel, state: &mut ClusterModel) -> Diagnostics {
    fn keep<T: PartialEq + Clone + std::fmt::Debug>(
        name: &str,
        planned: &Field<T>,
        found: &mut Field<T>,
        diagnostics: &mut Diagnostics,
    ) {
        if planned.is_unknown() || planned == found {
            return;
        }
        let said = |field: &Field<T>| match field {
            Field::Known(value) => format!("{value:?}"),
            _ => "nothing".to_owned(),
        };
        diagnostics.push(
            Diagnostic::warning(
                format!("Camunda reports another {name} than asked for"),
                format!("Asked for: {}; reported: {}.", said(planned), said(found)),
            )
            .hint("The next plan shows the difference.")
            .at(at(name)),
        );
        found.clone_from(planned);
    }
    let mut diagnostics = Diagnostics::new();
    keep("name", &plan.name, &mut state.name, &mut diagnostics);
    keep(
        "description",
        &plan.description,
        &mut state.description,
        &mut diagnostics,
    );
    keep(
        "channel",
        &plan.channel,
        &mut state.channel,
        &mut diagnostics,
    );
    keep("region", &plan.region, &mut state.region, &mut diagnostics);
    keep(
        "plan_type",
        &plan.plan_type,
        &mut state.plan_type,
        &mut diagnostics,
    );
    keep(
        "generation",
        &plan.generation,
        &mut state.generation,
        &mut diagnostics,
    );
    keep(
        "auto_update",
        &plan.auto_update,
        &mut state.auto_update,
        &mut diagnostics,
    );
    keep(
        "encryption",
        &plan.encryption,
        &mut state.encryption,
        &mut diagnostics,
    );
    keep(
        "backup_region",
        &plan.backup_region,
        &mut state.backup_region,
        &mut diagnostics,
    );
    diagnostics
}

pub(super) async fn update(
    context: &Context<ProviderData>,
    request: Update<ClusterModel>,
) -> Outcome<ClusterModel> {
    let Update {
        plan,
        prior,
        mut private,
        ..
    } = request;
    let data = &context.data;
    let client = match data.client() {
        Ok(client) => client,
        Err(unavailable) => return Outcome::failed(unavailable.into_diagnostic()),
    };
    let id = prior.id.as_str().unwrap_or_default().to_owned();
    let name = prior.name.as_str().unwrap_or_default().to_owned();
    let unfinished_before = private.get::<bool>(UNFINISHED) == Some(true);
    let allowed = if unfinished_before {
        LIMITS.for_create(&plan.timeouts)
    } else {
        LIMITS.for_update(&plan.timeouts)
    };
    let started = context.clock.instant();
    let call = CallContext::new(context.cancellation.clone()).with_deadline(started + allowed);
    let wait = Wait {
        clock: context.clock.clone(),
        cancellation: context.cancellation.clone(),
        deadline: started + allowed,
        interval: data.poll_interval(),
    };
    // What has been done is in the state, also when a later step fails.
    let mut state = prior.clone();
    let failed = |state: ClusterModel, private: Private, diagnostic: Diagnostic| {
        Outcome::present(state, private).with(diagnostic)
    };
    if let Err(diagnostic) = data.guard(&call).await {
        return failed(state, private, diagnostic);
    }

    if unfinished_before {
        // A cluster that is still starting takes no changes yet.
        let expected = Expected {
            id: &id,
            generation: None,
            new: false,
        };
        match until_healthy(&wait, client, &call, expected).await {
            Ended::Healthy(cluster) => {
                private.remove(UNFINISHED);
                merge(&mut state, &cluster, &private);
            }
            ended => {
                let diagnostic = not_healthy(data, &name, ended, allowed, "create");
                return failed(state, private, diagnostic);
            }
        }
    }

    let patch = changes(&prior, &plan);
    if !patch.is_empty()
        && let Err(error) = client.update_cluster(&call, &id, &patch).await
    {
        let mut diagnostic = data.explain(format!("Cannot change cluster {name:?}"), &error);
        if let Some(attribute) = refused_attribute(
            &error,
            &[
                ("package", "hardware_packages"),
                ("reservation", "hardware_packages"),
                ("resized", "hardware_packages"),
                ("description", "description"),
                ("stage", "stage_label"),
                ("name", "name"),
            ],
        ) {
            diagnostic = diagnostic.at(at(attribute));
        }
        return failed(state, private, diagnostic);
    }
    // Also where nothing was sent: no description and an empty one are the same to the service.
    state.name.clone_from(&plan.name);
    state.description.clone_from(&plan.description);
    // What the service reports decides, where it does anything with the setting.
    if plan.auto_update.known().is_some() {
        state.auto_update = plan.auto_update;
    }
    // What only we know.
    state.stage_label.clone_from(&plan.stage_label);
    state.hardware_packages.clone_from(&plan.hardware_packages);
    state.deletion_protection = plan.deletion_protection;
    state.delete_on_create_timeout = plan.delete_on_create_timeout;
    state.timeouts.clone_from(&plan.timeouts);

    let upgrade = plan.generation.known().is_some()
        && plan.generation != prior.generation
        && plan.generation != state.current_generation;
    let mut awaited = None;
    if upgrade {
        match start_upgrade(context, client, &wait, &call, &id, &prior).await {
            Ok(generation) => awaited = generation,
            Err(diagnostic) => return failed(state, private, diagnostic),
        }
    }
    let resized = patch.hardware_packages.is_some();
    let seen = if upgrade || resized {
        let expected = Expected {
            id: &id,
            generation: awaited.as_deref(),
            new: false,
        };
        if upgrade {
            // Accepted: what is asked for is under way, whatever the wait brings.
            state.generation = awaited
                .clone()
                .map_or(plan.generation.clone(), Field::Known);
        }
        match until_healthy(&wait, client, &call, expected).await {
            Ended::Healthy(cluster) => *cluster,
            ended => {
                let diagnostic = not_healthy(data, &name, ended, allowed, "update");
                return failed(state, private, diagnostic);
            }
        }
    } else {
        match client.get_cluster(&call, &id).await {
            Ok(cluster) => cluster,
            Err(error) => {
                let diagnostic = data.explain(
                    format!("Cluster {name:?} was changed, but cannot be read"),
                    &error,
                );
                return failed(state, private, diagnostic);
            }
        }
    };
    if plan.generation.known().is_some() {
        state.generation.clone_from(&plan.generation);
    }
    let configured = private.get::<bool>(GENERATION_CONFIGURED);
    merge(&mut state, &seen, &private);
    if upgrade
        && configured != Some(false)
        && let (Some(wanted), Some(running)) =
            (plan.generation.as_str(), state.current_generation.as_str())
        && wanted != running
    {
        let diagnostic = Diagnostic::error(
            format!("Cluster {name:?} was upgraded to another generation than configured"),
            format!(
                "The service chooses the target of an upgrade. It chose {running} ({}), the \
                 configuration says {wanted}.",
                state.current_generation_name.as_str().unwrap_or("unnamed")
            ),
        )
        .hint(format!(
            "Set generation = {running:?}. The cluster is healthy and in the state."
        ))
        .at(at("generation"));
        state.generation = state.current_generation.clone();
        return failed(state, private, diagnostic);
    }
    let diagnostics = settle(&plan, &mut state);
    Outcome {
        diagnostics,
        ..Outcome::present(state, private)
    }
}

/// Starts an upgrade, waiting while the cluster cannot take one, and returns the generation the
/// service has chosen, if it says so.
async fn start_upgrade(
    context: &Context<ProviderData>,
    client: &Client,
    wait: &Wait,
    call: &CallContext,
    id: &str,
    prior: &ClusterModel,
) -> Result<Option<String>, Diagnostic> {
    let name = prior.name.as_str().unwrap_or_default();
    let summary = format!("Cannot upgrade cluster {name:?}");
    let result = wait
        .until(|| async {
            match client.upgrade_cluster(call, id).await {
                Ok(upgrade) => Ok(Look::Done(Ok(upgrade.new_generation.map(|new| new.id)))),
                Err(error) if error.is_precondition_failed() => Ok(Look::NotYet(
                    "not in a state that can be upgraded".to_owned(),
                )),
                Err(error) if error.may_have_committed() => {
                    // A second request could go a step further: look first.
                    let cluster = client.get_cluster(call, id).await?;
                    let running = cluster
                        .generation
                        .as_ref()
                        .map(|running| running.id.as_str());
                    let moved = running != prior.current_generation.as_str();
                    let updating = cluster.status.ready == Some(ClusterHealth::Updating);
                    Ok(if moved || updating {
                        Look::Done(Ok(None))
                    } else {
                        Look::NotYet("upgrade not accepted yet".to_owned())
                    })
                }
                Err(error) => Ok(Look::Done(Err(error))),
            }
        })
        .await;
    match result {
        Ok(Ok(generation)) => Ok(generation),
        Ok(Err(error)) => {
            let mut diagnostic = context.data.explain(summary, &error).at(at("generation"));
            if error.is_bad_request() {
                let running = prior.current_generation_name.as_str().unwrap_or("unnamed");
                let id = prior.current_generation.as_str().unwrap_or_default();
                diagnostic = advise(
                    diagnostic,
                    format!(
                        "The service has nothing newer on offer for this cluster. The API can \
                         neither downgrade a cluster nor upgrade it to a generation of choice. The \
                         cluster runs {running}: set generation = {id:?}."
                    ),
                );
            } else if error.is_conflict() {
                diagnostic = advise(
                    diagnostic,
                    "The service holds the upgrade back for now; its words above say why. After an \
                     upgrade to a new minor version the next one has to wait for 24 hours.",
                );
            }
            Err(diagnostic)
        }
        Err(Gave::Failed(error)) => Err(context.data.explain(summary, &error)),
        Err(Gave::Interrupted(_)) => Err(Diagnostic::error(
            summary,
            "The run was interrupted before the service had taken the upgrade.",
        )
        .hint("Apply again.")),
        Err(Gave::Hopeless(outcome)) => {
            outcome.map_err(|error| context.data.explain(summary, &error))
        }
        Err(Gave::TimedOut(last)) => Err(Diagnostic::error(
            summary,
            format!(
                "The service did not take the upgrade within timeouts.update. Seen last: {}.",
                last.as_deref().unwrap_or("nothing")
            ),
        )
        .hint(
            "An upgrade needs a healthy cluster. Apply again when it is, or raise timeouts.update.",
        )),
    }
}

/// The error of an update whose cluster did not become healthy.
fn not_healthy(
    data: &ProviderData,
    name: &str,
    ended: Ended,
    allowed: std::time::Duration,
    key: &str,
) -> Diagnostic {
    let summary = format!("Cluster {name:?} is not healthy");
    match ended {
        Ended::Healthy(_) => Diagnostic::bug(summary, "The cluster is healthy after all."),
        Ended::Stuck(cluster) => Diagnostic::error(
            summary,
            format!(
                "The cluster is {}, which waiting does not change.",
                states(&cluster)
            ),
        )
        .hint(next_step(&cluster)),
        Ended::Gone => Diagnostic::error(
            format!("Cluster {name:?} is gone"),
            "The API no longer knows the cluster. Somebody may have deleted it.",
        )
        .hint("The next plan will propose to create it anew."),
        Ended::TimedOut(last) => Diagnostic::error(
            summary,
            format!(
                "The cluster was not healthy within {} (timeouts.{key}). Seen last: {}.",
                spoken(allowed),
                last.as_deref().unwrap_or("nothing")
            ),
        )
        .hint(format!(
            "What was changed is in the state. Apply again to go on, or raise timeouts.{key}."
        )),
        Ended::Interrupted(last) => Diagnostic::error(
            summary,
            format!(
                "The run was interrupted while waiting. Seen last: {}.",
                last.as_deref().unwrap_or("nothing")
            ),
        )
        .hint(if key == "create" {
            "What was changed is in the state. Apply again to go on."
        } else {
            "What was changed is in the state, and the service finishes what it has begun."
        }),
        Ended::Failed(error) => data.explain(summary, &error),
    }
}

pub(super) async fn delete(context: &Context<ProviderData>, state: &ClusterModel) -> Diagnostics {
    let name = state.name.as_str().unwrap_or_default();
    if state.deletion_protection.known() == Some(&true) {
        return refused_deletion(name).into();
    }
    let client = match context.data.client() {
        Ok(client) => client,
        Err(unavailable) => return unavailable.into_diagnostic().into(),
    };
    remove(context, client, state)
        .await
        .err()
        .into_iter()
        .collect()
}

/// Deletes a cluster and waits until it is gone. One that is gone already is fine.
async fn remove(
    context: &Context<ProviderData>,
    client: &Client,
    state: &ClusterModel,
) -> Result<(), Diagnostic> {
    let data = &context.data;
    let id = state.id.as_str().unwrap_or_default().to_owned();
    let name = state.name.as_str().unwrap_or_default();
    let allowed = LIMITS.for_delete(&state.timeouts);
    let deadline = context.clock.instant() + allowed;
    let call = CallContext::new(context.cancellation.clone()).with_deadline(deadline);
    let summary = format!("Cannot delete cluster {name:?}");
    data.guard(&call).await?;
    match client.delete_cluster(&call, &id).await {
        Ok(()) => {}
        Err(error) if error.is_not_found() => return Ok(()),
        Err(error) => return Err(data.explain(summary, &error)),
    }
    let wait = Wait {
        clock: context.clock.clone(),
        cancellation: context.cancellation.clone(),
        deadline,
        interval: data.poll_interval(),
    };
    let gone = wait
        .until(|| async {
            match client.get_cluster(&call, &id).await {
                Ok(cluster) => Ok(Look::NotYet(states(&cluster))),
                Err(error) if error.is_not_found() => Ok(Look::Done(())),
                Err(error) => Err(error),
            }
        })
        .await;
    let seen = |last: Option<String>| last.unwrap_or_else(|| "nothing".to_owned());
    match gone {
        Ok(()) | Err(Gave::Hopeless(())) => {
            tracing::info!(id, name, "deleted a cluster");
            Ok(())
        }
        Err(Gave::TimedOut(last)) => Err(Diagnostic::error(
            format!("Cluster {name:?} is still there"),
            format!(
                "Its deletion was accepted, but it was not gone within {} (timeouts.delete). Seen \
                 last: {}.",
                spoken(allowed),
                seen(last)
            ),
        )
        .hint("Run destroy again to go on waiting, or raise timeouts.delete.")),
        Err(Gave::Interrupted(last)) => Err(Diagnostic::error(
            format!("Cluster {name:?} may still be there"),
            format!(
                "Its deletion was accepted, but the run was interrupted while waiting for it. Seen \
                 last: {}.",
                seen(last)
            ),
        )
        .hint("Run destroy again to make sure.")),
        Err(Gave::Failed(error)) => Err(data.explain(summary, &error)),
    }
}
