//! The health of a cluster: what it is called, and waiting for it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::wait::{Gave, Look, Misses, Wait};
use crate::api::{CallContext, Client, Cluster, ClusterHealth, Error};

/// Looks in a row that must find the cluster healthy: it has been seen to flicker.
const HEALTHY_IN_A_ROW: u32 = 2;

/// Whether a cluster is in service.
#[must_use]
pub fn is_healthy(cluster: &Cluster) -> bool {
    cluster.status.ready == Some(ClusterHealth::Healthy)
}

/// How a wait for a healthy cluster ended.
#[derive(Debug)]
pub enum Ended {
    /// It is healthy.
    Healthy(Box<Cluster>),
    /// A state that waiting does not change.
    Stuck(Box<Cluster>),
    /// It is not there, or no longer.
    Gone,
    /// Time ran out; what was seen last.
    TimedOut(Option<String>),
    /// The run was interrupted; what was seen last.
    Interrupted(Option<String>),
    /// Looking failed.
    Failed(Error),
}

/// What a wait for a healthy cluster demands beyond health.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// ID of the cluster.
    pub id: &'a str,
    /// The generation that must run, if one is awaited.
    pub generation: Option<&'a str>,
    /// Whether it was created just now, so that the service may not know it yet.
    pub new: bool,
}

/// Looks at a cluster until it is healthy.
pub async fn until_healthy(
    wait: &Wait,
    client: &Client,
    call: &CallContext,
    expected: Expected<'_>,
) -> Ended {
    let healthy = AtomicU32::new(0);
    let misses = Misses::new(expected.new);
    let result = wait
        .until(|| async {
            match client.get_cluster(call, expected.id).await {
                Ok(cluster) => {
                    misses.found();
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
                Err(error) if error.is_not_found() => Ok(misses.missed("not visible")),
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
#[must_use]
pub fn states(cluster: &Cluster) -> String {
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
#[must_use]
pub fn next_step(cluster: &Cluster) -> &'static str {
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

/// A duration as a person would say it.
#[must_use]
pub fn spoken(duration: Duration) -> String {
    match duration.as_secs() {
        0 => format!("{} ms", duration.as_millis()),
        seconds @ 1..120 => format!("{seconds} s"),
        seconds => format!("{} min", seconds / 60),
    }
}
