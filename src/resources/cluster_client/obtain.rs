//! A new client whose secret is known, whether it is the first or a successor: asked for once, noted
//! before that, and the leftovers of killed runs taken care of.

use std::collections::BTreeSet;

use super::{TYPE_NAME, composite_id};
use crate::api::{self, CallContext, Client, CreatedZeebeClient};
use crate::framework::diag::Diagnostic;
use crate::framework::object::Field;
use crate::framework::path::Path;
use crate::provider::client_creation::{self, Order};
use crate::provider::data::ProviderData;
use crate::provider::errors::{advise, no_such_cluster, refused_attribute, taken};
use crate::provider::journal::Entry;

/// A client to be made.
#[derive(Clone)]
pub(super) struct Wanted<'a> {
    pub(super) cluster_id: &'a str,
    pub(super) name: String,
    pub(super) scopes: &'a Field<BTreeSet<String>>,
    /// The client id of the one whose successor it will be.
    pub(super) replaces: Option<&'a str>,
}

impl Wanted<'_> {
    /// What a note calls its creation. A successor is known by whom it succeeds: the next run may want
    /// it under another name.
    fn subject(&self, data: &ProviderData) -> String {
        match self.replaces {
            Some(client_id) => successor_subject(data, self.cluster_id, client_id),
            None => format!(
                "API client {:?} of the cluster {} at {}",
                self.name,
                self.cluster_id,
                data.account()
            ),
        }
    }

    fn spoken(&self) -> String {
        format!("{:?} in cluster {}", self.name, self.cluster_id)
    }
}

/// What a note calls the creation of a successor of `client_id`.
pub(super) fn successor_subject(data: &ProviderData, cluster_id: &str, client_id: &str) -> String {
    format!(
        "successor of API client {client_id} of the cluster {cluster_id} at {}",
        data.account()
    )
}

/// Deletes what earlier runs have asked for and were killed over: nobody knows its secret, and it has a
/// name. `name`: that of notes which do not say it.
pub(super) async fn remove_abandoned(
    data: &ProviderData,
    client: &Client,
    call: &CallContext,
    cluster_id: &str,
    subject: &str,
    name: &str,
) -> Result<(), Diagnostic> {
    client_creation::remove_abandoned(data, client, call, cluster_id, subject, name)
        .await
        .map_err(|(name, error)| {
            let summary = format!(
                "Cannot delete what a killed run has left of API client {name:?} in cluster \
                 {cluster_id}"
            );
            data.explain(summary, &error)
        })
}

/// A new client with its secret, and the note about it.
pub(super) async fn obtain(
    data: &ProviderData,
    client: &Client,
    call: &CallContext,
    wanted: Wanted<'_>,
) -> Result<(CreatedZeebeClient, Entry), Diagnostic> {
    let cluster_id = wanted.cluster_id;
    let subject = wanted.subject(data);
    remove_abandoned(data, client, call, cluster_id, &subject, &wanted.name).await?;
    let order = Order {
        cluster_id,
        name: &wanted.name,
        scopes: wanted.scopes,
        subject: &subject,
    };
    let mut namesake = None;
    let created = client_creation::create(data, client, call, order, |before| {
        namesake = client_id_of(before, &wanted.name);
    });
    let error = match created.await {
        Ok(created) => return Ok(created),
        Err(not_created) => not_created.settle(),
    };
    if namesake.is_none() && error.is_bad_request() {
        // Somebody was faster, or the list late.
        let clients = client.list_clients(call, cluster_id).await;
        namesake = clients
            .ok()
            .and_then(|clients| client_id_of(&clients, &wanted.name));
    }
    Err(not_created(data, &wanted, &error, namesake.as_deref()))
}

fn client_id_of(clients: &[api::ZeebeClient], name: &str) -> Option<String> {
    let mut clients = clients.iter();
    clients
        .find(|client| client.name == name)
        .map(|client| client.client_id.clone())
}

/// Why there is no client. `namesake`: the client id of the one that has the name.
fn not_created(
    data: &ProviderData,
    wanted: &Wanted<'_>,
    error: &api::Error,
    namesake: Option<&str>,
) -> Diagnostic {
    let summary = format!("Cannot create API client {}", wanted.spoken());
    let diagnostic = data.explain(summary, error);
    if wanted.replaces.is_some() {
        return not_succeeded(diagnostic, error);
    }
    match namesake {
        Some(client_id) if error.is_bad_request() || error.may_have_committed() => {
            let diagnostic = advise(
                diagnostic,
                "The cluster has an API client of this name. Its secret cannot be read: after an \
                 import, secret is empty, and a rotation_version makes a successor with one.",
            );
            let import_id = composite_id(wanted.cluster_id, client_id);
            taken(diagnostic, TYPE_NAME, &import_id).at(Path::of("name"))
        }
        _ if error.may_have_committed() => advise(
            diagnostic,
            "If an API client of this name is there, its secret is lost: the next apply on this \
             machine deletes it before it creates another.",
        ),
        _ if error.is_not_found() => no_such_cluster(diagnostic),
        _ => match refused_attribute(error, &[("permission", "scopes"), ("name", "name")]) {
            Some(attribute) => diagnostic.at(Path::of(attribute)),
            None => diagnostic,
        },
    }
}

/// Why there is no successor. Nothing has changed for those who use the client.
fn not_succeeded(diagnostic: Diagnostic, error: &api::Error) -> Diagnostic {
    let diagnostic = diagnostic.at(Path::of("rotation_version"));
    let kept = "The state keeps the credentials there were, and the next apply rotates again.";
    if error.may_have_committed() {
        advise(
            diagnostic,
            format!(
                "{kept} If an API client of this name is there, its secret is lost: the next apply on \
                 this machine deletes it first."
            ),
        )
    } else {
        advise(diagnostic, kept)
    }
}
