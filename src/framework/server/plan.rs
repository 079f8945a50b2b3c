//! `PlanResourceChange`: what an apply would make of a resource.
//!
//! The steps and their order are those users of Terraform know from its own framework; the order
//! matters and is the subject of the tests.

use super::pairing::Pairing;
use super::plan_attributes::modify_attributes;
use super::propose::{Left, propose};
use super::values::{fill_absent_blocks, forget_refinements, keep_equivalent, null_write_only};
use super::{Call, Server};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::operation::{ClientCapabilities, DeferredReason};
use crate::framework::path::{Path, Step};
use crate::framework::private::Private;
use crate::framework::provider::Provider;
use crate::framework::resource::Planned;
use crate::framework::schema::{Block, Schema};
use crate::framework::value::Value;

/// What a core asks for.
#[derive(Debug, Clone)]
pub struct PlanRequest {
    /// The resource type.
    pub type_name: String,
    /// The state before; null to create.
    pub prior_state: Value,
    /// Configuration completed from the prior state as cores do it; null to destroy. Whether it is
    /// null is all that counts: see `propose.rs`.
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
        let found = self
            .resource_with_schema(&request.type_name)
            .and_then(|found| Ok((found, self.context(call, request.client)?)));
        let ((resource, schema), context) = match found {
            Ok(found) => found,
            Err(diagnostic) => return unplanned(request, diagnostic),
        };

        let mut planned = plan_by_schema(&schema.block, &request);
        if !planned.diagnostics.has_error() {
            planned = resource
                .plan(&context, &request.prior_state, &request.config, planned)
                .await;
        }
        self.plan_response(request, schema, planned)
    }

    /// The plan as it goes back to the core: checked, and without what a core would refuse.
    fn plan_response(
        &self,
        request: PlanRequest,
        schema: &Schema,
        planned: Planned,
    ) -> PlanResponse {
        let Planned {
            mut state,
            replace,
            private,
            mut diagnostics,
            deferred,
        } = planned;
        if request.proposed_new_state.is_null() != state.is_null() {
            state = request.proposed_new_state;
            diagnostics.push(Diagnostic::bug(
                "Plan turned into something else",
                "A planned destroy must stay one, and nothing else may become one.",
            ));
        }
        if deferred.is_some() && !request.client.deferral_allowed {
            diagnostics.push(Diagnostic::bug(
                "Plan deferred without permission",
                "The resource asked to be planned in a later run, which this core cannot do.",
            ));
        }
        for path in &replace {
            if !leads_into(schema, path) {
                diagnostics.push(Diagnostic::bug(
                    "Replacement because of nothing",
                    format!(
                        "The plan replaces the object because of {path}, which it does not have."
                    ),
                ));
            }
        }
        // A core refuses a path that leads nowhere; nested values may have gone with their parent.
        let mut requires_replace: Vec<Path> = replace
            .into_iter()
            .map(|path| path.expressible())
            .filter(|path| request.prior_state.get(path).is_some() || state.get(path).is_some())
            .collect();
        requires_replace.sort();
        requires_replace.dedup();

        let (planned_identity, problem) = self.planned_identity(
            &request.type_name,
            &request.prior_state,
            request.prior_identity,
            &state,
            !requires_replace.is_empty(),
        );
        diagnostics.extend(problem);
        PlanResponse {
            planned_state: state,
            requires_replace,
            planned_private: private.encode_over(request.prior_private),
            planned_identity,
            diagnostics,
            deferred: deferred.filter(|_| request.client.deferral_allowed),
        }
    }
}

/// The reply when there is nothing to plan with.
fn unplanned(request: PlanRequest, diagnostic: Diagnostic) -> PlanResponse {
    PlanResponse {
        planned_state: request.proposed_new_state,
        requires_replace: Vec::new(),
        planned_private: request.prior_private,
        planned_identity: request.prior_identity,
        diagnostics: diagnostic.into(),
        deferred: None,
    }
}

/// What the schema alone says about the plan: defaults, what becomes unknown, plan modifiers.
fn plan_by_schema(block: &Block, request: &PlanRequest) -> Planned {
    let (prior, config) = (&request.prior_state, &request.config);
    let private = Private::decode(&request.prior_private);
    if request.proposed_new_state.is_null() {
        return Planned {
            state: Value::Null,
            replace: Vec::new(),
            private,
            diagnostics: Diagnostics::new(),
            deferred: None,
        };
    }
    let propose = |left| {
        let mut planned = propose(block, prior, config, left);
        null_write_only(block, &mut planned);
        fill_absent_blocks(block, &mut planned);
        keep_equivalent(block, &mut planned, prior, Pairing::None);
        planned
    };
    let mut planned = propose(Left::AsItWas);
    // An update that changes nothing stays one: only then may computed values be taken over unseen.
    // Everything else may change what the provider computes.
    if planned != *prior {
        planned = propose(Left::Open);
    }
    let mut modified = modify_attributes(block, config, prior, planned);
    // Last, because until here elements of sets are found by what is configured.
    forget_refinements(block, &mut modified.planned);
    Planned {
        state: modified.planned,
        replace: modified.replace,
        private,
        diagnostics: modified.diagnostics,
        deferred: None,
    }
}

/// Whether the path begins with an attribute or block of the schema.
fn leads_into(schema: &Schema, path: &Path) -> bool {
    let block = &schema.block;
    matches!(path.steps().first(), Some(Step::Attribute(name))
        if block.attributes.iter().any(|attribute| attribute.name == *name)
            || block.blocks.iter().any(|nested| nested.name == *name))
}
