//! Whether a plan is one that a core goes on with.
//!
//! For every attribute the first of these decides; what is known of unknown values never counts:
//!
//! 1. planned as configured: right;
//! 2. planned as it was, where both it was something and something is configured: right, the provider
//!    says that the two mean the same;
//! 3. write-only: null. Here before the first, because cores check it once more for all values;
//! 4. computed and not optional: anything;
//! 5. computed and not configured: anything;
//! 6. not configured: null;
//! 7. nested attributes: as many and under the same keys as configured, and the same rules inside.
//!    In a set only the number counts, as far as it can be known;
//! 8. else wrong.
//!
//! Blocks are never computed: as many and under the same keys as configured, never null, and unknown
//! only where configuration is.

use super::state::write_only;
use crate::schema::{Attribute, Kind, NestedBlock, Nesting, Resource, Shape};
use crate::value::Value;
use crate::violation::{At, Rule, Violation};

/// Why a core would refuse what is planned for an object.
#[must_use]
pub fn plan(resource: &Resource, prior: &Value, config: &Value, planned: &Value) -> Vec<Violation> {
    let mut check = Check(Vec::new());
    let parts = Parts {
        prior,
        config,
        planned,
    };
    let shape = Shape::from(&resource.block);
    check.object(shape, &At::ROOT, parts);
    write_only(shape, planned, &At::ROOT, Rule::PlanWriteOnly, &mut check.0);
    check.0
}

/// Why a core would refuse the paths that make a replacement necessary, and which of the paths do:
/// those where something changes or may change, and those of write-only attributes.
pub fn replace_paths(
    resource: &Resource,
    prior: &Value,
    planned: &Value,
    paths: &[crate::proto::AttributePath],
) -> (Vec<Violation>, bool) {
    use crate::proto::attribute_path::step::Selector;
    // A create replaces nothing.
    if prior.is_null() {
        return (Vec::new(), false);
    }
    let find = |value: &Value, path: &crate::proto::AttributePath| -> Option<Value> {
        path.steps.iter().try_fold(value.clone(), |value, step| {
            match (&value, step.selector.as_ref()?) {
                (Value::Object(members), Selector::AttributeName(name)) => {
                    members.get(name).cloned()
                }
                (Value::Map(members), Selector::ElementKeyString(key)) => members.get(key).cloned(),
                (Value::List(elements), Selector::ElementKeyInt(index)) => {
                    elements.get(usize::try_from(*index).ok()?).cloned()
                }
                (Value::Unknown(_), _) => Some(Value::UNKNOWN),
                _ => None,
            }
        })
    };
    let is_write_only = |path: &crate::proto::AttributePath| {
        let mut shape = Shape::from(&resource.block);
        path.steps.iter().any(|step| match &step.selector {
            Some(Selector::AttributeName(name)) => {
                let attribute = shape.attributes.iter().find(|a| a.name == *name);
                let block = shape.blocks.iter().find(|nested| nested.name == *name);
                if let Some(attribute) = attribute {
                    shape = Shape::from(attribute.nested());
                } else if let Some(nested) = block {
                    shape = Shape::from(&nested.block);
                }
                attribute.is_some_and(|attribute| attribute.write_only)
            }
            _ => false,
        })
    };
    let mut violations = Vec::new();
    let mut replaces = false;
    for path in paths {
        match (find(prior, path), find(planned, path)) {
            (None, None) => violations.push(Violation::new(
                Rule::ReplacePath,
                format!("{path:?} leads nowhere"),
            )),
            (before, after) => {
                let after = after.unwrap_or(Value::Null);
                replaces |= before.unwrap_or(Value::Null) != after
                    || !after.is_wholly_known()
                    || is_write_only(path);
            }
        }
    }
    (violations, replaces)
}

#[derive(Clone, Copy)]
struct Parts<'a> {
    prior: &'a Value,
    config: &'a Value,
    planned: &'a Value,
}

impl<'a> Parts<'a> {
    fn member(&self, name: &str) -> Parts<'a> {
        self.map(|value| value.member(name))
    }

    fn map(&self, part: impl Fn(&'a Value) -> &'a Value) -> Parts<'a> {
        Parts {
            prior: part(self.prior),
            config: part(self.config),
            planned: part(self.planned),
        }
    }
}

struct Check(Vec<Violation>);

impl Check {
    fn fail(&mut self, rule: Rule, at: &At<'_>, what: impl std::fmt::Display) {
        self.0.push(Violation::at(rule, at, what));
    }

    fn object(&mut self, shape: Shape<'_>, at: &At<'_>, parts: Parts<'_>) {
        match (parts.config.is_null(), parts.planned.is_null()) {
            (false, true) => self.fail(Rule::PlanPresence, at, "planned to be absent"),
            (true, false) => self.fail(Rule::PlanPresence, at, "planned to exist"),
            (true, true) => {}
            (false, false) => {
                self.attributes(shape.attributes, at, parts);
                for nested in shape.blocks {
                    self.block(nested, &at.name(&nested.name), parts.member(&nested.name));
                }
            }
        }
    }

    fn block(&mut self, nested: &NestedBlock, at: &At<'_>, parts: Parts<'_>) {
        if parts.planned.is_null() && nested.nesting != Nesting::Single {
            return self.fail(Rule::PlanBlockNull, at, "null instead of empty");
        }
        if parts.planned == parts.config {
            return;
        }
        if parts.config.is_unknown() {
            return self.fail(Rule::PlanBlockUnknown, at, "planned for unknown blocks");
        }
        if parts.planned.is_unknown() {
            return self.fail(Rule::PlanBlocks, at, "blocks are not computed");
        }
        let shape = Shape::from(&nested.block);
        match nested.nesting {
            Nesting::Single | Nesting::Group => self.object(shape, at, parts),
            Nesting::List | Nesting::Map => {
                let inside = |check: &mut Self, at: &At<'_>, parts: Parts<'_>| {
                    if parts.planned.is_unknown() {
                        check.fail(Rule::PlanBlocks, at, "a block is unknown itself");
                    } else {
                        check.object(shape, at, parts);
                    }
                };
                self.places(Rule::PlanBlocks, at, parts, &inside);
            }
            Nesting::Set => {
                if parts.planned.elements().into_iter().any(Value::is_unknown) {
                    self.fail(Rule::PlanBlocks, at, "a block is unknown itself");
                }
                self.set(at, parts, &|check, parts| {
                    check.object(shape, &At::ROOT, parts);
                });
            }
        }
    }

    fn attributes(&mut self, attributes: &[Attribute], at: &At<'_>, parts: Parts<'_>) {
        for attribute in attributes {
            let name = &attribute.name;
            self.attribute(attribute, &at.name(name), parts.member(name));
        }
    }

    fn attribute(&mut self, attribute: &Attribute, at: &At<'_>, parts: Parts<'_>) {
        let Parts {
            prior,
            config,
            planned,
        } = parts;
        if planned.is_same(config) {
            return;
        }
        if planned.is_same(prior) && !prior.is_null() && !config.is_null() {
            return;
        }
        // Judged for all values at once.
        if attribute.write_only {
            return;
        }
        if attribute.computed && (!attribute.optional || config.is_null()) {
            return;
        }
        if config.is_null() {
            let what = format_args!("planned {planned:?}, not configured and not computed");
            return self.fail(Rule::PlanNotComputed, at, what);
        }
        match &attribute.kind {
            Kind::Plain => {
                let what =
                    format_args!("planned {planned:?}, configured {config:?}, was {prior:?}");
                self.fail(Rule::PlanNotConfigured, at, what);
            }
            Kind::Nested(nesting, attributes) => self.nested(*nesting, attributes, at, parts),
        }
    }

    fn nested(
        &mut self,
        nesting: Nesting,
        attributes: &[Attribute],
        at: &At<'_>,
        parts: Parts<'_>,
    ) {
        if parts.planned.is_null() {
            return self.fail(Rule::PlanPresence, at, "planned to be absent");
        }
        if parts.planned.is_unknown() {
            return self.fail(Rule::PlanElements, at, "planned unknown, configured");
        }
        match nesting {
            Nesting::Single | Nesting::Group => self.attributes(attributes, at, parts),
            Nesting::List | Nesting::Map => {
                self.places(Rule::PlanElements, at, parts, &|check, at, parts| {
                    check.attributes(attributes, at, parts);
                });
            }
            Nesting::Set => {
                if let Some(count) = known_length(parts.config)
                    && !possible_lengths(parts.planned).contains(&count)
                {
                    let what = format_args!("planned otherwise than {count} configured");
                    self.fail(Rule::PlanElements, at, what);
                }
                self.set(at, parts, &|check, parts| {
                    check.attributes(attributes, &At::ROOT, parts);
                });
            }
        }
    }

    /// Elements of a list or map, which have to be in the same places.
    fn places(
        &mut self,
        rule: Rule,
        at: &At<'_>,
        parts: Parts<'_>,
        inside: &dyn Fn(&mut Self, &At<'_>, Parts<'_>),
    ) {
        let parts = parts.map(undressed);
        match (parts.planned, parts.config) {
            (Value::List(planned), Value::List(config)) if planned.len() == config.len() => {
                for index in 0..planned.len() {
                    let parts = parts.map(|value| match value {
                        Value::List(elements) => elements.get(index).unwrap_or(&Value::Null),
                        _ => &Value::Null,
                    });
                    inside(self, &at.index(index), parts);
                }
            }
            (
                Value::Map(planned) | Value::Object(planned),
                Value::Map(config) | Value::Object(config),
            ) if planned.keys().eq(config.keys()) => {
                for key in planned.keys() {
                    let parts = parts.map(|value| match value {
                        Value::Map(members) | Value::Object(members) => {
                            members.get(key).unwrap_or(&Value::Null)
                        }
                        _ => &Value::Null,
                    });
                    inside(self, &at.key(key), parts);
                }
            }
            (planned, config) => {
                let what = format_args!("planned {planned:?}, configured {config:?}");
                self.fail(rule, at, what);
            }
        }
    }

    /// Our own rule: elements of a set belong to each other where they would be right as a pair.
    fn set(&mut self, at: &At<'_>, parts: Parts<'_>, inside: &dyn Fn(&mut Self, Parts<'_>)) {
        if parts.config.is_unknown() {
            return;
        }
        let priors = parts.prior.elements();
        let fits = |planned: &Value, config: &Value| {
            priors.iter().copied().chain([&Value::Null]).any(|prior| {
                let mut check = Self(Vec::new());
                let parts = Parts {
                    prior,
                    config,
                    planned,
                };
                inside(&mut check, parts);
                check.0.iter().all(|violation| violation.rule.is_ours())
            })
        };
        let (planned, config) = (parts.planned.elements(), parts.config.elements());
        if let Some(lost) = config.iter().find(|c| !planned.iter().any(|p| fits(p, c))) {
            let what = format_args!("configured and not planned: {lost:?}");
            self.fail(Rule::PlanSetElements, &at.element(), what);
        }
        if let Some(made_up) = planned.iter().find(|p| !config.iter().any(|c| fits(p, c))) {
            let what = format_args!("planned and not configured: {made_up:?}");
            self.fail(Rule::PlanSetElements, &at.element(), what);
        }
    }
}

/// The value inside a dynamic one.
fn undressed(value: &Value) -> &Value {
    match value {
        Value::Dynamic(inner) => &inner.1,
        other => other,
    }
}

/// How many elements a set has, if that is known: unknown ones may become equal.
fn known_length(set: &Value) -> Option<usize> {
    let lengths = possible_lengths(set);
    (lengths.start() == lengths.end()).then(|| *lengths.start())
}

fn possible_lengths(set: &Value) -> std::ops::RangeInclusive<usize> {
    match set {
        Value::Set(elements) if set.is_wholly_known() => elements.len()..=elements.len(),
        Value::Set(elements) => 1..=elements.len(),
        _ => 0..=usize::MAX,
    }
}
