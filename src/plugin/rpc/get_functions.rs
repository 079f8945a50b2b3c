//! `GetFunctions`: the signatures of the provider's functions.

use std::collections::HashMap;

use super::Shared;
use super::call::Unary;
use crate::framework::diag::Diagnostic;
use crate::framework::provider::Provider;
use crate::framework::server::{Call, Server};
use crate::plugin::wire::proto::tfplugin6::Function;
use crate::plugin::wire::proto::tfplugin6::get_functions::{Request, Response};
use crate::plugin::wire::schema;

impl Unary for Request {
    type Reply = Response;

    async fn handle<P: Provider>(
        self,
        shared: &Shared<P>,
        _call: &Call,
    ) -> Result<Response, Diagnostic> {
        Ok(Response {
            functions: functions(&shared.server),
            diagnostics: Vec::new(),
        })
    }
}

/// The messages for all functions, by name.
pub(super) fn functions<P: Provider>(server: &Server<P>) -> HashMap<String, Function> {
    let functions = server.functions().iter();
    functions
        .map(|(name, function)| {
            let message = schema::encode_function(&function.signature());
            ((*name).to_owned(), message)
        })
        .collect()
}
