//! Walks over values along their schema, shared by the operations.

use std::collections::BTreeMap;

use crate::framework::schema::{Attribute, AttributeKind, Block, BlockNesting, Nesting};
use crate::framework::value::Value;

type Members = BTreeMap<String, Value>;

/// The value of `name`; null where it is missing.
fn member<'a>(members: Option<&'a Members>, name: &str) -> &'a Value {
    const NULL: &Value = &Value::Null;
    members
        .and_then(|members| members.get(name))
        .unwrap_or(NULL)
}

/// Whether an attribute is left to the provider when configuration does not set it.
fn only_computed(attribute: &Attribute, config: &Value) -> bool {
    attribute.computed && config.is_null()
}

/// The element of `candidates` that is the same set element as `element`, as far as configuration
/// decides: equal in everything that is not computed, and in computed attributes that `element` and
/// the candidate both have.
pub(super) fn counterpart<'a>(
    attributes: &[Attribute],
    element: &Value,
    candidates: &'a Value,
) -> &'a Value {
    const NULL: &Value = &Value::Null;
    let Value::Set(candidates) = candidates else {
        return NULL;
    };
    let same = |candidate: &&Value| {
        attributes.iter().all(|attribute| {
            let (a, b) = (
                element.member(&attribute.name),
                candidate.member(&attribute.name),
            );
            a == b
                || attribute.write_only
                || (attribute.computed && (a.is_null() || b.is_null()))
                || attribute.computed && (a.is_unknown() || b.is_unknown())
        })
    };
    candidates.iter().find(same).unwrap_or(NULL)
}

/// The attributes and blocks of one object, with what belongs to each: a function over all of them.
///
/// `walk` is called for every attribute of every object in `value`, outermost first, with the
/// object's own members and those of the counterpart in `other`.
pub(super) fn walk_block(
    block: &Block,
    value: &mut Value,
    other: &Value,
    walk: &mut dyn FnMut(&Attribute, &mut Value, &Value),
) {
    let Value::Object(members) = value else {
        return;
    };
    walk_attributes(&block.attributes, members, other.as_object(), walk);
    for nested in &block.blocks {
        let Some(value) = members.get_mut(&nested.name) else {
            continue;
        };
        let other = member(other.as_object(), &nested.name);
        let nested_block = &nested.block;
        match nested.nesting {
            BlockNesting::Single { .. } | BlockNesting::Group => {
                walk_block(nested_block, value, other, walk);
            }
            BlockNesting::List { .. } | BlockNesting::Set { .. } | BlockNesting::Map => {
                each(
                    &nested_block.attributes,
                    value,
                    other,
                    &mut |value, other| {
                        walk_block(nested_block, value, other, walk);
                    },
                );
            }
        }
    }
}

fn walk_attributes(
    attributes: &[Attribute],
    members: &mut Members,
    other: Option<&Members>,
    walk: &mut dyn FnMut(&Attribute, &mut Value, &Value),
) {
    for attribute in attributes {
        let Some(value) = members.get_mut(&attribute.name) else {
            continue;
        };
        let other = member(other, &attribute.name);
        walk(attribute, value, other);
        if let AttributeKind::Nested {
            nesting,
            attributes,
        } = &attribute.kind
        {
            let mut into = |value: &mut Value, other: &Value| {
                if let Value::Object(members) = value {
                    walk_attributes(attributes, members, other.as_object(), walk);
                }
            };
            match nesting {
                Nesting::Single => into(value, other),
                Nesting::List | Nesting::Set | Nesting::Map => {
                    each(attributes, value, other, &mut into);
                }
            }
        }
    }
}

/// Every element of a collection with its counterpart: by index, by key, or by content.
pub(super) fn each(
    attributes: &[Attribute],
    value: &mut Value,
    other: &Value,
    function: &mut dyn FnMut(&mut Value, &Value),
) {
    match value {
        Value::List(elements) => {
            for (index, element) in elements.iter_mut().enumerate() {
                let other = match other {
                    Value::List(others) => others.get(index),
                    _ => None,
                };
                function(element, other.unwrap_or(&Value::Null));
            }
        }
        Value::Map(elements) => {
            for (key, element) in elements {
                let other = match other {
                    Value::Map(others) => others.get(key),
                    _ => None,
                };
                function(element, other.unwrap_or(&Value::Null));
            }
        }
        Value::Set(elements) => {
            let changed = std::mem::take(elements).into_iter().map(|mut element| {
                let other = counterpart(attributes, &element, other);
                function(&mut element, other);
                element
            });
            *elements = changed.collect();
        }
        // A block with dynamic content: nothing in it is the provider's to fill.
        _ => {}
    }
}

/// Sets every write-only attribute to null: they live in configuration alone.
pub(super) fn null_write_only(block: &Block, value: &mut Value) {
    walk_block(block, value, &Value::Null, &mut |attribute, value, _| {
        if attribute.write_only {
            *value = Value::Null;
        }
    });
}

/// Writes the default of every attribute that configuration leaves out.
pub(super) fn apply_defaults(block: &Block, plan: &mut Value, config: &Value) {
    walk_block(block, plan, config, &mut |attribute, planned, config| {
        if let Some(default) = &attribute.default
            && config.is_null()
        {
            *planned = default.clone();
        }
    });
}

/// Makes unknown what only the provider can say: every computed attribute that configuration leaves
/// out and that has no default.
pub(super) fn mark_computed_unknown(block: &Block, plan: &mut Value, config: &Value) {
    walk_block(block, plan, config, &mut |attribute, planned, config| {
        if only_computed(attribute, config) && attribute.default.is_none() {
            *planned = Value::UNKNOWN;
        }
    });
}

/// Keeps the spelling in `known` wherever the new value means the same.
pub(super) fn keep_equivalent(block: &Block, value: &mut Value, known: &Value) {
    walk_block(block, value, known, &mut |attribute, value, known| {
        if let Some(equivalence) = attribute.equivalence
            && value != known
            && !value.is_null()
            && !known.is_null()
            && value.is_wholly_known()
            && known.is_wholly_known()
            && (equivalence.0)(known, value)
        {
            *value = known.clone();
        }
    });
}

/// Replaces every unknown part by null, and tells whether there was any.
pub(super) fn null_unknowns(value: &mut Value) -> bool {
    match value {
        Value::Unknown(_) => {
            *value = Value::Null;
            true
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        Value::List(elements) => elements
            .iter_mut()
            .fold(false, |any, element| null_unknowns(element) | any),
        Value::Map(members) | Value::Object(members) => members
            .values_mut()
            .fold(false, |any, member| null_unknowns(member) | any),
        Value::Set(elements) => {
            let mut any = false;
            let known: Vec<Value> = std::mem::take(elements)
                .into_iter()
                .map(|mut element| {
                    any |= null_unknowns(&mut element);
                    element
                })
                .collect();
            *elements = known.into_iter().collect();
            any
        }
        Value::Dynamic(inner) => null_unknowns(&mut inner.1),
    }
}

/// Puts the empty collection where a collection of blocks is null: blocks are never null.
pub(super) fn fill_absent_blocks(block: &Block, value: &mut Value) {
    let Value::Object(members) = value else {
        return;
    };
    for nested in &block.blocks {
        let value = members.entry(nested.name.clone()).or_insert(Value::Null);
        if value.is_null() {
            *value = nested.absent();
        } else if matches!(
            nested.nesting,
            BlockNesting::Single { .. } | BlockNesting::Group
        ) {
            fill_absent_blocks(&nested.block, value);
        } else {
            each(&[], value, &Value::Null, &mut |element, _| {
                fill_absent_blocks(&nested.block, element);
            });
        }
    }
}

/// A state as it may go back to a core: no write-only values, no null block collections, and the
/// user's spelling where `known` has it.
pub(super) fn finish_state(block: &Block, state: &mut Value, known: &Value) {
    keep_equivalent(block, state, known);
    null_write_only(block, state);
    fill_absent_blocks(block, state);
}
