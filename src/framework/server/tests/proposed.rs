//! The proposed new state, as cores make it from the prior state and the configuration.

use crate::framework::schema::{Attribute, AttributeKind, Block, BlockNesting, Nesting};
use crate::framework::types::Type;
use crate::framework::value::Value;

/// The configuration, with prior values where it leaves the value to the provider.
pub(crate) fn proposed_new_state(block: &Block, prior: &Value, config: &Value) -> Value {
    if config.is_null() {
        return Value::Null;
    }
    object(&block.attributes, Some(block), prior, config)
}

/// `block`: also the nested blocks, if the object is one of a block.
fn object(attributes: &[Attribute], block: Option<&Block>, prior: &Value, config: &Value) -> Value {
    let attributes = attributes.iter().map(|attribute| {
        let (prior, config) = (
            prior.member(&attribute.name),
            config.member(&attribute.name),
        );
        (
            attribute.name.clone(),
            proposed_attribute(attribute, prior, config),
        )
    });
    let blocks = block
        .into_iter()
        .flat_map(|block| &block.blocks)
        .map(|nested| {
            let (prior, config) = (prior.member(&nested.name), config.member(&nested.name));
            let single = matches!(
                nested.nesting,
                BlockNesting::Single { .. } | BlockNesting::Group
            );
            let element = |prior: &Value, config: &Value| {
                object(&nested.block.attributes, Some(&nested.block), prior, config)
            };
            let value = match config {
                Value::Null | Value::Unknown(_) => config.clone(),
                _ if single => element(prior, config),
                _ => collection(prior, config, &element, &|prior, config| {
                    derives(&nested.block.attributes, Some(&nested.block), prior, config)
                }),
            };
            (nested.name.clone(), value)
        });
    Value::object(attributes.chain(blocks))
}

fn proposed_attribute(attribute: &Attribute, prior: &Value, config: &Value) -> Value {
    if attribute.computed && config.is_null() {
        // A prior value with something that only configuration sets must have been configured.
        let configured_before =
            attribute.optional && has_non_computed(attribute.nested_attributes(), prior);
        return if configured_before {
            config.clone()
        } else {
            prior.clone()
        };
    }
    let AttributeKind::Nested {
        nesting,
        attributes,
    } = &attribute.kind
    else {
        return config.clone();
    };
    let element = |prior: &Value, config: &Value| match config {
        Value::Null => Value::Null,
        _ => object(attributes, None, prior, config),
    };
    match config {
        Value::Null | Value::Unknown(_) => config.clone(),
        _ if *nesting == Nesting::Single => element(prior, config),
        _ => collection(prior, config, &element, &|prior, config| {
            derives(attributes, None, prior, config)
        }),
    }
}

fn has_non_computed(attributes: &[Attribute], value: &Value) -> bool {
    match value {
        Value::Object(_) => attributes.iter().any(|attribute| {
            let member = value.member(&attribute.name);
            !member.is_null()
                && (!attribute.computed || has_non_computed(attribute.nested_attributes(), member))
        }),
        Value::List(elements) => elements.iter().any(|e| has_non_computed(attributes, e)),
        Value::Set(elements) => elements.iter().any(|e| has_non_computed(attributes, e)),
        Value::Map(members) => members.values().any(|e| has_non_computed(attributes, e)),
        _ => false,
    }
}

/// Elements by index, by key, or by content.
fn collection(
    prior: &Value,
    config: &Value,
    element: &dyn Fn(&Value, &Value) -> Value,
    derives: &dyn Fn(&Value, &Value) -> bool,
) -> Value {
    match config {
        Value::List(elements) => Value::List(
            elements
                .iter()
                .enumerate()
                .map(|(index, config)| {
                    let prior = match prior {
                        Value::List(elements) => elements.get(index),
                        _ => None,
                    };
                    element(prior.unwrap_or(&Value::Null), config)
                })
                .collect(),
        ),
        Value::Map(members) => Value::Map(
            members
                .iter()
                .map(|(key, config)| {
                    let prior = match prior {
                        Value::Map(members) => members.get(key),
                        _ => None,
                    };
                    (key.clone(), element(prior.unwrap_or(&Value::Null), config))
                })
                .collect(),
        ),
        Value::Set(elements) => {
            let mut priors: Vec<&Value> = match prior {
                Value::Set(elements) => elements.iter().collect(),
                _ => Vec::new(),
            };
            Value::set(elements.iter().map(|config| {
                match priors.iter().position(|prior| derives(prior, config)) {
                    Some(found) => element(priors.remove(found), config),
                    None => element(&Value::Null, config),
                }
            }))
        }
        other => other.clone(),
    }
}

/// Whether a prior set element can have come from a configured one. Sets inside are compared as a
/// whole, as cores do.
fn derives(attributes: &[Attribute], block: Option<&Block>, prior: &Value, config: &Value) -> bool {
    if prior == config {
        return true;
    }
    if config.as_object().is_none() || prior.as_object().is_none() {
        return false;
    }
    let by_places = |prior: &Value, config: &Value, same: &dyn Fn(&Value, &Value) -> bool| match (
        prior, config,
    ) {
        (Value::Object(_), Value::Object(_)) => same(prior, config),
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => prior == config,
    };
    let attributes = attributes.iter().all(|attribute| {
        let (prior, config) = (
            prior.member(&attribute.name),
            config.member(&attribute.name),
        );
        prior == config
            || (attribute.computed && config.is_null() && !is_set(attribute))
            || (!attribute.nested_attributes().is_empty()
                && by_places(prior, config, &|prior, config| {
                    derives(attribute.nested_attributes(), None, prior, config)
                }))
    });
    attributes
        && block
            .into_iter()
            .flat_map(|block| &block.blocks)
            .all(|nested| {
                let (prior, config) = (prior.member(&nested.name), config.member(&nested.name));
                by_places(prior, config, &|prior, config| {
                    prior == config
                        || derives(&nested.block.attributes, Some(&nested.block), prior, config)
                })
            })
}

/// Cores take a set inside a set element as a whole, also where it is computed.
fn is_set(attribute: &Attribute) -> bool {
    matches!(attribute.value_type(), Type::Set(_))
}
