//! `camunda_cluster_client`: an API client that exists for the length of a run.
//!
//! What is created must not stay: an opening that fails deletes what it has made, closing deletes it
//! too, and what a killed run leaves is noted for the next run and can be told by its name.

mod lifecycle;

use crate::api::SecretString;
use crate::framework::diag::Diagnostics;
use crate::framework::docs::Facts;
use crate::framework::ephemeral::{EphemeralResource, Opened};
use crate::framework::object::Field;
use crate::framework::operation::Context;
use crate::framework::private::Private;
use crate::framework::schema::{Attribute, Schema};
use crate::framework::types::Type;
use crate::provider::client_scopes::{self, Scopes};
use crate::provider::data::ProviderData;
use crate::provider::validators;
use crate::provider::wait::timeout_attribute;

/// How names begin unless the user says otherwise.
const NAME_PREFIX: &str = "terraform-ephemeral-";

/// A name has 50 characters at most, and ends with a time, a hyphen and eight letters.
const LONGEST_PREFIX: usize = 50 - 14 - 1 - 8;

/// How long opening may take unless the user says otherwise. A cluster that was created before the run, or
/// by it, is healthy by then; nothing is shown of an opening that waits.
const TIMEOUT: &str = "2m";

/// The ephemeral resource type.
#[derive(Debug)]
pub struct ClusterClient;

crate::model! {
    /// An API client of one run.
    pub struct ClusterClientModel {
        pub cluster_id: Field<String>,
        pub name_prefix: Field<String>,
        pub name: Field<String>,
        pub scopes: Field<Scopes>,
        pub secret: Field<SecretString>,
        pub zeebe_client_id: Field<String>,
        pub zeebe_address: Field<String>,
        pub zeebe_authorization_server_url: Field<String>,
        pub timeout: Field<String>,
    }
}

impl EphemeralResource<ProviderData> for ClusterClient {
    type Model = ClusterClientModel;

    fn type_name(&self) -> &'static str {
        "camunda_cluster_client"
    }

    fn schema(&self) -> Schema {
        schema()
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Access",
            permission_groups: &["Zeebe Client"],
            limits: "The organisation's plan sets how many API clients a cluster can have; each one \
                     that is open in some run counts.",
            availability: "Needs Terraform 1.10 or OpenTofu 1.11, or a later version of either. Below, \
                           use the resource of the same name, whose secret the state holds.",
            guides: &[("Secrets without state", "secrets-without-state")],
            ..Facts::default()
        }
    }

    async fn open(
        &self,
        context: &Context<ProviderData>,
        config: ClusterClientModel,
    ) -> Opened<ClusterClientModel> {
        lifecycle::open(context, config).await.into()
    }

    async fn close(&self, context: &Context<ProviderData>, private: Private) -> Diagnostics {
        lifecycle::close(context, &private).await
    }
}

fn schema() -> Schema {
    let computed = |name: &str, text: &str| Attribute::string(name).computed().description(text);
    Schema::new(
        "An API client of a cluster that exists for the length of a run: opening creates it, closing \
         deletes it. Both happen while planning and again while applying, each time with a new client \
         ID and secret.\n\nMakes sense for what the run itself does with the cluster, such as deploying \
         processes through another provider. Programs that go on after the run need the resource of the \
         same name: tokens that were got with an ephemeral client are good until they expire, but there \
         are no new ones.\n\nAn opening that fails or is interrupted deletes what it has created. A run \
         that was killed leaves its client behind: the next one on the same machine that opens a client \
         of the same cluster within 24 hours deletes it, unless `token_disk_cache` is off.\n\nElsewhere, such leftovers can be told by their \
         names, which begin with `name_prefix` and go on with the time at which they were created: \
         delete them in the Console.",
        [
            Attribute::string("cluster_id")
                .required()
                .description("ID of the cluster. It has to be healthy, or become so in time."),
            Attribute::string("name_prefix")
                .optional()
                .validate(validators::length(1, LONGEST_PREFIX))
                .validate(validators::without_blanks())
                .description(format!(
                    "How the name of the client begins: 1 to {LONGEST_PREFIX} characters without blanks. \
                     Default: `{NAME_PREFIX}`."
                )),
            computed(
                "name",
                "Name of the client: the prefix, the time in UTC, and letters that make it unique, such \
                 as `terraform-ephemeral-20261002080000-kqzvbnwa`.",
            ),
            Attribute::set("scopes", Type::String)
                .optional()
                .computed()
                .validate(client_scopes::not_empty())
                .description(
                    "What the client may use: `Zeebe`, `Operate`, `Tasklist`, `Optimize`, `Secrets` (the \
                     cluster's connector secrets), or what the service has added since. Left out: \
                     everything there is.",
                ),
            Attribute::string("secret")
                .computed()
                .sensitive()
                .description("Client secret."),
            computed(
                "zeebe_client_id",
                "Client ID, with which programs log in together with the secret.",
            ),
            computed("zeebe_address", "Host and port of the cluster's gateway."),
            computed(
                "zeebe_authorization_server_url",
                "URL at which programs get tokens.",
            ),
            timeout_attribute(TIMEOUT).description(format!(
                "How long opening may take, as a duration such as `90s` or `5m`. Default: `{TIMEOUT}`."
            )),
        ],
    )
}
