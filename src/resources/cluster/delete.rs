//! Deleting a cluster, and waiting until it is gone.

use super::backup_first::{Step, Taken};
use super::plan::refused_deletion;
use super::{ClusterModel, LIMITS, UNFINISHED};
use crate::api::{CallContext, Client};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::operation::Context;
use crate::framework::private::Private;
use crate::framework::resource::Delete;
use crate::provider::data::ProviderData;
use crate::provider::health::{is_healthy, spoken, states};
use crate::provider::wait::{Gave, Look, Wait};

pub(super) async fn delete(
    context: &Context<ProviderData>,
    request: Delete<ClusterModel>,
) -> Diagnostics {
    let Delete { state, private } = request;
    let name = state.name.as_str().unwrap_or_default();
    if state.deletion_protection.known() == Some(&true) {
        return refused_deletion(name).into();
    }
    let client = match context.data.client() {
        Ok(client) => client,
        Err(unavailable) => return unavailable.into_diagnostic().into(),
    };
    let taken = if Step::Destroy.is_in(&state.backup_before) {
        match back_up(context, client, &state, &private).await {
            Ok(taken) => taken,
            Err(diagnostic) => return diagnostic.into(),
        }
    } else {
        None
    };
    let removed = remove(context, client, &state).await;
    let mut diagnostics = Diagnostics::new();
    if let Some(Taken { message, note }) = taken {
        diagnostics.push(message);
        if removed.is_ok() {
            note.close();
        }
    }
    diagnostics.extend(removed.err());
    diagnostics
}

/// Takes the backup before the end. There is none of a cluster that is gone already, nor of one that was
/// never in service and has nothing in it.
async fn back_up(
    context: &Context<ProviderData>,
    client: &Client,
    state: &ClusterModel,
    private: &Private,
) -> Result<Option<Taken>, Diagnostic> {
    let id = state.id.as_str().unwrap_or_default();
    let name = state.name.as_str().unwrap_or_default();
    let call = CallContext::new(context.cancellation.clone());
    context.data.guard(&call).await?;
    let cluster = match client.get_cluster(&call, id).await {
        Ok(cluster) => cluster,
        Err(error) if error.is_not_found() => return Ok(None),
        Err(error) => {
            let summary = format!("Cannot delete cluster {name:?}");
            return Err(context.data.explain(summary, &error));
        }
    };
    if private.get::<bool>(UNFINISHED) == Some(true) && !is_healthy(&cluster) {
        return Ok(None);
    }
    let allowed = LIMITS.for_update(&state.timeouts);
    let taken = Step::Destroy.back_up(context, client, (id, name), allowed);
    taken.await.map(Some)
}

/// Deletes a cluster and waits until it is gone. One that is gone already is fine.
pub(super) async fn remove(
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
    let wait = Wait::new(context, deadline);
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
