//! The schema section of a page: groups of attributes, and nested schemas under anchors of their own.

use std::fmt::Write as _;

use crate::framework::schema::{
    Attribute, AttributeKind, Block, BlockNesting, IdentitySchema, NestedBlock, Nesting, Schema,
};
use crate::framework::types::Type;

const WRITE_ONLY: &str = "[Write-only](https://developer.hashicorp.com/terraform/language/resources/ephemeral#write-only-arguments)";
const WRITE_ONLY_NOTE: &str = "> **NOTE**: [Write-only arguments](https://developer.hashicorp.com/terraform/language/resources/ephemeral#write-only-arguments) are supported in Terraform 1.11 and later, and OpenTofu 1.11 and later.\n\n";

/// The section, with its heading.
pub(super) fn section(schema: &Schema) -> String {
    let mut text = "\n## Schema\n".to_owned();
    let body = Body::of(&schema.block);
    let before = text.len();
    let mut nested = Vec::new();
    for (heading, members) in body.groups() {
        let _ = write!(text, "\n### {heading}\n\n");
        text.push_str(&group(&members, &[], &mut nested));
    }
    if text.len() == before {
        text.push_str("\nThere are no arguments and no results.\n");
    }
    text.push_str(&nested_sections(nested));
    text
}

/// The part about an identity.
pub(super) fn identity(identity: &IdentitySchema) -> String {
    let mut text = "\n### Identity Schema\n".to_owned();
    for (heading, required) in [("Required", true), ("Optional", false)] {
        let mut attributes: Vec<_> = identity
            .attributes
            .iter()
            .filter(|attribute| attribute.required_for_import == required)
            .collect();
        attributes.sort_by(|a, b| a.name.cmp(&b.name));
        if attributes.is_empty() {
            continue;
        }
        let _ = write!(text, "\n#### {heading}\n\n");
        for attribute in attributes {
            let _ = writeln!(
                text,
                "- `{}` ({}) {}",
                attribute.name,
                type_words(&attribute.ty),
                one_line(&attribute.description)
            );
        }
    }
    text
}

/// The words for a type.
pub(super) fn type_words(ty: &Type) -> String {
    match ty {
        Type::String => "String".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::Bool => "Boolean".to_owned(),
        Type::Dynamic => "Dynamic".to_owned(),
        Type::List(element) => format!("List of {}", type_words(element)),
        Type::Set(element) => format!("Set of {}", type_words(element)),
        Type::Map(element) => format!("Map of {}", type_words(element)),
        Type::Tuple(_) => "Tuple".to_owned(),
        Type::Object(_) => "Object".to_owned(),
    }
}

/// An attribute or a block, as one line shows it.
enum Member<'a> {
    Attribute(&'a Attribute),
    Block(&'a NestedBlock),
}

/// What a schema or a nested schema consists of.
struct Body<'a> {
    members: Vec<Member<'a>>,
}

/// A nested schema that is yet to be written: its path, and whether it is a block.
struct Pending<'a> {
    path: Vec<&'a str>,
    is_block: bool,
    body: Body<'a>,
}

impl<'a> Body<'a> {
    fn of(block: &'a Block) -> Self {
        let mut members: Vec<Member<'a>> = Vec::new();
        members.extend(block.attributes.iter().map(Member::Attribute));
        members.extend(block.blocks.iter().map(Member::Block));
        members.sort_by_key(Member::name);
        Self { members }
    }

    fn of_attributes(attributes: &'a [Attribute]) -> Self {
        let mut members: Vec<Member<'a>> = attributes.iter().map(Member::Attribute).collect();
        members.sort_by_key(Member::name);
        Self { members }
    }

    /// The groups that are not empty, in their order.
    fn groups(&self) -> Vec<(&'static str, Vec<&Member<'a>>)> {
        ["Required", "Optional", "Read-Only"]
            .into_iter()
            .map(|heading| {
                let members = self.members.iter();
                (
                    heading,
                    members.filter(|member| member.group() == heading).collect(),
                )
            })
            .filter(|(_, members): &(_, Vec<_>)| !members.is_empty())
            .collect()
    }
}

impl<'a> Member<'a> {
    fn name(&self) -> &'a str {
        match self {
            Self::Attribute(attribute) => &attribute.name,
            Self::Block(block) => &block.name,
        }
    }

    fn group(&self) -> &'static str {
        match self {
            Self::Attribute(attribute) if attribute.required => "Required",
            Self::Attribute(attribute) if attribute.optional => "Optional",
            Self::Attribute(_) => "Read-Only",
            Self::Block(block) => match block.nesting {
                BlockNesting::Single { required: true }
                | BlockNesting::List { min: 1.., .. }
                | BlockNesting::Set { min: 1.., .. } => "Required",
                _ => "Optional",
            },
        }
    }

    /// Type and flags, in parentheses.
    fn words(&self) -> String {
        let mut words = Vec::new();
        match self {
            Self::Attribute(attribute) => {
                words.push(match &attribute.kind {
                    AttributeKind::Plain(ty) => type_words(ty),
                    AttributeKind::Nested { nesting, .. } => match nesting {
                        Nesting::Single => "Attributes".to_owned(),
                        Nesting::List => "Attributes List".to_owned(),
                        Nesting::Set => "Attributes Set".to_owned(),
                        Nesting::Map => "Attributes Map".to_owned(),
                    },
                });
                let flags = [
                    (attribute.sensitive, "Sensitive"),
                    (attribute.deprecation.is_some(), "Deprecated"),
                    (attribute.write_only, WRITE_ONLY),
                ];
                let set = flags.into_iter().filter(|(set, _)| *set);
                words.extend(set.map(|(_, flag)| flag.to_owned()));
            }
            Self::Block(block) => {
                let (kind, min, max) = match block.nesting {
                    BlockNesting::Single { .. } | BlockNesting::Group => ("Block", 0, 0),
                    BlockNesting::List { min, max } => ("Block List", min, max),
                    BlockNesting::Set { min, max } => ("Block Set", min, max),
                    BlockNesting::Map => ("Block Map", 0, 0),
                };
                words.push(kind.to_owned());
                for (name, count) in [("Min", min), ("Max", max)] {
                    if count > 0 {
                        words.push(format!("{name}: {count}"));
                    }
                }
                if block.block.deprecation.is_some() {
                    words.push("Deprecated".to_owned());
                }
            }
        }
        words.join(", ")
    }

    fn description(&self) -> String {
        let (description, deprecation) = match self {
            Self::Attribute(attribute) => (&attribute.description, &attribute.deprecation),
            Self::Block(block) => (&block.block.description, &block.block.deprecation),
        };
        let mut text = one_line(description);
        if let Some(deprecation) = deprecation {
            let _ = write!(text, " Deprecated: {}", one_line(deprecation));
        }
        text
    }

    fn nested(&self) -> Option<(bool, Body<'a>)> {
        match self {
            Self::Attribute(attribute) => match &attribute.kind {
                AttributeKind::Nested { attributes, .. } => {
                    Some((false, Body::of_attributes(attributes)))
                }
                AttributeKind::Plain(_) => None,
            },
            Self::Block(block) => Some((true, Body::of(&block.block))),
        }
    }

    fn is_write_only(&self) -> bool {
        matches!(self, Self::Attribute(attribute) if attribute.write_only)
    }
}

/// The lines of one group. What is nested in them is added to `pending`.
fn group<'a>(members: &[&Member<'a>], path: &[&'a str], pending: &mut Vec<Pending<'a>>) -> String {
    let mut text = String::new();
    if members.iter().any(|member| member.is_write_only()) {
        text.push_str(WRITE_ONLY_NOTE);
    }
    for member in members {
        let _ = write!(
            text,
            "- `{}` ({}) {}",
            member.name(),
            member.words(),
            member.description()
        );
        if let Some((is_block, body)) = member.nested() {
            let mut path = path.to_vec();
            path.push(member.name());
            let nested = Pending {
                path,
                is_block,
                body,
            };
            let _ = write!(
                text,
                " (see [below for nested schema](#{}))",
                nested.anchor()
            );
            pending.push(nested);
        }
        text.push('\n');
    }
    text
}

impl Pending<'_> {
    fn anchor(&self) -> String {
        let kind = if self.is_block {
            "nestedblock"
        } else {
            "nestedatt"
        };
        format!("{kind}--{}", self.path.join("--"))
    }
}

/// Every nested schema, each followed by those nested in it.
fn nested_sections(pending: Vec<Pending<'_>>) -> String {
    let mut text = String::new();
    for nested in pending {
        let _ = write!(
            text,
            "\n<a id=\"{}\"></a>\n### Nested Schema for `{}`\n",
            nested.anchor(),
            nested.path.join(".")
        );
        let mut deeper = Vec::new();
        for (heading, members) in nested.body.groups() {
            let _ = write!(text, "\n{heading}:\n\n");
            text.push_str(&group(&members, &nested.path, &mut deeper));
        }
        text.push_str(&nested_sections(deeper));
    }
    text
}

/// A description as the text of a list item: paragraphs become sentences.
fn one_line(description: &str) -> String {
    description.split_whitespace().collect::<Vec<_>>().join(" ")
}
