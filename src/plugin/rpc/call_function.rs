//! `CallFunction`. Has no diagnostics: what is wrong goes into `error`, with the argument at fault.

use super::Shared;
use super::call::{Reply, Unary};
use super::convert::{decode, encode};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::function::{FunctionError, Signature};
use crate::framework::provider::Provider;
use crate::framework::server::Call;
use crate::framework::value::Value;
use crate::plugin::visible;
use crate::plugin::wire::proto::tfplugin6;
use crate::plugin::wire::proto::tfplugin6::DynamicValue;
use crate::plugin::wire::proto::tfplugin6::call_function::{Request, Response};

impl Unary for Request {
    type Reply = Response;

    async fn handle<P: Provider>(
        self,
        shared: &Shared<P>,
        _call: &Call,
    ) -> Result<Response, Diagnostic> {
        let functions = shared.server.functions();
        let signature = functions
            .get(self.name.as_str())
            .map(|function| function.signature());
        let arguments = match decode_arguments(signature.as_ref(), &self.arguments) {
            Ok(arguments) => arguments,
            Err(error) => return Ok(failed(error)),
        };
        match (
            shared.server.call_function(&self.name, &arguments),
            signature,
        ) {
            (Ok(result), Some(signature)) => encode_result(&self.name, &signature, &result),
            (Ok(_), None) => Ok(Response::default()),
            (Err(error), _) => Ok(failed(error)),
        }
    }
}

/// The arguments by their parameters. Those without a parameter are null here: that there are too
/// many is for the framework to say.
fn decode_arguments(
    signature: Option<&Signature>,
    arguments: &[DynamicValue],
) -> Result<Vec<Value>, FunctionError> {
    let parameter = |index| signature.and_then(|signature| signature.parameter(index));
    arguments
        .iter()
        .enumerate()
        .map(|(index, argument)| match parameter(index) {
            Some(parameter) => {
                let what = format!("argument {}", parameter.name);
                decode(Some(argument), &parameter.ty, &what)
                    .map_err(|diagnostic| FunctionError::argument(index, diagnostic.detail))
            }
            None => Ok(Value::Null),
        })
        .collect()
}

fn encode_result(
    name: &str,
    signature: &Signature,
    result: &Value,
) -> Result<Response, Diagnostic> {
    let mut diagnostics = Diagnostics::new();
    let what = format!("result of {name}");
    let result = encode(result, &signature.returns, &what, &mut diagnostics);
    match diagnostics.into_iter().next() {
        Some(diagnostic) => Err(diagnostic),
        None => Ok(Response {
            result,
            error: None,
        }),
    }
}

fn failed(error: FunctionError) -> Response {
    Response {
        result: None,
        error: Some(tfplugin6::FunctionError {
            text: visible::text(error.text),
            function_argument: error.argument.and_then(|index| i64::try_from(index).ok()),
        }),
    }
}

impl Reply for Response {
    fn failed(diagnostic: Diagnostic) -> Self {
        failed(FunctionError::new(diagnostic.full_detail()))
    }
}
