//! Waking a cluster that the service has put to sleep, and waiting until it is in service.

use super::health::{Ended, Expected, until_healthy};
use super::wait::Wait;
use crate::api::{CallContext, Client, Cluster, ClusterHealth, Error};

/// Whether the service has put a cluster to sleep.
#[must_use]
pub fn is_asleep(cluster: &Cluster) -> bool {
    cluster.status.ready == Some(ClusterHealth::Suspended)
}

/// Wakes a cluster if it was asleep when it was `seen` just now, and waits until it is healthy.
///
/// # Errors
/// The service did not take the request.
pub async fn until_awake(
    wait: &Wait,
    client: &Client,
    call: &CallContext,
    seen: &Cluster,
) -> Result<Ended, Error> {
    let id = seen.id.as_str();
    let woken = is_asleep(seen);
    if woken && let Err(error) = client.wake_cluster(call, id).await {
        // What a cluster that is awake answers is not documented: somebody may have been faster.
        let refused = error.is_bad_request() || error.is_conflict();
        let now = match client.get_cluster(call, id).await {
            Ok(now) if refused => now,
            _ => return Err(error),
        };
        if is_asleep(&now) {
            return Err(error);
        }
    }
    let expected = Expected {
        woken,
        ..Expected::of(id)
    };
    Ok(until_healthy(wait, client, call, expected).await)
}
