//! Opening, renewing and closing ephemeral resources.

use jiff::Timestamp;

use super::values::null_write_only;
use super::{Call, Kind, Server};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::operation::{ClientCapabilities, DeferredReason};
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
        let opened = entry.object.open(&context, config).await;
        response.renew_at = opened.renew_at;
        response.private = opened.outcome.private.encode();
        response.diagnostics = opened.outcome.diagnostics;
        response.deferred = opened.outcome.deferred.filter(|_| client.deferral_allowed);
        match opened.outcome.state {
            Some(mut result) => {
                null_write_only(&schema.block, &mut result);
                if !result.is_wholly_known() {
                    response.diagnostics.push(Diagnostic::bug(
                        "Unknown value in an ephemeral resource",
                        format!("Opening a {type_name} left a value unknown."),
                    ));
                }
                response.result = result;
            }
            None if !response.diagnostics.has_error() && response.deferred.is_none() => {
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
        let failed = |diagnostic: Diagnostic| RenewEphemeralResponse {
            private: private.to_vec(),
            renew_at: None,
            diagnostics: diagnostic.into(),
        };
        if let Err(diagnostic) = self.schema(Kind::EphemeralResource, type_name) {
            return failed(diagnostic);
        }
        match (
            self.ephemeral_resources.get(type_name),
            self.context(call, ClientCapabilities::default()),
        ) {
            (Some(entry), Ok(context)) => {
                let renewed = entry.object.renew(&context, Private::decode(private)).await;
                RenewEphemeralResponse {
                    private: renewed.private.encode(),
                    renew_at: renewed.renew_at,
                    diagnostics: renewed.diagnostics,
                }
            }
            (_, Err(diagnostic)) => failed(diagnostic),
            (None, Ok(_)) => RenewEphemeralResponse {
                private: private.to_vec(),
                renew_at: None,
                diagnostics: Diagnostics::new(),
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
        if let Err(diagnostic) = self.schema(Kind::EphemeralResource, type_name) {
            return diagnostic.into();
        }
        match (
            self.ephemeral_resources.get(type_name),
            self.context(call, ClientCapabilities::default()),
        ) {
            (Some(entry), Ok(context)) => {
                entry.object.close(&context, Private::decode(private)).await
            }
            (_, Err(diagnostic)) => diagnostic.into(),
            (None, Ok(_)) => Diagnostics::new(),
        }
    }
}
