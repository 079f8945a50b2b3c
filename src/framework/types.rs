//! The types a value can have. How they are written on the wire is the plugin layer's business.

use std::collections::BTreeMap;

/// A type of Terraform's type system.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// Text, in Unicode normalisation form C.
    String,
    /// A number of any size and precision.
    Number,
    /// True or false.
    Bool,
    /// Any type; the value carries its own.
    Dynamic,
    /// A sequence of one type.
    List(Box<Type>),
    /// A collection of one type without order or duplicates.
    Set(Box<Type>),
    /// Values of one type under string keys.
    Map(Box<Type>),
    /// A sequence of fixed length with a type for each place.
    Tuple(Vec<Type>),
    /// Named members with a type for each.
    Object(BTreeMap<String, Type>),
}

impl Type {
    /// A list of `element`.
    #[must_use]
    pub fn list(element: Type) -> Self {
        Self::List(Box::new(element))
    }

    /// A set of `element`.
    #[must_use]
    pub fn set(element: Type) -> Self {
        Self::Set(Box::new(element))
    }

    /// A map of `element`.
    #[must_use]
    pub fn map(element: Type) -> Self {
        Self::Map(Box::new(element))
    }

    /// An object with the given members.
    pub fn object<N: Into<String>>(members: impl IntoIterator<Item = (N, Type)>) -> Self {
        Self::Object(
            members
                .into_iter()
                .map(|(name, member)| (name.into(), member))
                .collect(),
        )
    }

    /// Whether `dynamic` occurs anywhere in the type.
    #[must_use]
    pub fn contains_dynamic(&self) -> bool {
        match self {
            Self::Dynamic => true,
            Self::String | Self::Number | Self::Bool => false,
            Self::List(element) | Self::Set(element) | Self::Map(element) => {
                element.contains_dynamic()
            }
            Self::Tuple(elements) => elements.iter().any(Self::contains_dynamic),
            Self::Object(members) => members.values().any(Self::contains_dynamic),
        }
    }
}
