//! `ApplyResourceChange`: create, update or delete, and what goes into the state whatever happens.

use super::values::{finish_state, null_unknowns};
use super::{Call, Kind, Server, with_error};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::operation::{ClientCapabilities, Outcome};
use crate::framework::private::Private;
use crate::framework::provider::Provider;
use crate::framework::resource::{Create, Delete, Update};
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
        // Until something has happened, what was before stays.
        let unchanged = |diagnostics: Diagnostics| ApplyResponse {
            new_state: request.prior_state.clone(),
            private: request.planned_private.clone(),
            new_identity: request.planned_identity.clone(),
            diagnostics,
        };
        let prepared = self
            .schema(Kind::Resource, &request.type_name)
            .and_then(|schema| Ok((schema, self.resource(&request.type_name)?)))
            .and_then(|found| Ok((found, self.context(call, ClientCapabilities::default())?)));
        let ((schema, resource), context) = match prepared {
            Ok(prepared) => prepared,
            Err(diagnostic) => return unchanged(diagnostic.into()),
        };
        let private = Private::decode(&request.planned_private);

        if request.planned_state.is_null() {
            let state = request.prior_state.clone();
            let diagnostics = resource.delete(&context, Delete { state, private }).await;
            if diagnostics.has_error() {
                return unchanged(diagnostics);
            }
            return ApplyResponse {
                new_state: Value::Null,
                private: Vec::new(),
                new_identity: Value::Null,
                diagnostics,
            };
        }

        let creating = request.prior_state.is_null();
        let config = request.config.clone();
        let plan = request.planned_state.clone();
        let outcome = if creating {
            let request = Create {
                config,
                plan,
                private,
            };
            resource.create(&context, request).await
        } else {
            let prior = request.prior_state.clone();
            let request = Update {
                config,
                plan,
                prior,
                private,
            };
            resource.update(&context, request).await
        };

        let Outcome {
            state,
            private,
            mut diagnostics,
            ..
        } = outcome;
        let Some(mut new_state) = state else {
            if !diagnostics.has_error() {
                diagnostics = with_error(
                    diagnostics,
                    Diagnostic::bug(
                        "No state after apply",
                        format!(
                            "{} was applied without an error, but left no state.",
                            request.type_name
                        ),
                    ),
                );
            }
            return unchanged(diagnostics);
        };
        let unknown = null_unknowns(&mut new_state);
        if unknown && !diagnostics.has_error() && !diagnostics_explain_absence(&diagnostics) {
            diagnostics.push(Diagnostic::bug(
                "Unknown value after apply",
                format!(
                    "{} was applied, but left a value unknown. What is known was saved.",
                    request.type_name
                ),
            ));
        }
        finish_state(&schema.block, &mut new_state, &request.planned_state);
        let (new_identity, problem) =
            self.identity_after(&request.type_name, &new_state, &request.planned_identity);
        diagnostics.extend(problem);
        ApplyResponse {
            new_state,
            private: private.encode(),
            new_identity,
            diagnostics,
        }
    }
}

/// Whether the operation has said itself that it did not get to the end, so that values it could
/// not learn are no surprise.
fn diagnostics_explain_absence(diagnostics: &Diagnostics) -> bool {
    !diagnostics.is_empty()
}
