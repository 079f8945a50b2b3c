//! Opening, renewing and closing ephemeral resources.

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
                RenewEphemeralResponse {
                    private: renewed.private.encode_over(private.to_vec()),
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
            Ok((resource, context)) => resource.close(&context, Private::decode(private)).await,
            Err(diagnostic) => diagnostic.into(),
        }
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
