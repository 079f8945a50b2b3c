//! Switching a metrics endpoint on, and creating credentials whose password is known, also on days
//! when answers get lost.
//!
//! The password is in one answer only. Credentials whose answer was lost are found by their name, and
//! a rotation makes a password that is known; nobody can miss the first one. Deleting them instead and
//! asking again would switch the endpoint off where they are the only ones. Must not know how requests
//! are sent.

use std::time::Duration;

use super::error::Error;
use super::monitoring::{
    Monitoring, MonitoringClient, MonitoringCredentials, activate_request, create_request,
    rotate_request, subject,
};
use super::request::Request;
use super::{CallContext, Client};

/// Waits between the looks for credentials whose creation was not answered. How soon new ones are
/// listed is not documented.
const LOOKS: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];

/// Why a metrics endpoint was not switched on.
#[derive(Clone, Debug)]
pub enum MonitoringNotActivated {
    /// It is on, but not because of this request.
    Active,
    /// The service refused, or nobody knows what it did.
    Failed(Error),
}

impl From<Error> for MonitoringNotActivated {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Credentials that were asked for.
struct Creation<'a> {
    cluster_id: &'a str,
    username: &'a str,
    request: Request,
    before: Monitoring,
}

impl Creation<'_> {
    /// Whether `client` came after and has the name.
    fn made(&self, client: &MonitoringClient) -> bool {
        let mut before = self.before.clients.iter();
        client.username == self.username && !before.any(|old| old.id == client.id)
    }

    /// Whether the name was taken before.
    fn is_taken(&self) -> bool {
        let mut before = self.before.clients.iter();
        before.any(|client| client.username == self.username)
    }
}

impl Client {
    /// Switches the metrics endpoint of a cluster on. `before_sending` is called just before the request
    /// goes out.
    ///
    /// When the outcome of the request is unknown, or it is refused after that because the endpoint is
    /// on, an endpoint that was off before is on because of it. Changes of one cluster run one after
    /// another in this process.
    pub async fn activate_monitoring(
        &self,
        context: &CallContext,
        cluster_id: &str,
        before_sending: impl FnOnce() + Send,
    ) -> Result<(), MonitoringNotActivated> {
        let sender = &self.0.sender;
        let request = activate_request(cluster_id)?;
        let context = sender.bounded(context);
        let _turn = self.turn(&context, &request, subject(cluster_id)).await?;
        if self.get_monitoring(&context, cluster_id).await?.is_active() {
            return Err(MonitoringNotActivated::Active);
        }
        before_sending();
        let mut lost = false;
        let mut tries = 0;
        loop {
            let error = match self.call_for_nothing(&context, request.clone()).await {
                Ok(()) => return Ok(()),
                Err(error) if error.is_conflict() && lost => return Ok(()),
                Err(error) if error.is_conflict() => return Err(MonitoringNotActivated::Active),
                Err(error) if error.is_cancelled() => return Err(error.into()),
                Err(error) if !error.may_have_committed() => {
                    return Err(error.with_may_have_committed(lost).into());
                }
                Err(error) => error,
            };
            lost = true;
            let after = self.get_monitoring(&context, cluster_id).await;
            match after {
                Ok(monitoring) if monitoring.is_active() => return Ok(()),
                Ok(_) => {}
                Err(unread) => {
                    let note = "Whether it was switched on all the same is not known";
                    return Err(error.with_note(note).with_cause(unread).into());
                }
            }
            tries += 1;
            if tries > sender.retry.max_retries {
                return Err(error.with_note("It does not show as active").into());
            }
        }
    }

    /// Creates credentials for the metrics endpoint of a cluster. `before_sending` sees what there is,
    /// just before the request goes out.
    ///
    /// When the outcome of the request is unknown, the credentials of that name that were not there
    /// before get a new password, which is returned. Changes of one cluster run one after another in
    /// this process, so that nobody takes a neighbour's credentials.
    ///
    /// Errors: [`Error::is_conflict`], the endpoint is off or the name is taken. An error with
    /// [`Error::may_have_committed`] means that there may be credentials whose password nobody knows.
    pub async fn create_monitoring_client(
        &self,
        context: &CallContext,
        cluster_id: &str,
        username: &str,
        before_sending: impl FnOnce(&Monitoring) + Send,
    ) -> Result<MonitoringCredentials, Error> {
        let sender = &self.0.sender;
        let request = create_request(cluster_id, username)?;
        let context = sender.bounded(context);
        let _turn = self.turn(&context, &request, subject(cluster_id)).await?;
        let before = self.get_monitoring(&context, cluster_id).await?;
        before_sending(&before);
        let creation = Creation {
            cluster_id,
            username,
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
                Err(error) if error.is_conflict() && lost.is_some() && !creation.is_taken() => {
                    (lost.take().unwrap_or(error), true)
                }
                Err(error) => return Err(error.with_may_have_committed(lost.is_some())),
            };
            if let Some(client) = self.look_for(&context, &creation, exists, &error).await? {
                return self.rescue(&context, cluster_id, &client, &error).await;
            }
            tries += 1;
            if tries > sender.retry.max_retries {
                return Err(
                    error.with_note("The list of monitoring clients shows none of that name")
                );
            }
            lost = Some(error);
        }
    }

    /// Takes over the credentials that an earlier process has asked for and did not live to see, with a
    /// new password, since nobody knows the first. `id` is their id, if that was known; else they are
    /// those of this name that are none of those in `known`. `None`: there are none.
    pub async fn adopt_abandoned_monitoring_client(
        &self,
        context: &CallContext,
        cluster_id: &str,
        username: &str,
        id: Option<&str>,
        known: &[String],
    ) -> Result<Option<MonitoringCredentials>, Error> {
        let monitoring = match self.get_monitoring(context, cluster_id).await {
            Err(error) if error.is_not_found() => return Ok(None),
            read => read?,
        };
        let abandoned = monitoring.clients.iter().find(|client| match id {
            Some(id) => client.id == id,
            None => client.username == username && !known.contains(&client.id),
        });
        let Some(client) = abandoned else {
            return Ok(None);
        };
        match self
            .rotate_monitoring_client(context, cluster_id, &client.id)
            .await
        {
            Err(error) if error.is_not_found() => Ok(None),
            rotated => rotated.map(Some),
        }
    }

    /// The credentials that a POST which ended in `error` has created. `exists`: it is sure that there
    /// are some, so that they are waited for.
    async fn look_for(
        &self,
        context: &CallContext,
        creation: &Creation<'_>,
        exists: bool,
        error: &Error,
    ) -> Result<Option<MonitoringClient>, Error> {
        let sender = &self.0.sender;
        let unclear = |stop: Error, what: &str| {
            let note = format!(
                "Whether a monitoring client was created all the same is not known: {what}"
            );
            let lost = error.clone().with_may_have_committed(true);
            lost.with_note(note).with_cause(stop)
        };
        for wait in if exists { &LOOKS[..] } else { &LOOKS[..2] } {
            sender
                .run(context, &creation.request, sender.clock.sleep(*wait))
                .await
                .map_err(|stop| unclear(stop, "there was no time to look"))?;
            let monitoring = self
                .get_monitoring(context, creation.cluster_id)
                .await
                .map_err(|unread| unclear(unread, "the list could not be read"))?;
            let mut clients = monitoring.clients.into_iter();
            if let Some(client) = clients.find(|client| creation.made(client)) {
                return Ok(Some(client));
            }
        }
        Ok(None)
    }

    /// Makes a known password for credentials whose first one was in a lost answer.
    async fn rescue(
        &self,
        context: &CallContext,
        cluster_id: &str,
        client: &MonitoringClient,
        error: &Error,
    ) -> Result<MonitoringCredentials, Error> {
        tracing::debug!(
            cluster_id,
            id = client.id,
            "rotating a password that got lost"
        );
        let request = rotate_request(cluster_id, &client.id)?;
        self.call(context, request).await.map_err(|unrotated| {
            let note = format!(
                "The monitoring client was created all the same, with the ID {}, and could not be given \
                 a password that is known",
                client.id
            );
            let lost = error.clone().with_may_have_committed(true);
            lost.with_note(note).with_cause(unrotated)
        })
    }
}

#[cfg(test)]
mod tests;
