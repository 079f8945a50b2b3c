//! Finding things of the catalogue by name, for data sources.

use std::sync::Arc;

use super::data::ProviderData;
use super::validators::closest;
use crate::api::Parameters;
use crate::framework::diag::Diagnostic;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::path::Path;

/// The catalogue, or the outcome that says why it cannot be had.
///
/// # Errors
/// The outcome for the caller to return.
pub async fn parameters<S>(
    context: &Context<ProviderData>,
) -> Result<Arc<Parameters>, Box<Outcome<S>>> {
    let client = context
        .data
        .client()
        .map_err(|unavailable| Box::new(unavailable.into_outcome(context)))?;
    context
        .data
        .catalogue(client, &context.cancellation)
        .await
        .map_err(|error| {
            Box::new(Outcome::failed(context.data.explain(
                "Cannot read the catalogue of channels, plan types and regions",
                &error,
            )))
        })
}

/// The one item of this name.
///
/// # Errors
/// There is none, or more than one.
pub fn pick<'a, T>(
    noun: &str,
    name: &Field<String>,
    items: &'a [T],
    name_of: impl Fn(&T) -> &String,
) -> Result<&'a T, Diagnostic> {
    let wanted = name.as_str().unwrap_or_default();
    let mut found = items.iter().filter(|item| name_of(item) == wanted);
    match (found.next(), found.next()) {
        (Some(item), None) => return Ok(item),
        (Some(_), Some(_)) => {
            return Err(Diagnostic::error(
                format!("Several items match the {noun} {wanted:?}"),
                format!("Camunda offers more than one {noun} of this name."),
            )
            .hint("Use the ID of the one you mean directly.")
            .at(Path::of("name")));
        }
        (None, _) => {}
    }
    let mut names: Vec<&str> = items.iter().map(|item| name_of(item).as_str()).collect();
    names.sort_unstable();
    let mut diagnostic = Diagnostic::error(
        format!("No {noun} is called {wanted:?}"),
        format!("This organisation cannot use a {noun} of this name."),
    )
    .at(Path::of("name"));
    if let Some(close) = closest(wanted, names.iter().copied()) {
        diagnostic = diagnostic.hint(format!("Did you mean {close:?}?"));
    }
    Err(if names.is_empty() {
        diagnostic
    } else {
        diagnostic.hint(format!("Offered are: {}.", names.join("; ")))
    })
}
