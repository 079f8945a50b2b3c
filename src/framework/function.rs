//! Provider functions: pure, offline, and called on a provider that is not configured.

use super::types::Type;
use super::value::Value;

/// What a function takes and returns. Its texts are the documentation.
#[derive(Debug, Clone)]
pub struct Signature {
    /// One line.
    pub summary: String,
    /// Markdown.
    pub description: String,
    /// Positional parameters.
    pub parameters: Vec<Parameter>,
    /// A parameter for any number of further arguments.
    pub variadic: Option<Parameter>,
    /// The type of the result.
    pub returns: Type,
    /// Set on deprecated functions: what to use instead, and until when.
    pub deprecation: Option<String>,
}

/// A parameter of a function.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// The name, for documentation and messages.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Whether null may be passed; otherwise the core refuses it.
    pub allow_null: bool,
    /// Whether unknown may be passed; otherwise the result is unknown without a call.
    pub allow_unknown: bool,
    /// Markdown.
    pub description: String,
}

impl Parameter {
    /// A parameter that takes neither null nor unknown.
    pub fn new(name: impl Into<String>, ty: Type, description: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ty,
            allow_null: false,
            allow_unknown: false,
            description: description.into(),
        }
    }

    /// The same parameter, also for null.
    #[must_use]
    pub fn allow_null(mut self) -> Self {
        self.allow_null = true;
        self
    }

    /// The same parameter, also for unknown values.
    #[must_use]
    pub fn allow_unknown(mut self) -> Self {
        self.allow_unknown = true;
        self
    }
}

impl Signature {
    /// The parameter for the argument at `index`, the variadic one for those beyond.
    #[must_use]
    pub fn parameter(&self, index: usize) -> Option<&Parameter> {
        self.parameters.get(index).or(self.variadic.as_ref())
    }
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionError {
    /// What is wrong, as a sentence.
    pub text: String,
    /// The argument at fault, counted from zero.
    pub argument: Option<usize>,
}

impl FunctionError {
    /// An error of the call as a whole.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            argument: None,
        }
    }

    /// An error of one argument, counted from zero.
    pub fn argument(index: usize, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            argument: Some(index),
        }
    }
}

/// A function.
pub trait Function: Send + Sync + 'static {
    /// The name, without the provider's prefix.
    fn name(&self) -> &'static str;

    /// What it takes and returns.
    fn signature(&self) -> Signature;

    /// Calls it. The same arguments must always give the same result: cores compare the results of
    /// plan and apply.
    ///
    /// # Errors
    /// An argument is outside what the function can handle.
    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError>;
}
