//! `PlanResourceChange`: what an apply would make of a resource.
//!
//! The steps and their order are those users of Terraform know from its own framework; the order
//! matters and is the subject of the tests.

use super::plan_attributes::modify_attributes;
use super::values::{
    apply_defaults, fill_absent_blocks, keep_equivalent, mark_computed_unknown, null_write_only,
};
use super::{Call, Kind, Server, with_error};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::operation::{ClientCapabilities, DeferredReason};
use crate::framework::path::Path;
use crate::framework::private::Private;
use crate::framework::provider::Provider;
use crate::framework::resource::Planned;
use crate::framework::value::Value;

/// What a core asks for.
#[derive(Debug, Clone)]
pub struct PlanRequest {
    /// The resource type.
    pub type_name: String,
    /// The state before; null to create.
    pub prior_state: Value,
    /// Configuration completed from the prior state; null to destroy.
    pub proposed_new_state: Value,
    /// The configuration; null to destroy.
    pub config: Value,
    /// The private state before.
    pub prior_private: Vec<u8>,
    /// The identity before; null if there is none.
    pub prior_identity: Value,
    /// What the core understands.
    pub client: ClientCapabilities,
}

/// The plan.
#[derive(Debug, Clone)]
pub struct PlanResponse {
    /// The planned state; null to destroy.
    pub planned_state: Value,
    /// What makes a replacement necessary.
    pub requires_replace: Vec<Path>,
    /// Private state for the apply.
    pub planned_private: Vec<u8>,
    /// The identity as far as it is known; null if it is not.
    pub planned_identity: Value,
    /// Messages.
    pub diagnostics: Diagnostics,
    /// Set when the change has to wait for a later run.
    pub deferred: Option<DeferredReason>,
}

impl<P: Provider> Server<P> {
    /// Plans a change.
    pub async fn plan_resource_change(&self, call: &Call, request: PlanRequest) -> PlanResponse {
        let prior_private = Private::decode(&request.prior_private);
        let mut response = PlanResponse {
            planned_state: request.proposed_new_state.clone(),
            requires_replace: Vec::new(),
            planned_private: request.prior_private.clone(),
            planned_identity: request.prior_identity.clone(),
            diagnostics: Diagnostics::new(),
            deferred: None,
        };
        let prepared = self
            .schema(Kind::Resource, &request.type_name)
            .and_then(|schema| Ok((schema, self.identity_schema(&request.type_name)?)))
            .and_then(|(schema, identity)| {
                Ok((schema, identity, self.resource(&request.type_name)?))
            })
            .and_then(|found| Ok((found, self.context(call, request.client)?)));
        let ((schema, identity_schema, resource), context) = match prepared {
            Ok(prepared) => prepared,
            Err(diagnostic) => {
                response.diagnostics.push(diagnostic);
                return response;
            }
        };

        let mut planned = request.proposed_new_state.clone();
        let mut replace = Vec::new();
        let mut diagnostics = Diagnostics::new();
        if !planned.is_null() {
            apply_defaults(&schema.block, &mut planned, &request.config);
            null_write_only(&schema.block, &mut planned);
            fill_absent_blocks(&schema.block, &mut planned);
            keep_equivalent(&schema.block, &mut planned, &request.prior_state);
            // An update that changes nothing stays one: only then may computed values be taken over
            // unseen. Everything else may change what the provider computes.
            if planned != request.prior_state {
                mark_computed_unknown(&schema.block, &mut planned, &request.config);
            }
            let modified = modify_attributes(
                &schema.block,
                &request.config,
                &request.prior_state,
                planned,
            );
            planned = modified.planned;
            replace = modified.replace;
            diagnostics = modified.diagnostics;
        }

        let result = if diagnostics.has_error() {
            Planned {
                state: planned,
                replace,
                private: prior_private,
                diagnostics,
                deferred: None,
            }
        } else {
            let planned = Planned {
                state: planned,
                replace,
                private: prior_private,
                diagnostics,
                deferred: None,
            };
            resource
                .plan(&context, &request.prior_state, &request.config, planned)
                .await
        };

        response.planned_private = result.private.encode();
        response.diagnostics = result.diagnostics;
        response.planned_state = result.state;
        if request.proposed_new_state.is_null() != response.planned_state.is_null() {
            response.planned_state = request.proposed_new_state;
            response.diagnostics = with_error(
                response.diagnostics,
                Diagnostic::bug(
                    "Plan turned into something else",
                    "A planned destroy must stay one, and nothing else may become one.",
                ),
            );
        }
        // A core refuses a path that leads nowhere; nested values may have gone with their parent.
        response.requires_replace = result
            .replace
            .into_iter()
            .map(|path| path.expressible())
            .filter(|path| {
                request.prior_state.get(path).is_some()
                    || response.planned_state.get(path).is_some()
            })
            .collect();
        response.requires_replace.sort();
        response.requires_replace.dedup();
        if let Some(reason) = result.deferred {
            if request.client.deferral_allowed {
                response.deferred = Some(reason);
            } else {
                response.diagnostics.push(Diagnostic::bug(
                    "Plan deferred without permission",
                    "The resource asked to be planned in a later run, which this core cannot do.",
                ));
            }
        }

        response.planned_identity = if request.prior_state.is_null() {
            // What is yet to be created has no identity, also when it takes the place of something
            // that has one.
            Value::Null
        } else if request.prior_identity.is_null() {
            // State from before the resource had an identity.
            identity_schema
                .of_state(&request.prior_state)
                .unwrap_or(Value::Null)
        } else {
            request.prior_identity
        };
        response
    }
}
