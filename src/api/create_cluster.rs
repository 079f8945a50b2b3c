//! Creating a cluster exactly once, also on days when answers get lost.
//!
//! The service knows no idempotency key and no unique name: a second POST makes, and bills, a
//! second cluster. So a POST whose outcome is unknown is followed by a look at the list of
//! clusters, and the one that was not there before is ours. Must not know how requests are sent.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::clusters::{
    Cluster, CreateCluster, CreateClusterAnswer, CreatedCluster, create_request, list_request,
};
use super::error::{Error, ErrorKind};
use super::request::Request;
use super::{CallContext, Client, NamedRef};

/// Waits between the looks for a cluster whose creation was not answered. How soon a new cluster
/// is listed is not documented.
const LOOKS: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];

/// Time granted for looking even when the caller's is over.
const TIME_FOR_A_LOOK: Duration = Duration::from_secs(5);

/// How much the clocks of the service's own machines may differ.
const SERVICE_SKEW: SignedDuration = SignedDuration::from_secs(60);

/// What one process knows about the clusters it creates. Keeps two identical creations apart.
#[derive(Default)]
pub(crate) struct Creations {
    /// Clusters created by or given to some caller: nobody else's, whatever they look like.
    claimed: Mutex<HashSet<String>>,
}

impl Creations {
    fn claim(&self, id: &str) {
        self.claimed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id.to_owned());
    }

    fn is_claimed(&self, id: &str) -> bool {
        self.claimed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(id)
    }
}

/// The clusters there were before a creation.
///
/// Our own clock plays no part in telling old from new: it may be wrong.
#[derive(Clone, Debug)]
pub(crate) struct Before {
    ids: HashSet<String>,
    newest: Option<Timestamp>,
}

impl Before {
    pub(crate) fn of(clusters: &[Cluster]) -> Self {
        Self {
            ids: clusters.iter().map(|cluster| cluster.id.clone()).collect(),
            newest: clusters.iter().filter_map(Cluster::created).max(),
        }
    }

    /// Whether `cluster` came after: it was not listed, and is no older than what was.
    fn precedes(&self, cluster: &Cluster) -> bool {
        let older = match (cluster.created(), self.newest) {
            (Some(created), Some(newest)) => {
                created < newest.saturating_sub(SERVICE_SKEW).unwrap_or(newest)
            }
            _ => false,
        };
        !self.ids.contains(&cluster.id) && !older
    }
}

/// Whether `cluster` is what `wanted` asks for. What the service leaves out, as it does while a
/// cluster is being set up, speaks neither for nor against it.
fn is_alike(cluster: &Cluster, wanted: &CreateCluster) -> bool {
    let same = |reference: &Option<NamedRef>, id: &str| {
        reference.as_ref().is_none_or(|given| given.id == id)
    };
    let same_backup = wanted
        .backup_region_id
        .as_deref()
        .is_none_or(|id| same(&cluster.backup_region, id));
    cluster.name == wanted.name
        && same(&cluster.plan_type, &wanted.plan_type_id)
        && same(&cluster.channel, &wanted.channel_id)
        && same(&cluster.generation, &wanted.generation_id)
        && same(&cluster.region, &wanted.region_id)
        && same_backup
}

/// What creations must have in common to be mistaken for each other: what [`is_alike`] always looks at.
fn likeness(wanted: &CreateCluster) -> String {
    let CreateCluster {
        name,
        plan_type_id,
        channel_id,
        generation_id,
        region_id,
        ..
    } = wanted;
    format!("cluster {name:?} {plan_type_id:?} {channel_id:?} {generation_id:?} {region_id:?}")
}

impl Client {
    /// Creates a cluster and returns its identifier at once; it is still being set up then.
    ///
    /// When the outcome of the request is unknown, the list of clusters is looked at, several times
    /// within about 15 seconds, and the cluster that was not there before and is alike in name and
    /// all identifiers is taken for the one created. Only when the service itself said to come back
    /// later (429, 503) and no such cluster has appeared is the request sent again. Identical
    /// creations in this process run one after another and never take each other's cluster.
    ///
    /// An error with [`Error::may_have_committed`] means that a cluster may exist whose identifier
    /// nobody knows; [`ErrorKind::Ambiguous`], that there is more than one candidate.
    pub async fn create_cluster(
        &self,
        context: &CallContext,
        wanted: &CreateCluster,
    ) -> Result<CreatedCluster, Error> {
        self.create_cluster_after(context, wanted, |_| ()).await
    }

    /// As [`Client::create_cluster`]; `before_sending` sees the clusters there are, just before the
    /// request goes out.
    pub async fn create_cluster_after(
        &self,
        context: &CallContext,
        wanted: &CreateCluster,
        before_sending: impl FnOnce(&[Cluster]) + Send,
    ) -> Result<CreatedCluster, Error> {
        let (sender, creations) = (&self.0.sender, &self.0.shared.creations);
        let request = create_request(wanted)?;
        let context = sender.bounded(context);
        // Creations that could be mistaken for each other run one after another.
        let _turn = self.turn(&context, &request, likeness(wanted)).await?;

        let clusters = self.list_clusters(&context).await?;
        let before = Before::of(&clusters);
        before_sending(&clusters);
        drop(clusters);
        let mut tries = 0;
        loop {
            let error = match self
                .call::<CreateClusterAnswer>(&context, request.clone())
                .await
            {
                Ok(CreateClusterAnswer { cluster_id: id }) => {
                    creations.claim(&id);
                    return Ok(CreatedCluster {
                        id,
                        found_after_lost_answer: false,
                    });
                }
                Err(error) if error.may_have_committed() && !error.is_cancelled() => error,
                Err(error) => return Err(error),
            };
            match self
                .find_created(&context, &request, wanted, &before, &error)
                .await?
            {
                Some(Cluster { id, .. }) => {
                    return Ok(CreatedCluster {
                        id,
                        found_after_lost_answer: true,
                    });
                }
                None => tries += 1,
            }
            if !error.is_come_back_later() || tries > sender.retry.max_retries {
                return Err(
                    error.with_note("The list of clusters shows no new cluster of that name")
                );
            }
        }
    }

    /// Finds the cluster that an earlier process has asked for in the same words and did not live to
    /// see. `id` is its identifier, if that was known; else it is the one that is alike in name and
    /// all identifiers and is none of those in `known`. What is found is the caller's alone.
    ///
    /// [`ErrorKind::Ambiguous`]: more than one cluster could be it.
    pub async fn find_abandoned_cluster(
        &self,
        context: &CallContext,
        wanted: &CreateCluster,
        id: Option<&str>,
        known: &[String],
    ) -> Result<Option<Cluster>, Error> {
        let (sender, creations) = (&self.0.sender, &self.0.shared.creations);
        let clusters = self.list_clusters(context).await?;
        let candidates: Vec<Cluster> = clusters
            .into_iter()
            .filter(|cluster| match id {
                Some(id) => cluster.id == id,
                None => is_alike(cluster, wanted) && !known.contains(&cluster.id),
            })
            .filter(|cluster| !creations.is_claimed(&cluster.id))
            .collect();
        match <[Cluster; 1]>::try_from(candidates) {
            Ok([cluster]) => {
                creations.claim(&cluster.id);
                Ok(Some(cluster))
            }
            Err(several) if !several.is_empty() => {
                let error = sender.error(ErrorKind::Ambiguous, &list_request()?);
                let ids: Vec<&str> = several.iter().map(|cluster| cluster.id.as_str()).collect();
                Err(error.with_may_have_committed(true).with_note(format!(
                    "An earlier run was killed while it created this cluster, and several clusters \
                     could be the one: {}. Import the right one",
                    ids.join(", ")
                )))
            }
            Err(_) => Ok(None),
        }
    }

    /// Looks for the cluster a POST that ended in `error` may have created, and claims it.
    async fn find_created(
        &self,
        context: &CallContext,
        request: &Request,
        wanted: &CreateCluster,
        before: &Before,
        error: &Error,
    ) -> Result<Option<Cluster>, Error> {
        let (sender, creations) = (&self.0.sender, &self.0.shared.creations);
        // Even with the time used up, one look is worth it: what is found can be remembered.
        let grace = sender.clock.instant() + TIME_FOR_A_LOOK;
        let deadline = context
            .deadline
            .map_or(grace, |deadline| deadline.max(grace));
        let context = CallContext {
            freshness: context.freshness,
            cancel: context.cancel.clone(),
            deadline: Some(deadline),
        };
        let looks = if error.is_come_back_later() {
            &LOOKS[..2]
        } else {
            &LOOKS[..]
        };
        for wait in looks {
            if sender.clock.instant() + *wait > deadline {
                break;
            }
            sender
                .run(&context, request, sender.clock.sleep(*wait))
                .await
                .map_err(|stop| error.clone().with_cause(stop))?;
            let clusters = self.list_clusters(&context).await.map_err(|unread| {
                error
                    .clone()
                    .with_note("Whether the cluster was created all the same could not be found out: the list of clusters could not be read")
                    .with_cause(unread)
            })?;
            let candidates: Vec<Cluster> = clusters
                .into_iter()
                .filter(|cluster| {
                    before.precedes(cluster)
                        && is_alike(cluster, wanted)
                        && !creations.is_claimed(&cluster.id)
                })
                .collect();
            match <[Cluster; 1]>::try_from(candidates) {
                Ok([cluster]) => {
                    creations.claim(&cluster.id);
                    tracing::debug!(
                        cluster = cluster.id,
                        "found the cluster whose creation was not answered"
                    );
                    return Ok(Some(cluster));
                }
                Err(several) if !several.is_empty() => {
                    return Err(ambiguous(
                        sender.error(ErrorKind::Ambiguous, request),
                        &several,
                        error,
                    ));
                }
                Err(_) => {}
            }
        }
        Ok(None)
    }
}

fn ambiguous(ambiguous: Error, candidates: &[Cluster], lost: &Error) -> Error {
    let ids: Vec<&str> = candidates
        .iter()
        .map(|cluster| cluster.id.as_str())
        .collect();
    ambiguous
        .with_may_have_committed(true)
        .with_effort(lost.attempts(), lost.elapsed())
        .with_note(format!(
            "The answer was lost, and several new clusters look like the one asked for: {}. Somebody else is creating the same",
            ids.join(", ")
        ))
        .with_cause(lost.clone())
}

#[cfg(test)]
mod tests;
