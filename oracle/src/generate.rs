//! Random configurations, what becomes known later, and what happens to objects behind a core's back.
//! All from schemas alone.

use std::collections::BTreeMap;

use crate::choices::Choices;
use crate::number::Number;
use crate::schema::{Attribute, Block, Kind, NestedBlock, Nesting, Resource};
use crate::types::Type;
use crate::value::{Refinements, Value};

/// How a value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Openness {
    /// One part in so many is unknown; 0 for none.
    pub unknown: usize,
}

impl Openness {
    /// Everything is known.
    pub const KNOWN: Self = Self { unknown: 0 };

    /// Parts may be unknown.
    pub const OPEN: Self = Self { unknown: 6 };

    fn is_unknown(self, choices: &mut Choices) -> bool {
        self.unknown > 0 && choices.once_in(self.unknown)
    }
}

/// A configuration that a core would send.
pub fn config(resource: &Resource, choices: &mut Choices, openness: Openness) -> Value {
    block_config(&resource.block, choices, openness)
}

fn block_config(block: &Block, choices: &mut Choices, openness: Openness) -> Value {
    let mut members = BTreeMap::new();
    for attribute in &block.attributes {
        let value = attribute_config(attribute, choices, openness);
        members.insert(attribute.name.clone(), value);
    }
    for nested in &block.blocks {
        members.insert(
            nested.name.clone(),
            blocks_config(nested, choices, openness),
        );
    }
    Value::Object(members)
}

fn blocks_config(nested: &NestedBlock, choices: &mut Choices, openness: Openness) -> Value {
    let block = &nested.block;
    let is_collection = !matches!(nested.nesting, Nesting::Single | Nesting::Group);
    // A dynamic block over something unknown.
    if is_collection && openness.is_unknown(choices) {
        return Value::UNKNOWN;
    }
    let fewest = usize::try_from(nested.fewest).unwrap_or(0);
    let most = usize::try_from(nested.most).unwrap_or(0);
    let most = if most == 0 { fewest + 2 } else { most };
    match nested.nesting {
        Nesting::Single if fewest == 0 && !choices.once_in(2) => Value::Null,
        Nesting::Single | Nesting::Group => block_config(block, choices, openness),
        nesting => {
            let count = fewest + choices.below(most.min(fewest + 3) - fewest + 1);
            collected(nesting, count, choices, &mut |choices| {
                block_config(block, choices, openness)
            })
        }
    }
}

fn collected(
    nesting: Nesting,
    count: usize,
    choices: &mut Choices,
    element: &mut dyn FnMut(&mut Choices) -> Value,
) -> Value {
    match nesting {
        Nesting::Map => {
            let keys = (0..count).map(|_| {
                let key = *choices.one_of(&["x", "y", "z"]);
                (key.to_owned(), element(choices))
            });
            Value::Map(keys.collect())
        }
        Nesting::Set => Value::set((0..count).map(|_| element(choices))),
        _ => Value::List((0..count).map(|_| element(choices)).collect()),
    }
}

/// What is configured for one attribute.
pub fn attribute_config(attribute: &Attribute, choices: &mut Choices, openness: Openness) -> Value {
    if !attribute.required && (!attribute.optional || !choices.once_in(2)) {
        return Value::Null;
    }
    if openness.is_unknown(choices) {
        return unknown(&attribute.ty, choices);
    }
    match &attribute.kind {
        Kind::Plain => value(&attribute.ty, choices, openness),
        Kind::Nested(nesting, attributes) => {
            let mut object = |choices: &mut Choices| {
                let members = attributes.iter().map(|attribute| {
                    let value = attribute_config(attribute, choices, openness);
                    (attribute.name.clone(), value)
                });
                Value::Object(members.collect())
            };
            match nesting {
                Nesting::Single | Nesting::Group => object(choices),
                nesting => {
                    let count = choices.below(3);
                    collected(*nesting, count, choices, &mut object)
                }
            }
        }
    }
}

/// An unknown value as cores send it: mostly with nothing known, at times with something.
fn unknown(ty: &Type, choices: &mut Choices) -> Value {
    let mut known = Refinements::default();
    match (choices.below(4), ty) {
        (1, _) => known.is_null = Some(false),
        (2, Type::String) => {
            known.is_null = Some(false);
            known.prefix = Some("a".to_owned());
        }
        (2, Type::Number) => {
            known.is_null = Some(false);
            known.at_least = Some((0.into(), true));
        }
        (2, Type::List(_) | Type::Set(_) | Type::Map(_)) => {
            known.is_null = Some(false);
            known.most = Some(2);
        }
        _ => return Value::UNKNOWN,
    }
    Value::Unknown(Some(Box::new(known)))
}

/// A value of a type, out of few, so that the same ones come up again.
pub fn value(ty: &Type, choices: &mut Choices, openness: Openness) -> Value {
    let part = |ty: &Type, choices: &mut Choices| {
        if openness.is_unknown(choices) {
            Value::UNKNOWN
        } else {
            value(ty, choices, openness)
        }
    };
    match ty {
        Type::String => (*choices.one_of(&["a", "b", "A", "", "é"])).into(),
        Type::Number => {
            let text = *choices.one_of(&["0", "1", "-2", "1.5", "0.1", "123456789012345678901"]);
            Number::parse(text).map_or(Value::Null, Value::Number)
        }
        Type::Bool => choices.once_in(2).into(),
        Type::Dynamic => {
            let ty = choices
                .one_of(&[Type::String, Type::Number, Type::Bool])
                .clone();
            let value = value(&ty, choices, Openness::KNOWN);
            Value::Dynamic(Box::new((ty, value)))
        }
        Type::List(ty) => Value::List((0..choices.below(3)).map(|_| part(ty, choices)).collect()),
        Type::Set(ty) => Value::set((0..choices.below(3)).map(|_| part(ty, choices))),
        Type::Map(ty) => {
            let members = (0..choices.below(3)).map(|_| {
                let key = *choices.one_of(&["x", "y"]);
                (key.to_owned(), part(ty, choices))
            });
            Value::Map(members.collect())
        }
        Type::Tuple(types) => Value::List(types.iter().map(|ty| part(ty, choices)).collect()),
        Type::Object(types) => {
            let members = types
                .iter()
                .map(|(name, ty)| (name.clone(), part(ty, choices)));
            Value::Object(members.collect())
        }
    }
}

/// The configuration when everything is known: something for every unknown part.
pub fn settled(resource: &Resource, config: &Value, choices: &mut Choices) -> Value {
    settle_block(&resource.block, config, choices)
}

fn settle_block(block: &Block, value: &Value, choices: &mut Choices) -> Value {
    let Value::Object(members) = value else {
        return value.clone();
    };
    let mut settled = BTreeMap::new();
    for attribute in &block.attributes {
        let value = settle_attribute(attribute, &members[&attribute.name], choices);
        settled.insert(attribute.name.clone(), value);
    }
    for nested in &block.blocks {
        let value = settle_blocks(nested, &members[&nested.name], choices);
        settled.insert(nested.name.clone(), value);
    }
    Value::Object(settled)
}

fn settle_blocks(nested: &NestedBlock, value: &Value, choices: &mut Choices) -> Value {
    if value.is_unknown() {
        return blocks_config(nested, choices, Openness::KNOWN);
    }
    each(value, &mut |element| {
        settle_block(&nested.block, element, choices)
    })
}

/// The object, or every object of the collection, made into another.
fn each(value: &Value, change: &mut dyn FnMut(&Value) -> Value) -> Value {
    match value {
        Value::List(elements) => Value::List(elements.iter().map(change).collect()),
        Value::Set(elements) => Value::set(elements.iter().map(change)),
        Value::Map(members) => {
            let members = members
                .iter()
                .map(|(key, member)| (key.clone(), change(member)));
            Value::Map(members.collect())
        }
        other => change(other),
    }
}

fn settle_attribute(attribute: &Attribute, value: &Value, choices: &mut Choices) -> Value {
    match (value, &attribute.kind) {
        (Value::Unknown(known), _) => {
            let can_be_null = !attribute.required
                && known
                    .as_ref()
                    .is_none_or(|known| known.is_null != Some(false));
            if can_be_null && choices.once_in(4) {
                return Value::Null;
            }
            let required = Attribute {
                required: true,
                ..attribute.clone()
            };
            let settled = attribute_config(&required, choices, Openness::KNOWN);
            within(known.as_deref(), settled)
        }
        (value, Kind::Plain) => settle_value(&attribute.ty, value, choices),
        (value, Kind::Nested(_, attributes)) => each(value, &mut |element| {
            let Value::Object(members) = element else {
                return element.clone();
            };
            let members = attributes.iter().map(|attribute| {
                let value = settle_attribute(attribute, &members[&attribute.name], choices);
                (attribute.name.clone(), value)
            });
            Value::Object(members.collect())
        }),
    }
}

/// A value as what was known of it demands.
fn within(known: Option<&Refinements>, value: Value) -> Value {
    match (known, value) {
        (Some(known), Value::String(text)) => match &known.prefix {
            Some(prefix) => format!("{prefix}{text}").into(),
            None => text.into(),
        },
        (Some(known), Value::Number(number)) => match &known.at_least {
            Some((least, _)) if number < *least => Value::Number(least.clone()),
            _ => Value::Number(number),
        },
        (_, value) => value,
    }
}

fn settle_value(ty: &Type, value: &Value, choices: &mut Choices) -> Value {
    match (value, ty) {
        (Value::Unknown(_), ty) => self::value(ty, choices, Openness::KNOWN),
        (Value::List(elements), Type::List(ty)) => Value::List(
            elements
                .iter()
                .map(|e| settle_value(ty, e, choices))
                .collect(),
        ),
        (Value::List(elements), Type::Tuple(types)) => {
            let typed = elements.iter().zip(types);
            Value::List(typed.map(|(e, ty)| settle_value(ty, e, choices)).collect())
        }
        (Value::Set(elements), Type::Set(ty)) => {
            Value::set(elements.iter().map(|e| settle_value(ty, e, choices)))
        }
        (Value::Map(members), Type::Map(ty)) => {
            let members = members.iter();
            let settled = members.map(|(key, m)| (key.clone(), settle_value(ty, m, choices)));
            Value::Map(settled.collect())
        }
        (Value::Object(members), Type::Object(types)) => {
            let members = members.iter();
            let settled =
                members.map(|(name, m)| (name.clone(), settle_value(&types[name], m, choices)));
            Value::Object(settled.collect())
        }
        (Value::Dynamic(inner), Type::Dynamic) => {
            let value = settle_value(&inner.0, &inner.1, choices);
            Value::Dynamic(Box::new((inner.0.clone(), value)))
        }
        (value, _) => value.clone(),
    }
}

/// The configuration with one argument of the top level configured otherwise.
pub fn changed(
    resource: &Resource,
    config: &Value,
    choices: &mut Choices,
    openness: Openness,
) -> Value {
    let Value::Object(mut members) = config.clone() else {
        return config.clone();
    };
    let block = &resource.block;
    let index = choices.below(block.attributes.len() + block.blocks.len());
    if let Some(attribute) = block.attributes.get(index) {
        let value = attribute_config(attribute, choices, openness);
        members.insert(attribute.name.clone(), value);
    } else if let Some(nested) = block.blocks.get(index - block.attributes.len()) {
        let value = blocks_config(nested, choices, openness);
        members.insert(nested.name.clone(), value);
    }
    Value::Object(members)
}

/// The object after somebody else has changed one of its attributes; write-only ones are nowhere to
/// be changed.
pub fn drifted(resource: &Resource, state: &Value, choices: &mut Choices) -> Value {
    let Value::Object(mut members) = state.clone() else {
        return state.clone();
    };
    let attributes = &resource.block.attributes;
    if attributes.is_empty() {
        return state.clone();
    }
    let attribute = choices.one_of(attributes);
    if !attribute.write_only && matches!(attribute.kind, Kind::Plain) {
        let value = value(&attribute.ty, choices, Openness::KNOWN);
        members.insert(attribute.name.clone(), value);
    }
    Value::Object(members)
}
