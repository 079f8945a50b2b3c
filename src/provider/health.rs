//! The health of a cluster: what it is called, and waiting for it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::data::ProviderData;
use super::wait::{Gave, Look, Misses, Wait};
use crate::api::{CallContext, Client, Cluster, ClusterHealth, Error};
use crate::framework::diag::Diagnostic;

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
    /// Whether it was woken just now, so that it may still show as suspended.
    pub woken: bool,
}

impl<'a> Expected<'a> {
    /// A cluster that has been there for a while and only needs to be healthy.
    #[must_use]
    pub fn of(id: &'a str) -> Self {
        Self {
            id,
            generation: None,
            new: false,
            woken: false,
        }
    }
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
                        Some(ClusterHealth::Suspended) if !expected.woken => {
                            Look::Hopeless(Some(cluster))
                        }
                        Some(ClusterHealth::WaitingForInput) => Look::Hopeless(Some(cluster)),
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

/// What the message about a wait that did not end well is made of.
#[derive(Debug, Clone, Copy)]
pub struct Waited<'a> {
    /// Name of the cluster.
    pub name: &'a str,
    /// How long the wait could be.
    pub allowed: Duration,
    /// The argument that says so.
    pub limit: &'a str,
    /// What to do when the cluster is gone.
    pub gone: &'a str,
    /// What to do when the time was too short.
    pub out_of_time: &'a str,
    /// What becomes of an interrupted wait.
    pub interrupted: &'a str,
}

impl Ended {
    /// The error for a cluster that did not become healthy.
    #[must_use]
    pub fn explain(self, data: &ProviderData, waited: Waited<'_>) -> Diagnostic {
        let Waited { name, limit, .. } = waited;
        let summary = format!("Cluster {name:?} is not healthy");
        match self {
            Self::Healthy(_) => Diagnostic::bug(summary, "The cluster is healthy after all."),
            Self::Stuck(cluster) => Diagnostic::error(
                summary,
                format!(
                    "The cluster is {}, which waiting does not change.",
                    states(&cluster)
                ),
            )
            .hint(next_step(&cluster)),
            Self::Gone => Diagnostic::error(
                format!("Cluster {name:?} is gone"),
                "The API no longer knows the cluster. Somebody may have deleted it.",
            )
            .hint(waited.gone),
            Self::TimedOut(last) => Diagnostic::error(
                summary,
                format!(
                    "The cluster was not healthy within {} ({limit}). Seen last: {}.",
                    spoken(waited.allowed),
                    last.as_deref().unwrap_or("nothing")
                ),
            )
            .hint(waited.out_of_time),
            Self::Interrupted(last) => Diagnostic::error(
                summary,
                format!(
                    "The run was interrupted while waiting. Seen last: {}.",
                    last.as_deref().unwrap_or("nothing")
                ),
            )
            .hint(waited.interrupted),
            Self::Failed(error) => data.explain(summary, &error),
        }
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
            "The cluster is asleep. Wake it with keep_awake = true on its camunda_cluster, with the action \
             camunda_cluster_wake, or on its page in the Console (Resume); when it is healthy, apply \
             again."
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
