//! Elements of a set that differ in configuration and mean the same: one leaves out a value that is
//! the default, another one gives it. The plan would have one element for the two, and cores take that
//! for a bug of the provider.

use super::pairing::Shape;
use super::propose::{Left, propose};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::schema::{AttributeKind, Block, BlockNesting, Nesting};
use crate::framework::value::Value;

/// Refuses such elements.
pub(super) fn refuse_same_elements(block: &Block, config: &Value, diagnostics: &mut Diagnostics) {
    let completed = propose(block, &Value::Null, config, Left::AsItWas);
    if completed != *config {
        object(block.into(), &Path::root(), config, &completed, diagnostics);
    }
}

fn object(
    shape: Shape<'_>,
    path: &Path,
    config: &Value,
    completed: &Value,
    diagnostics: &mut Diagnostics,
) {
    for attribute in shape.attributes {
        if let AttributeKind::Nested {
            nesting,
            attributes,
        } = &attribute.kind
        {
            let name = &attribute.name;
            let (config, completed) = (config.member(name), completed.member(name));
            let (shape, path) = (Shape::of(attributes), path.attribute(name));
            match nesting {
                Nesting::Single => object(shape, &path, config, completed, diagnostics),
                Nesting::List | Nesting::Set | Nesting::Map => {
                    elements(shape, &path, config, completed, diagnostics);
                }
            }
        }
    }
    for nested in shape.blocks {
        let name = &nested.name;
        let (config, completed) = (config.member(name), completed.member(name));
        let (shape, path) = (Shape::from(&nested.block), path.attribute(name));
        match nested.nesting {
            BlockNesting::Single { .. } | BlockNesting::Group => {
                object(shape, &path, config, completed, diagnostics);
            }
            BlockNesting::List { .. } | BlockNesting::Set { .. } | BlockNesting::Map => {
                elements(shape, &path, config, completed, diagnostics);
            }
        }
    }
}

fn elements(
    shape: Shape<'_>,
    path: &Path,
    config: &Value,
    completed: &Value,
    diagnostics: &mut Diagnostics,
) {
    match (config, completed) {
        (Value::List(config), Value::List(completed)) => {
            for (index, (config, completed)) in config.iter().zip(completed).enumerate() {
                object(shape, &path.index(index), config, completed, diagnostics);
            }
        }
        (Value::Map(config), Value::Map(completed)) => {
            for ((key, config), completed) in config.iter().zip(completed.values()) {
                object(shape, &path.key(key), config, completed, diagnostics);
            }
        }
        // Sets in sets are wholly configured: defaults make none of their elements the same.
        (Value::Set(config), Value::Set(completed)) if completed.len() < config.len() => {
            diagnostics.push(
                Diagnostic::error(
                    format!("Two elements of {path} are the same"),
                    "They differ only in values that one of them leaves out, and that are the \
                     default in the other.",
                )
                .hint("Remove one of them.")
                .at(path.clone()),
            );
        }
        _ => {}
    }
}
