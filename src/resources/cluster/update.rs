//! Changing a cluster in place: its properties, its size, its generation.

use super::settle::settle;
use super::{ClusterModel, GENERATION_CONFIGURED, LIMITS, UNFINISHED, at, changes, merge};
use crate::api::{CallContext, Client, ClusterHealth};
use crate::framework::diag::Diagnostic;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::private::Private;
use crate::framework::resource::Update;
use crate::provider::data::ProviderData;
use crate::provider::errors::{advise, refused_attribute};
use crate::provider::health::{Ended, Expected, next_step, spoken, states, until_healthy};
use crate::provider::wait::{Gave, Look, Wait};

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
    let wait = Wait::new(context, started + allowed);
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
