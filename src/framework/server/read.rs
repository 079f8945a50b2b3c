//! `ReadResource`: what an object is now.

use super::values::{finish_state, settle_unknowns};
use super::{Call, Server};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::operation::{ClientCapabilities, DeferredReason};
use crate::framework::private::Private;
use crate::framework::provider::Provider;
use crate::framework::resource::Read;
use crate::framework::value::Value;

/// Marks, in private state, that an import has yet to be completed by a read.
pub(super) const IMPORT_MARK: &str = ".import";

/// What a core asks for.
#[derive(Debug, Clone)]
pub struct ReadRequest {
    /// The resource type.
    pub type_name: String,
    /// The state as stored.
    pub current_state: Value,
    /// The private state.
    pub private: Vec<u8>,
    /// The identity as stored; null if there is none.
    pub current_identity: Value,
    /// What the core understands.
    pub client: ClientCapabilities,
}

/// What is there.
#[derive(Debug, Clone)]
pub struct ReadResponse {
    /// The state; null: the object is gone.
    pub new_state: Value,
    /// The private state.
    pub private: Vec<u8>,
    /// The identity; null if there is none.
    pub new_identity: Value,
    /// Messages. With an error, a core keeps the stored state.
    pub diagnostics: Diagnostics,
    /// Set when reading has to wait for a later run.
    pub deferred: Option<DeferredReason>,
}

impl<P: Provider> Server<P> {
    /// Reads an object.
    pub async fn read_resource(&self, call: &Call, request: ReadRequest) -> ReadResponse {
        let mut response = ReadResponse {
            new_state: request.current_state.clone(),
            private: request.private.clone(),
            new_identity: request.current_identity.clone(),
            diagnostics: Diagnostics::new(),
            deferred: None,
        };
        if request.current_state.is_null() {
            return response;
        }
        let found = self
            .resource_with_schema(&request.type_name)
            .and_then(|found| Ok((found, self.context(call, request.client)?)));
        let ((resource, schema), context) = match found {
            Ok(found) => found,
            Err(diagnostic) => {
                response.diagnostics.push(diagnostic);
                return response;
            }
        };

        let mut private = Private::decode(&request.private);
        let importing = private.remove(IMPORT_MARK);
        let outcome = resource
            .read(
                &context,
                Read {
                    state: request.current_state.clone(),
                    private,
                    importing,
                },
            )
            .await;
        response.diagnostics = outcome.diagnostics;
        if let Some(reason) = outcome.deferred {
            if request.client.deferral_allowed {
                response.deferred = Some(reason);
            } else {
                response.diagnostics.push(Diagnostic::bug(
                    "Read deferred without permission",
                    "The resource asked to be read in a later run, which this core cannot do.",
                ));
            }
            return response;
        }
        if response.diagnostics.has_error() {
            return response;
        }
        let Some(mut new_state) = outcome.state else {
            response.new_state = Value::Null;
            response.private = Vec::new();
            response.new_identity = Value::Null;
            return response;
        };
        if settle_unknowns(&mut new_state, &Value::Null) {
            response.diagnostics.push(Diagnostic::bug(
                "Unknown value after read",
                format!("Reading a {} left a value unknown.", request.type_name),
            ));
        }
        finish_state(&schema.block, &mut new_state, &request.current_state);
        // What an import by id or by an incomplete identity begins with need not be the whole truth.
        let known = if importing {
            Value::Null
        } else {
            request.current_identity
        };
        let (identity, problem) = self.identity_after(&request.type_name, &new_state, &known, true);
        response.new_identity = identity;
        response.diagnostics.extend(problem);
        response.new_state = new_state;
        response.private = outcome.private.encode_over(request.private);
        response
    }
}
