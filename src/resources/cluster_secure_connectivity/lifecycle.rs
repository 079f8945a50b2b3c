//! Activating secure connectivity, waiting for it, reading and deactivating it.
//!
//! A wait that does not get to its end ends with a warning, not an error, once the service has accepted
//! the activation: Terraform destroys in the next apply what was created with an error, and consumers
//! may be connecting already.

use std::time::Duration;

use super::{ClusterSecureConnectivityModel, LIMITS, TYPE_NAME, UNFINISHED, merge_endpoint};
use crate::api::{
    ActivateSecureConnectivity, CallContext, Client, Error, NotActivated, SecureConnectivity,
};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::path::Path;
use crate::framework::resource::{Create, Read, Update};
use crate::provider::data::ProviderData;
use crate::provider::errors::{advise, no_such_cluster, refused_attribute, taken};
use crate::provider::health::spoken;
use crate::provider::journal::Entry;
use crate::provider::wait::{Gave, Look, Misses, Wait};

type Model = ClusterSecureConnectivityModel;

pub(super) async fn create(
    context: &Context<ProviderData>,
    request: Create<Model>,
) -> Outcome<Model> {
    let Create {
        plan, mut private, ..
    } = request;
    let allowed = LIMITS.for_create(&plan.timeouts);
    let deadline = context.clock.instant() + allowed;
    let call = CallContext::new(context.cancellation.clone()).with_deadline(deadline);
    let client = match context.data.for_writing(&call).await {
        Ok(client) => client,
        Err(diagnostic) => return Outcome::failed(diagnostic),
    };
    let entry = match activate(context, client, &call, &plan).await {
        Ok(entry) => entry,
        Err(diagnostic) => return Outcome::failed(diagnostic),
    };
    let cluster_id = cluster_of(&plan).to_owned();
    let mut state = plan;
    state.id = Field::Known(cluster_id.clone());
    merge_endpoint(&mut state, SecureConnectivity::default());
    let ended = until_ready(&wait(context, &call, allowed), client, &call, &cluster_id).await;
    // A run that was interrupted may have nobody left to take the answer: the note stays until the
    // endpoint service is read from a state.
    if !context.cancellation.is_cancelled() {
        entry.close();
    }
    match ended {
        Ended::Ready(found) => {
            merge_endpoint(&mut state, found);
            Outcome::present(state, private)
        }
        Ended::Gone => Outcome::failed(
            Diagnostic::error(
                format!("Secure connectivity of cluster {cluster_id} vanished while it was being provisioned"),
                "It was activated, but the API shows it as inactive. Somebody may have deactivated it.",
            )
            .hint("Nothing is left of it. Apply again to activate it anew."),
        ),
        unfinished => {
            private.set(UNFINISHED, true);
            let happened = unfinished.text(context, "create", allowed);
            Outcome::present(state, private).with(
                Diagnostic::warning(
                    format!("Secure connectivity of cluster {cluster_id} is not ready yet"),
                    format!("It was activated. {happened}"),
                )
                .hint(
                    "Nothing is lost: it is in the state, and the next apply goes on waiting for it. If \
                     it needs more time, raise timeouts.create.",
                ),
            )
        }
    }
}

/// Asks for an endpoint service, unless a killed run has done so already.
async fn activate(
    context: &Context<ProviderData>,
    client: &Client,
    call: &CallContext,
    plan: &Model,
) -> Result<Entry, Diagnostic> {
    let data = &context.data;
    let cluster_id = cluster_of(plan);
    let summary = format!("Cannot activate secure connectivity of cluster {cluster_id}");
    let wanted = ActivateSecureConnectivity {
        allowed_principals: plan.allowed_principals.known().cloned().unwrap_or_default(),
        allowed_regions: plan.allowed_regions.known().cloned().unwrap_or_default(),
    };
    let journal = data.journal();
    let subject = format!("{} at {}", noted(cluster_id), data.account());
    while let Some(abandoned) = journal.take_abandoned(&subject) {
        let found = client.get_secure_connectivity(call, cluster_id).await;
        let found = found.map_err(|error| data.explain(summary.as_str(), &error))?;
        if found.is_some_and(|found| found.is_as_asked(&wanted)) {
            tracing::info!(cluster_id, "going on with what a killed run has activated");
            return Ok(abandoned);
        }
        abandoned.close();
    }
    let mut entry = None;
    let result = client
        .activate_secure_connectivity(call, cluster_id, &wanted, || {
            let mut begun = journal.begin(&subject, Vec::new());
            begun.created(&noted(cluster_id));
            entry = Some(begun);
        })
        .await;
    let entry = entry.unwrap_or_else(|| journal.begin(&subject, Vec::new()));
    match result {
        Ok(()) => {
            tracing::info!(cluster_id, "activated secure connectivity");
            Ok(entry)
        }
        Err(NotActivated::Active(found)) => {
            entry.close();
            Err(active_already(summary, cluster_id, &found))
        }
        Err(NotActivated::Failed(error)) => {
            // What may exist without our knowing is for the next run to look for.
            if !error.may_have_committed() {
                entry.close();
            }
            Err(refused(data, summary, &error))
        }
    }
}

fn active_already(summary: String, cluster_id: &str, found: &SecureConnectivity) -> Diagnostic {
    let listed = |texts: &Option<std::collections::BTreeSet<String>>| match texts {
        Some(texts) => texts.iter().cloned().collect::<Vec<_>>().join(", "),
        None => "not told".to_owned(),
    };
    let diagnostic = Diagnostic::error(
        summary,
        format!(
            "It is active already: {}. Principals: {}. Regions: {}.",
            found.progress,
            listed(&found.allowed_principals),
            listed(&found.allowed_regions)
        ),
    )
    .hint("If it is being removed, apply again when it is gone.")
    .at(Path::of("cluster_id"));
    taken(diagnostic, TYPE_NAME, cluster_id)
}

fn refused(data: &ProviderData, summary: String, error: &Error) -> Diagnostic {
    let diagnostic = data.explain(summary, error);
    if error.is_not_found() {
        return no_such_cluster(diagnostic);
    }
    if error.may_have_committed() {
        return advise(
            diagnostic,
            "If it was activated all the same, the next apply on this machine goes on with it.",
        );
    }
    let words = [
        (" arn", "allowed_principals"),
        ("principal", "allowed_principals"),
        ("cluster", "cluster_id"),
        ("region", "allowed_regions"),
    ];
    match refused_attribute(error, &words) {
        Some(attribute) => diagnostic.at(Path::of(attribute)),
        None => diagnostic,
    }
}

/// How a wait for an endpoint service has ended.
enum Ended {
    Ready(SecureConnectivity),
    Gone,
    TimedOut(Option<String>),
    Interrupted(Option<String>),
    Failed(Error),
}

impl Ended {
    /// What happened, for those that are not an end.
    fn text(self, context: &Context<ProviderData>, entry: &str, allowed: Duration) -> String {
        let seen = |last: Option<String>| {
            last.map_or_else(String::new, |last| format!(" Seen last: {last}."))
        };
        match self {
            Self::TimedOut(last) => format!(
                "It did not become ready within {} (timeouts.{entry}).{}",
                spoken(allowed),
                seen(last)
            ),
            Self::Interrupted(last) => {
                format!("The run was interrupted while waiting.{}", seen(last))
            }
            Self::Failed(error) => {
                let explained = context.data.explain(String::new(), &error);
                format!("Its state could not be read: {}", explained.full_detail())
            }
            Self::Ready(_) | Self::Gone => String::new(),
        }
    }
}

async fn until_ready(wait: &Wait, client: &Client, call: &CallContext, cluster_id: &str) -> Ended {
    let misses = Misses::new(true);
    let result = wait
        .until(|| async {
            match client.get_secure_connectivity(call, cluster_id).await {
                Ok(Some(found)) if found.ready => Ok(Look::Done(Some(found))),
                Ok(Some(found)) => {
                    misses.found();
                    Ok(Look::NotYet(found.progress))
                }
                Ok(None) => Ok(misses.missed("inactive")),
                Err(error) if error.is_not_found() => Ok(misses.missed("not visible")),
                Err(error) => Err(error),
            }
        })
        .await;
    match result {
        Ok(Some(found)) | Err(Gave::Hopeless(Some(found))) => Ended::Ready(found),
        Ok(None) | Err(Gave::Hopeless(None)) => Ended::Gone,
        Err(Gave::TimedOut(last)) => Ended::TimedOut(last),
        Err(Gave::Interrupted(last)) => Ended::Interrupted(last),
        Err(Gave::Failed(error)) => Ended::Failed(error),
    }
}

fn wait(context: &Context<ProviderData>, call: &CallContext, allowed: Duration) -> Wait {
    Wait::new(
        context,
        call.deadline
            .unwrap_or_else(|| context.clock.instant() + allowed),
    )
}

pub(super) async fn read(context: &Context<ProviderData>, request: Read<Model>) -> Outcome<Model> {
    let Read {
        mut state,
        mut private,
        ..
    } = request;
    let client = match context.data.client() {
        Ok(client) => client,
        Err(unavailable) => return unavailable.into_outcome(context),
    };
    let call = context.data.refresh(&context.cancellation);
    let cluster_id = cluster_of(&state).to_owned();
    let found = match client.recent_secure_connectivity(&call, &cluster_id).await {
        Ok(Some(found)) => found,
        Err(error) if !error.is_not_found() => {
            let summary = format!("Cannot read secure connectivity of cluster {cluster_id}");
            return Outcome::failed(context.data.explain(summary, &error));
        }
        Ok(None) | Err(_) => {
            tracing::info!(cluster_id, "secure connectivity is inactive");
            return Outcome::absent();
        }
    };
    context.data.journal().has_arrived(&noted(&cluster_id));
    if found.ready {
        private.remove(UNFINISHED);
    }
    // What the answer does not say is not read as changed.
    if let Some(principals) = &found.allowed_principals {
        state.allowed_principals = Field::Known(principals.clone());
    }
    if let Some(regions) = &found.allowed_regions {
        state.allowed_regions = Field::Known(regions.clone());
    }
    merge_endpoint(&mut state, found);
    state.id = Field::Known(cluster_id);
    if state.timeouts.is_unknown() {
        state.timeouts = Field::Null;
    }
    Outcome::present(state, private)
}

/// The lists cannot be changed: what gets here is for us alone, or goes on with a creation.
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
    if private.get::<bool>(UNFINISHED) != Some(true) {
        return Outcome::present(plan, private);
    }
    let client = match context.data.client() {
        Ok(client) => client,
        Err(unavailable) => return Outcome::failed(unavailable.into_diagnostic()),
    };
    let allowed = LIMITS.for_create(&plan.timeouts);
    let deadline = context.clock.instant() + allowed;
    let call = CallContext::new(context.cancellation.clone()).with_deadline(deadline);
    let cluster_id = cluster_of(&prior).to_owned();
    match until_ready(&wait(context, &call, allowed), client, &call, &cluster_id).await {
        Ended::Ready(found) => {
            private.remove(UNFINISHED);
            let mut state = plan;
            merge_endpoint(&mut state, found);
            Outcome::present(state, private)
        }
        Ended::Gone => Outcome::present(prior, private).with(
            Diagnostic::error(
                format!("Secure connectivity of cluster {cluster_id} is inactive"),
                "It was activated, but the API shows it as inactive. Somebody may have deactivated it.",
            )
            .hint("The next plan activates it anew."),
        ),
        unfinished => {
            let happened = unfinished.text(context, "create", allowed);
            Outcome::present(prior, private).with(
                Diagnostic::error(
                    format!("Secure connectivity of cluster {cluster_id} is not ready yet"),
                    happened,
                )
                .hint("The next apply goes on waiting for it."),
            )
        }
    }
}

pub(super) async fn delete(context: &Context<ProviderData>, state: &Model) -> Diagnostics {
    remove(context, state).await.err().into_iter().collect()
}

/// Deactivates and waits until the endpoint service is gone, so that another one can be made. One that
/// is gone already is fine.
async fn remove(context: &Context<ProviderData>, state: &Model) -> Result<(), Diagnostic> {
    let data = &context.data;
    let allowed = LIMITS.for_delete(&state.timeouts);
    let deadline = context.clock.instant() + allowed;
    let call = CallContext::new(context.cancellation.clone()).with_deadline(deadline);
    let client = data.for_writing(&call).await?;
    let cluster_id = cluster_of(state);
    let summary = format!("Cannot deactivate secure connectivity of cluster {cluster_id}");
    match client
        .deactivate_secure_connectivity(&call, cluster_id)
        .await
    {
        Ok(()) => {}
        Err(error) if error.is_not_found() => return Ok(()),
        Err(error) => return Err(data.explain(summary, &error)),
    }
    let gone = wait(context, &call, allowed)
        .until(|| async {
            match client.get_secure_connectivity(&call, cluster_id).await {
                Ok(Some(found)) => Ok(Look::NotYet(found.progress)),
                Ok(None) => Ok(Look::Done(())),
                Err(error) if error.is_not_found() => Ok(Look::Done(())),
                Err(error) => Err(error),
            }
        })
        .await;
    let seen = |last: Option<String>| last.unwrap_or_else(|| "nothing".to_owned());
    match gone {
        Ok(()) | Err(Gave::Hopeless(())) => {
            tracing::info!(cluster_id, "deactivated secure connectivity");
            Ok(())
        }
        Err(Gave::TimedOut(last)) => Err(Diagnostic::error(
            format!("Secure connectivity of cluster {cluster_id} is still there"),
            format!(
                "Its removal was accepted, but it was not gone within {} (timeouts.delete). Seen last: {}.",
                spoken(allowed),
                seen(last)
            ),
        )
        .hint("Run destroy again to go on waiting, or raise timeouts.delete.")),
        Err(Gave::Interrupted(last)) => Err(Diagnostic::error(
            format!("Secure connectivity of cluster {cluster_id} may still be there"),
            format!(
                "Its removal was accepted, but the run was interrupted while waiting for it. Seen last: {}.",
                seen(last)
            ),
        )
        .hint("Run destroy again to make sure.")),
        Err(Gave::Failed(error)) => Err(data.explain(summary, &error)),
    }
}

fn cluster_of(state: &Model) -> &str {
    state.cluster_id.as_str().unwrap_or_default()
}

/// What notes call it.
fn noted(cluster_id: &str) -> String {
    format!("secure connectivity of the cluster {cluster_id}")
}
