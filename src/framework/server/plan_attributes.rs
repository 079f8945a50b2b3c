//! The attribute plan modifiers of a plan, in their order: top-level attributes first, then blocks;
//! within one attribute in the order of declaration; then the attributes nested in it.

use crate::framework::diag::Diagnostics;
use crate::framework::path::Path;
use crate::framework::schema::{
    Attribute, AttributeKind, AttributePlan, Block, BlockNesting, Nesting, PlanModifier,
};
use crate::framework::value::Value;

use super::pairing::{Pairing, Shape, pair};
use super::values::{at_index, at_key};

/// A plan after its attribute plan modifiers.
#[derive(Debug)]
pub(super) struct Modified {
    pub(super) planned: Value,
    pub(super) replace: Vec<Path>,
    pub(super) diagnostics: Diagnostics,
}

/// What stays the same during one pass.
struct Pass<'a> {
    whole_config: &'a Value,
    prior_state: &'a Value,
    whole_plan: &'a Value,
    replace: Vec<Path>,
    diagnostics: Diagnostics,
}

/// Runs the plan modifiers of all attributes. Each sees other attributes as they were before the
/// pass. The first error ends it.
pub(super) fn modify_attributes(
    block: &Block,
    config: &Value,
    prior: &Value,
    planned: Value,
) -> Modified {
    let mut result = planned.clone();
    let mut pass = Pass {
        whole_config: config,
        prior_state: prior,
        whole_plan: &planned,
        replace: Vec::new(),
        diagnostics: Diagnostics::new(),
    };
    pass.object(block.into(), &Path::root(), config, prior, &mut result);
    Modified {
        replace: pass.replace,
        diagnostics: pass.diagnostics,
        planned: result,
    }
}

impl Pass<'_> {
    fn object(
        &mut self,
        shape: Shape<'_>,
        path: &Path,
        config: &Value,
        prior: &Value,
        planned: &mut Value,
    ) {
        let Value::Object(members) = planned else {
            return self.left_open(shape, path, config);
        };
        for attribute in shape.attributes {
            if self.diagnostics.has_error() {
                return;
            }
            let Some(planned) = members.get_mut(&attribute.name) else {
                continue;
            };
            let path = path.attribute(&attribute.name);
            let values = [
                config.member(&attribute.name),
                prior.member(&attribute.name),
            ];
            self.attribute(attribute, &path, values, prior.is_null(), planned);
        }
        for nested in shape.blocks {
            if self.diagnostics.has_error() {
                return;
            }
            let Some(planned) = members.get_mut(&nested.name) else {
                continue;
            };
            let path = path.attribute(&nested.name);
            let config = config.member(&nested.name);
            let prior = prior.member(&nested.name);
            let shape = Shape::from(&nested.block);
            match nested.nesting {
                BlockNesting::Single { .. } | BlockNesting::Group => {
                    self.object(shape, &path, config, prior, planned);
                }
                BlockNesting::List { .. } | BlockNesting::Set { .. } | BlockNesting::Map => {
                    self.elements(shape, &path, config, prior, planned);
                }
            }
        }
    }

    fn attribute(
        &mut self,
        attribute: &Attribute,
        path: &Path,
        [config, prior]: [&Value; 2],
        is_new: bool,
        planned: &mut Value,
    ) {
        for modifier in &attribute.plan_modifiers {
            let mut plan = AttributePlan {
                path,
                config,
                prior,
                is_new,
                planned: &mut *planned,
                prior_state: self.prior_state,
                whole_config: self.whole_config,
                whole_plan: self.whole_plan,
                requires_replace: false,
                diagnostics: Diagnostics::new(),
            };
            modifier.apply(&mut plan);
            let (requires_replace, diagnostics) = (plan.requires_replace, plan.diagnostics);
            if requires_replace {
                self.replace.push(path.clone());
            }
            self.diagnostics.extend(diagnostics);
            if self.diagnostics.has_error() {
                return;
            }
        }
        if let AttributeKind::Nested {
            nesting,
            attributes,
        } = &attribute.kind
        {
            let shape = Shape::of(attributes);
            match nesting {
                Nesting::Single => self.object(shape, path, config, prior, planned),
                Nesting::List | Nesting::Set | Nesting::Map => {
                    self.elements(shape, path, config, prior, planned);
                }
            }
        }
    }

    fn elements(
        &mut self,
        shape: Shape<'_>,
        path: &Path,
        config: &Value,
        prior: &Value,
        planned: &mut Value,
    ) {
        match planned {
            Value::List(elements) => {
                for (index, element) in elements.iter_mut().enumerate() {
                    let (config, prior) = (at_index(config, index), at_index(prior, index));
                    self.object(shape, &path.index(index), config, prior, element);
                }
            }
            Value::Map(elements) => {
                for (key, element) in elements {
                    let (config, prior) = (at_key(config, key), at_key(prior, key));
                    self.object(shape, &path.key(key), config, prior, element);
                }
            }
            Value::Set(elements) => {
                let counterparts = set_counterparts(shape, elements.as_slice(), config, prior);
                let changed: Vec<Value> = std::mem::take(elements)
                    .into_iter()
                    .zip(counterparts)
                    .map(|(mut element, (config, prior))| {
                        let path = path.element(element.clone());
                        self.object(shape, &path, config, prior, &mut element);
                        element
                    })
                    .collect();
                *elements = changed.into_iter().collect();
            }
            _ => self.left_open(shape, path, config),
        }
    }

    /// What is null or unknown as a whole has nothing in it to ask. But where configuration is not
    /// known yet, an attribute that replaces the object may still come, and an object that is planned
    /// to stay cannot be replaced in the apply.
    fn left_open(&mut self, shape: Shape<'_>, path: &Path, config: &Value) {
        let stays = !self.prior_state.is_null() && !self.whole_plan.is_null();
        if config.is_unknown() && stays && replaces(shape) {
            self.replace.push(path.clone());
        }
    }
}

/// Whether a change of an attribute in there can replace the object.
fn replaces(shape: Shape<'_>) -> bool {
    let attributes = shape.attributes.iter().any(|attribute| {
        let nested = attribute.nested_attributes();
        let mut modifiers = attribute.plan_modifiers.iter();
        modifiers.any(PlanModifier::replaces) || replaces(Shape::of(nested))
    });
    let mut blocks = shape.blocks.iter();
    attributes || blocks.any(|nested| replaces(Shape::from(&nested.block)))
}

/// For each planned element of a set what it was configured as, and what it was before. The prior
/// element is found through the configured one: planning may have changed the element itself already.
///
/// While something in the set is not known yet, no element is taken for one that was there: it may
/// turn out that another one is that, and what has been planned as known must not change.
fn set_counterparts<'a>(
    shape: Shape<'_>,
    planned: &[Value],
    config: &'a Value,
    prior: &'a Value,
) -> Vec<(&'a Value, &'a Value)> {
    if !matches!(config, Value::Set(_)) {
        // Not configured: what is planned is the prior set, or new altogether.
        let priors = pair(shape, planned, prior, Pairing::Equivalent);
        return priors.into_iter().map(|prior| (config, prior)).collect();
    }
    let prior_elements: &[Value] = match prior {
        Value::Set(elements) if config.is_wholly_known() => elements.as_slice(),
        _ => &[],
    };
    let origins = pair(shape, prior_elements, config, Pairing::Configured);
    pair(shape, planned, config, Pairing::Configured)
        .into_iter()
        .map(|config| {
            let prior = prior_elements
                .iter()
                .zip(&origins)
                .find(|(_, origin)| !config.is_null() && **origin == config)
                .map_or(&Value::Null, |(prior, _)| prior);
            (config, prior)
        })
        .collect()
}
