//! Registry pages: Markdown from schemas and examples, in the form that the Terraform and OpenTofu
//! registries show.
//!
//! Pure: what a page is made of comes in, text goes out. Must not know where files are, nor what any
//! object is about.

mod function;
mod schema;

use std::fmt::Write as _;

pub use self::function::function_page;
use super::schema::{IdentitySchema, PlanModifier, Schema};

/// What kind of object a page is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageKind {
    /// A managed resource.
    Resource,
    /// A data source.
    DataSource,
    /// An ephemeral resource.
    EphemeralResource,
    /// A list resource.
    ListResource,
    /// An action.
    Action,
}

impl PageKind {
    /// As titles and headings call it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Resource => "Resource",
            Self::DataSource => "Data Source",
            Self::EphemeralResource => "Ephemeral Resource",
            Self::ListResource => "List Resource",
            Self::Action => "Action",
        }
    }

    /// The folder below `docs/` and `examples/`.
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Self::Resource => "resources",
            Self::DataSource => "data-sources",
            Self::EphemeralResource => "ephemeral-resources",
            Self::ListResource => "list-resources",
            Self::Action => "actions",
        }
    }
}

/// What a page says beyond the schema: what users of an object have to know before they use it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The group of pages it belongs to.
    pub subcategory: &'static str,
    /// The permission groups that the credentials need.
    pub permission_groups: &'static [&'static str],
    /// Which plans, regions or versions have it, and what there can be only so many of; sentences.
    pub limits: &'static str,
    /// Attributes that cannot be read back, so that changes made elsewhere are not seen.
    pub not_read_back: &'static [&'static str],
    /// What destroying does, as a sentence. Resources only.
    pub destroy: &'static str,
    /// Which versions of the CLIs have this kind of object, and what to do below them; sentences.
    pub availability: &'static str,
    /// The guides that it plays a part in: the title of each, and its file without extension.
    pub guides: &'static [(&'static str, &'static str)],
}

/// The examples of a page.
#[derive(Debug, Clone, Default)]
pub struct Examples {
    /// Configurations in HCL, in this order.
    pub usage: Vec<String>,
    /// An `import` block with an identity.
    pub import_by_identity: Option<String>,
    /// An `import` block with an id.
    pub import_by_id: Option<String>,
    /// The `import` command.
    pub import_command: Option<String>,
}

/// What a page is made of.
#[derive(Debug, Clone)]
pub struct Page<'a> {
    /// Kind of object.
    pub kind: PageKind,
    /// Type name.
    pub type_name: &'a str,
    /// Its schema.
    pub schema: &'a Schema,
    /// Its identity; resources only.
    pub identity: Option<&'a IdentitySchema>,
    /// What to know about it.
    pub facts: Facts,
    /// Examples.
    pub examples: Examples,
}

/// The name of a page's file, without folder: the type name without the provider's prefix.
#[must_use]
pub fn file_name(type_name: &str) -> String {
    let short = type_name
        .split_once('_')
        .map_or(type_name, |(_, rest)| rest);
    format!("{short}.md")
}

/// The page of an object.
#[must_use]
pub fn object_page(page: &Page<'_>) -> String {
    let Page {
        kind,
        type_name,
        schema,
        identity,
        facts,
        examples,
    } = page;
    let kind_title = kind.title();
    let description = &schema.block.description;
    let mut text = front_matter(
        &format!("{type_name} {kind_title}"),
        Some(facts.subcategory),
        description,
    );
    let _ = writeln!(text, "# {type_name} ({kind_title})\n\n{description}");
    if let Some(deprecation) = &schema.block.deprecation {
        let _ = writeln!(text, "\n!> **Deprecated.** {deprecation}");
    }
    if !facts.availability.is_empty() {
        let _ = writeln!(text, "\n-> {}", facts.availability);
    }
    text.push_str(&usage(&examples.usage));
    text.push_str(&what_to_know(page));
    text.push_str(&schema::section(schema));
    if *kind == PageKind::Resource {
        text.push_str(&import(*identity, examples));
    }
    text
}

/// The page of the provider itself. `sections` follow the description, each with its heading.
#[must_use]
pub fn index_page(
    title: &str,
    schema: &Schema,
    usage_examples: &[String],
    sections: &[(String, String)],
) -> String {
    let description = &schema.block.description;
    let mut text = front_matter(&format!("{title} Provider"), None, description);
    let _ = writeln!(text, "# {title} Provider\n\n{description}");
    text.push_str(&usage(usage_examples));
    for (heading, body) in sections {
        let _ = writeln!(text, "\n## {heading}\n\n{}", body.trim());
    }
    text.push_str(&schema::section(schema));
    text
}

/// Title, group and summary of a page, as the registries index them. The title is completed.
fn front_matter(title: &str, subcategory: Option<&str>, description: &str) -> String {
    let mut text = format!("---\npage_title: \"{title} - terraform-provider-camunda\"\n");
    if let Some(subcategory) = subcategory {
        let _ = writeln!(text, "subcategory: \"{subcategory}\"");
    }
    // The first paragraph, without marks.
    let first = description.split("\n\n").next().unwrap_or_default();
    let plain: String = first.chars().filter(|c| !matches!(c, '`' | '*')).collect();
    let _ = writeln!(
        text,
        "description: |-\n  {}\n---\n",
        plain.replace('\n', " ")
    );
    text
}

fn usage(examples: &[String]) -> String {
    if examples.is_empty() {
        return String::new();
    }
    let mut text = "\n## Example Usage\n".to_owned();
    for example in examples {
        let _ = write!(text, "\n```terraform\n{}\n```\n", example.trim_end());
    }
    text
}

/// What users ask before they use an object, in the same words on every page.
fn what_to_know(page: &Page<'_>) -> String {
    let facts = &page.facts;
    let code = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        names.join(", ")
    };
    let mut rows: Vec<(&str, String)> = Vec::new();
    if !facts.permission_groups.is_empty() {
        let groups: Vec<String> = facts
            .permission_groups
            .iter()
            .map(|group| format!("*{group}*"))
            .collect();
        rows.push(("Permission group", format!("{}.", groups.join(", "))));
    }
    if !facts.limits.is_empty() {
        rows.push(("Limits", facts.limits.to_owned()));
    }
    if page.kind == PageKind::Resource {
        let replacing = replacing(page.schema);
        rows.push((
            "Replaced by",
            match replacing.as_slice() {
                [] => "no change of an argument.".to_owned(),
                names => format!("a change of {}.", code(names)),
            },
        ));
        rows.push((
            "Not read back",
            match facts.not_read_back {
                [] => "nothing: every attribute is refreshed.".to_owned(),
                names => format!(
                    "{}. Changes made elsewhere are not seen, and after an import they are empty.",
                    code(names)
                ),
            },
        ));
        if let Some(timeouts) = timeouts(page.schema) {
            rows.push(("Time limits", timeouts));
        }
        rows.push(("Destroying", facts.destroy.to_owned()));
    }
    if !facts.guides.is_empty() {
        let guides: Vec<String> = facts
            .guides
            .iter()
            .map(|(title, file)| format!("[{title}](../guides/{file}.md)"))
            .collect();
        rows.push(("Guides", format!("{}.", guides.join(", "))));
    }
    if rows.is_empty() {
        return String::new();
    }
    let mut text = "\n## What to Know\n\n".to_owned();
    for (what, answer) in rows {
        let _ = writeln!(text, "- **{what}:** {answer}");
    }
    text
}

/// The attributes a change of which replaces the object.
fn replacing(schema: &Schema) -> Vec<&str> {
    let attributes = schema.block.attributes.iter();
    attributes
        .filter(|attribute| {
            attribute.plan_modifiers.iter().any(|modifier| {
                matches!(
                    modifier,
                    PlanModifier::RequiresReplace
                        | PlanModifier::RequiresReplaceIfConfigured
                        | PlanModifier::RequiresReplaceIf(_)
                )
            })
        })
        .map(|attribute| attribute.name.as_str())
        .collect()
}

/// The entries of the attribute `timeouts` with the defaults that their descriptions end with.
fn timeouts(schema: &Schema) -> Option<String> {
    let attribute = schema
        .block
        .attributes
        .iter()
        .find(|attribute| attribute.name == "timeouts")?;
    let entries: Vec<String> = attribute
        .nested_attributes()
        .iter()
        .filter_map(|entry| {
            let (_, default) = entry.description.split_once("Default: `")?;
            let (default, _) = default.split_once('`')?;
            Some(format!("`{}` {default}", entry.name))
        })
        .collect();
    Some(format!(
        "{} unless `timeouts` says otherwise.",
        entries.join(", ")
    ))
}

fn import(identity: Option<&IdentitySchema>, examples: &Examples) -> String {
    const BLOCK: &str =
        "[`import` block](https://developer.hashicorp.com/terraform/language/import)";
    let mut text = String::new();
    let mut part = |introduction: &str, language: &str, example: &Option<String>, rest: &str| {
        if let Some(example) = example {
            let _ = write!(
                text,
                "\n{introduction}\n\n```{language}\n{}\n```\n{rest}",
                example.trim_end()
            );
        }
    };
    part(
        &format!(
            "In Terraform 1.12 and later, and OpenTofu 1.12 and later, the {BLOCK} can be used with \
             the `identity` attribute:"
        ),
        "terraform",
        &examples.import_by_identity,
        &identity.map(schema::identity).unwrap_or_default(),
    );
    part(
        &format!(
            "In Terraform 1.5 and OpenTofu 1.6 and later, the {BLOCK} can be used with the `id` attribute:"
        ),
        "terraform",
        &examples.import_by_id,
        "",
    );
    part(
        "The `import` command can be used in every version:",
        "shell",
        &examples.import_command,
        "",
    );
    if text.is_empty() {
        return text;
    }
    format!("\n## Import\n{text}")
}

#[cfg(test)]
mod tests;
