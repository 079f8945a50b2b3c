//! `camunda_cluster_client`: an API client of a cluster, with the secret that the service tells once.
//!
//! The service can neither change a client nor tell its secret again. So the secret is in the state
//! from the moment it was told, nothing but the user's own wish replaces a client, and a rotation is a
//! second client that takes the place of the first.

mod lifecycle;
mod names;
mod obtain;
mod rotation;
mod scopes;

pub use lifecycle::{found, read_address};

use std::collections::BTreeSet;

use crate::api::SecretString;
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::docs::Facts;
use crate::framework::number::Number;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::resource::{Create, Delete, PlanChange, Read, Resource, StateMove, Update};
use crate::framework::schema::{Attribute, IdentitySchema, Schema};
use crate::framework::types::Type;
use crate::provider::client_scopes;
use crate::provider::data::ProviderData;
use crate::provider::import_id::{self, Part};
use crate::provider::validators;
use crate::provider::wait::{CreateTimeouts, Limits};

const TYPE_NAME: &str = "camunda_cluster_client";

/// How long the operations may take unless the user says otherwise.
const LIMITS: Limits = Limits {
    create: "15m",
    update: "",
    delete: "",
};

/// The resource type.
#[derive(Debug)]
pub struct ClusterClient;

crate::model! {
    /// State, plan and configuration of an API client.
    pub struct ClusterClientModel {
        pub id: Field<String>,
        pub cluster_id: Field<String>,
        pub name: Field<String>,
        pub scopes: Field<BTreeSet<String>>,
        pub rotation_version: Field<Number>,
        pub retire_previous: Field<bool>,
        pub remote_name: Field<String>,
        pub previous_zeebe_client_id: Field<String>,
        pub secret: Field<SecretString>,
        pub zeebe_client_id: Field<String>,
        pub zeebe_address: Field<String>,
        pub zeebe_authorization_server_url: Field<String>,
        pub timeouts: Field<CreateTimeouts>,
    }
}

impl Resource<ProviderData> for ClusterClient {
    type Model = ClusterClientModel;

    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn schema(&self) -> Schema {
        schema()
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Access",
            permission_groups: &["Zeebe Client"],
            limits: "The organisation's plan sets how many API clients a cluster can have. A rotation \
                     needs room for one more, and from the second on for another one while it lasts.",
            not_read_back: &["secret"],
            destroy: "Deletes the API client, and the previous one where a rotation has left it. \
                      Programs that use them get no new tokens; those they have are good until they \
                      expire.",
            availability: "",
            guides: &[
                ("Secrets without state", "secrets-without-state"),
                ("Rotating credentials", "credential-rotation"),
            ],
        }
    }

    fn identity(&self) -> IdentitySchema {
        IdentitySchema::new()
            .required("cluster_id", "ID of the cluster.")
            .required("zeebe_client_id", "Client ID, as the Console shows it.")
            // A rotation renews the client ID; the one before may not even exist any more.
            .mutable()
    }

    async fn plan(
        &self,
        _context: &Context<ProviderData>,
        change: &mut PlanChange<ClusterClientModel>,
    ) {
        scopes::plan(change);
        rotation::plan(change);
    }

    async fn create(
        &self,
        context: &Context<ProviderData>,
        request: Create<ClusterClientModel>,
    ) -> Outcome<ClusterClientModel> {
        lifecycle::create(context, request).await
    }

    async fn read(
        &self,
        context: &Context<ProviderData>,
        request: Read<ClusterClientModel>,
    ) -> Outcome<ClusterClientModel> {
        lifecycle::read(context, request).await
    }

    /// What the service knows of a client cannot be changed: it gets a successor, or nothing happens
    /// there.
    async fn update(
        &self,
        context: &Context<ProviderData>,
        request: Update<ClusterClientModel>,
    ) -> Outcome<ClusterClientModel> {
        rotation::update(context, request).await
    }

    async fn delete(
        &self,
        context: &Context<ProviderData>,
        request: Delete<ClusterClientModel>,
    ) -> Diagnostics {
        lifecycle::delete(context, request).await
    }

    async fn import(
        &self,
        _context: &Context<ProviderData>,
        id: &str,
    ) -> Result<ClusterClientModel, Diagnostic> {
        let part = Part {
            attribute: "zeebe_client_id",
            example: "Qm7x~2LdPz0aVt9KcW4eRb1hNs6uYj3F",
            found: "The client's ID is on the same page, under API.",
        };
        let (cluster_id, client_id) = import_id::in_cluster(TYPE_NAME, id, part)?;
        Ok(ClusterClientModel {
            cluster_id: Field::Known(cluster_id),
            zeebe_client_id: Field::Known(client_id),
            ..ClusterClientModel::default()
        })
    }

    fn moves(&self) -> Vec<StateMove> {
        // Same type, same attributes: the community provider's state is ours.
        vec![StateMove {
            provider: "camunda-community-hub/camunda",
            type_name: TYPE_NAME,
            change: Ok,
        }]
    }
}

/// Cluster and client id, which together find the client again.
fn keys(state: &ClusterClientModel) -> (&str, &str) {
    (
        state.cluster_id.as_str().unwrap_or_default(),
        state.zeebe_client_id.as_str().unwrap_or_default(),
    )
}

/// The import id.
fn composite_id(cluster_id: &str, client_id: &str) -> String {
    format!("{cluster_id}/{client_id}")
}

/// The client as messages call it: by its name, which an import does not know yet, and its cluster.
fn spoken(state: &ClusterClientModel) -> String {
    let (cluster_id, client_id) = keys(state);
    let name = state.name.as_str().unwrap_or(client_id);
    format!("{name:?} in cluster {cluster_id}")
}

fn schema() -> Schema {
    let replaced = "Changing it replaces the client: its client ID and secret change.";
    let computed = |name: &str, text: &str| {
        Attribute::string(name)
            .computed()
            .use_state()
            .description(text)
    };
    Schema::new(
        "An API client of a cluster: the credentials with which job workers and other programs \
         connect.\n\nThe service tells the secret once, when the client is created, and the state holds \
         it from then on. It cannot be read again: after an import `secret` is empty.\n\nFor new \
         credentials without downtime, raise `rotation_version`: another client with the same scopes \
         takes over in place, and everything that refers to `zeebe_client_id` and `secret` gets its \
         values in the same apply.\n\nThe client before stays valid as `previous_zeebe_client_id` until \
         the next rotation, or until `retire_previous` deletes it. `id` stays the same. A rotation that \
         was interrupted is carried on by the next apply.\n\nIf the current client was deleted by \
         somebody else while the previous one is left, the next apply makes a successor in place; if \
         both are gone, the client is created anew.\n\nThe address can be read while the cluster is \
         healthy. Creation waits for that; where it does not come, the client and its secret are kept \
         and a later refresh adds the address.\n\nThe name is unique within the cluster: a replacement with \
         `create_before_destroy` needs a new `name`.",
        [
            computed(
                "id",
                "ID of the client as an object, which no other system needs and no rotation changes. \
                 For a client that was imported: `<cluster_id>/<zeebe_client_id>` as it was then.",
            ),
            Attribute::string("cluster_id")
                .required()
                .requires_replace()
                .description(format!("ID of the cluster. {replaced}")),
            Attribute::string("name")
                .required()
                .requires_replace()
                .validate(validators::length(1, 50))
                .validate(validators::without_blanks())
                .description(format!(
                    "Name of the client, unique within its cluster: 1 to 50 characters without blanks. \
                     {replaced} What the service calls a client after a rotation is in `remote_name`; \
                     to change `name` to that replaces nothing."
                )),
            Attribute::set("scopes", Type::String)
                .optional()
                .computed()
                .use_state()
                .plan(scopes::replacement())
                .validate(client_scopes::not_empty())
                .description(format!(
                    "What the client may use: `Zeebe`, `Operate`, `Tasklist`, `Optimize`, `Secrets` \
                     (the cluster's connector secrets), or what the service has added since. Left out: \
                     everything there is when the client is created. From Camunda 8.8 on, `Zeebe` \
                     includes `Operate` and `Tasklist`; that the service then shows fewer is no \
                     difference. {replaced}"
                )),
            Attribute::number("rotation_version")
                .optional()
                .validate(validators::whole_number(0, names::LARGEST_VERSION))
                .description(
                    "Any whole number, such as a counter or a date. Another number rotates the \
                     credentials in place, and so does the first one on a client that had none, for \
                     example to get a secret after an import. On creation, and when it is removed, \
                     nothing is rotated. The import of a client whose name ends in `-r<number>` takes \
                     that as the number of its last rotation, and what comes before as its `name`.",
                ),
            Attribute::bool("retire_previous").optional().description(
                "Whether the previous client is deleted: set `true` when nobody uses those credentials \
                 any more. In an apply that rotates, the previous client is kept all the same, so that those \
                 who use it can change over; while this stays `true`, the next apply deletes it.",
            ),
            computed(
                "remote_name",
                "What the service calls the client since it was rotated: `<name>-r<rotation_version>`, \
                 with another number behind it if that is in use, and with a shortened `name` if it \
                 would be too long. Empty while it is called `name`.",
            ),
            computed(
                "previous_zeebe_client_id",
                "Client ID from before the last rotation, which is still valid. Empty before the first \
                 rotation, when it was retired or deleted, and after an import.",
            ),
            Attribute::string("secret")
                .computed()
                .use_state()
                .sensitive()
                .description(
                    "Client secret. Told by the service once, at creation and at every rotation; empty \
                     after an import.",
                ),
            computed(
                "zeebe_client_id",
                "Client ID, with which programs log in together with the secret.",
            ),
            computed(
                "zeebe_address",
                "Host and port of the cluster's gateway. Empty until the cluster was healthy once.",
            ),
            computed(
                "zeebe_authorization_server_url",
                "URL at which programs get tokens. Empty until the cluster was healthy once.",
            ),
            LIMITS.attribute(),
        ],
    )
}

#[cfg(test)]
mod tests;
