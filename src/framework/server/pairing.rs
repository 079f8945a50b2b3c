//! Which elements of two sets belong together. Elements of a set have neither index nor key, so it
//! is their content that decides, and the schema says which part of the content counts.

use crate::framework::schema::{
    Attribute, AttributeKind, Block, BlockNesting, NestedBlock, Nesting,
};
use crate::framework::value::Value;

use super::values::{at_index, at_key};

/// What an object consists of: the attributes, and in a block the nested blocks too.
#[derive(Clone, Copy)]
pub(super) struct Shape<'a> {
    pub(super) attributes: &'a [Attribute],
    pub(super) blocks: &'a [NestedBlock],
}

impl<'a> Shape<'a> {
    /// An object of nested attributes.
    pub(super) fn of(attributes: &'a [Attribute]) -> Self {
        Self {
            attributes,
            blocks: &[],
        }
    }
}

impl<'a> From<&'a Block> for Shape<'a> {
    fn from(block: &'a Block) -> Self {
        Self {
            attributes: &block.attributes,
            blocks: &block.blocks,
        }
    }
}

/// When an element belongs to a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pairing {
    /// Never.
    None,
    /// The candidate is a piece of configuration from which the element can have come: the provider
    /// added what configuration leaves to it, and nothing else differs but in spelling.
    Configured,
    /// The candidate is the same thing as known before: what the provider computes may differ or
    /// not have been known, and nothing else differs but in spelling.
    Equivalent,
}

/// For each element the one among the elements of the set `candidates` that it belongs to; null for
/// none. No candidate is given twice. Equal ones belong together before all others, then the most
/// similar.
pub(super) fn pair<'a>(
    shape: Shape<'_>,
    elements: &[Value],
    candidates: &'a Value,
    pairing: Pairing,
) -> Vec<&'a Value> {
    const NULL: &Value = &Value::Null;
    let mut pairs = vec![NULL; elements.len()];
    let Value::Set(candidates) = candidates else {
        return pairs;
    };
    if pairing == Pairing::None {
        return pairs;
    }
    let mut free: Vec<&Value> = candidates.iter().collect();
    let mut rest = Vec::new();
    for (index, element) in elements.iter().enumerate() {
        match free.iter().position(|candidate| *candidate == element) {
            Some(found) => pairs[index] = free.remove(found),
            None => rest.push((index, element)),
        }
    }
    // What can belong to what, the most similar first. Of equally similar ones the first, so that the
    // outcome does not depend on chance.
    let mut possible = vec![Vec::new(); rest.len()];
    let mut pairs_by_likeness = Vec::new();
    for (place, (_, element)) in rest.iter().enumerate() {
        for (index, candidate) in free.iter().enumerate() {
            if belongs(shape, element, candidate, pairing) {
                possible[place].push(index);
                let likeness = likeness(shape, element, candidate);
                pairs_by_likeness.push((std::cmp::Reverse(likeness), place, index));
            }
        }
    }
    pairs_by_likeness.sort();
    let mut taken_by = vec![None; free.len()];
    let mut has_place = vec![false; rest.len()];
    for (_, place, index) in pairs_by_likeness {
        if !has_place[place] && taken_by[index].is_none() {
            taken_by[index] = Some(place);
            has_place[place] = true;
        }
    }
    for (place, has_place) in has_place.into_iter().enumerate() {
        if !has_place {
            let mut asked = vec![false; free.len()];
            find_place(place, &possible, &mut taken_by, &mut asked);
        }
    }
    for (index, place) in taken_by.into_iter().enumerate() {
        if let Some(place) = place {
            pairs[rest[place].0] = free[index];
        }
    }
    pairs
}

/// Finds a candidate for an element, one that is free, or else one whose element finds another:
/// what can have a place does not go without because others came first.
fn find_place(
    element: usize,
    possible: &[Vec<usize>],
    taken_by: &mut [Option<usize>],
    asked: &mut [bool],
) -> bool {
    let free = possible[element]
        .iter()
        .find(|index| taken_by[**index].is_none());
    if let Some(index) = free {
        taken_by[*index] = Some(element);
        return true;
    }
    for &index in &possible[element] {
        if std::mem::replace(&mut asked[index], true) {
            continue;
        }
        let moves =
            taken_by[index].is_some_and(|other| find_place(other, possible, taken_by, asked));
        if moves {
            taken_by[index] = Some(element);
            return true;
        }
    }
    false
}

/// In how many attributes two objects are alike, however deep. A default stands for what is left out.
fn likeness(shape: Shape<'_>, element: &Value, candidate: &Value) -> usize {
    let attributes = shape.attributes.iter().map(|attribute| {
        let name = &attribute.name;
        let (value, other) = (element.member(name), candidate.member(name));
        let is_default = other.is_null() && attribute.default.as_ref() == Some(value);
        match attribute.nested_attributes() {
            _ if is_default => 1,
            [] => usize::from(value == other),
            nested => inner_likeness(Shape::of(nested), value, other),
        }
    });
    let blocks = shape.blocks.iter().map(|nested| {
        let (value, other) = (element.member(&nested.name), candidate.member(&nested.name));
        inner_likeness(Shape::from(&nested.block), value, other)
    });
    attributes.chain(blocks).sum()
}

fn inner_likeness(shape: Shape<'_>, value: &Value, other: &Value) -> usize {
    match (value, other) {
        (Value::Object(_), Value::Object(_)) => likeness(shape, value, other),
        (Value::List(elements), Value::List(others)) => {
            let pairs = elements.iter().zip(others);
            pairs
                .map(|(element, other)| likeness(shape, element, other))
                .sum()
        }
        (Value::Map(elements), Value::Map(_)) => elements
            .iter()
            .map(|(key, element)| likeness(shape, element, at_key(other, key)))
            .sum(),
        _ => usize::from(value == other),
    }
}

fn belongs(shape: Shape<'_>, element: &Value, candidate: &Value, pairing: Pairing) -> bool {
    if element == candidate {
        return true;
    }
    if element.as_object().is_none() || candidate.as_object().is_none() {
        return false;
    }
    let attributes = shape.attributes.iter().all(|attribute| {
        let (value, other) = (
            element.member(&attribute.name),
            candidate.member(&attribute.name),
        );
        attribute_belongs(attribute, value, other, pairing)
    });
    attributes
        && shape.blocks.iter().all(|nested| {
            let (value, other) = (element.member(&nested.name), candidate.member(&nested.name));
            let shape = Shape::from(&nested.block);
            match nested.nesting {
                BlockNesting::Single { .. } | BlockNesting::Group => {
                    belongs(shape, value, other, pairing)
                }
                BlockNesting::List { .. } | BlockNesting::Set { .. } | BlockNesting::Map => {
                    elements_belong(shape, value, other, pairing)
                }
            }
        })
}

fn attribute_belongs(
    attribute: &Attribute,
    value: &Value,
    other: &Value,
    pairing: Pairing,
) -> bool {
    let free = match pairing {
        Pairing::None => false,
        Pairing::Configured => attribute.computed && other.is_null(),
        Pairing::Equivalent => attribute.computed || other.is_unknown(),
    };
    if value == other || free || attribute.means_the_same(value, other) {
        return true;
    }
    let AttributeKind::Nested {
        nesting,
        attributes,
    } = &attribute.kind
    else {
        return false;
    };
    let shape = Shape::of(attributes);
    match nesting {
        Nesting::Single => belongs(shape, value, other, pairing),
        Nesting::List | Nesting::Set | Nesting::Map => {
            elements_belong(shape, value, other, pairing)
        }
    }
}

/// Whether two collections have the same places, with elements that belong together.
fn elements_belong(shape: Shape<'_>, value: &Value, other: &Value, pairing: Pairing) -> bool {
    match (value, other) {
        (Value::List(elements), Value::List(others)) => {
            elements.len() == others.len()
                && elements.iter().enumerate().all(|(index, element)| {
                    belongs(shape, element, at_index(other, index), pairing)
                })
        }
        (Value::Map(elements), Value::Map(others)) => {
            elements.len() == others.len()
                && elements
                    .iter()
                    .all(|(key, element)| belongs(shape, element, at_key(other, key), pairing))
        }
        (Value::Set(elements), Value::Set(others)) => {
            elements.len() == others.len()
                && pair(shape, elements.as_slice(), other, pairing)
                    .iter()
                    .all(|found| !found.is_null())
        }
        _ => value == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes() -> [Attribute; 3] {
        [
            Attribute::string("id").computed(),
            Attribute::string("role").optional().computed(),
            Attribute::string("url")
                .required()
                .equivalent_when(same_url),
        ]
    }

    fn same_url(a: &Value, b: &Value) -> bool {
        let lower = |value: &Value| value.as_str().map(str::to_lowercase);
        lower(a) == lower(b)
    }

    fn element(id: Value, role: Value, url: &str) -> Value {
        Value::object([("id", id), ("role", role), ("url", url.into())])
    }

    /// The id, role and url of what each element belongs to.
    fn paired(elements: &[Value], candidates: &[Value], pairing: Pairing) -> String {
        let attributes = attributes();
        let candidates = Value::set(candidates.iter().cloned());
        let pairs = pair(Shape::of(&attributes), elements, &candidates, pairing);
        let texts = pairs.into_iter().map(|found| {
            let text = |name: &str| found.member(name).as_str().unwrap_or("-").to_owned();
            format!("{} {} {}", text("id"), text("role"), text("url"))
        });
        texts.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn what_was_configured_otherwise_is_another_element() {
        let planned = [element(Value::UNKNOWN, "admin".into(), "a")];
        let pair = |role: Value, url: &str| {
            let configured = [element(Value::Null, role, url)];
            paired(&planned, &configured, Pairing::Configured)
        };
        assert_eq!(pair("admin".into(), "a"), "- admin a");
        assert_eq!(pair(Value::Null, "a"), "- - a");
        assert_eq!(pair(Value::Null, "A"), "- - A");
        assert_eq!(pair("guest".into(), "a"), "- - -");
        assert_eq!(pair("admin".into(), "b"), "- - -");
    }

    #[test]
    fn what_is_configured_is_not_taken_for_what_is_left_open() {
        let planned = [
            element(Value::UNKNOWN, "admin".into(), "a"),
            element(Value::UNKNOWN, Value::UNKNOWN, "a"),
        ];
        let configured = [
            element(Value::Null, Value::Null, "a"),
            element(Value::Null, "admin".into(), "a"),
        ];
        let pairs = paired(&planned, &configured, Pairing::Configured);
        assert_eq!(pairs, "- admin a, - - a");
    }

    #[test]
    fn equal_elements_belong_together_before_similar_ones() {
        let state = [
            element("1".into(), "x".into(), "a"),
            element("2".into(), "x".into(), "a"),
        ];
        let known = [
            element("2".into(), "x".into(), "a"),
            element("3".into(), "y".into(), "A"),
        ];
        let pairs = paired(&state, &known, Pairing::Equivalent);
        assert_eq!(pairs, "3 y A, 2 x a");
    }

    #[test]
    fn an_element_makes_room_for_one_that_can_be_nowhere_else() {
        let state = [
            element("1".into(), "admin".into(), "a"),
            element("2".into(), "guest".into(), "a"),
        ];
        let configured = [
            element(Value::Null, Value::Null, "A"),
            element(Value::Null, "admin".into(), "A"),
        ];
        let pairs = paired(&state, &configured, Pairing::Configured);
        assert_eq!(pairs, "- admin A, - - A");
        let others = [state[1].clone(), state[0].clone()];
        let pairs = paired(&others, &configured, Pairing::Configured);
        assert_eq!(pairs, "- - A, - admin A");
        // The first is as similar to both, and takes the one that the second needs.
        let state = [
            element("1".into(), "admin".into(), "a"),
            element("2".into(), "guest".into(), "b"),
        ];
        let known = [
            element("8".into(), "x".into(), "b"),
            element("9".into(), Value::UNKNOWN, "a"),
        ];
        let pairs = paired(&state, &known, Pairing::Equivalent);
        assert_eq!(pairs, "9 - a, 8 x b");
    }

    #[test]
    fn no_candidate_is_given_twice() {
        let state = [
            element("1".into(), Value::Null, "a"),
            element("2".into(), Value::Null, "a"),
        ];
        let known = [element(Value::UNKNOWN, Value::UNKNOWN, "a")];
        let pairs = paired(&state, &known, Pairing::Equivalent);
        assert_eq!(pairs, "- - a, - - -");
        assert_eq!(paired(&state, &known, Pairing::None), "- - -, - - -");
    }
}
