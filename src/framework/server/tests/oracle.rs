//! What cores accept: their checks of planned values, of results and of stored states, written
//! down a second time and independently of the code under test. A violation here is an error that a
//! user would see as "Provider produced invalid plan" or "inconsistent result after apply".

use crate::framework::path::Path;
use crate::framework::schema::{Attribute, AttributeKind, Block, BlockNesting, Nesting};
use crate::framework::types::Type;
use crate::framework::value::{Set, Value};

/// Why a core would refuse a planned state.
pub(crate) fn plan_errors(
    block: &Block,
    prior: &Value,
    config: &Value,
    planned: &Value,
) -> Vec<String> {
    let mut errors =
        plan_errors_of(|check| check.block(block, &Path::root(), prior, config, planned));
    errors.extend(type_errors(&block.object_type(), planned));
    errors
}

/// Why a core would refuse the paths that are to replace an object.
pub(crate) fn replace_errors(prior: &Value, planned: &Value, paths: &[Path]) -> Vec<String> {
    paths
        .iter()
        .filter(|path| prior.get(path).is_none() && planned.get(path).is_none())
        .map(|path| format!("{path}: neither in the prior nor in the planned state"))
        .collect()
}

struct PlanCheck(Vec<String>);

impl PlanCheck {
    fn fail(&mut self, path: &Path, text: &str) {
        self.0.push(format!("{path}: {text}"));
    }

    fn block(&mut self, block: &Block, path: &Path, prior: &Value, config: &Value, plan: &Value) {
        match (config.is_null(), plan.is_null()) {
            (false, true) => return self.fail(path, "planned for absence, configured to exist"),
            (true, false) => return self.fail(path, "planned to exist, configured for absence"),
            (true, true) => return,
            (false, false) => {}
        }
        self.attributes(&block.attributes, path, prior, config, plan);
        for nested in &block.blocks {
            let path = path.attribute(&nested.name);
            let prior = prior.member(&nested.name);
            let config = config.member(&nested.name);
            let plan = plan.member(&nested.name);
            self.nested_block(&nested.block, nested.nesting, &path, [prior, config, plan]);
        }
    }

    fn nested_block(
        &mut self,
        block: &Block,
        nesting: BlockNesting,
        path: &Path,
        [prior, config, plan]: [&Value; 3],
    ) {
        if plan.is_null() && !matches!(nesting, BlockNesting::Single { .. }) {
            return self.fail(path, "blocks must be empty, not null");
        }
        if plan == config {
            return;
        }
        if config.is_unknown() {
            return self.fail(path, "planned a value for an unknown dynamic block");
        }
        if plan.is_unknown() {
            return self.fail(path, "planned blocks as unknown");
        }
        if matches!(nesting, BlockNesting::Single { .. } | BlockNesting::Group) {
            return self.block(block, path, prior, config, plan);
        }
        if let (Value::Set(config_set), Value::Set(plan)) = (config, plan) {
            if plan.iter().any(Value::is_unknown) {
                self.fail(path, "a block must not be unknown itself");
            }
            let fits = |config: &Value, plan: &Value| {
                plan_errors_of(|check| check.block(block, path, &Value::Null, config, plan))
            };
            self.elements_correlate(path, config_set, plan, &fits);
            return;
        }
        let (config_places, plan_places) = (places(config), places(plan));
        if config_places != plan_places {
            return self.fail(path, "other blocks planned than configured");
        }
        for place in plan_places {
            let (prior, config, plan) = (at(prior, &place), at(config, &place), at(plan, &place));
            if plan.is_unknown() {
                self.fail(path, "a block must not be unknown itself");
            } else {
                self.block(block, &path.key(place), prior, config, plan);
            }
        }
    }

    fn attributes(
        &mut self,
        attributes: &[Attribute],
        path: &Path,
        prior: &Value,
        config: &Value,
        plan: &Value,
    ) {
        for attribute in attributes {
            let path = path.attribute(&attribute.name);
            let prior = prior.member(&attribute.name);
            let config = config.member(&attribute.name);
            let plan = plan.member(&attribute.name);
            self.attribute(attribute, &path, prior, config, plan);
        }
    }

    fn attribute(
        &mut self,
        attribute: &Attribute,
        path: &Path,
        prior: &Value,
        config: &Value,
        plan: &Value,
    ) {
        let same = |a: &Value, b: &Value| unrefined(a) == unrefined(b);
        if same(plan, config) && !(attribute.write_only && !plan.is_null()) {
            return;
        }
        if same(plan, prior) && !prior.is_null() && !config.is_null() {
            return;
        }
        if attribute.write_only {
            if !plan.is_null() {
                self.fail(path, "planned a write-only value");
            }
            return;
        }
        if attribute.computed && (!attribute.optional || config.is_null()) {
            return;
        }
        if config.is_null() {
            return self.fail(path, "planned a value for a non-computed attribute");
        }
        match &attribute.kind {
            AttributeKind::Plain(_) => self.fail(path, "planned value does not match config value"),
            AttributeKind::Nested {
                nesting,
                attributes,
            } => self.nested(*nesting, attributes, path, [prior, config, plan]),
        }
    }

    fn nested(
        &mut self,
        nesting: Nesting,
        attributes: &[Attribute],
        path: &Path,
        [prior, config, plan]: [&Value; 3],
    ) {
        if plan.is_null() {
            return self.fail(path, "planned for absence, configured to exist");
        }
        if plan.is_unknown() {
            return self.fail(path, "planned unknown for a configured value");
        }
        match nesting {
            Nesting::Single => self.attributes(attributes, path, prior, config, plan),
            Nesting::List | Nesting::Map => {
                let plan_places = places(plan);
                if plan_places != places(config) {
                    return self.fail(path, "other elements planned than configured");
                }
                for place in plan_places {
                    let parts = (at(prior, &place), at(config, &place), at(plan, &place));
                    self.attributes(attributes, &path.key(place), parts.0, parts.1, parts.2);
                }
            }
            Nesting::Set => {
                let ((least, most), (low, high)) = (lengths(plan), lengths(config));
                if low == high && !(least..=most).contains(&low) {
                    self.fail(path, "other count of elements planned than configured");
                }
                if let (Value::Set(config), Value::Set(plan)) = (config, plan) {
                    let fits = |config: &Value, plan: &Value| {
                        plan_errors_of(|check| {
                            check.attributes(attributes, path, &Value::Null, config, plan);
                        })
                    };
                    self.elements_correlate(path, config, plan, &fits);
                }
            }
        }
    }

    /// Cores trust providers with what is inside sets. We do not: every configured element has to be
    /// in the plan, and nothing else.
    fn elements_correlate(
        &mut self,
        path: &Path,
        config: &Set,
        plan: &Set,
        errors: &dyn Fn(&Value, &Value) -> Vec<String>,
    ) {
        let fits = |config: &Value, plan: &Value| errors(config, plan).is_empty();
        let lost = |config: &&Value| !plan.iter().any(|plan| fits(config, plan));
        let made_up = |plan: &&Value| !config.iter().any(|config| fits(config, plan));
        if let Some(lost) = config.iter().find(lost) {
            self.fail(
                path,
                &format!("configured element not in the plan: {lost:?}"),
            );
        }
        if let Some(made_up) = plan.iter().find(made_up) {
            self.fail(
                path,
                &format!("planned element not configured: {made_up:?}"),
            );
        }
    }
}

fn plan_errors_of(run: impl FnOnce(&mut PlanCheck)) -> Vec<String> {
    let mut check = PlanCheck(Vec::new());
    run(&mut check);
    check.0
}

/// How many elements a set may turn out to have: unknown ones may become equal to others.
fn lengths(set: &Value) -> (usize, usize) {
    let Value::Set(elements) = set else {
        return (0, usize::MAX);
    };
    if set.is_wholly_known() {
        (elements.len(), elements.len())
    } else {
        (1, elements.len())
    }
}

/// Indices or keys of a list or map.
fn places(collection: &Value) -> Vec<String> {
    match collection {
        Value::List(elements) => (0..elements.len()).map(|index| index.to_string()).collect(),
        Value::Map(members) => members.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

/// The element of a list or map at one of its [`places`].
fn at<'a>(collection: &'a Value, place: &str) -> &'a Value {
    const NULL: &Value = &Value::Null;
    match collection {
        Value::List(elements) => place
            .parse::<usize>()
            .ok()
            .and_then(|index| elements.get(index))
            .unwrap_or(NULL),
        Value::Map(members) => members.get(place).unwrap_or(NULL),
        _ => NULL,
    }
}

fn unrefined(value: &Value) -> Value {
    match value {
        Value::Unknown(_) => Value::UNKNOWN,
        Value::List(elements) => Value::List(elements.iter().map(unrefined).collect()),
        Value::Set(elements) => Value::set(elements.iter().map(unrefined)),
        Value::Map(members) => Value::Map(
            members
                .iter()
                .map(|(key, member)| (key.clone(), unrefined(member)))
                .collect(),
        ),
        Value::Object(members) => Value::object(
            members
                .iter()
                .map(|(name, member)| (name.clone(), unrefined(member))),
        ),
        Value::Dynamic(inner) => Value::Dynamic(Box::new((inner.0.clone(), unrefined(&inner.1)))),
        other => other.clone(),
    }
}

/// Why a core would refuse a result for a plan. Also the rule for the plan that is made again just
/// before the apply: it may know more than the first, and must not contradict it.
pub(crate) fn result_errors(planned: &Value, actual: &Value) -> Vec<String> {
    let mut errors = Vec::new();
    compatible(planned, actual, &Path::root(), &mut errors);
    errors
}

fn compatible(planned: &Value, actual: &Value, path: &Path, errors: &mut Vec<String>) {
    match (planned, actual) {
        (Value::Unknown(_), _) => {}
        (Value::Object(planned), Value::Object(actual)) => {
            for (name, planned) in planned {
                let actual = actual.get(name).unwrap_or(&Value::Null);
                compatible(planned, actual, &path.attribute(name), errors);
            }
        }
        (Value::List(_), Value::List(_)) | (Value::Map(_), Value::Map(_)) => {
            if places(planned) != places(actual) {
                errors.push(format!("{path}: elements vanished or appeared"));
            }
            for place in places(planned) {
                let (planned, actual) = (at(planned, &place), at(actual, &place));
                compatible(planned, actual, &path.key(place), errors);
            }
        }
        (Value::Set(planned), Value::Set(actual)) => {
            let fits = |planned: &Value, actual: &Value| result_errors(planned, actual).is_empty();
            if actual.len() > planned.len()
                || !planned.iter().all(|p| actual.iter().any(|a| fits(p, a)))
                || !actual.iter().all(|a| planned.iter().any(|p| fits(p, a)))
            {
                errors.push(format!("{path}: set elements do not correlate"));
            }
        }
        (Value::Dynamic(planned), Value::Dynamic(actual)) => {
            compatible(&planned.1, &actual.1, path, errors);
        }
        (planned, actual) if planned == actual => {}
        (_, Value::Unknown(_)) => errors.push(format!("{path}: was known, but now unknown")),
        (planned, actual) => errors.push(format!("{path}: was {planned:?}, but now {actual:?}")),
    }
}

/// Why a core would refuse a state: it must be known, of its type, without write-only values, and
/// with empty collections where there are no blocks.
pub(crate) fn state_errors(block: &Block, state: &Value) -> Vec<String> {
    let mut errors = type_errors(&block.object_type(), state);
    if !state.is_wholly_known() {
        errors.push("a value is unknown".to_owned());
    }
    content_errors(block, state, &mut errors);
    errors
}

fn content_errors(block: &Block, value: &Value, errors: &mut Vec<String>) {
    if value.is_null() {
        return;
    }
    write_only_errors(&block.attributes, value, errors);
    for nested in &block.blocks {
        let value = value.member(&nested.name);
        match value {
            Value::Null if matches!(nested.nesting, BlockNesting::Single { .. }) => {}
            Value::Null => errors.push(format!("{}: null instead of empty", nested.name)),
            Value::Object(_) => content_errors(&nested.block, value, errors),
            _ => elements(value).for_each(|element| content_errors(&nested.block, element, errors)),
        }
    }
}

fn write_only_errors(attributes: &[Attribute], object: &Value, errors: &mut Vec<String>) {
    for attribute in attributes {
        let value = object.member(&attribute.name);
        if attribute.write_only && !value.is_null() {
            errors.push(format!("{}: write-only, but not null", attribute.name));
        }
        let nested = attribute.nested_attributes();
        match value {
            Value::Object(_) => write_only_errors(nested, value, errors),
            _ => elements(value).for_each(|element| write_only_errors(nested, element, errors)),
        }
    }
}

/// The elements of any collection.
fn elements(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::List(elements) => Box::new(elements.iter()),
        Value::Set(elements) => Box::new(elements.iter()),
        Value::Map(members) => Box::new(members.values()),
        _ => Box::new(std::iter::empty()),
    }
}

/// Where a value is not of its type.
pub(crate) fn type_errors(ty: &Type, value: &Value) -> Vec<String> {
    let mut errors = Vec::new();
    conforms(ty, value, &Path::root(), &mut errors);
    errors
}

fn conforms(ty: &Type, value: &Value, path: &Path, errors: &mut Vec<String>) {
    match (ty, value) {
        (_, Value::Null | Value::Unknown(_))
        | (Type::String, Value::String(_))
        | (Type::Number, Value::Number(_))
        | (Type::Bool, Value::Bool(_)) => {}
        (Type::Dynamic, Value::Dynamic(inner)) => conforms(&inner.0, &inner.1, path, errors),
        (Type::List(ty), Value::List(_))
        | (Type::Set(ty), Value::Set(_))
        | (Type::Map(ty), Value::Map(_)) => {
            elements(value).for_each(|element| conforms(ty, element, path, errors));
        }
        (Type::Tuple(types), Value::List(elements)) if types.len() == elements.len() => {
            for (ty, element) in types.iter().zip(elements) {
                conforms(ty, element, path, errors);
            }
        }
        (Type::Object(types), Value::Object(members)) if types.len() == members.len() => {
            for (name, ty) in types {
                let path = path.attribute(name);
                match members.get(name) {
                    Some(member) => conforms(ty, member, &path, errors),
                    None => errors.push(format!("{path}: missing")),
                }
            }
        }
        (ty, value) => errors.push(format!("{path}: {value:?} is not of {ty:?}")),
    }
}
