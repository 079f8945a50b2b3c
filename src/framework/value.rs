//! Values as Terraform has them: null, unknown or known, of any type of [`Type`].
//!
//! A value does not carry its type (the schema does), except where the schema says `dynamic`.

use std::collections::BTreeMap;

use super::number::Number;
use super::path::{Path, Step};
use super::types::Type;

/// A value. Sensitivity is not part of it: Terraform strips those marks before it calls.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// No value, of any type.
    Null,
    /// A value that will be known after apply, with what is known about it already.
    Unknown(Option<Box<Refinements>>),
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text.
    String(String),
    /// A list or a tuple.
    List(Vec<Value>),
    /// A set.
    Set(Set),
    /// A map.
    Map(BTreeMap<String, Value>),
    /// An object: every member of its type is present, if only as null.
    Object(BTreeMap<String, Value>),
    /// A value where the schema says `dynamic`, with its own type.
    Dynamic(Box<(Type, Value)>),
}

/// What is known about an unknown value.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refinements {
    /// `Some(false)`: it will not be null. `Some(true)`: it will be.
    pub null: Option<bool>,
    /// How the string will begin.
    pub string_prefix: Option<String>,
    /// Lower bound of the number, and whether the bound itself is possible.
    pub number_lower_bound: Option<(Number, bool)>,
    /// Upper bound of the number, and whether the bound itself is possible.
    pub number_upper_bound: Option<(Number, bool)>,
    /// The least number of elements of the collection.
    pub length_lower_bound: Option<i64>,
    /// The largest number of elements of the collection.
    pub length_upper_bound: Option<i64>,
}

/// The elements of a set in one canonical order, so that equal sets compare equal.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Set(Vec<Value>);

impl Set {
    /// The elements, in canonical order.
    pub fn iter(&self) -> std::slice::Iter<'_, Value> {
        self.0.iter()
    }

    /// The elements, in canonical order.
    #[must_use]
    pub fn as_slice(&self) -> &[Value] {
        &self.0
    }

    /// How many elements there are. Elements that are not wholly known count one each, though some
    /// may turn out equal.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the set has no element.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Value> for Set {
    fn from_iter<I: IntoIterator<Item = Value>>(elements: I) -> Self {
        let mut elements: Vec<Value> = elements.into_iter().collect();
        elements.sort();
        // Two elements that are not wholly known may still become different values.
        elements.dedup_by(|a, b| a == b && a.is_wholly_known());
        Self(elements)
    }
}

impl IntoIterator for Set {
    type Item = Value;
    type IntoIter = std::vec::IntoIter<Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Set {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl Value {
    /// An unknown value of which nothing is known.
    pub const UNKNOWN: Self = Self::Unknown(None);

    /// An object with the given members.
    pub fn object<N: Into<String>>(members: impl IntoIterator<Item = (N, Value)>) -> Self {
        Self::Object(
            members
                .into_iter()
                .map(|(name, member)| (name.into(), member))
                .collect(),
        )
    }

    /// A set of the given elements; duplicates are dropped.
    pub fn set(elements: impl IntoIterator<Item = Value>) -> Self {
        Self::Set(elements.into_iter().collect())
    }

    /// Whether this is null. A dynamic value is null when what it holds is.
    #[must_use]
    pub fn is_null(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Dynamic(inner) => inner.1.is_null(),
            _ => false,
        }
    }

    /// Whether this value itself is unknown; parts of a known value may still be.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        match self {
            Self::Unknown(_) => true,
            Self::Dynamic(inner) => inner.1.is_unknown(),
            _ => false,
        }
    }

    /// Whether no part of the value is unknown.
    #[must_use]
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown(_) => false,
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => true,
            Self::List(elements) => elements.iter().all(Self::is_wholly_known),
            Self::Set(elements) => elements.iter().all(Self::is_wholly_known),
            Self::Map(members) | Self::Object(members) => {
                members.values().all(Self::is_wholly_known)
            }
            Self::Dynamic(inner) => inner.1.is_wholly_known(),
        }
    }

    /// The text, if this is a known string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            Self::Dynamic(inner) => inner.1.as_str(),
            _ => None,
        }
    }

    /// The members, if this is a known object.
    #[must_use]
    pub fn as_object(&self) -> Option<&BTreeMap<String, Value>> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The member `name` of an object; unknown where the object is, null where there is no object
    /// or no such member.
    #[must_use]
    pub fn member(&self, name: &str) -> &Value {
        const NULL: &Value = &Value::Null;
        const UNKNOWN: &Value = &Value::Unknown(None);
        match self {
            Self::Object(members) => members.get(name).unwrap_or(NULL),
            Self::Unknown(_) => UNKNOWN,
            _ => NULL,
        }
    }

    /// The value at `path`, or `None` if the path leads nowhere: through null, unknown, a missing
    /// key or a set.
    #[must_use]
    pub fn get(&self, path: &Path) -> Option<&Value> {
        path.steps()
            .iter()
            .try_fold(self, |value, step| match (value, step) {
                (Self::Object(members), Step::Attribute(name)) => members.get(name),
                (Self::Map(members), Step::Key(key)) => members.get(key),
                (Self::List(elements), Step::Index(index)) => elements.get(*index),
                _ => None,
            })
    }

    /// The value at `path`, to be changed in place. `None` as for [`Value::get`].
    pub fn get_mut(&mut self, path: &Path) -> Option<&mut Value> {
        path.steps()
            .iter()
            .try_fold(self, |value, step| match (value, step) {
                (Self::Object(members), Step::Attribute(name)) => members.get_mut(name),
                (Self::Map(members), Step::Key(key)) => members.get_mut(key),
                (Self::List(elements), Step::Index(index)) => elements.get_mut(*index),
                _ => None,
            })
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(value.into())
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_forget_order_and_duplicates() {
        let one = Value::set(["b".into(), "a".into(), "b".into()]);
        let other = Value::set(["a".into(), "b".into()]);
        assert_eq!(one, other);
    }

    #[test]
    fn unknown_elements_of_a_set_stay_apart() {
        let Value::Set(set) = Value::set([Value::UNKNOWN, Value::UNKNOWN, "a".into(), "a".into()])
        else {
            panic!("not a set");
        };
        assert_eq!(set.len(), 3);
    }

    #[test]
    fn paths_lead_into_objects_maps_and_lists() {
        let mut value = Value::object([(
            "map",
            Value::Map([("k".to_owned(), Value::List(vec!["x".into()]))].into()),
        )]);
        let path = Path::root().attribute("map").key("k").index(0);
        assert_eq!(value.get(&path), Some(&"x".into()));
        *value.get_mut(&path).unwrap() = Value::Null;
        assert_eq!(value.get(&path), Some(&Value::Null));
        assert_eq!(value.get(&Path::root().attribute("map").index(0)), None);
    }

    #[test]
    fn unknown_anywhere_is_not_wholly_known() {
        let known = Value::object([("a", Value::List(vec![Value::Null]))]);
        let partly = Value::object([("a", Value::List(vec![Value::UNKNOWN]))]);
        assert!(known.is_wholly_known());
        assert!(!partly.is_wholly_known() && !partly.is_unknown());
    }
}
