//! Values: null, unknown or known, and what a core asks of them.

use std::collections::BTreeMap;
use std::fmt;

use crate::number::Number;
use crate::types::Type;

/// A value. It does not carry its type, except where the schema says `dynamic`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// No value.
    Null,
    /// Known after apply.
    Unknown(Option<Box<Refinements>>),
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text.
    String(String),
    /// A list or a tuple.
    List(Vec<Value>),
    /// A set, in one order. See [`Value::set`].
    Set(Vec<Value>),
    /// A map.
    Map(BTreeMap<String, Value>),
    /// An object.
    Object(BTreeMap<String, Value>),
    /// A value with a type of its own.
    Dynamic(Box<(Type, Value)>),
}

/// What is known of an unknown value.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refinements {
    /// Whether it will be null.
    pub is_null: Option<bool>,
    /// How its text will begin.
    pub prefix: Option<String>,
    /// Its least number, and whether it may be that one.
    pub at_least: Option<(Number, bool)>,
    /// Its greatest number, and whether it may be that one.
    pub at_most: Option<(Number, bool)>,
    /// The least number of its elements.
    pub fewest: Option<i64>,
    /// The greatest number of its elements.
    pub most: Option<i64>,
}

impl Value {
    /// Unknown, and nothing is known of it.
    pub const UNKNOWN: Self = Self::Unknown(None);

    /// An object.
    pub fn object<N: Into<String>>(members: impl IntoIterator<Item = (N, Value)>) -> Self {
        let members = members.into_iter();
        Self::Object(
            members
                .map(|(name, member)| (name.into(), member))
                .collect(),
        )
    }

    /// A set. Equal elements are one; those with unknown parts stay apart, because they may become
    /// different.
    pub fn set(elements: impl IntoIterator<Item = Value>) -> Self {
        let mut elements: Vec<Value> = elements.into_iter().collect();
        elements.sort();
        elements.dedup_by(|a, b| a == b && a.is_wholly_known());
        Self::Set(elements)
    }

    /// Whether there is no value.
    #[must_use]
    pub fn is_null(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Dynamic(inner) => inner.1.is_null(),
            _ => false,
        }
    }

    /// Whether the value as a whole is unknown.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        match self {
            Self::Unknown(_) => true,
            Self::Dynamic(inner) => inner.1.is_unknown(),
            _ => false,
        }
    }

    /// Whether no part is unknown.
    #[must_use]
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown(_) => false,
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => true,
            Self::List(elements) | Self::Set(elements) => {
                elements.iter().all(Self::is_wholly_known)
            }
            Self::Map(members) | Self::Object(members) => {
                members.values().all(Self::is_wholly_known)
            }
            Self::Dynamic(inner) => inner.1.is_wholly_known(),
        }
    }

    /// The member of an object: unknown where the object is, null where there is no object.
    #[must_use]
    pub fn member(&self, name: &str) -> &Value {
        match self {
            Self::Object(members) => members.get(name).unwrap_or(&Self::Null),
            Self::Unknown(_) => &Self::UNKNOWN,
            _ => &Self::Null,
        }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The elements of a list, set or map.
    #[must_use]
    pub fn elements(&self) -> Vec<&Value> {
        match self {
            Self::List(elements) | Self::Set(elements) => elements.iter().collect(),
            Self::Map(members) => members.values().collect(),
            Self::Dynamic(inner) => inner.1.elements(),
            _ => Vec::new(),
        }
    }

    /// Sets a member of an object.
    ///
    /// # Panics
    /// This is no object, or has no such member: a mistake of the test.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        let Self::Object(members) = &mut self else {
            unreachable!("{self:?} is no object");
        };
        let known = members.insert(name.to_owned(), value.into());
        assert!(known.is_some(), "there is no {name}");
        self
    }

    /// The value without what is known of its unknown parts.
    #[must_use]
    pub fn unrefined(&self) -> Value {
        match self {
            Self::Unknown(_) => Self::UNKNOWN,
            Self::List(elements) => Self::List(elements.iter().map(Self::unrefined).collect()),
            Self::Set(elements) => Self::set(elements.iter().map(Self::unrefined)),
            Self::Map(members) => Self::Map(unrefined_members(members)),
            Self::Object(members) => Self::Object(unrefined_members(members)),
            Self::Dynamic(inner) => Self::Dynamic(Box::new((inner.0.clone(), inner.1.unrefined()))),
            other => other.clone(),
        }
    }

    /// Whether the two are the same, unknown where the other is unknown. Refinements do not count.
    #[must_use]
    pub fn is_same(&self, other: &Value) -> bool {
        self == other
            || (!self.is_wholly_known()
                && !other.is_wholly_known()
                && self.unrefined() == other.unrefined())
    }
}

fn unrefined_members(members: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let members = members.iter();
    members
        .map(|(name, member)| (name.clone(), member.unrefined()))
        .collect()
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Unknown(None) => f.write_str("unknown"),
            Self::Unknown(Some(refinements)) => write!(f, "unknown, {refinements:?}"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::String(text) => write!(f, "{text:?}"),
            Self::List(elements) => f.debug_list().entries(elements).finish(),
            Self::Set(elements) => f.debug_set().entries(elements).finish(),
            Self::Map(members) => f.debug_map().entries(members).finish(),
            Self::Object(members) => {
                f.write_str("{")?;
                for (index, (name, member)) in members.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{name} = {member:?}")?;
                }
                f.write_str("}")
            }
            Self::Dynamic(inner) => write!(f, "dynamic {:?}", inner.1),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_know_no_order_but_unknown_elements_stay_apart() {
        let one = Value::set(["b".into(), "a".into(), "b".into()]);
        assert_eq!(one, Value::set(["a".into(), "b".into()]));
        assert_eq!(
            Value::set([Value::UNKNOWN, Value::UNKNOWN])
                .elements()
                .len(),
            2
        );
    }

    #[test]
    fn refinements_do_not_make_a_difference() {
        let refined = Value::Unknown(Some(Box::default()));
        assert_ne!(refined, Value::UNKNOWN);
        assert!(Value::List(vec![refined]).is_same(&Value::List(vec![Value::UNKNOWN])));
        assert!(!Value::UNKNOWN.is_same(&Value::Null));
    }
}
