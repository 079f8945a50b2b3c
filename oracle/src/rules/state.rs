//! What a core asks of a whole object that a provider hands over: after an apply, a read, an import
//! or an upgrade. That it is of its type has shown when it was decoded.

use crate::schema::{Nesting, Resource, Shape};
use crate::types::Type;
use crate::value::Value;
use crate::violation::{At, Rule, Violation};

/// Where an object comes from, which decides what a core says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// From an apply.
    Apply,
    /// From a read, an upgrade or an import.
    Other,
}

/// Why a core would refuse an object: a part is unknown, or a write-only value is there.
#[must_use]
pub fn state(resource: &Resource, state: &Value, stage: Stage) -> Vec<Violation> {
    let (is_unknown, is_write_only) = match stage {
        Stage::Apply => (Rule::ResultUnknown, Rule::ResultWriteOnly),
        Stage::Other => (Rule::StateUnknown, Rule::StateWriteOnly),
    };
    let mut violations = Vec::new();
    if !state.is_wholly_known() {
        let what = format!("a part is unknown: {state:?}");
        violations.push(Violation::new(is_unknown, what));
    }
    let shape = Shape::from(&resource.block);
    write_only(shape, state, &At::ROOT, is_write_only, &mut violations);
    blocks(shape, state, &At::ROOT, &mut violations);
    violations
}

/// Why a core would refuse an identity: it is partly unknown.
#[must_use]
pub fn identity(identity: &Value) -> Vec<Violation> {
    if identity.is_wholly_known() {
        return Vec::new();
    }
    let what = format!("a part is unknown: {identity:?}");
    vec![Violation::new(Rule::Identity, what)]
}

/// Finds write-only values that are not null.
pub(super) fn write_only(
    shape: Shape<'_>,
    value: &Value,
    at: &At<'_>,
    rule: Rule,
    found: &mut Vec<Violation>,
) {
    each_object(value, at, &mut |object, at| {
        for attribute in shape.attributes {
            let (value, at) = (object.member(&attribute.name), at.name(&attribute.name));
            if attribute.write_only && !value.is_null() {
                found.push(Violation::at(rule, &at, "write-only, and not null"));
            }
            if !attribute.nested().is_empty() {
                write_only(attribute.nested().into(), value, &at, rule, found);
            }
        }
        for nested in shape.blocks {
            let (value, at) = (object.member(&nested.name), at.name(&nested.name));
            write_only((&nested.block).into(), value, &at, rule, found);
        }
    });
}

/// Finds blocks that are null although they come as a collection.
fn blocks(shape: Shape<'_>, value: &Value, at: &At<'_>, found: &mut Vec<Violation>) {
    if shape.blocks.is_empty() {
        return;
    }
    each_object(value, at, &mut |object, at| {
        for nested in shape.blocks {
            let (value, at) = (object.member(&nested.name), at.name(&nested.name));
            if value.is_null() && nested.nesting != Nesting::Single {
                found.push(Violation::at(
                    Rule::ResultBlockNull,
                    &at,
                    "null instead of empty",
                ));
            }
            blocks((&nested.block).into(), value, &at, found);
        }
    });
}

/// Visits an object, or every object in a collection.
fn each_object(value: &Value, at: &At<'_>, visit: &mut dyn FnMut(&Value, &At<'_>)) {
    match value {
        Value::Object(_) => visit(value, at),
        Value::List(elements) => {
            for (index, element) in elements.iter().enumerate() {
                each_object(element, &at.index(index), visit);
            }
        }
        Value::Set(elements) => {
            for element in elements {
                each_object(element, &at.element(), visit);
            }
        }
        Value::Map(members) => {
            for (key, member) in members {
                each_object(member, &at.key(key), visit);
            }
        }
        Value::Dynamic(inner) if !matches!(inner.0, Type::Dynamic) => {
            each_object(&inner.1, at, visit);
        }
        _ => {}
    }
}
