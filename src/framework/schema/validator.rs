//! Validators of single attributes. Rules over several attributes belong to the resource.

use std::fmt;
use std::sync::Arc;

use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::value::Value;

type Check = dyn Fn(&Path, &Value) -> Diagnostics + Send + Sync;

/// A rule that a configured value must satisfy. It is never asked about a value that is null or
/// unknown; parts of a collection may still be either.
#[derive(Clone)]
pub struct Validator {
    description: String,
    check: Arc<Check>,
}

impl Validator {
    /// A rule from a function that returns what is wrong with a value. `description` completes the
    /// sentence "the value …", for documentation: "must have 1 to 50 characters".
    pub fn new(
        description: impl Into<String>,
        check: impl Fn(&Path, &Value) -> Diagnostics + Send + Sync + 'static,
    ) -> Self {
        Self {
            description: description.into(),
            check: Arc::new(check),
        }
    }

    /// A rule for text: `wrong` returns the reason when the text breaks it.
    pub fn text(
        description: impl Into<String>,
        wrong: impl Fn(&str) -> Option<Diagnostic> + Send + Sync + 'static,
    ) -> Self {
        Self::new(description, move |path, value| {
            value
                .as_str()
                .and_then(&wrong)
                .map(|diagnostic| match diagnostic.path {
                    Some(_) => diagnostic,
                    None => diagnostic.at(path.clone()),
                })
                .into_iter()
                .collect()
        })
    }

    /// What the value must be.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The messages about `value` at `path`.
    #[must_use]
    pub fn check(&self, path: &Path, value: &Value) -> Diagnostics {
        (self.check)(path, value)
    }
}

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Validator").field(&self.description).finish()
    }
}
