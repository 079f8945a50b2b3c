//! Walks over values along their schema, shared by the operations.

use super::pairing::{Pairing, Shape, pair};
use crate::framework::schema::{Attribute, AttributeKind, Block, BlockNesting, Nesting};
use crate::framework::value::Value;

/// Whether a walk goes on into the attributes nested in the one it just visited.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    Descend,
    Skip,
}

/// What a walk does with an attribute's value and what belongs to it in the other value.
type Visit<'v> = dyn FnMut(&Attribute, &mut Value, &Value) -> Then + 'v;

/// Visits every attribute of every object in `value`, outermost first, together with its place in
/// `other`. Elements of sets, which have no place, are matched as `pairing` says.
pub(super) fn walk(
    shape: Shape<'_>,
    value: &mut Value,
    other: &Value,
    pairing: Pairing,
    visit: &mut Visit<'_>,
) {
    let Value::Object(members) = value else {
        return;
    };
    for attribute in shape.attributes {
        let Some(value) = members.get_mut(&attribute.name) else {
            continue;
        };
        let other = other.member(&attribute.name);
        if visit(attribute, value, other) == Then::Skip {
            continue;
        }
        if let AttributeKind::Nested {
            nesting,
            attributes,
        } = &attribute.kind
        {
            let shape = Shape::of(attributes);
            match nesting {
                Nesting::Single => walk(shape, value, other, pairing, visit),
                Nesting::List | Nesting::Set | Nesting::Map => {
                    walk_elements(shape, value, other, pairing, visit);
                }
            }
        }
    }
    for nested in shape.blocks {
        let Some(value) = members.get_mut(&nested.name) else {
            continue;
        };
        let other = other.member(&nested.name);
        let shape = Shape::from(&nested.block);
        match nested.nesting {
            BlockNesting::Single { .. } | BlockNesting::Group => {
                walk(shape, value, other, pairing, visit);
            }
            BlockNesting::List { .. } | BlockNesting::Set { .. } | BlockNesting::Map => {
                walk_elements(shape, value, other, pairing, visit);
            }
        }
    }
}

fn walk_elements(
    shape: Shape<'_>,
    value: &mut Value,
    other: &Value,
    pairing: Pairing,
    visit: &mut Visit<'_>,
) {
    match value {
        Value::List(elements) => {
            for (index, element) in elements.iter_mut().enumerate() {
                walk(shape, element, at_index(other, index), pairing, visit);
            }
        }
        Value::Map(elements) => {
            for (key, element) in elements {
                walk(shape, element, at_key(other, key), pairing, visit);
            }
        }
        Value::Set(elements) => {
            let pairs = pair(shape, elements.as_slice(), other, pairing);
            let walked =
                std::mem::take(elements)
                    .into_iter()
                    .zip(pairs)
                    .map(|(mut element, other)| {
                        walk(shape, &mut element, other, pairing, visit);
                        element
                    });
            *elements = walked.collect();
        }
        // Null or unknown as a whole: there is nothing in it.
        _ => {}
    }
}

/// The element at `index`, null where there is none, unknown where the whole list is.
pub(super) fn at_index(list: &Value, index: usize) -> &Value {
    const NULL: &Value = &Value::Null;
    match list {
        Value::List(elements) => elements.get(index).unwrap_or(NULL),
        Value::Unknown(_) => list,
        _ => NULL,
    }
}

/// The element under `key`, null where there is none, unknown where the whole map is.
pub(super) fn at_key<'a>(map: &'a Value, key: &str) -> &'a Value {
    const NULL: &Value = &Value::Null;
    match map {
        Value::Map(elements) => elements.get(key).unwrap_or(NULL),
        Value::Unknown(_) => map,
        _ => NULL,
    }
}

/// Sets every write-only attribute to null: they live in configuration alone.
pub(super) fn null_write_only(block: &Block, value: &mut Value) {
    walk(
        block.into(),
        value,
        &Value::Null,
        Pairing::None,
        &mut |attribute, value, _| {
            if attribute.write_only {
                *value = Value::Null;
                return Then::Skip;
            }
            Then::Descend
        },
    );
}

/// Keeps the spelling in `known` wherever the new value means the same.
///
/// Planning passes [`Pairing::None`]: a plan may keep a prior spelling against the configuration
/// only where a core can see that it is the prior one, which it cannot in sets.
pub(super) fn keep_equivalent(block: &Block, value: &mut Value, known: &Value, pairing: Pairing) {
    walk(
        block.into(),
        value,
        known,
        pairing,
        &mut |attribute, value, known| {
            if attribute.means_the_same(value, known) {
                *value = known.clone();
                return Then::Skip;
            }
            Then::Descend
        },
    );
}

/// Forgets what is known about unknown values where two spellings can mean the same: what comes may
/// then be the known spelling, which need not begin as the configured one.
pub(super) fn forget_refinements(block: &Block, plan: &mut Value) {
    walk(
        block.into(),
        plan,
        &Value::Null,
        Pairing::None,
        &mut |attribute, planned, _| {
            if attribute.equivalence.is_none() {
                return Then::Descend;
            }
            unrefine(planned);
            Then::Skip
        },
    );
}

fn unrefine(value: &mut Value) {
    match value {
        Value::Unknown(refinements) => *refinements = None,
        Value::List(elements) => elements.iter_mut().for_each(unrefine),
        Value::Map(members) | Value::Object(members) => members.values_mut().for_each(unrefine),
        Value::Set(elements) => {
            let unrefined = std::mem::take(elements).into_iter().map(|mut element| {
                unrefine(&mut element);
                element
            });
            *elements = unrefined.collect();
        }
        Value::Dynamic(inner) => unrefine(&mut inner.1),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Replaces every unknown part by what `fallback` has in its place, or else by null, and tells
/// whether there was any.
pub(super) fn settle_unknowns(value: &mut Value, fallback: &Value) -> bool {
    match value {
        Value::Unknown(_) => {
            *value = if fallback.is_wholly_known() {
                fallback.clone()
            } else {
                Value::Null
            };
            true
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        Value::List(elements) => elements
            .iter_mut()
            .enumerate()
            .fold(false, |any, (index, element)| {
                settle_unknowns(element, at_index(fallback, index)) | any
            }),
        Value::Map(members) => members.iter_mut().fold(false, |any, (key, member)| {
            settle_unknowns(member, at_key(fallback, key)) | any
        }),
        Value::Object(members) => members.iter_mut().fold(false, |any, (name, member)| {
            settle_unknowns(member, fallback.member(name)) | any
        }),
        Value::Set(elements) => {
            let mut any = false;
            let known: Vec<Value> = std::mem::take(elements)
                .into_iter()
                .map(|mut element| {
                    any |= settle_unknowns(&mut element, &Value::Null);
                    element
                })
                .collect();
            *elements = known.into_iter().collect();
            any
        }
        // What the prior value's type was need not be this one's.
        Value::Dynamic(inner) => settle_unknowns(&mut inner.1, &Value::Null),
    }
}

/// Puts the empty collection where a collection of blocks is null: blocks are never null.
pub(super) fn fill_absent_blocks(block: &Block, value: &mut Value) {
    let Value::Object(members) = value else {
        return;
    };
    for nested in &block.blocks {
        let value = members.entry(nested.name.clone()).or_insert(Value::Null);
        match value {
            Value::Null => *value = nested.absent(),
            Value::Object(_) => fill_absent_blocks(&nested.block, value),
            Value::List(elements) => {
                for element in elements {
                    fill_absent_blocks(&nested.block, element);
                }
            }
            Value::Map(elements) => {
                for element in elements.values_mut() {
                    fill_absent_blocks(&nested.block, element);
                }
            }
            Value::Set(elements) => {
                let filled = std::mem::take(elements).into_iter().map(|mut element| {
                    fill_absent_blocks(&nested.block, &mut element);
                    element
                });
                *elements = filled.collect();
            }
            _ => {}
        }
    }
}

/// A state as it may go back to a core: no write-only values, no null block collections, and the
/// user's spelling where `known` has it.
pub(super) fn finish_state(block: &Block, state: &mut Value, known: &Value) {
    null_write_only(block, state);
    fill_absent_blocks(block, state);
    keep_equivalent(block, state, known, Pairing::Equivalent);
}
