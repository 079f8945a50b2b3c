//! Identities: derived from the state, and stable over an object's life unless the schema says otherwise.

use super::Server;
use crate::framework::diag::Diagnostic;
use crate::framework::provider::Provider;
use crate::framework::value::Value;

/// An identity, and what is wrong with it.
type Identified = (Value, Option<Diagnostic>);

impl<P: Provider> Server<P> {
    /// The identity of an object with the state `state`. `known` is the identity the core holds, if
    /// it holds one. `complete`: the operation succeeded, so the state has to have an identity.
    pub(super) fn identity_after(
        &self,
        type_name: &str,
        state: &Value,
        known: &Value,
        complete: bool,
    ) -> Identified {
        let Ok(schema) = self.identity_schema(type_name) else {
            return (Value::Null, None);
        };
        if schema.attributes.is_empty() {
            return (Value::Null, None);
        }
        match schema.of_state(state) {
            Some(identity) if schema.is_mutable || unheld(known) || identity == *known => {
                (identity, None)
            }
            Some(_) => (known.clone(), Some(changed(type_name))),
            None if complete => {
                let missing = Diagnostic::bug(
                    "Object without an identity",
                    format!("A {type_name} came back without the attributes that identify it."),
                );
                (known.clone(), Some(missing))
            }
            // A create that failed before there was an id.
            None => (known.clone(), None),
        }
    }

    /// The identity of an object after the planned change.
    pub(super) fn planned_identity(
        &self,
        type_name: &str,
        prior_state: &Value,
        prior_identity: Value,
        planned_state: &Value,
        replace: bool,
    ) -> Identified {
        let Ok(schema) = self.identity_schema(type_name) else {
            return (Value::Null, None);
        };
        if prior_state.is_null() || schema.attributes.is_empty() {
            // What is yet to be created has no identity, also when it takes the place of something
            // that has one.
            return (Value::Null, None);
        }
        let identity = if unheld(&prior_identity) {
            // State from before the resource had an identity.
            schema.of_state(prior_state).unwrap_or(Value::Null)
        } else {
            prior_identity
        };
        // What is unknown may turn out to be the same; what is known to differ cannot. A core takes no
        // unknown parts in an update: where the identity may change, the old one is planned.
        let problem = schema
            .of_state(planned_state)
            .filter(|planned| {
                !schema.is_mutable && !replace && !unheld(&identity) && *planned != identity
            })
            .map(|_| changed(type_name));
        (identity, problem)
    }
}

/// Whether a core holds no usable identity: none, one without content, or one with unknown parts.
fn unheld(identity: &Value) -> bool {
    identity
        .as_object()
        .is_none_or(|members| members.values().all(Value::is_null))
        || !identity.is_wholly_known()
}

fn changed(type_name: &str) -> Diagnostic {
    Diagnostic::bug(
        "Identity changed",
        format!(
            "The identity of a {type_name} never changes during its life, but this operation gave \
             it another one."
        ),
    )
}
