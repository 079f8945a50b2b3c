//! Values that have to be the ID of something the service offers, and what to say of others.

use super::import_id::is_uuid;
use super::validators::closest;
use crate::framework::diag::Diagnostic;
use crate::framework::object::Field;
use crate::framework::path::Path;

/// What a value was probably meant to be: a name in the place of an ID, or a mistyped ID. Any two IDs
/// look alike, so that only slips of the pen count between them.
fn meant<'a>(value: &str, offered: &'a [(String, String)]) -> Option<&'a (String, String)> {
    if is_uuid(value) {
        return offered
            .iter()
            .find(|(id, _)| strsim::damerau_levenshtein(value, id) <= 3);
    }
    if let Some(named) = offered.iter().find(|(_, name)| name == value) {
        return Some(named);
    }
    let close = closest(value, offered.iter().map(|(_, name)| name.as_str()))?;
    offered.iter().find(|(_, name)| name == close)
}

/// What is wrong with an attribute whose value has to be the ID of something offered, if anything.
/// Nothing is wrong where nothing is known to be on offer. `offered`: IDs and names.
#[must_use]
pub fn not_offered(
    attribute: &str,
    noun: &str,
    field: &Field<String>,
    offered: &[(String, String)],
) -> Option<Diagnostic> {
    let value = field.as_str()?;
    if offered.is_empty() || offered.iter().any(|(id, _)| id == value) {
        return None;
    }
    let mut diagnostic = Diagnostic::error(
        format!("Unknown {noun}"),
        format!("{value:?} is not the ID of a {noun} that this organisation can use."),
    )
    .at(Path::of(attribute));
    if let Some((id, name)) = meant(value, offered) {
        diagnostic = diagnostic.hint(format!("Did you mean {id:?}, the ID of {name:?}?"));
    }
    let list: Vec<String> = offered
        .iter()
        .map(|(id, name)| format!("{id} ({name})"))
        .collect();
    Some(diagnostic.hint(format!("Offered are: {}.", list.join(", "))))
}
