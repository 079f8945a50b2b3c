//! The attribute plan modifiers of a plan, in their order: top-level attributes first, then blocks;
//! within one attribute in the order of declaration; then the attributes nested in it.

use crate::framework::diag::Diagnostics;
use crate::framework::path::Path;
use crate::framework::schema::{
    Attribute, AttributeKind, AttributePlan, Block, BlockNesting, Nesting,
};
use crate::framework::value::Value;

use super::values::counterpart;

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
    pass.block(block, &Path::root(), config, prior, &mut result);
    Modified {
        replace: pass.replace,
        diagnostics: pass.diagnostics,
        planned: result,
    }
}

impl Pass<'_> {
    fn block(
        &mut self,
        block: &Block,
        path: &Path,
        config: &Value,
        prior: &Value,
        planned: &mut Value,
    ) {
        self.attributes(&block.attributes, path, config, prior, planned);
        for nested in &block.blocks {
            if self.diagnostics.has_error() {
                return;
            }
            let path = path.attribute(&nested.name);
            let config = config.member(&nested.name);
            let prior = prior.member(&nested.name);
            let Value::Object(members) = planned else {
                return;
            };
            let Some(planned) = members.get_mut(&nested.name) else {
                continue;
            };
            match nested.nesting {
                BlockNesting::Single { .. } | BlockNesting::Group => {
                    self.block(&nested.block, &path, config, prior, planned);
                }
                BlockNesting::List { .. } | BlockNesting::Set { .. } | BlockNesting::Map => self
                    .elements(
                        &nested.block.attributes,
                        &path,
                        config,
                        prior,
                        planned,
                        &|pass, path, config, prior, planned| {
                            pass.block(&nested.block, path, config, prior, planned);
                        },
                    ),
            }
        }
    }

    fn attributes(
        &mut self,
        attributes: &[Attribute],
        path: &Path,
        config: &Value,
        prior: &Value,
        planned: &mut Value,
    ) {
        let Value::Object(members) = planned else {
            return;
        };
        for attribute in attributes {
            if self.diagnostics.has_error() {
                return;
            }
            let Some(planned) = members.get_mut(&attribute.name) else {
                continue;
            };
            let path = path.attribute(&attribute.name);
            let config = config.member(&attribute.name);
            let prior = prior.member(&attribute.name);
            self.attribute(attribute, &path, config, prior, planned);
        }
    }

    fn attribute(
        &mut self,
        attribute: &Attribute,
        path: &Path,
        config: &Value,
        prior: &Value,
        planned: &mut Value,
    ) {
        for modifier in &attribute.plan_modifiers {
            let mut plan = AttributePlan {
                path,
                config,
                prior,
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
        let AttributeKind::Nested {
            nesting,
            attributes,
        } = &attribute.kind
        else {
            return;
        };
        match nesting {
            Nesting::Single => self.attributes(attributes, path, config, prior, planned),
            Nesting::List | Nesting::Set | Nesting::Map => self.elements(
                attributes,
                path,
                config,
                prior,
                planned,
                &|pass, path, config, prior, planned| {
                    pass.attributes(attributes, path, config, prior, planned);
                },
            ),
        }
    }

    fn elements(
        &mut self,
        attributes: &[Attribute],
        path: &Path,
        config: &Value,
        prior: &Value,
        planned: &mut Value,
        function: &dyn Fn(&mut Self, &Path, &Value, &Value, &mut Value),
    ) {
        const NULL: &Value = &Value::Null;
        match planned {
            Value::List(elements) => {
                for (index, element) in elements.iter_mut().enumerate() {
                    let at = |value: &'_ Value| match value {
                        Value::List(others) => others.get(index).cloned(),
                        _ => None,
                    };
                    let (config, prior) = (at(config), at(prior));
                    function(
                        self,
                        &path.index(index),
                        config.as_ref().unwrap_or(NULL),
                        prior.as_ref().unwrap_or(NULL),
                        element,
                    );
                }
            }
            Value::Map(elements) => {
                for (key, element) in elements {
                    let at = |value: &'_ Value| match value {
                        Value::Map(others) => others.get(key).cloned(),
                        _ => None,
                    };
                    let (config, prior) = (at(config), at(prior));
                    function(
                        self,
                        &path.key(key),
                        config.as_ref().unwrap_or(NULL),
                        prior.as_ref().unwrap_or(NULL),
                        element,
                    );
                }
            }
            Value::Set(elements) => {
                let changed: Vec<Value> = std::mem::take(elements)
                    .into_iter()
                    .map(|mut element| {
                        let original = element.clone();
                        let path = path.element(original.clone());
                        let config = counterpart(attributes, &original, config);
                        let prior = counterpart(attributes, &original, prior);
                        function(self, &path, config, prior, &mut element);
                        element
                    })
                    .collect();
                *elements = changed.into_iter().collect();
            }
            _ => {}
        }
    }
}
