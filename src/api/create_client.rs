//! Creating an API client whose secret is known, also on days when answers get lost.
//!
//! The secret is in one answer only: a client whose answer was lost is of no use to anybody. Its
//! name, unique within the cluster, finds it: it is deleted, and the request is sent again. Must not
//! know how requests are sent.

use std::time::Duration;

use super::clients::{CreateZeebeClient, CreatedZeebeClient, ZeebeClient, create_request};
use super::error::Error;
use super::request::Request;
use super::{CallContext, Client};

/// Waits between the looks for a client whose creation was not answered. How soon a new one is
/// listed is not documented.
const LOOKS: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];

/// A creation that was asked for.
struct Creation<'a> {
    cluster_id: &'a str,
    wanted: &'a CreateZeebeClient,
    request: Request,
    before: Vec<ZeebeClient>,
}

impl Creation<'_> {
    /// Whether the cluster had a client of this name before.
    fn is_taken(&self) -> bool {
        let mut before = self.before.iter();
        before.any(|client| client.name == self.wanted.name)
    }

    /// Whether `client` came after and has the name.
    fn made(&self, client: &ZeebeClient) -> bool {
        let mut before = self.before.iter();
        client.name == self.wanted.name && !before.any(|old| old.client_id == client.client_id)
    }
}

impl Client {
    /// Creates an API client. `before_sending` sees the clients there are, just before the request
    /// goes out.
    ///
    /// When the outcome of the request is unknown, the client of that name that was not there before
    /// is deleted and the request is sent again. Creations of the same name in the same cluster run
    /// one after another in this process, so that nobody deletes a neighbour's client.
    ///
    /// Errors: [`Error::is_bad_request`], the name is taken or not allowed; [`Error::is_forbidden`],
    /// permission or limit. An error with [`Error::may_have_committed`] means that a client may exist
    /// whose secret nobody knows.
    pub async fn create_client(
        &self,
        context: &CallContext,
        cluster_id: &str,
        wanted: &CreateZeebeClient,
        before_sending: impl FnOnce(&[ZeebeClient]) + Send,
    ) -> Result<CreatedZeebeClient, Error> {
        let sender = &self.0.sender;
        let request = create_request(cluster_id, wanted)?;
        let context = sender.bounded(context);
        let subject = format!("API client {:?} of {cluster_id}", wanted.name);
        let _turn = self.turn(&context, &request, subject).await?;

        let before = self.list_clients(&context, cluster_id).await?;
        before_sending(&before);
        let creation = Creation {
            cluster_id,
            wanted,
            request,
            before,
        };
        // The error that left the outcome of an earlier request open.
        let mut lost: Option<Error> = None;
        let mut tries = 0;
        loop {
            let answer = self.call(&context, creation.request.clone()).await;
            let (error, exists) = match answer {
                Ok(created) => return Ok(created),
                Err(error) if error.is_cancelled() => return Err(error),
                Err(error) if error.may_have_committed() => (error, false),
                // Refused because of the name: an earlier one was carried out after all.
                Err(error) if error.is_bad_request() && lost.is_some() && !creation.is_taken() => {
                    (lost.take().unwrap_or(error), true)
                }
                Err(error) => return Err(error.with_may_have_committed(lost.is_some())),
            };
            let removed = self
                .remove_lost(&context, &creation, exists, &error)
                .await?;
            if !removed && creation.is_taken() {
                let note = "The cluster had an API client of that name before";
                return Err(error.with_note(note));
            }
            tries += 1;
            if tries > sender.retry.max_retries {
                return Err(if removed {
                    let note = "The API client that came of it was deleted again";
                    error.with_may_have_committed(false).with_note(note)
                } else {
                    error.with_note("The list of API clients shows none of that name")
                });
            }
            lost = (!removed).then_some(error);
        }
    }

    /// Deletes the client that an earlier process has asked for and did not live to see: nobody knows
    /// its secret. `id` is its client id, if that was known; else it is the one of this name that is
    /// none of those in `known`. Returns whether there was one.
    pub async fn remove_abandoned_client(
        &self,
        context: &CallContext,
        cluster_id: &str,
        name: &str,
        id: Option<&str>,
        known: &[String],
    ) -> Result<bool, Error> {
        let clients = match self.list_clients(context, cluster_id).await {
            Err(error) if error.is_not_found() => return Ok(false),
            listed => listed?,
        };
        let abandoned = clients.iter().find(|client| match id {
            Some(id) => client.client_id == id,
            None => client.name == name && !known.contains(&client.client_id),
        });
        match abandoned {
            Some(client) => {
                self.remove(context, cluster_id, &client.client_id).await?;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// Deletes the client that a POST which ended in `error` has created, and returns whether there
    /// was one. `exists`: it is sure that there is one, so that it is waited for.
    async fn remove_lost(
        &self,
        context: &CallContext,
        creation: &Creation<'_>,
        exists: bool,
        error: &Error,
    ) -> Result<bool, Error> {
        let sender = &self.0.sender;
        let unclear = |stop: Error, what: &str| {
            error
                .clone()
                .with_may_have_committed(true)
                .with_note(format!(
                    "Whether an API client was created all the same is not known: {what}"
                ))
                .with_cause(stop)
        };
        for wait in if exists { &LOOKS[..] } else { &LOOKS[..2] } {
            sender
                .run(context, &creation.request, sender.clock.sleep(*wait))
                .await
                .map_err(|stop| unclear(stop, "there was no time to look"))?;
            let clients = self
                .list_clients(context, creation.cluster_id)
                .await
                .map_err(|unread| unclear(unread, "the list of API clients could not be read"))?;
            if let Some(client) = clients.iter().find(|client| creation.made(client)) {
                self.remove(context, creation.cluster_id, &client.client_id)
                    .await
                    .map_err(|undeleted| {
                        let note = format!(
                            "It was created all the same, with the client ID {}, and could not be deleted",
                            client.client_id
                        );
                        let lost = error.clone().with_may_have_committed(true);
                        lost.with_note(note).with_cause(undeleted)
                    })?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Deletes a client that nobody can use. One that is gone already is fine.
    async fn remove(
        &self,
        context: &CallContext,
        cluster_id: &str,
        client_id: &str,
    ) -> Result<(), Error> {
        tracing::debug!(
            cluster_id,
            client_id,
            "deleting an API client whose secret got lost"
        );
        match self.delete_client(context, cluster_id, client_id).await {
            Err(error) if error.is_not_found() => Ok(()),
            deleted => deleted,
        }
    }
}

#[cfg(test)]
mod tests;
