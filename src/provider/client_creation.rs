//! Making an API client whose secret is known, for those who keep it and those who need it for one run:
//! noted before it is asked for, so that what a killed run has left can be deleted.
//!
//! Must not know what becomes of the client.

use std::collections::BTreeSet;

use super::data::ProviderData;
use super::journal::Entry;
use crate::api::{CallContext, Client, CreateZeebeClient, CreatedZeebeClient, Error, ZeebeClient};
use crate::framework::object::Field;

/// A client to be made.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// ID of the cluster.
    pub cluster_id: &'a str,
    /// Its name.
    pub name: &'a str,
    /// What it may use; null for what the service grants.
    pub scopes: &'a Field<BTreeSet<String>>,
    /// What the note about it is called: the next run finds it by that.
    pub subject: &'a str,
}

/// Why there is no client.
#[derive(Debug)]
pub struct NotCreated {
    /// What the service said.
    pub error: Error,
    /// The note, unless nothing was sent.
    pub entry: Option<Entry>,
}

impl NotCreated {
    /// The error. What may exist without our knowing is for the next run to look for; of everything
    /// else the note is closed.
    #[must_use]
    pub fn settle(self) -> Error {
        let Self { error, entry } = self;
        if let Some(entry) = entry.filter(|_| !error.may_have_committed()) {
            entry.close();
        }
        error
    }
}

/// A new client with its secret, and the note about it. `look` sees the clients there were before.
///
/// # Errors
/// There is none, or nobody knows whether there is.
pub async fn create(
    data: &ProviderData,
    client: &Client,
    call: &CallContext,
    order: Order<'_>,
    look: impl FnOnce(&[ZeebeClient]) + Send,
) -> Result<(CreatedZeebeClient, Entry), NotCreated> {
    let Order {
        cluster_id,
        name,
        scopes,
        subject,
    } = order;
    let journal = data.journal();
    let request = CreateZeebeClient {
        name: name.to_owned(),
        permissions: scopes
            .known()
            .map(|scopes| scopes.iter().cloned().collect()),
    };
    let mut entry = None;
    let result = client
        .create_client(call, cluster_id, &request, |before| {
            let known = before.iter().map(|it| it.client_id.clone()).collect();
            entry = Some(journal.begin_called(subject, name, known));
            look(before);
        })
        .await;
    match result {
        Ok(created) => {
            let client_id = &created.client_id;
            tracing::info!(cluster_id, client_id, name, "created an API client");
            let mut entry =
                entry.unwrap_or_else(|| journal.begin_called(subject, name, Vec::new()));
            entry.created(client_id);
            Ok((created, entry))
        }
        Err(error) => Err(NotCreated { error, entry }),
    }
}

/// Deletes what earlier runs have asked for under this subject and were killed over: nobody knows its
/// secret. `name` is that of notes which do not say it.
///
/// # Errors
/// One cannot be deleted: its name, and why. Its note stays.
pub async fn remove_abandoned(
    data: &ProviderData,
    client: &Client,
    call: &CallContext,
    cluster_id: &str,
    subject: &str,
    name: &str,
) -> Result<(), (String, Error)> {
    while let Some(abandoned) = data.journal().take_abandoned(subject) {
        let note = abandoned.note();
        let name = note.name.as_deref().unwrap_or(name);
        let removed = client
            .remove_abandoned_client(call, cluster_id, name, note.id.as_deref(), &note.known)
            .await;
        match removed {
            Ok(there_was_one) => {
                if there_was_one {
                    tracing::info!(cluster_id, name, "deleted the API client of a killed run");
                }
                abandoned.close();
            }
            Err(error) => return Err((name.to_owned(), error)),
        }
    }
    Ok(())
}
