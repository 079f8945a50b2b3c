//! Rotating the credentials of a client: a successor takes over, and those before stay valid until
//! the next rotation, or until they are retired.
//!
//! The service has no rotation. So there is a moment with three clients: the successor is in the state
//! before the last but one is deleted. Whatever fails, the state has credentials that are valid; what
//! could not be deleted is noted in private state, and the next plan shows that something is left.

use super::lifecycle::UNLISTED;
use super::obtain::{Wanted, obtain, remove_abandoned, successor_subject};
use super::{ClusterClientModel, LIMITS, keys, names, scopes, spoken};
use crate::api::{self, CallContext, Client, ZeebeClient};
use crate::framework::diag::Diagnostic;
use crate::framework::number::Number;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::path::Path;
use crate::framework::private::Private;
use crate::framework::resource::{PlanChange, Update};
use crate::framework::value::Value;
use crate::provider::data::ProviderData;
use crate::provider::errors::advise;
use crate::provider::journal::Entry;

type Model = ClusterClientModel;

/// Private state: the current client has been deleted by somebody else, while another is left.
pub(super) const LOST: &str = "lost";

/// Private state: the previous client has not been seen in the list yet.
const UNLISTED_PREVIOUS: &str = "unlisted_previous";

/// Private state: client ids of those before the previous one, which could not be deleted yet.
const SUPERSEDED: &str = "superseded";

/// Whether a change makes a successor: another number does, no number any more does not. One that is
/// not known yet probably will.
fn rotates(prior: &Model, plan: &Model) -> bool {
    !plan.rotation_version.is_null() && plan.rotation_version != prior.rotation_version
}

/// Whether a change deletes the previous client.
fn retires(prior: &Model, plan: &Model) -> bool {
    plan.retire_previous == Field::Known(true) && prior.previous_zeebe_client_id.known().is_some()
}

fn is_lost(private: &Private) -> bool {
    private.get(LOST) == Some(true)
}

fn superseded(private: &Private) -> Vec<String> {
    private.get(SUPERSEDED).unwrap_or_default()
}

fn set_superseded(private: &mut Private, ids: &[String]) {
    if ids.is_empty() {
        private.remove(SUPERSEDED);
    } else {
        private.set(SUPERSEDED, ids);
    }
}

/// All clients of the resource but the current one.
pub(super) fn others(state: &Model, private: &Private) -> Vec<String> {
    let previous = state.previous_zeebe_client_id.known().cloned();
    superseded(private).into_iter().chain(previous).collect()
}

pub(super) fn has_others(state: &Model, private: &Private) -> bool {
    !others(state, private).is_empty()
}

/// Forgets everything about clients before.
pub(super) fn forget(private: &mut Private) {
    for mark in [LOST, UNLISTED_PREVIOUS, SUPERSEDED] {
        private.remove(mark);
    }
}

/// What the service calls the current client.
fn remote_name(state: &Model) -> Option<&str> {
    state.remote_name.as_str().or(state.name.as_str())
}

/// Takes over what the service calls the client. An import knows neither the configured name nor the
/// number of the last rotation: both are in the name of a successor.
pub(super) fn take_over_name(state: &mut Model, found: &str) {
    if remote_name(state) == Some(found) {
        return;
    }
    state.remote_name = Field::Null;
    if state.name.known().is_none()
        && let Some(parts) = names::parts(found)
    {
        state.name = parts.base.into();
        state.rotation_version = Field::Known(Number::from(parts.version));
        state.remote_name = found.into();
    } else {
        state.name = found.into();
    }
}

/// Forgets those of the other clients that are gone.
pub(super) async fn read_others(
    client: &Client,
    call: &CallContext,
    state: &mut Model,
    private: &mut Private,
    clients: &[ZeebeClient],
) -> Result<(), api::Error> {
    let is_listed = |id: &str| clients.iter().any(|client| client.client_id == id);
    let mut left = superseded(private);
    left.retain(|id| is_listed(id));
    set_superseded(private, &left);
    let Some(previous) = state.previous_zeebe_client_id.as_str() else {
        private.remove(UNLISTED_PREVIOUS);
        return Ok(());
    };
    if is_listed(previous) {
        private.remove(UNLISTED_PREVIOUS);
        return Ok(());
    }
    if private.get(UNLISTED_PREVIOUS) == Some(true) {
        let (cluster_id, _) = keys(state);
        match client
            .get_client_connection(call, cluster_id, previous)
            .await
        {
            Err(error) if error.is_not_found() => {}
            Err(error) if !error.is_precondition_failed() => return Err(error),
            _ => return Ok(()),
        }
    }
    private.remove(UNLISTED_PREVIOUS);
    state.previous_zeebe_client_id = Field::Null;
    Ok(())
}

/// Plans what a rotation, a retirement or what is left of one will change.
pub(super) fn plan(change: &mut PlanChange<Model>) {
    let Ok(Some(planned)) = change.planned() else {
        return;
    };
    let Some(prior) = change.prior.clone() else {
        for name in ["remote_name", "previous_zeebe_client_id"] {
            change.set(&Path::of(name), Value::Null);
        }
        return;
    };
    keep_by_name(change, &prior, &planned);
    if change.is_replace() {
        return;
    }
    let previous = Path::of("previous_zeebe_client_id");
    let is_lost = is_lost(&change.private);
    if is_lost || rotates(&prior, &planned) {
        for name in ["zeebe_client_id", "secret", "remote_name"] {
            change.set_unknown(name);
        }
        if is_lost {
            change.diagnostics.push(lost_warning(&prior));
        } else if planned.rotation_version.is_unknown() {
            change.set_unknown("previous_zeebe_client_id");
        } else {
            let current = prior.zeebe_client_id.as_str().map(Value::from);
            change.set(&previous, current.unwrap_or(Value::Null));
        }
    } else if retires(&prior, &planned) {
        change.set(&previous, Value::Null);
    } else if planned.retire_previous.is_unknown() && has_others(&prior, &change.private) {
        change.set_unknown("previous_zeebe_client_id");
    } else if !superseded(&change.private).is_empty() {
        // A plan needs a difference, else nothing is applied.
        change.set_unknown("previous_zeebe_client_id");
        change
            .diagnostics
            .push(left_warning(&prior, &change.private));
    }
}

/// A client that already has the name that is wanted, or that of a successor of it, stays.
fn keep_by_name(change: &mut PlanChange<Model>, prior: &Model, planned: &Model) {
    let (Some(wanted), Some(remote)) = (planned.name.as_str(), prior.remote_name.as_str()) else {
        return;
    };
    if planned.name == prior.name || !names::belongs(remote, wanted) {
        return;
    }
    change.keep(&Path::of("name"));
    if remote == wanted {
        change.set(&Path::of("remote_name"), Value::Null);
    }
}

fn lost_warning(prior: &Model) -> Diagnostic {
    let (_, client_id) = keys(prior);
    let left = match prior.previous_zeebe_client_id.as_str() {
        Some(previous) => format!("The previous one, {previous}, is still there and stays valid."),
        None => "One that was to be deleted is still there.".to_owned(),
    };
    Diagnostic::warning(
        format!("API client {} is gone, its predecessor is not", spoken(prior)),
        format!(
            "Somebody has deleted the client {client_id}, whose credentials are current. {left}"
        ),
    )
    .hint(
        "The apply makes a successor in place, as a rotation does. To be rid of the previous one as \
         well, destroy or replace the resource, or set retire_previous and apply once more.",
    )
}

fn left_warning(prior: &Model, private: &Private) -> Diagnostic {
    Diagnostic::warning(
        format!("API client {} has leftovers of a rotation", spoken(prior)),
        format!(
            "The rotation could not delete: {}. Their credentials are still valid.",
            superseded(private).join(", ")
        ),
    )
    .hint("This apply deletes them; nothing else changes.")
}

pub(super) async fn update(
    context: &Context<ProviderData>,
    request: Update<Model>,
) -> Outcome<Model> {
    let Update {
        plan,
        prior,
        mut private,
        ..
    } = request;
    let data = &context.data;
    let makes_successor = is_lost(&private) || rotates(&prior, &plan);
    let retired = (!makes_successor && retires(&prior, &plan))
        .then(|| prior.previous_zeebe_client_id.known().cloned())
        .flatten();
    let mut state = plan;
    if !makes_successor {
        // A number that was not known while planning can turn out to be the old one, or none.
        keep_unknown(&mut state, &prior);
    }
    if !makes_successor && retired.is_none() && superseded(&private).is_empty() {
        return Outcome::present(state, private);
    }
    let deadline = context.clock.instant() + LIMITS.for_create(&state.timeouts);
    let call = CallContext::new(context.cancellation.clone()).with_deadline(deadline);
    let client = match data.for_writing(&call).await {
        Ok(client) => client,
        Err(diagnostic) => return Outcome::present(prior, private).with(diagnostic),
    };
    let mut warnings = Vec::new();
    let mut entry = None;
    if makes_successor {
        match succeed(context, client, &call, &mut state, &prior, &mut private).await {
            Ok((noted, said)) => {
                entry = Some(noted);
                warnings = said;
            }
            // With the old number, so that the next plan rotates.
            Err(diagnostic) => return Outcome::present(prior, private).with(diagnostic),
        }
    }
    let mut outcome = Outcome::present(state, private);
    outcome.diagnostics.extend(warnings);
    let outcome = clear(data, client, &call, outcome, retired, makes_successor).await;
    // A run that was interrupted may have nobody left to take the answer: the note stays until the
    // client is read from a state.
    if let Some(entry) = entry.filter(|_| !context.cancellation.is_cancelled()) {
        entry.close();
    }
    outcome
}

/// What does not change after all is as it was.
fn keep_unknown(state: &mut Model, prior: &Model) {
    for (field, before) in [
        (&mut state.zeebe_client_id, &prior.zeebe_client_id),
        (&mut state.remote_name, &prior.remote_name),
        (
            &mut state.previous_zeebe_client_id,
            &prior.previous_zeebe_client_id,
        ),
    ] {
        if field.is_unknown() {
            field.clone_from(before);
        }
    }
    if state.secret.is_unknown() {
        state.secret.clone_from(&prior.secret);
    }
}

/// Makes a successor and puts it into the state, in the place of the client there was.
async fn succeed(
    context: &Context<ProviderData>,
    client: &Client,
    call: &CallContext,
    state: &mut Model,
    prior: &Model,
    private: &mut Private,
) -> Result<(Entry, Vec<Diagnostic>), Diagnostic> {
    let data = &context.data;
    let (cluster_id, current) = keys(prior);
    // Its name would be in use else.
    let subject = successor_subject(data, cluster_id, current);
    remove_abandoned(data, client, call, cluster_id, &subject, "").await?;
    let clients = client
        .list_clients(call, cluster_id)
        .await
        .map_err(|error| {
            let summary = format!("Cannot rotate API client {}", spoken(prior));
            data.explain(summary, &error)
        })?;
    let version = state.rotation_version.known().and_then(Number::to_i64);
    let name = state.name.as_str().unwrap_or_default();
    let holder = |name: &str| clients.iter().find(|client| client.name == name);
    let (name, passed_over) =
        names::free(name, version.unwrap_or(0), |name| holder(name).is_some());
    let mut said = Vec::new();
    let ours = others(prior, private);
    if let Some(passed_over) = passed_over
        && let Some(holder) = holder(&passed_over)
        && holder.client_id != current
        && !ours.contains(&holder.client_id)
    {
        said.push(name_in_use(prior, &passed_over, &holder.client_id, &name));
    }
    let wanted = Wanted {
        cluster_id,
        name: name.clone(),
        scopes: &state.scopes,
        replaces: Some(current),
    };
    let (created, entry) = obtain(data, client, call, wanted).await?;

    if private.remove(LOST) {
        // There is nothing to come back to in it; the one before it is left as it is.
        state
            .previous_zeebe_client_id
            .clone_from(&prior.previous_zeebe_client_id);
    } else {
        let mut left = superseded(private);
        left.extend(prior.previous_zeebe_client_id.known().cloned());
        set_superseded(private, &left);
        state
            .previous_zeebe_client_id
            .clone_from(&prior.zeebe_client_id);
        if private.get(UNLISTED) == Some(true) {
            private.set(UNLISTED_PREVIOUS, true);
        } else {
            private.remove(UNLISTED_PREVIOUS);
        }
    }
    private.set(UNLISTED, true);
    state.zeebe_client_id = Field::Known(created.client_id);
    state.secret = Field::Known(created.secret);
    state.remote_name = if state.name.as_str() == Some(&name) {
        Field::Null
    } else {
        Field::Known(name)
    };
    let planned = state.scopes.clone();
    said.extend(scopes::granted(state, &created.permissions, private));
    if planned.is_null() {
        // Not known yet when this was planned, and not for an apply to tell: the next refresh does.
        state.scopes = planned;
    }
    Ok((entry, said))
}

fn name_in_use(prior: &Model, name: &str, holder: &str, instead: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("Successor of API client {} has another name", spoken(prior)),
        format!("The name {name:?} is that of the client {holder}; the successor is {instead:?}."),
    )
    .hint(
        "If that client is what a run that was killed on another machine has left behind, nobody knows \
         its secret: delete it in the Console.",
    )
}

/// Deletes what has had its time: the client that is `retired`, and those before the previous one.
/// What cannot be deleted is kept for the next apply. After a rotation that is a warning, so that those
/// who wait for the new credentials get them.
async fn clear(
    data: &ProviderData,
    client: &Client,
    call: &CallContext,
    outcome: Outcome<Model>,
    retired: Option<String>,
    has_rotated: bool,
) -> Outcome<Model> {
    let Outcome {
        state: Some(mut state),
        mut private,
        mut diagnostics,
        deferred,
    } = outcome
    else {
        return outcome;
    };
    let mut left = Vec::new();
    for id in superseded(&private).into_iter().chain(retired.clone()) {
        let (cluster_id, _) = keys(&state);
        match client.delete_client(call, cluster_id, &id).await {
            Err(error) if !error.is_not_found() => {
                let summary = format!(
                    "Cannot delete a predecessor of API client {}",
                    spoken(&state)
                );
                let explained = data.explain(summary.clone(), &error);
                diagnostics.push(if has_rotated {
                    let detail = format!(
                        "The new credentials are in the state. Those of the client {id} are still \
                         valid: {}",
                        explained.full_detail()
                    );
                    Diagnostic::warning(summary, detail).hint("The next apply deletes it.")
                } else {
                    advise(
                        explained,
                        format!("The client {id} is still valid. The next apply deletes it."),
                    )
                });
                left.push(id);
            }
            _ => tracing::info!(
                cluster_id,
                client_id = id,
                "deleted a superseded API client"
            ),
        }
    }
    if let Some(retired) = retired {
        let is_left = left.contains(&retired);
        left.retain(|id| *id != retired);
        state.previous_zeebe_client_id = if is_left {
            Field::Known(retired)
        } else {
            Field::Null
        };
    }
    set_superseded(&mut private, &left);
    Outcome {
        state: Some(state),
        private,
        diagnostics,
        deferred,
    }
}
