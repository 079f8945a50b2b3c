//! The page of a function.

use std::fmt::Write as _;

use super::schema::type_words;
use super::{front_matter, usage};
use crate::framework::function::{Parameter, Signature};
use crate::framework::types::Type;

/// The page of a function.
#[must_use]
pub fn function_page(name: &str, signature: &Signature, examples: &[String]) -> String {
    let mut text = front_matter(
        &format!("{name} function"),
        Some(""),
        &format!("{}.", signature.summary),
    );
    let _ = writeln!(text, "# function: {name}\n\n{}", signature.description);
    if let Some(deprecation) = &signature.deprecation {
        let _ = writeln!(text, "\n!> **Deprecated.** {deprecation}");
    }
    text.push_str(
        "\n-> Provider functions need Terraform 1.8 or OpenTofu 1.7, or a later version of either.\n",
    );
    text.push_str(&usage(examples));
    let mut parameters: Vec<String> = signature
        .parameters
        .iter()
        .map(|parameter| format!("{} {}", parameter.name, lower(&parameter.ty)))
        .collect();
    parameters.extend(
        signature
            .variadic
            .iter()
            .map(|parameter| format!("{} {}...", parameter.name, lower(&parameter.ty))),
    );
    let _ = write!(
        text,
        "\n## Signature\n\n```text\n{name}({}) {}\n```\n",
        parameters.join(", "),
        lower(&signature.returns)
    );
    text.push_str("\n## Arguments\n\n");
    for (index, parameter) in signature.parameters.iter().enumerate() {
        text.push_str(&argument(index + 1, parameter, ""));
    }
    if let Some(parameter) = &signature.variadic {
        let index = signature.parameters.len() + 1;
        text.push_str(&argument(index, parameter, "Variadic, "));
    }
    text
}

fn argument(number: usize, parameter: &Parameter, flags: &str) -> String {
    let nullable = if parameter.allow_null {
        ", Nullable"
    } else {
        ""
    };
    format!(
        "{number}. `{}` ({flags}{}{nullable}) {}\n",
        parameter.name,
        type_words(&parameter.ty),
        parameter.description
    )
}

fn lower(ty: &Type) -> String {
    type_words(ty).to_lowercase()
}
