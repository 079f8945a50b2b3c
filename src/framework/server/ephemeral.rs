//! Opening, renewing and closing ephemeral resources.
//!
//! Not every core closes what it has opened: Terraform leaves it out where something that uses the value
//! has failed. So the server remembers what is open, for the end of the process.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::values::{finish_state, settle_unknowns};
use super::{Call, Kind, Server, unknown_type};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::ephemeral::ErasedEphemeralResource;
use crate::framework::operation::{ClientCapabilities, Context, DeferredReason};
use crate::framework::private::Private;
use crate::framework::provider::Provider;
use crate::framework::value::Value;

/// What opening leaves.
#[derive(Debug, Clone)]
pub struct OpenEphemeralResponse {
    /// The result; null on errors.
    pub result: Value,
    /// Private data for renewal and closing.
    pub private: Vec<u8>,
    /// When to renew; `None` for never.
    pub renew_at: Option<Timestamp>,
    /// Messages.
    pub diagnostics: Diagnostics,
    /// Set when opening has to wait for a later run.
    pub deferred: Option<DeferredReason>,
}

/// What renewing leaves.
#[derive(Debug, Clone)]
pub struct RenewEphemeralResponse {
    /// Private data for the next renewal and for closing.
    pub private: Vec<u8>,
    /// When to renew again; `None` for never.
    pub renew_at: Option<Timestamp>,
    /// Messages.
    pub diagnostics: Diagnostics,
}

/// What was opened with something to close, and is not closed yet.
#[derive(Debug, Default)]
pub(super) struct OpenResources(Mutex<Vec<OpenResource>>);

#[derive(Debug)]
struct OpenResource {
    type_name: String,
    /// A core closes with the private data of either.
    opened: Vec<u8>,
    renewed: Vec<u8>,
}

impl OpenResource {
    fn has(&self, type_name: &str, private: &[u8]) -> bool {
        self.type_name == type_name && (self.opened == private || self.renewed == private)
    }
}

impl OpenResources {
    fn lock(&self) -> MutexGuard<'_, Vec<OpenResource>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn opened(&self, type_name: &str, private: &[u8]) {
        if private.is_empty() {
            return;
        }
        self.lock().push(OpenResource {
            type_name: type_name.to_owned(),
            opened: private.to_vec(),
            renewed: private.to_vec(),
        });
    }

    pub(super) fn renewed(&self, type_name: &str, before: &[u8], after: &[u8]) {
        let mut open = self.lock();
        if let Some(resource) = open.iter_mut().find(|open| open.has(type_name, before)) {
            resource.renewed = after.to_vec();
        }
    }

    fn closed(&self, type_name: &str, private: &[u8]) {
        let mut open = self.lock();
        if let Some(index) = open.iter().position(|open| open.has(type_name, private)) {
            open.swap_remove(index);
        }
    }
}

/// An ephemeral resource and the surroundings of a call to it.
type EphemeralEntry<'a, D> = (&'a dyn ErasedEphemeralResource<D>, Context<D>);

impl<P: Provider> Server<P> {
    /// Opens an ephemeral resource.
    pub async fn open_ephemeral_resource(
        &self,
        call: &Call,
        type_name: &str,
        config: Value,
        client: ClientCapabilities,
    ) -> OpenEphemeralResponse {
        let mut response = OpenEphemeralResponse {
            result: Value::Null,
            private: Vec::new(),
            renew_at: None,
            diagnostics: Diagnostics::new(),
            deferred: None,
        };
        let prepared = self
            .schema(Kind::EphemeralResource, type_name)
            .and_then(|schema| Ok((schema, self.context(call, client)?)));
        let (schema, context) = match prepared {
            Ok(prepared) => prepared,
            Err(diagnostic) => {
                response.diagnostics.push(diagnostic);
                return response;
            }
        };
        let Some(entry) = self.ephemeral_resources.get(type_name) else {
            return response;
        };
        let opened = entry.object.open(&context, config.clone()).await;
        response.renew_at = opened.renew_at;
        response.private = opened.outcome.private.encode();
        self.open.opened(type_name, &response.private);
        response.diagnostics = opened.outcome.diagnostics;
        if let Some(reason) = opened.outcome.deferred {
            if client.deferral_allowed {
                response.deferred = Some(reason);
            } else {
                response.diagnostics.push(Diagnostic::bug(
                    "Opening deferred without permission",
                    "The resource asked to be opened in a later run, which this core cannot do.",
                ));
            }
            return response;
        }
        match opened.outcome.state {
            Some(mut result) => {
                if settle_unknowns(&mut result, &Value::Null) {
                    response.diagnostics.push(Diagnostic::bug(
                        "Unknown value in an ephemeral resource",
                        format!("Opening a {type_name} left a value unknown."),
                    ));
                }
                finish_state(&schema.block, &mut result, &config);
                response.result = result;
            }
            None if !response.diagnostics.has_error() => {
                response.diagnostics.push(Diagnostic::bug(
                    "No result from an ephemeral resource",
                    format!("{type_name} was opened without an error and without a result."),
                ));
            }
            None => {}
        }
        response
    }

    /// Renews an ephemeral resource.
    pub async fn renew_ephemeral_resource(
        &self,
        call: &Call,
        type_name: &str,
        private: &[u8],
    ) -> RenewEphemeralResponse {
        match self.ephemeral_entry(call, type_name) {
            Ok((resource, context)) => {
                let renewed = resource.renew(&context, Private::decode(private)).await;
                let after = renewed.private.encode_over(private.to_vec());
                self.open.renewed(type_name, private, &after);
                RenewEphemeralResponse {
                    private: after,
                    renew_at: renewed.renew_at,
                    diagnostics: renewed.diagnostics,
                }
            }
            Err(diagnostic) => RenewEphemeralResponse {
                private: private.to_vec(),
                renew_at: None,
                diagnostics: diagnostic.into(),
            },
        }
    }

    /// Closes an ephemeral resource.
    pub async fn close_ephemeral_resource(
        &self,
        call: &Call,
        type_name: &str,
        private: &[u8],
    ) -> Diagnostics {
        match self.ephemeral_entry(call, type_name) {
            Ok((resource, context)) => {
                self.open.closed(type_name, private);
                resource.close(&context, Private::decode(private)).await
            }
            Err(diagnostic) => diagnostic.into(),
        }
    }

    /// What the core has opened and not closed, as type names and private data, to be closed before the
    /// process ends. Each is returned once.
    #[must_use]
    pub fn take_open(&self) -> Vec<(String, Vec<u8>)> {
        std::mem::take(&mut *self.open.lock())
            .into_iter()
            .map(|open| (open.type_name, open.renewed))
            .collect()
    }

    fn ephemeral_entry(
        &self,
        call: &Call,
        type_name: &str,
    ) -> Result<EphemeralEntry<'_, P::Data>, Diagnostic> {
        let entry = self
            .ephemeral_resources
            .get(type_name)
            .ok_or_else(|| unknown_type(Kind::EphemeralResource, type_name))?;
        let context = self.context(call, ClientCapabilities::default())?;
        Ok((&*entry.object, context))
    }
}
