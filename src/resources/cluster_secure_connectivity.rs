//! `camunda_cluster_secure_connectivity`: the endpoint service through which AWS accounts reach a
//! cluster without the internet, from its activation until it is gone.
//!
//! The service cannot change who may connect: another list means another endpoint service, which breaks
//! the connections of those who use the old one. A plan that does so says it.

mod lifecycle;

use std::collections::BTreeSet;

use crate::api::SecureConnectivity;
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::docs::Facts;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::path::Path;
use crate::framework::resource::{Create, Delete, PlanChange, Read, Resource, Update};
use crate::framework::schema::{Attribute, IdentitySchema, Schema, Validator};
use crate::framework::types::Type;
use crate::framework::value::Value;
use crate::provider::data::ProviderData;
use crate::provider::import_id;
use crate::provider::wait::{CreateDeleteTimeouts, Limits};

const TYPE_NAME: &str = "camunda_cluster_secure_connectivity";

/// How long the operations may take unless the user says otherwise. Provisioning takes up to 10 minutes.
const LIMITS: Limits = Limits {
    create: "30m",
    update: "",
    delete: "30m",
};

/// Private state: the endpoint service was asked for, but has not been seen ready yet.
const UNFINISHED: &str = "unfinished";

/// What only the service can tell, and tells when the endpoint service is ready.
const TOLD_WHEN_READY: [&str; 5] = [
    "service_name",
    "private_dns_name",
    "endpoint_type",
    "endpoint_region",
    "ready",
];

/// The resource type.
#[derive(Debug)]
pub struct ClusterSecureConnectivity;

crate::model! {
    /// State, plan and configuration of a cluster's secure connectivity.
    pub struct ClusterSecureConnectivityModel {
        pub id: Field<String>,
        pub cluster_id: Field<String>,
        pub allowed_principals: Field<BTreeSet<String>>,
        pub allowed_regions: Field<BTreeSet<String>>,
        pub service_name: Field<String>,
        pub private_dns_name: Field<String>,
        pub endpoint_type: Field<String>,
        pub endpoint_region: Field<String>,
        pub ready: Field<bool>,
        pub timeouts: Field<CreateDeleteTimeouts>,
    }
}

impl Resource<ProviderData> for ClusterSecureConnectivity {
    type Model = ClusterSecureConnectivityModel;

    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn schema(&self) -> Schema {
        schema()
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Networking",
            permission_groups: &["Secure Connectivity"],
            limits: "For clusters in AWS regions that run Camunda 8.8 or later; Enterprise plans only.",
            not_read_back: &[],
            destroy: "Removes the endpoint service, which breaks every connection through it, and waits \
                      until it is gone. The cluster stays reachable over the internet.",
            availability: "",
            guides: &[],
        }
    }

    fn identity(&self) -> IdentitySchema {
        IdentitySchema::new().required("cluster_id", "ID of the cluster.")
    }

    async fn plan(
        &self,
        _context: &Context<ProviderData>,
        change: &mut PlanChange<ClusterSecureConnectivityModel>,
    ) {
        warn_of_replacement(change);
        // What was asked for but not seen ready: the next apply goes on waiting.
        if !change.is_destroy() && change.private.get::<bool>(UNFINISHED) == Some(true) {
            for name in TOLD_WHEN_READY {
                change.set_unknown(name);
            }
        }
    }

    async fn create(
        &self,
        context: &Context<ProviderData>,
        request: Create<ClusterSecureConnectivityModel>,
    ) -> Outcome<ClusterSecureConnectivityModel> {
        lifecycle::create(context, request).await
    }

    async fn read(
        &self,
        context: &Context<ProviderData>,
        request: Read<ClusterSecureConnectivityModel>,
    ) -> Outcome<ClusterSecureConnectivityModel> {
        lifecycle::read(context, request).await
    }

    async fn update(
        &self,
        context: &Context<ProviderData>,
        request: Update<ClusterSecureConnectivityModel>,
    ) -> Outcome<ClusterSecureConnectivityModel> {
        lifecycle::update(context, request).await
    }

    async fn delete(
        &self,
        context: &Context<ProviderData>,
        request: Delete<ClusterSecureConnectivityModel>,
    ) -> Diagnostics {
        lifecycle::delete(context, &request.state).await
    }

    async fn import(
        &self,
        _context: &Context<ProviderData>,
        id: &str,
    ) -> Result<ClusterSecureConnectivityModel, Diagnostic> {
        Ok(ClusterSecureConnectivityModel {
            cluster_id: Field::Known(import_id::cluster(TYPE_NAME, id)?),
            ..ClusterSecureConnectivityModel::default()
        })
    }
}

fn warn_of_replacement(change: &mut PlanChange<ClusterSecureConnectivityModel>) {
    let lists = ["allowed_principals", "allowed_regions"];
    let changed = |path: &&Path| lists.iter().any(|name| **path == Path::of(*name));
    let Some(path) = change.replace_paths().iter().find(changed).cloned() else {
        return;
    };
    let prior = change.prior.as_ref();
    let service = prior
        .and_then(|prior| prior.service_name.as_str())
        .map_or_else(String::new, |name| format!(" {name}"));
    let cluster_id = prior
        .and_then(|prior| prior.cluster_id.as_str())
        .unwrap_or_default();
    change.diagnostics.push(
        Diagnostic::warning(
            format!("Endpoint service of cluster {cluster_id} would be replaced"),
            format!(
                "The service cannot change who may connect: the endpoint service{service} is removed and \
                 another one is made, which takes minutes. Until then, and until those who use it have \
                 made new endpoints for the new service name, their connections are broken."
            ),
        )
        .hint(
            "The Console can change the lists in place. After that, write the same lists here: the plan \
             is empty then.",
        )
        .at(path),
    );
}

/// What the service tells of the endpoint service goes into the state.
fn merge_endpoint(state: &mut ClusterSecureConnectivityModel, found: SecureConnectivity) {
    state.service_name = found.service_name.into();
    state.private_dns_name = found.private_dns_name.into();
    state.endpoint_type = found.endpoint_type.into();
    state.endpoint_region = found.endpoint_region.into();
    state.ready = Field::Known(found.ready);
}

/// Checks every text of a set that is known. `wrong` returns what is wrong with one.
fn each(
    description: &'static str,
    empty: &'static str,
    wrong: fn(&str) -> Option<Diagnostic>,
) -> Validator {
    Validator::new(description, move |path, value| {
        let Value::Set(set) = value else {
            return Diagnostics::new();
        };
        if set.is_empty() {
            return Diagnostic::error("Empty set", empty)
                .at(path.clone())
                .into();
        }
        let texts = set.iter().filter_map(Value::as_str);
        texts
            .filter_map(wrong)
            .map(|diagnostic| diagnostic.at(path.clone()))
            .collect()
    })
}

/// Lenient: whether AWS knows the principal is not for us to say.
fn wrong_principal(text: &str) -> Option<Diagnostic> {
    let is_arn = text.starts_with("arn:")
        && text.split(':').count() >= 6
        && !text.contains(char::is_whitespace);
    (!is_arn).then(|| {
        Diagnostic::error(
            "Not the ARN of a principal",
            format!("{text:?} does not have the form of an ARN."),
        )
        .hint(
            "Examples: arn:aws:iam::111122223333:root for everybody in an account, \
             arn:aws:iam::111122223333:role/orders for a role.",
        )
    })
}

/// Lenient: AWS may open any region tomorrow.
fn wrong_region(text: &str) -> Option<Diagnostic> {
    let fine = text.contains('-')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    (!fine).then(|| {
        Diagnostic::error(
            "Not the code of an AWS region",
            format!("{text:?} does not have the form of a region's code."),
        )
        .hint("Write the code, such as eu-central-1, not the region's name.")
    })
}

fn schema() -> Schema {
    let replaced =
        "Changing it replaces the endpoint service and breaks the connections through it.";
    let computed = |name: &str, text: &str| {
        Attribute::string(name)
            .computed()
            .use_state()
            .description(text)
    };
    Schema::new(
        "Secure connectivity of a cluster: an endpoint service for AWS PrivateLink, through which the AWS \
         accounts named here reach the cluster without the internet. A cluster has one at most.\n\n\
         Provisioning takes up to 10 minutes, and creation waits for it. A creation that was interrupted \
         or ran out of time leaves the endpoint service in the state, and the next apply goes on waiting \
         for it.\n\nThe service cannot change the lists. A plan that changes them replaces the endpoint \
         service, and warns of it.",
        [
            Attribute::string("id")
                .computed()
                .use_state()
                .description("ID of the cluster."),
            Attribute::string("cluster_id")
                .required()
                .requires_replace()
                .description(format!("ID of the cluster. {replaced}")),
            Attribute::set("allowed_principals", Type::String)
                .required()
                .requires_replace()
                .validate(each(
                    "must hold ARNs of AWS principals",
                    "At least one principal must be allowed to connect.",
                    wrong_principal,
                ))
                .description(format!(
                    "ARNs of the AWS principals that may connect: accounts, roles or users. {replaced}"
                )),
            Attribute::set("allowed_regions", Type::String)
                .required()
                .requires_replace()
                .validate(each(
                    "must hold codes of AWS regions",
                    "At least one region must be named; the cluster's own is always served.",
                    wrong_region,
                ))
                .description(format!(
                    "Codes of the AWS regions from which they may, such as `eu-central-1`. {replaced}"
                )),
            computed(
                "service_name",
                "Name of the endpoint service at AWS, for which consumers make endpoints. Empty until it \
                 was ready once.",
            ),
            computed(
                "private_dns_name",
                "Host name by which the cluster is reached through an endpoint. Empty until it was ready \
                 once.",
            ),
            computed("endpoint_type", "Kind of endpoint, such as `Interface`."),
            computed("endpoint_region", "AWS region of the endpoint service."),
            Attribute::bool("ready")
                .computed()
                .use_state()
                .description("Whether the endpoint service can be used."),
            LIMITS.attribute(),
        ],
    )
}

#[cfg(test)]
mod tests;
