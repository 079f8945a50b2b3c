//! Whether a result is a completion of what was planned. The same is asked of the plan that is made
//! again just before an apply.
//!
//! Every known part of the plan is there unchanged; unknown parts become anything of their type and
//! refinements; lists and maps have the same places; the elements of sets are matched both ways, and
//! there are never more of them. Values of `dynamic` type that were planned without a type become
//! anything.

use crate::schema::{Nesting, Resource, Shape};
use crate::types::Type;
use crate::value::{Refinements, Value};
use crate::violation::{At, Rule, Violation};

/// Why a core would refuse a result.
#[must_use]
pub fn result(resource: &Resource, planned: &Value, actual: &Value) -> Vec<Violation> {
    compatible(resource, planned, actual, Rule::ResultInconsistent)
}

/// Why a core would refuse `actual` where `planned` was announced.
#[must_use]
pub fn compatible(
    resource: &Resource,
    planned: &Value,
    actual: &Value,
    rule: Rule,
) -> Vec<Violation> {
    let mut check = Check {
        rule,
        violations: Vec::new(),
    };
    check.object((&resource.block).into(), planned, actual, &At::ROOT);
    check.violations
}

struct Check {
    rule: Rule,
    violations: Vec<Violation>,
}

impl Check {
    fn fail(&mut self, at: &At<'_>, what: impl std::fmt::Display) {
        self.violations.push(Violation::at(self.rule, at, what));
    }

    fn fits(&self, run: impl FnOnce(&mut Self)) -> bool {
        let mut check = Self {
            rule: self.rule,
            violations: Vec::new(),
        };
        run(&mut check);
        check.violations.is_empty()
    }

    fn object(&mut self, shape: Shape<'_>, planned: &Value, actual: &Value, at: &At<'_>) {
        match (planned.is_null(), actual.is_null()) {
            (true, false) => return self.fail(at, "was absent, is present"),
            (false, true) => return self.fail(at, "was present, is absent"),
            (true, true) => return,
            (false, false) => {}
        }
        for attribute in shape.attributes {
            let name = &attribute.name;
            let (planned, actual) = (planned.member(name), actual.member(name));
            self.value(&attribute.ty, planned, actual, &at.name(name));
        }
        for nested in shape.blocks {
            let name = &nested.name;
            let (planned, actual) = (planned.member(name), actual.member(name));
            let at = at.name(name);
            let shape = Shape::from(&nested.block);
            match nested.nesting {
                // Unknown blocks may turn out to be none.
                Nesting::Single | Nesting::Group => {
                    if !(planned.is_unknown() && actual.is_null()) {
                        self.object(shape, planned, actual, &at);
                    }
                }
                Nesting::List | Nesting::Map | Nesting::Set => {
                    let open = [planned, actual].into_iter();
                    if !open
                        .clone()
                        .any(|value| value.is_unknown() || value.is_null())
                    {
                        self.blocks(shape, planned, actual, &at);
                    }
                }
            }
        }
    }

    fn blocks(&mut self, shape: Shape<'_>, planned: &Value, actual: &Value, at: &At<'_>) {
        match (planned, actual) {
            (Value::Set(_), Value::Set(_)) => {
                self.set(planned, actual, at, &|check, planned, actual| {
                    check.object(shape, planned, actual, &At::ROOT);
                });
            }
            (Value::List(planned), Value::List(actual)) if planned.len() == actual.len() => {
                for (index, (planned, actual)) in planned.iter().zip(actual).enumerate() {
                    self.object(shape, planned, actual, &at.index(index));
                }
            }
            // Cores compare keys only where they are in both.
            (Value::Map(planned), Value::Map(actual)) if planned.len() == actual.len() => {
                for (key, planned) in planned {
                    match actual.get(key) {
                        Some(actual) => self.object(shape, planned, actual, &at.key(key)),
                        None => self.fail(&at.key(key), "has vanished"),
                    }
                }
            }
            (Value::Dynamic(planned), Value::Dynamic(actual)) => {
                self.blocks(shape, &planned.1, &actual.1, at);
            }
            _ => self.fail(at, "the number of blocks has changed"),
        }
    }

    fn value(&mut self, ty: &Type, planned: &Value, actual: &Value, at: &At<'_>) {
        if let Type::Dynamic = ty {
            return match (planned, actual) {
                (Value::Dynamic(planned), Value::Dynamic(actual)) if planned.0 == actual.0 => {
                    self.value(&planned.0, &planned.1, &actual.1, at);
                }
                (Value::Dynamic(_), _) => self.fail(at, "of another type than planned"),
                // Without a type: anything.
                _ => {}
            };
        }
        match (planned, actual) {
            (Value::Unknown(None), _) => {}
            (Value::Unknown(Some(known)), actual) => {
                if !is_possible(known, actual) {
                    self.fail(at, format_args!("was {planned:?}, is {actual:?}"));
                }
            }
            (Value::Null, Value::Null) => {}
            (Value::Null, _) | (_, Value::Null) => {
                self.fail(at, format_args!("was {planned:?}, is {actual:?}"));
            }
            (_, Value::Unknown(_)) => self.fail(at, "was known, is unknown"),
            (Value::List(planned), Value::List(actual)) => {
                if planned.len() != actual.len() {
                    return self.fail(at, "elements have vanished or appeared");
                }
                for (index, (planned, actual)) in planned.iter().zip(actual).enumerate() {
                    let ty = match ty {
                        Type::Tuple(types) => types.get(index),
                        Type::List(element) => Some(&**element),
                        _ => None,
                    };
                    let ty = ty.unwrap_or(&Type::Dynamic);
                    self.value(ty, planned, actual, &at.index(index));
                }
            }
            (Value::Map(planned), Value::Map(actual)) => {
                if !planned.keys().eq(actual.keys()) {
                    return self.fail(at, "elements have vanished or appeared");
                }
                let Type::Map(ty) = ty else {
                    return;
                };
                for (key, planned) in planned {
                    self.value(ty, planned, &actual[key], &at.key(key));
                }
            }
            (Value::Object(members), Value::Object(_)) => {
                let Type::Object(types) = ty else {
                    return;
                };
                for (name, planned) in members {
                    self.value(&types[name], planned, actual.member(name), &at.name(name));
                }
            }
            (Value::Set(_), Value::Set(_)) => {
                let Type::Set(ty) = ty else {
                    return;
                };
                self.set(planned, actual, at, &|check, planned, actual| {
                    check.value(ty, planned, actual, &At::ROOT);
                });
            }
            (planned, actual) => {
                if planned != actual {
                    self.fail(at, format_args!("was {planned:?}, is {actual:?}"));
                }
            }
        }
    }

    fn set(
        &mut self,
        planned: &Value,
        actual: &Value,
        at: &At<'_>,
        inside: &dyn Fn(&mut Self, &Value, &Value),
    ) {
        let (planned, actual) = (planned.elements(), actual.elements());
        let fits = |p: &Value, a: &Value| self.fits(|check| inside(check, p, a));
        let lost = planned.iter().find(|p| !actual.iter().any(|a| fits(p, a)));
        let new = actual.iter().find(|a| !planned.iter().any(|p| fits(p, a)));
        let what = match (lost, new) {
            (Some(lost), _) => format!("planned and not there: {lost:?}"),
            (None, Some(new)) => format!("there and not planned: {new:?}"),
            (None, None) if actual.len() > planned.len() => "more elements than planned".to_owned(),
            (None, None) => return,
        };
        self.fail(&at.element(), what);
    }
}

/// Whether a value is one of those that an unknown one could become.
fn is_possible(known: &Refinements, actual: &Value) -> bool {
    if actual.is_null() {
        return known.is_null != Some(false);
    }
    if known.is_null == Some(true) {
        return false;
    }
    match actual {
        Value::String(text) => known.prefix.as_ref().is_none_or(|p| text.starts_with(p)),
        Value::Number(number) => {
            let above = known
                .at_least
                .as_ref()
                .is_none_or(|(bound, inclusive)| number > bound || (*inclusive && number == bound));
            let below = known
                .at_most
                .as_ref()
                .is_none_or(|(bound, inclusive)| number < bound || (*inclusive && number == bound));
            above && below
        }
        Value::List(_) | Value::Set(_) | Value::Map(_) if actual.is_wholly_known() => {
            let length = i64::try_from(actual.elements().len()).unwrap_or(i64::MAX);
            known.fewest.is_none_or(|fewest| length >= fewest)
                && known.most.is_none_or(|most| length <= most)
        }
        _ => true,
    }
}
