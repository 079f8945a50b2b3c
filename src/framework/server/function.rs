//! `CallFunction`: on a provider that need not be configured.

use super::Server;
use crate::framework::function::FunctionError;
use crate::framework::provider::Provider;
use crate::framework::value::Value;

impl<P: Provider> Server<P> {
    /// Calls a function.
    ///
    /// # Errors
    /// There is no such function, the arguments do not fit its parameters, or the function itself
    /// refuses them.
    pub fn call_function(&self, name: &str, arguments: &[Value]) -> Result<Value, FunctionError> {
        let Some(function) = self.functions.get(name) else {
            return Err(FunctionError::new(format!(
                "This version of the provider has no function {name:?}."
            )));
        };
        let signature = function.signature();
        let expected = signature.parameters.len();
        let given = arguments.len();
        if given < expected || (given > expected && signature.variadic.is_none()) {
            let least = if signature.variadic.is_some() {
                "at least "
            } else {
                ""
            };
            let plural = if expected == 1 { "" } else { "s" };
            return Err(FunctionError::new(format!(
                "{name} takes {least}{expected} argument{plural}, not {given}."
            )));
        }
        let mut unknown = false;
        for (index, argument) in arguments.iter().enumerate() {
            let Some(parameter) = signature.parameter(index) else {
                continue;
            };
            if argument.is_null() && !parameter.allow_null {
                return Err(FunctionError::argument(
                    index,
                    format!("{} must not be null.", parameter.name),
                ));
            }
            unknown |= !argument.is_wholly_known() && !parameter.allow_unknown;
        }
        if unknown {
            return Ok(Value::UNKNOWN);
        }
        function.call(arguments)
    }
}
