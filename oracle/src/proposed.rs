//! The proposed new state, as a core makes it from what there is and what is configured: the
//! configuration, with what the provider had set where nothing is configured.
//!
//! Elements of lists are matched by their index, those of maps by their key. An element of a set is
//! matched with the first one before it that could have come of it: everything that differs is a
//! computed value where nothing is configured. Sets and nested attributes inside are matched only
//! as far as told below; this is what makes computed values deep inside sets a problem for
//! providers, and why it is written down here to the letter.

use std::collections::BTreeMap;

use crate::schema::{Attribute, Block, Kind, NestedBlock, Nesting, Resource, Shape};
use crate::types::Type;
use crate::value::Value;

/// What a core proposes. `config` null proposes a destroy.
#[must_use]
pub fn proposed(resource: &Resource, prior: &Value, config: &Value) -> Value {
    if config.is_null() {
        return Value::Null;
    }
    object_of_block(&resource.block, prior, config)
}

/// The value of a block in which nothing is configured.
#[must_use]
pub fn empty(block: &Block) -> Value {
    let attributes = block.attributes.iter();
    let attributes = attributes.map(|attribute| (attribute.name.clone(), Value::Null));
    let blocks = block.blocks.iter();
    let blocks = blocks.map(|nested| (nested.name.clone(), no_blocks(nested)));
    Value::Object(attributes.chain(blocks).collect())
}

fn no_blocks(nested: &NestedBlock) -> Value {
    match (nested.nesting, nested.ty()) {
        (Nesting::Single, _) => Value::Null,
        (Nesting::Group, _) => empty(&nested.block),
        (Nesting::Set, _) => Value::Set(Vec::new()),
        (Nesting::List, Type::Dynamic) => dynamic(Type::Tuple(vec![]), Value::List(vec![])),
        (Nesting::List, _) => Value::List(Vec::new()),
        (Nesting::Map, Type::Dynamic) => dynamic(
            Type::Object(BTreeMap::new()),
            Value::Object(BTreeMap::new()),
        ),
        (Nesting::Map, _) => Value::Map(BTreeMap::new()),
    }
}

fn dynamic(ty: Type, value: Value) -> Value {
    Value::Dynamic(Box::new((ty, value)))
}

fn object_of_block(block: &Block, prior: &Value, config: &Value) -> Value {
    let nothing;
    let prior = if prior.is_null() {
        nothing = empty(block);
        &nothing
    } else {
        prior
    };
    if config.is_null() || config.is_unknown() {
        return prior.clone();
    }
    let attributes = members(&block.attributes, prior, config);
    let blocks = block.blocks.iter().map(|nested| {
        let name = &nested.name;
        let value = blocks(nested, prior.member(name), config.member(name));
        (name.clone(), value)
    });
    Value::Object(attributes.chain(blocks).collect())
}

fn blocks(nested: &NestedBlock, prior: &Value, config: &Value) -> Value {
    if config.is_unknown() || config.is_null() && nested.nesting == Nesting::Single {
        return config.clone();
    }
    let block = &nested.block;
    match nested.nesting {
        Nesting::Single | Nesting::Group => object_of_block(block, prior, config),
        Nesting::List | Nesting::Map | Nesting::Set => {
            collection(block.into(), prior, config, &|prior, config| {
                object_of_block(block, prior, config)
            })
        }
    }
}

fn members<'a>(
    attributes: &'a [Attribute],
    prior: &'a Value,
    config: &'a Value,
) -> impl Iterator<Item = (String, Value)> + 'a {
    attributes.iter().map(move |attribute| {
        let name = &attribute.name;
        let value = attribute_value(attribute, prior.member(name), config.member(name));
        (name.clone(), value)
    })
}

fn attribute_value(attribute: &Attribute, prior: &Value, config: &Value) -> Value {
    if attribute.computed && config.is_null() {
        // What was there must have been configured, at least in part: it is not the provider's.
        return if attribute.optional && has_configured(attribute.nested(), prior) {
            config.clone()
        } else {
            prior.clone()
        };
    }
    let Kind::Nested(nesting, attributes) = &attribute.kind else {
        return config.clone();
    };
    if config.is_null() || config.is_unknown() {
        return config.clone();
    }
    let object = |prior: &Value, config: &Value| match config {
        Value::Null => Value::Null,
        config => Value::Object(members(attributes, prior, config).collect()),
    };
    match nesting {
        Nesting::Single | Nesting::Group => object(prior, config),
        Nesting::List | Nesting::Map | Nesting::Set => {
            collection(attributes.as_slice().into(), prior, config, &object)
        }
    }
}

/// Whether there is anything in it that the provider cannot have set.
fn has_configured(attributes: &[Attribute], value: &Value) -> bool {
    match value {
        Value::Object(_) => attributes.iter().any(|attribute| {
            let member = value.member(&attribute.name);
            !member.is_null() && (!attribute.computed || has_configured(attribute.nested(), member))
        }),
        other => {
            let mut elements = other.elements().into_iter();
            elements.any(|element| has_configured(attributes, element))
        }
    }
}

fn collection(
    shape: Shape<'_>,
    prior: &Value,
    config: &Value,
    object: &dyn Fn(&Value, &Value) -> Value,
) -> Value {
    match (config, prior) {
        (Value::List(elements), prior) => {
            let priors: &[Value] = match prior {
                Value::List(priors) => priors,
                _ => &[],
            };
            let elements = elements.iter().enumerate();
            let proposed = elements.map(|(index, config)| match priors.get(index) {
                Some(prior) => object(prior, config),
                None => config.clone(),
            });
            Value::List(proposed.collect())
        }
        (Value::Map(elements), prior) => Value::Map(by_key(elements, prior, object)),
        (Value::Object(elements), prior) => Value::Object(by_key(elements, prior, object)),
        (Value::Set(elements), prior) => {
            let mut priors: Vec<&Value> = match prior {
                Value::Set(priors) => priors.iter().collect(),
                _ => Vec::new(),
            };
            Value::set(elements.iter().map(|config| {
                let origin = priors
                    .iter()
                    .position(|prior| derives(shape, prior, config));
                let prior = origin.map_or(&Value::Null, |origin| priors.remove(origin));
                object(prior, config)
            }))
        }
        (Value::Dynamic(config), prior) => {
            let prior = match prior {
                Value::Dynamic(prior) => &prior.1,
                other => other,
            };
            let value = collection(shape, prior, &config.1, object);
            dynamic(config.0.clone(), value)
        }
        (other, _) => other.clone(),
    }
}

fn by_key(
    elements: &BTreeMap<String, Value>,
    prior: &Value,
    object: &dyn Fn(&Value, &Value) -> Value,
) -> BTreeMap<String, Value> {
    let priors = match prior {
        Value::Map(priors) | Value::Object(priors) => Some(priors),
        _ => None,
    };
    let elements = elements.iter().map(|(key, config)| {
        let value = match priors.and_then(|priors| priors.get(key)) {
            Some(prior) => object(prior, config),
            None => config.clone(),
        };
        (key.clone(), value)
    });
    elements.collect()
}

/// Whether an element that was there can have come of a configured one.
///
/// The core walks what was there and looks up the configuration of every part. It stops with "no"
/// where there is none, and at every set that differs. It therefore finds that a computed object with
/// anything in it cannot have come of nothing, and that a shorter list may have come of a longer one.
fn derives(shape: Shape<'_>, prior: &Value, config: &Value) -> bool {
    if prior.is_same(config) {
        return true;
    }
    let Value::Object(_) = prior else {
        return prior.is_null() || prior.is_unknown();
    };
    if !matches!(config, Value::Object(_) | Value::Unknown(_)) {
        return false;
    }
    let attributes = shape.attributes.iter().all(|attribute| {
        let (prior, config) = (
            prior.member(&attribute.name),
            config.member(&attribute.name),
        );
        if prior.is_same(config) {
            return true;
        }
        match &attribute.kind {
            _ if matches!(attribute.ty, Type::Set(_)) => false,
            Kind::Plain => attribute.computed && config.is_null(),
            Kind::Nested(nesting, attributes) => {
                all_derive(*nesting, attributes.as_slice().into(), prior, config)
            }
        }
    });
    attributes
        && shape.blocks.iter().all(|nested| {
            let (prior, config) = (prior.member(&nested.name), config.member(&nested.name));
            prior.is_same(config)
                || (nested.nesting != Nesting::Set
                    && all_derive(nested.nesting, (&nested.block).into(), prior, config))
        })
}

fn all_derive(nesting: Nesting, shape: Shape<'_>, prior: &Value, config: &Value) -> bool {
    match (nesting, prior, config) {
        (Nesting::Single | Nesting::Group, prior, config) => derives(shape, prior, config),
        (_, Value::List(priors), Value::List(configs)) => {
            priors.len() <= configs.len()
                && priors
                    .iter()
                    .zip(configs)
                    .all(|(p, c)| derives(shape, p, c))
        }
        (_, Value::Map(priors), Value::Map(configs)) => priors
            .iter()
            .all(|(key, prior)| configs.get(key).is_some_and(|c| derives(shape, prior, c))),
        (_, prior, Value::Unknown(_)) => {
            let mut priors = prior.elements().into_iter();
            priors.all(|prior| derives(shape, prior, &Value::UNKNOWN))
        }
        (_, prior, _) => prior.elements().is_empty(),
    }
}
