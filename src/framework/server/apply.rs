//! `ApplyResourceChange`: create, update or delete, and what goes into the state whatever happens.

use super::values::{finish_state, settle_unknowns};
use super::{Call, Server};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::operation::{ClientCapabilities, Outcome};
use crate::framework::private::Private;
use crate::framework::provider::Provider;
use crate::framework::resource::{Create, Delete, Update};
use crate::framework::schema::Schema;
use crate::framework::value::Value;

/// What a core asks for.
#[derive(Debug, Clone)]
pub struct ApplyRequest {
    /// The resource type.
    pub type_name: String,
    /// The state before; null to create.
    pub prior_state: Value,
    /// The planned state; null to delete.
    pub planned_state: Value,
    /// The configuration, wholly known; null to delete.
    pub config: Value,
    /// What planning kept.
    pub planned_private: Vec<u8>,
    /// The planned identity; null if there is none.
    pub planned_identity: Value,
}

/// What is there afterwards.
#[derive(Debug, Clone)]
pub struct ApplyResponse {
    /// The state; null: there is no object.
    pub new_state: Value,
    /// The private state.
    pub private: Vec<u8>,
    /// The identity; null if there is none.
    pub new_identity: Value,
    /// Messages.
    pub diagnostics: Diagnostics,
}

impl<P: Provider> Server<P> {
    /// Applies a planned change.
    pub async fn apply_resource_change(&self, call: &Call, request: ApplyRequest) -> ApplyResponse {
        let found = self
            .resource_with_schema(&request.type_name)
            .and_then(|found| Ok((found, self.context(call, ClientCapabilities::default())?)));
        let ((resource, schema), context) = match found {
            Ok(found) => found,
            Err(diagnostic) => return unchanged(request, diagnostic.into()),
        };
        let private = Private::decode(&request.planned_private);

        if request.planned_state.is_null() {
            let state = request.prior_state.clone();
            let diagnostics = resource.delete(&context, Delete { state, private }).await;
            return if diagnostics.has_error() {
                unchanged(request, diagnostics)
            } else {
                deleted(diagnostics)
            };
        }

        let config = request.config.clone();
        let plan = request.planned_state.clone();
        let outcome = if request.prior_state.is_null() {
            let create = Create {
                config,
                plan,
                private,
            };
            resource.create(&context, create).await
        } else {
            let update = Update {
                config,
                plan,
                prior: request.prior_state.clone(),
                private,
            };
            resource.update(&context, update).await
        };
        self.applied(request, schema, outcome)
    }

    /// What a create or an update has left, as a core takes it.
    fn applied(
        &self,
        request: ApplyRequest,
        schema: &Schema,
        outcome: Outcome<Value>,
    ) -> ApplyResponse {
        let type_name = &request.type_name;
        let mut diagnostics = outcome.diagnostics;
        let Some(mut state) = outcome.state else {
            if !diagnostics.has_error() {
                diagnostics.push(Diagnostic::bug(
                    "No state after apply",
                    format!("{type_name} was applied without an error, but left no state."),
                ));
            }
            return unchanged(request, diagnostics);
        };
        // An operation that did not get to the end cannot know everything and has said why. What it
        // could not learn about an object that existed before most likely is as it was.
        let unfinished = !diagnostics.is_empty();
        if settle_unknowns(&mut state, &request.prior_state) && !unfinished {
            diagnostics.push(Diagnostic::bug(
                "Unknown value after apply",
                format!(
                    "{type_name} was applied, but left a value unknown. What is known was saved."
                ),
            ));
        }
        finish_state(&schema.block, &mut state, &request.planned_state);
        let (new_identity, problem) = self.identity_after(
            type_name,
            &state,
            &request.planned_identity,
            !diagnostics.has_error(),
        );
        diagnostics.extend(problem);
        ApplyResponse {
            new_state: state,
            private: outcome.private.encode_over(request.planned_private),
            new_identity,
            diagnostics,
        }
    }
}

/// Nothing has happened: what was before stays.
fn unchanged(request: ApplyRequest, diagnostics: Diagnostics) -> ApplyResponse {
    ApplyResponse {
        new_state: request.prior_state,
        private: request.planned_private,
        new_identity: request.planned_identity,
        diagnostics,
    }
}

/// There is no object any more.
fn deleted(diagnostics: Diagnostics) -> ApplyResponse {
    ApplyResponse {
        new_state: Value::Null,
        private: Vec::new(),
        new_identity: Value::Null,
        diagnostics,
    }
}
