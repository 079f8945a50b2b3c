//! Connector secrets of clusters: their requests, and calls that get through.
//!
//! The service carries out one change of a cluster's secrets at a time and refuses others while it
//! does, with the same status as for a name that is taken. Changes of one cluster queue here, and
//! those that meet somebody else's wait. Must not know how a request is sent.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use serde::Serialize;

use super::error::Error;
use super::request::{Repeat, Request};
use super::{CallContext, Client, ExposeSecret as _, SecretString};

/// How long a name that was deleted may still be listed, and so look taken. Not documented.
const GRACE_FOR_DELETED: Duration = Duration::from_secs(20);

/// The first pause before a change that met another one is tried again, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(5));

/// The secrets of a cluster: values by name.
pub type ConnectorSecrets = BTreeMap<String, SecretString>;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CreateSecret<'a> {
    secret_name: &'a str,
    secret_value: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UpdateSecret<'a> {
    secret_value: &'a str,
}

fn list_request(cluster_id: &str) -> Result<Request, Error> {
    Request::get("GetSecrets", &["clusters", cluster_id, "secrets"])
}

/// Not repeated by the send loop: whether a second one is refused because of the first has to be
/// found out by looking.
fn create_request(cluster_id: &str, name: &str, value: &SecretString) -> Result<Request, Error> {
    let body = CreateSecret {
        secret_name: name,
        secret_value: value.expose_secret(),
    };
    let request = Request::new(
        "CreateSecret",
        Method::POST,
        &["clusters", cluster_id, "secrets"],
        Repeat::Never,
    )?;
    Ok(request.json(&body)?.hiding(value))
}

fn update_request(cluster_id: &str, name: &str, value: &SecretString) -> Result<Request, Error> {
    let body = UpdateSecret {
        secret_value: value.expose_secret(),
    };
    let request = Request::new(
        "UpdateSecret",
        Method::PUT,
        &["clusters", cluster_id, "secrets", name],
        Repeat::Safe,
    )?;
    Ok(request.json(&body)?.hiding(value))
}

fn delete_request(cluster_id: &str, name: &str) -> Result<Request, Error> {
    Request::new(
        "DeleteSecret",
        Method::DELETE,
        &["clusters", cluster_id, "secrets", name],
        Repeat::Safe,
    )
}

/// Why a secret was not created.
#[derive(Clone, Debug)]
pub enum SecretNotCreated {
    /// The cluster has a secret of that name.
    Taken(Error),
    /// Anything else. [`Error::is_conflict`]: other changes of the cluster's secrets were in the way
    /// until the time was over.
    Failed(Error),
}

impl From<Error> for SecretNotCreated {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// What the list says of a creation that was refused or not answered.
#[derive(PartialEq, Eq)]
enum Found {
    /// No secret of the name.
    Nothing,
    /// One of the name and the value.
    Ours,
    /// One of the name with another value.
    Another,
}

impl Client {
    /// All secrets of a cluster. [`Error::is_not_found`] if there is no such cluster.
    pub async fn list_connector_secrets(
        &self,
        context: &CallContext,
        cluster_id: &str,
    ) -> Result<ConnectorSecrets, Error> {
        self.call(context, list_request(cluster_id)?).await
    }

    /// As [`Client::list_connector_secrets`], for readers who come in numbers: they share an answer,
    /// which may be some seconds old.
    pub async fn recent_connector_secrets(
        &self,
        context: &CallContext,
        cluster_id: &str,
    ) -> Result<Arc<ConnectorSecrets>, Error> {
        self.recent(context, list_request(cluster_id)?).await
    }

    /// Creates a secret. `before_sending` sees the secrets there are, just before the request goes out.
    ///
    /// Waits while other changes of the cluster's secrets run. When an answer got lost, the list tells
    /// whether there is a secret of that name and value now that was not there before: then it is
    /// done.
    ///
    /// Errors, besides a name that is taken: [`Error::is_forbidden`], permission or limit;
    /// [`Error::is_bad_request`], name or value are not allowed; [`Error::may_have_committed`], the
    /// secret may exist all the same.
    pub async fn create_connector_secret(
        &self,
        context: &CallContext,
        cluster_id: &str,
        name: &str,
        value: &SecretString,
        before_sending: impl FnOnce(&ConnectorSecrets) + Send,
    ) -> Result<(), SecretNotCreated> {
        let sender = &self.0.sender;
        let request = create_request(cluster_id, name, value)?;
        let context = sender.bounded(context);
        let _turn = self.change_of(&context, &request, cluster_id).await?;
        let before = self.list_connector_secrets(&context, cluster_id).await?;
        before_sending(&before);
        let was_there = look_for(&before, name, value) == Found::Ours;
        let started = sender.clock.instant();
        let mut pauses = Pauses::default();
        let mut lost = false;
        loop {
            let error = match self.call_for_nothing(&context, request.clone()).await {
                Ok(()) => return Ok(()),
                Err(error) if error.is_cancelled() => return Err(error.into()),
                Err(error) if error.is_conflict() || error.may_have_committed() => error,
                Err(error) => return Err(error.with_may_have_committed(lost).into()),
            };
            lost |= error.may_have_committed();
            let secrets = self
                .list_connector_secrets(&context, cluster_id)
                .await
                .map_err(|unread| {
                    let note = "Whether the secret was created all the same could not be found out: the \
                                list of secrets could not be read";
                    let error = error.clone().with_may_have_committed(lost);
                    error.with_note(note).with_cause(unread)
                })?;
            match look_for(&secrets, name, value) {
                Found::Ours if lost && !was_there => {
                    tracing::debug!(
                        cluster_id,
                        name,
                        "found the secret whose creation was not answered"
                    );
                    return Ok(());
                }
                Found::Ours | Found::Another => {
                    // What was deleted a moment ago may still be listed; a name that is really taken
                    // stays so.
                    let waited = sender.clock.instant() - started;
                    if says_it_exists(&error) || waited >= GRACE_FOR_DELETED {
                        let note = "The cluster has a secret of that name";
                        let error = error.with_may_have_committed(false).with_note(note);
                        return Err(SecretNotCreated::Taken(error));
                    }
                }
                Found::Nothing => {}
            }
            if !error.is_conflict() && pauses.count >= sender.retry.max_retries {
                let note = "The list of secrets shows none of that name";
                return Err(error.with_note(note).into());
            }
            self.pause(&context, &request, &mut pauses, &error).await?;
        }
    }

    /// Replaces the value of a secret. Waits while other changes of the cluster's secrets run.
    /// [`Error::is_not_found`] if there is no such secret or cluster.
    pub async fn update_connector_secret(
        &self,
        context: &CallContext,
        cluster_id: &str,
        name: &str,
        value: &SecretString,
    ) -> Result<(), Error> {
        let request = update_request(cluster_id, name, value)?;
        self.change(context, cluster_id, request).await
    }

    /// Deletes a secret. Waits while other changes of the cluster's secrets run, and then a while for
    /// the secret to vanish from the list, so that its name is free for another one.
    /// [`Error::is_not_found`] if there is no such cluster, and perhaps if there is no such secret.
    pub async fn delete_connector_secret(
        &self,
        context: &CallContext,
        cluster_id: &str,
        name: &str,
    ) -> Result<(), Error> {
        let request = delete_request(cluster_id, name)?;
        self.change(context, cluster_id, request.clone()).await?;
        self.until_unlisted(context, cluster_id, name, &request)
            .await;
        Ok(())
    }

    /// Waits until a secret that was deleted is no longer listed. That it is deleted is sure, so
    /// neither a list that cannot be read nor a name that stays (somebody may have created it anew) is
    /// an error.
    async fn until_unlisted(
        &self,
        context: &CallContext,
        cluster_id: &str,
        name: &str,
        request: &Request,
    ) {
        let sender = &self.0.sender;
        let context = context.with_deadline(sender.clock.instant() + GRACE_FOR_DELETED);
        let mut pauses = Pauses::default();
        while let Ok(secrets) = self.list_connector_secrets(&context, cluster_id).await
            && secrets.contains_key(name)
        {
            let pause = sender.clock.sleep(pauses.next(fastrand::f64()));
            if sender.run(&context, request, pause).await.is_err() {
                tracing::debug!(cluster_id, name, "a deleted secret is still listed");
                return;
            }
        }
    }

    /// Carries out a change that may be repeated, once nobody else's is in the way.
    async fn change(
        &self,
        context: &CallContext,
        cluster_id: &str,
        request: Request,
    ) -> Result<(), Error> {
        let context = self.0.sender.bounded(context);
        let _turn = self.change_of(&context, &request, cluster_id).await?;
        let mut pauses = Pauses::default();
        loop {
            match self.call_for_nothing(&context, request.clone()).await {
                Err(error) if error.is_conflict() => {
                    self.pause(&context, &request, &mut pauses, &error).await?;
                }
                done => return done,
            }
        }
    }

    /// Waits until no other change of the cluster's secrets is under way in this process.
    async fn change_of(
        &self,
        context: &CallContext,
        request: &Request,
        cluster_id: &str,
    ) -> Result<tokio::sync::OwnedMutexGuard<()>, Error> {
        let subject = format!("connector secrets of {cluster_id}");
        self.turn(context, request, subject).await
    }

    /// Waits a little before the next try. With the time used up, the last refusal is the answer.
    async fn pause(
        &self,
        context: &CallContext,
        request: &Request,
        pauses: &mut Pauses,
        error: &Error,
    ) -> Result<(), Error> {
        let sender = &self.0.sender;
        let pause = pauses.next(fastrand::f64());
        let until = sender.clock.instant() + pause;
        if context.deadline.is_some_and(|deadline| until > deadline) {
            let note = if error.is_conflict() {
                "Other changes of the cluster's secrets were in the way until the time was over"
            } else {
                "No time was left for another try"
            };
            return Err(error.clone().with_note(note));
        }
        sender
            .run(context, request, sender.clock.sleep(pause))
            .await
    }
}

/// Looks for the secret that was to be created.
fn look_for(secrets: &ConnectorSecrets, name: &str, value: &SecretString) -> Found {
    match secrets.get(name) {
        None => Found::Nothing,
        Some(found) if found.expose_secret() == value.expose_secret() => Found::Ours,
        Some(_) => Found::Another,
    }
}

/// Whether a refusal says that there is such a secret already, as far as its words tell.
fn says_it_exists(error: &Error) -> bool {
    error.is_conflict()
        && error
            .server_message()
            .is_some_and(|words| words.to_lowercase().contains("exist"))
}

/// Pauses that grow, and differ between processes that were refused together.
#[derive(Default)]
struct Pauses {
    count: u32,
}

impl Pauses {
    /// `unit` is random, from 0 to 1.
    fn next(&mut self, unit: f64) -> Duration {
        let (first, longest) = PAUSES;
        let ceiling = first
            .saturating_mul(2_u32.saturating_pow(self.count))
            .min(longest);
        self.count += 1;
        ceiling.mul_f64(0.5 + unit.clamp(0.0, 1.0) / 2.0)
    }
}

#[cfg(test)]
mod tests;
