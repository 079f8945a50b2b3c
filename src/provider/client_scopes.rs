//! The scopes of API clients: when two sets of them mean the same, and how they are written.
//!
//! From Camunda 8.8 on, Operate and Tasklist are parts of Zeebe. Which of them the API then shows of
//! a client that was given them is not published.

use std::collections::BTreeSet;

use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::schema::Validator;
use crate::framework::value::Value;

/// Words of an open set, such as `Zeebe`.
pub type Scopes = BTreeSet<String>;

/// What newer versions have merged into Zeebe.
pub const PARTS_OF_ZEEBE: [&str; 2] = ["Operate", "Tasklist"];

/// The scopes as a cluster of a newer version understands them.
fn folded(scopes: &Scopes) -> BTreeSet<&str> {
    let fold = |scope| {
        if PARTS_OF_ZEEBE.contains(&scope) {
            "Zeebe"
        } else {
            scope
        }
    };
    scopes.iter().map(String::as_str).map(fold).collect()
}

/// Whether two sets are one to a cluster of a newer version.
#[must_use]
pub fn mean_the_same(one: &Scopes, other: &Scopes) -> bool {
    folded(one) == folded(other)
}

/// A set with something in it.
#[must_use]
pub fn not_empty() -> Validator {
    Validator::new("must not be empty", |path, value| match value {
        Value::Set(scopes) if scopes.is_empty() => Diagnostic::error(
            "Empty set of scopes",
            "A client without scopes can do nothing.",
        )
        .hint("Leave scopes out for a client that may use everything there is.")
        .at(path.clone())
        .into(),
        _ => Diagnostics::new(),
    })
}

/// The scopes as part of a sentence.
#[must_use]
pub fn listed(scopes: &Scopes) -> String {
    let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
    match scopes.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((only, _)) => (*only).to_owned(),
        None => "none".to_owned(),
    }
}
