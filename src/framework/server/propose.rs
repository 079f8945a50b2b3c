//! The state that a plan begins with: the configuration, completed by defaults and by what the provider
//! has set or is yet to set.
//!
//! Cores send one, but we make it anew. Theirs takes for each configured element of a set the first
//! one from which it can have come, which leaves others without, and finds no element again that has a
//! set or a computed object in it. What the provider had set in such elements would be lost in every
//! plan, and no plan would ever be empty. In everything else this is what cores send.
//!
//! All is done in one walk, because only here it is certain which element of a set was configured how.

use super::pairing::{Pairing, Shape, pair};
use super::values::{at_index, at_key};
use crate::framework::schema::{Attribute, AttributeKind, Block, BlockNesting, Nesting};
use crate::framework::value::Value;

/// What stands where configuration leaves the value to the provider.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// What was there.
    AsItWas,
    /// Nobody knows until the apply.
    Open,
}

/// The configuration `config`, completed for an object that was `prior`. Nested attributes that are
/// left out are completed as a whole: in them nothing is configured, so no default stands in.
pub(super) fn propose(block: &Block, prior: &Value, config: &Value, left: Left) -> Value {
    left.object(block.into(), prior, config)
}

impl Left {
    fn object(self, shape: Shape<'_>, prior: &Value, config: &Value) -> Value {
        if config.as_object().is_none() {
            return config.clone();
        }
        let attributes = shape.attributes.iter().map(|attribute| {
            let name = &attribute.name;
            let value = self.attribute(attribute, prior.member(name), config.member(name));
            (name.clone(), value)
        });
        let blocks = shape.blocks.iter().map(|nested| {
            let (prior, config) = (prior.member(&nested.name), config.member(&nested.name));
            let shape = Shape::from(&nested.block);
            let value = match nested.nesting {
                BlockNesting::Single { .. } | BlockNesting::Group => {
                    self.object(shape, prior, config)
                }
                BlockNesting::List { .. } | BlockNesting::Set { .. } | BlockNesting::Map => {
                    self.elements(shape, prior, config)
                }
            };
            (nested.name.clone(), value)
        });
        Value::object(attributes.chain(blocks))
    }

    fn attribute(self, attribute: &Attribute, prior: &Value, config: &Value) -> Value {
        if config.is_null() {
            return match (&attribute.default, self) {
                (Some(default), _) => default.clone(),
                (None, _) if !attribute.computed => Value::Null,
                (None, Left::Open) => Value::UNKNOWN,
                (None, Left::AsItWas) => {
                    let was_configured =
                        attribute.optional && has_configured(attribute.nested_attributes(), prior);
                    if was_configured {
                        Value::Null
                    } else {
                        prior.clone()
                    }
                }
            };
        }
        match &attribute.kind {
            AttributeKind::Plain(_) => config.clone(),
            AttributeKind::Nested {
                nesting,
                attributes,
            } => {
                let shape = Shape::of(attributes);
                match nesting {
                    Nesting::Single => self.object(shape, prior, config),
                    Nesting::List | Nesting::Set | Nesting::Map => {
                        self.elements(shape, prior, config)
                    }
                }
            }
        }
    }

    fn elements(self, shape: Shape<'_>, prior: &Value, config: &Value) -> Value {
        match config {
            Value::List(elements) => {
                let elements = elements.iter().enumerate();
                let proposed = elements
                    .map(|(index, element)| self.object(shape, at_index(prior, index), element));
                Value::List(proposed.collect())
            }
            Value::Map(elements) => {
                let elements = elements.iter();
                let proposed = elements.map(|(key, element)| {
                    (key.clone(), self.object(shape, at_key(prior, key), element))
                });
                Value::Map(proposed.collect())
            }
            Value::Set(elements) => {
                let priors: &[Value] = match prior {
                    Value::Set(priors) => priors.as_slice(),
                    _ => &[],
                };
                let origins = pair(shape, priors, config, Pairing::Configured);
                Value::set(elements.iter().map(|element| {
                    let mut came_of = priors.iter().zip(&origins);
                    // The very element, not one like it: unknown ones are alike and not the same.
                    let prior = came_of.find(|(_, origin)| std::ptr::eq(**origin, element));
                    self.object(
                        shape,
                        prior.map_or(&Value::Null, |(prior, _)| prior),
                        element,
                    )
                }))
            }
            // Null or unknown as a whole.
            other => other.clone(),
        }
    }
}

/// Whether a part of the value can only have come from configuration.
fn has_configured(attributes: &[Attribute], value: &Value) -> bool {
    let any = |object: &Value| {
        attributes.iter().any(|attribute| {
            let member = object.member(&attribute.name);
            !member.is_null()
                && (!attribute.computed || has_configured(attribute.nested_attributes(), member))
        })
    };
    match value {
        Value::Object(_) => any(value),
        Value::List(elements) => elements.iter().any(any),
        Value::Set(elements) => elements.iter().any(any),
        Value::Map(elements) => elements.values().any(any),
        _ => false,
    }
}
