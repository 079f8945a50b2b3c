//! Identities: derived from the state, and stable over an object's life.

use super::Server;
use crate::framework::diag::Diagnostic;
use crate::framework::provider::Provider;
use crate::framework::value::Value;

impl<P: Provider> Server<P> {
    /// The identity of an object with the state `state`, and what is wrong with it. `known` is the
    /// identity the core holds; null if it holds none.
    pub(super) fn identity_after(
        &self,
        type_name: &str,
        state: &Value,
        known: &Value,
    ) -> (Value, Option<Diagnostic>) {
        let Ok(schema) = self.identity_schema(type_name) else {
            return (Value::Null, None);
        };
        match schema.of_state(state) {
            Some(identity) if known.is_null() || !known.is_wholly_known() || identity == *known => {
                (identity, None)
            }
            Some(_) => (
                known.clone(),
                Some(Diagnostic::bug(
                    "Identity changed",
                    format!(
                        "The identity of a {type_name} never changes during its life, but what \
                         came back has another one."
                    ),
                )),
            ),
            // A create that failed before there was an id.
            None => (known.clone(), None),
        }
    }
}
