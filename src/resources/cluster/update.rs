//! Changing a cluster in place: its properties, its size, its generation.

use super::backup_first::{Step, Taken};
use super::settle::settle;
use super::{ASLEEP, ClusterModel, GENERATION_CONFIGURED, LIMITS, UNFINISHED, at, changes, merge};
use crate::api::{CallContext, Client, Error};
use crate::framework::diag::Diagnostic;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::private::Private;
use crate::framework::resource::Update;
use crate::provider::data::ProviderData;
use crate::provider::errors::refused_attribute;
use crate::provider::health::{Ended, Expected, Waited, until_healthy};
use crate::provider::upgrade::{self, Before};
use crate::provider::wait::Wait;
use crate::provider::wake::until_awake;

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
    if let Err(diagnostic) = data.guard(&call).await {
        return failed(state, private, diagnostic);
    }

    let wakes = private.get::<bool>(ASLEEP) == Some(true) && plan.keep_awake.known() == Some(&true);
    if wakes {
        match wake(&wait, client, &call, &id).await {
            Ok(Ended::Healthy(cluster)) => {
                private.remove(ASLEEP);
                merge(&mut state, &cluster, &private);
            }
            Ok(ended) => {
                let diagnostic = not_healthy(data, &name, ended, allowed, "update");
                return failed(state, private, diagnostic);
            }
            Err(error) => {
                let diagnostic = data.explain(format!("Cannot wake cluster {name:?}"), &error);
                return failed(state, private, diagnostic.at(at("keep_awake")));
            }
        }
    }
    if unfinished_before {
        // A cluster that is still starting takes no changes yet.
        match until_healthy(&wait, client, &call, Expected::of(&id)).await {
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

    let upgrades = upgrades(&plan, &prior, &state);
    let mut taken = None;
    if upgrades && Step::Upgrade.is_in(&plan.backup_before) {
        // Before anything is changed, so that a failure has changed nothing.
        let allowed = LIMITS.for_update(&plan.timeouts);
        let backup = Step::Upgrade.back_up(context, client, (&id, &name), allowed);
        match backup.await {
            Ok(backup) => taken = Some(backup),
            Err(diagnostic) => return failed(state, private, diagnostic),
        }
    }
    let mut outcome = change(context, client, plan, prior, state, private).await;
    if let Some(Taken { message, note }) = taken {
        if !outcome.diagnostics.has_error() {
            note.close();
        }
        outcome = outcome.with(message);
    }
    outcome
}

/// What has been done is in `state`; what stopped the rest is in the message.
fn failed(state: ClusterModel, private: Private, diagnostic: Diagnostic) -> Outcome<ClusterModel> {
    Outcome::present(state, private).with(diagnostic)
}

/// Whether the generation is to be changed by an upgrade.
fn upgrades(plan: &ClusterModel, prior: &ClusterModel, state: &ClusterModel) -> bool {
    plan.generation.known().is_some()
        && plan.generation != prior.generation
        && plan.generation != state.current_generation
}

/// Changes a cluster that can be changed: what it is called and made of first, then what it runs.
async fn change(
    context: &Context<ProviderData>,
    client: &Client,
    plan: ClusterModel,
    prior: ClusterModel,
    mut state: ClusterModel,
    private: Private,
) -> Outcome<ClusterModel> {
    let data = &context.data;
    let id = prior.id.as_str().unwrap_or_default().to_owned();
    let name = prior.name.as_str().unwrap_or_default().to_owned();
    let allowed = LIMITS.for_update(&plan.timeouts);
    let deadline = context.clock.instant() + allowed;
    let call = CallContext::new(context.cancellation.clone()).with_deadline(deadline);
    let wait = Wait::new(context, deadline);
    let upgrades = upgrades(&plan, &prior, &state);
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
    state.keep_awake = plan.keep_awake;
    state.backup_before.clone_from(&plan.backup_before);
    state.timeouts.clone_from(&plan.timeouts);

    let mut awaited = None;
    if upgrades {
        let before = Before {
            id: &id,
            name: &name,
            generation: prior.current_generation.as_str(),
            generation_name: prior.current_generation_name.as_str(),
        };
        match upgrade::start(&wait, client, &call, before).await {
            Ok(generation) => awaited = generation,
            Err(not_started) => {
                let diagnostic = not_started.explain(data, before, "timeouts.update");
                return failed(state, private, diagnostic);
            }
        }
    }
    let resized = patch.hardware_packages.is_some();
    let seen = if upgrades || resized {
        let expected = Expected {
            generation: awaited.as_deref(),
            ..Expected::of(&id)
        };
        if upgrades {
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
    if upgrades
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

/// Wakes the cluster, unless somebody has done so since it was found asleep.
async fn wake(wait: &Wait, client: &Client, call: &CallContext, id: &str) -> Result<Ended, Error> {
    let cluster = client.get_cluster(call, id).await?;
    until_awake(wait, client, call, &cluster).await
}

/// The error of an update whose cluster did not become healthy.
fn not_healthy(
    data: &ProviderData,
    name: &str,
    ended: Ended,
    allowed: std::time::Duration,
    key: &str,
) -> Diagnostic {
    let limit = format!("timeouts.{key}");
    let waited = Waited {
        name,
        allowed,
        limit: &limit,
        gone: "The next plan will propose to create it anew.",
        out_of_time: &format!(
            "What was changed is in the state. Apply again to go on, or raise {limit}."
        ),
        interrupted: if key == "create" {
            "What was changed is in the state. Apply again to go on."
        } else {
            "What was changed is in the state, and the service finishes what it has begun."
        },
    };
    ended.explain(data, waited)
}
