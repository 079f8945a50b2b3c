//! `ReadDataSource`.

use super::values::{finish_state, settle_unknowns};
use super::{Call, Kind, Server};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::operation::{ClientCapabilities, DeferredReason};
use crate::framework::provider::Provider;
use crate::framework::value::Value;

/// What a core asks for.
#[derive(Debug, Clone)]
pub struct ReadDataSourceRequest {
    /// The data source type.
    pub type_name: String,
    /// The configuration, wholly known.
    pub config: Value,
    /// What the core understands.
    pub client: ClientCapabilities,
}

/// What was read.
#[derive(Debug, Clone)]
pub struct ReadDataSourceResponse {
    /// The result; null on errors.
    pub state: Value,
    /// Messages.
    pub diagnostics: Diagnostics,
    /// Set when reading has to wait for a later run.
    pub deferred: Option<DeferredReason>,
}

impl<P: Provider> Server<P> {
    /// Reads a data source.
    pub async fn read_data_source(
        &self,
        call: &Call,
        request: ReadDataSourceRequest,
    ) -> ReadDataSourceResponse {
        let mut response = ReadDataSourceResponse {
            state: Value::Null,
            diagnostics: Diagnostics::new(),
            deferred: None,
        };
        let prepared = self
            .schema(Kind::DataSource, &request.type_name)
            .and_then(|schema| Ok((schema, self.context(call, request.client)?)));
        let (schema, context) = match prepared {
            Ok(prepared) => prepared,
            Err(diagnostic) => {
                response.diagnostics.push(diagnostic);
                return response;
            }
        };
        let Some(entry) = self.data_sources.get(request.type_name.as_str()) else {
            return response;
        };
        let outcome = entry.object.read(&context, request.config.clone()).await;
        response.diagnostics = outcome.diagnostics;
        if let Some(reason) = outcome.deferred {
            if request.client.deferral_allowed {
                response.deferred = Some(reason);
                response.state = request.config;
            } else {
                response.diagnostics.push(Diagnostic::bug(
                    "Read deferred without permission",
                    "The data source asked to be read in a later run, which this core cannot do.",
                ));
            }
            return response;
        }
        match outcome.state {
            Some(mut state) => {
                if settle_unknowns(&mut state, &Value::Null) {
                    response.diagnostics.push(Diagnostic::bug(
                        "Unknown value after read",
                        format!("Reading a {} left a value unknown.", request.type_name),
                    ));
                }
                finish_state(&schema.block, &mut state, &request.config);
                response.state = state;
            }
            None if !response.diagnostics.has_error() => {
                response.diagnostics.push(Diagnostic::bug(
                    "No result from a data source",
                    format!(
                        "{} was read without an error and without a result.",
                        request.type_name
                    ),
                ));
            }
            None => {}
        }
        response
    }
}
