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

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, names: &[&str]) -> Result<String, String> {
        let items: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        pick("region", &name.into(), &items, |item| item)
            .cloned()
            .map_err(|error| {
                let path = error.path.clone().unwrap_or_default();
                format!("[{path}] {}\n{}", error.summary, error.full_detail())
            })
    }

    const REGIONS: [&str; 2] = [
        "Iowa, North America (us-central1)",
        "Belgium, Europe (europe-west1)",
    ];

    #[test]
    fn the_one_of_the_name_is_found() {
        assert_eq!(found(REGIONS[1], &REGIONS).as_deref(), Ok(REGIONS[1]));
    }

    #[test]
    fn what_is_not_found_is_said_with_what_there_is() {
        insta::assert_snapshot!(found("Belgium", &REGIONS).unwrap_err(), @r#"
        [name] No region is called "Belgium"
        This organisation cannot use a region of this name.

        Did you mean "Belgium, Europe (europe-west1)"?

        Offered are: Belgium, Europe (europe-west1); Iowa, North America (us-central1).
        "#);
        insta::assert_snapshot!(found("xyz", &REGIONS).unwrap_err(), @r#"
        [name] No region is called "xyz"
        This organisation cannot use a region of this name.

        Offered are: Belgium, Europe (europe-west1); Iowa, North America (us-central1).
        "#);
        insta::assert_snapshot!(found("Belgium", &[]).unwrap_err(), @r#"
        [name] No region is called "Belgium"
        This organisation cannot use a region of this name.
        "#);
        insta::assert_snapshot!(found("twice", &["twice", "twice"]).unwrap_err(), @r#"
        [name] Several items match the region "twice"
        Camunda offers more than one region of this name.

        Use the ID of the one you mean directly.
        "#);
    }
}
