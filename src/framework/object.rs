//! Typed models: Rust structs that mirror a schema, and their conversion to and from [`Value`].
//!
//! The schema stays the authority; a test of the registry proves that schema and model agree.

use std::collections::{BTreeMap, BTreeSet};

use secrecy::{ExposeSecret as _, SecretString};

use super::diag::Diagnostic;
use super::number::Number;
use super::path::Path;
use super::types::Type;
use super::value::Value;

/// A member of a model: null, unknown or known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Field<T> {
    /// No value.
    #[default]
    Null,
    /// A value that will be known after apply, or a collection with such a part.
    Unknown,
    /// A value.
    Known(T),
}

impl<T> Field<T> {
    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// The value, if it is known, by value.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// Whether there is no value.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether the value is not known yet.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// The known value changed by `function`.
    pub fn map<U>(self, function: impl FnOnce(T) -> U) -> Field<U> {
        match self {
            Self::Null => Field::Null,
            Self::Unknown => Field::Unknown,
            Self::Known(value) => Field::Known(function(value)),
        }
    }
}

impl Field<String> {
    /// The text, if it is known.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.known().map(String::as_str)
    }
}

impl<T> From<Option<T>> for Field<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Known)
    }
}

impl From<&str> for Field<String> {
    fn from(text: &str) -> Self {
        Self::Known(text.to_owned())
    }
}

/// A value that does not have the shape of its model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConversionError {
    /// A null where the model has no place for one.
    #[error("{0} must not be null")]
    Null(Path),
    /// An unknown where the model has no place for one.
    #[error("{0} is not known yet")]
    Unknown(Path),
    /// A value of another type: schema and model disagree.
    #[error("{0} has another type than the provider expects")]
    Type(Path),
}

impl From<ConversionError> for Diagnostic {
    fn from(error: ConversionError) -> Self {
        let text = error.to_string();
        match error {
            ConversionError::Null(path) => Self::error(
                "Null where a value is needed",
                format!("{text}: every element of a collection needs a value."),
            )
            .at(path),
            ConversionError::Unknown(path) | ConversionError::Type(path) => Self::bug(
                "Value does not match the provider's model",
                format!("{text}."),
            )
            .at(path),
        }
    }
}

/// A Rust type that stands for values of one Terraform type.
pub trait ValueType: Sized {
    /// The Terraform type.
    fn value_type() -> Type;

    /// Reads a value that is neither null nor unknown. `path` is where it is, for errors.
    ///
    /// # Errors
    /// The value, or a part of it, has no place in this type.
    fn from_value(value: &Value, path: &Path) -> Result<Self, ConversionError>;

    /// The value.
    fn to_value(&self) -> Value;
}

/// A struct that mirrors an object of a schema. Implemented by [`model!`](crate::model).
pub trait Model: ValueType + Send + Sync + 'static {
    /// Reads a model from an object.
    ///
    /// # Errors
    /// The object, or a part of it, does not have the model's shape.
    fn read(object: &Value) -> Result<Self, ConversionError> {
        Self::from_value(object, &Path::root())
    }
}

impl<T: ValueType> Field<T> {
    /// The Terraform type of the member.
    #[must_use]
    pub fn value_type() -> Type {
        T::value_type()
    }

    /// Reads a member. A value with an unknown part that `T` has no place for reads as unknown.
    ///
    /// # Errors
    /// The value does not have the shape of `T`.
    pub fn from_value(value: &Value, path: &Path) -> Result<Self, ConversionError> {
        if value.is_null() {
            return Ok(Self::Null);
        }
        if value.is_unknown() {
            return Ok(Self::Unknown);
        }
        match T::from_value(value, path) {
            Ok(value) => Ok(Self::Known(value)),
            Err(ConversionError::Unknown(_)) => Ok(Self::Unknown),
            Err(error) => Err(error),
        }
    }

    /// The member as a value.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Unknown => Value::UNKNOWN,
            Self::Known(value) => value.to_value(),
        }
    }
}

/// The error for a value that is not of the expected variant.
fn mismatch(value: &Value, path: &Path) -> ConversionError {
    if value.is_null() {
        ConversionError::Null(path.clone())
    } else if value.is_unknown() {
        ConversionError::Unknown(path.clone())
    } else {
        ConversionError::Type(path.clone())
    }
}

impl ValueType for String {
    fn value_type() -> Type {
        Type::String
    }

    fn from_value(value: &Value, path: &Path) -> Result<Self, ConversionError> {
        match value {
            Value::String(text) => Ok(text.clone()),
            other => Err(mismatch(other, path)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.clone())
    }
}

/// A secret is text on the wire and never printed in between.
impl ValueType for SecretString {
    fn value_type() -> Type {
        Type::String
    }

    fn from_value(value: &Value, path: &Path) -> Result<Self, ConversionError> {
        String::from_value(value, path).map(Into::into)
    }

    fn to_value(&self) -> Value {
        Value::String(self.expose_secret().to_owned())
    }
}

impl ValueType for bool {
    fn value_type() -> Type {
        Type::Bool
    }

    fn from_value(value: &Value, path: &Path) -> Result<Self, ConversionError> {
        match value {
            Value::Bool(value) => Ok(*value),
            other => Err(mismatch(other, path)),
        }
    }

    fn to_value(&self) -> Value {
        Value::Bool(*self)
    }
}

impl ValueType for Number {
    fn value_type() -> Type {
        Type::Number
    }

    fn from_value(value: &Value, path: &Path) -> Result<Self, ConversionError> {
        match value {
            Value::Number(number) => Ok(number.clone()),
            other => Err(mismatch(other, path)),
        }
    }

    fn to_value(&self) -> Value {
        Value::Number(self.clone())
    }
}

impl<T: ValueType> ValueType for Vec<T> {
    fn value_type() -> Type {
        Type::list(T::value_type())
    }

    fn from_value(value: &Value, path: &Path) -> Result<Self, ConversionError> {
        match value {
            Value::List(elements) => elements
                .iter()
                .enumerate()
                .map(|(index, element)| T::from_value(element, &path.index(index)))
                .collect(),
            other => Err(mismatch(other, path)),
        }
    }

    fn to_value(&self) -> Value {
        Value::List(self.iter().map(T::to_value).collect())
    }
}

impl<T: ValueType + Ord> ValueType for BTreeSet<T> {
    fn value_type() -> Type {
        Type::set(T::value_type())
    }

    fn from_value(value: &Value, path: &Path) -> Result<Self, ConversionError> {
        Ok(SetOf::from_value(value, path)?.0.into_iter().collect())
    }

    fn to_value(&self) -> Value {
        Value::set(self.iter().map(T::to_value))
    }
}

/// A set of models, which need not be comparable.
#[derive(Debug, Clone, Default)]
pub struct SetOf<T>(pub Vec<T>);

impl<T: ValueType> ValueType for SetOf<T> {
    fn value_type() -> Type {
        Type::set(T::value_type())
    }

    fn from_value(value: &Value, path: &Path) -> Result<Self, ConversionError> {
        match value {
            Value::Set(elements) => elements
                .iter()
                .map(|element| T::from_value(element, &path.element(element.clone())))
                .collect::<Result<_, _>>()
                .map(Self),
            other => Err(mismatch(other, path)),
        }
    }

    fn to_value(&self) -> Value {
        Value::set(self.0.iter().map(T::to_value))
    }
}

impl<T: ValueType> ValueType for BTreeMap<String, T> {
    fn value_type() -> Type {
        Type::map(T::value_type())
    }

    fn from_value(value: &Value, path: &Path) -> Result<Self, ConversionError> {
        match value {
            Value::Map(members) => members
                .iter()
                .map(|(key, member)| Ok((key.clone(), T::from_value(member, &path.key(key))?)))
                .collect(),
            other => Err(mismatch(other, path)),
        }
    }

    fn to_value(&self) -> Value {
        Value::Map(
            self.iter()
                .map(|(key, member)| (key.clone(), member.to_value()))
                .collect(),
        )
    }
}

/// The members of an object, or the error for a value that is none. For [`model!`](crate::model).
#[doc(hidden)]
pub fn members<'a>(
    value: &'a Value,
    path: &Path,
) -> Result<&'a BTreeMap<String, Value>, ConversionError> {
    value.as_object().ok_or_else(|| mismatch(value, path))
}

/// The attribute name of a Rust field: raw identifiers lose their mark. For [`model!`](crate::model).
#[doc(hidden)]
#[must_use]
pub fn attribute_name(field: &'static str) -> &'static str {
    field.strip_prefix("r#").unwrap_or(field)
}

/// Defines a struct that mirrors an object of a schema. Every member is a [`Field`] and has the name
/// of its attribute.
///
/// ```
/// use terraform_provider_camunda::framework::object::{Field, Model as _};
/// use terraform_provider_camunda::framework::value::Value;
///
/// terraform_provider_camunda::model! {
///     /// A thing.
///     pub struct Thing {
///         pub name: Field<String>,
///     }
/// }
///
/// let thing = Thing::read(&Value::object([("name", "x".into())]))?;
/// assert_eq!(thing.name.as_str(), Some("x"));
/// # Ok::<(), terraform_provider_camunda::framework::object::ConversionError>(())
/// ```
#[macro_export]
macro_rules! model {
    ($(#[$meta:meta])* $vis:vis struct $name:ident {
        $($(#[$field_meta:meta])* $field_vis:vis $field:ident: $ty:ty),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default)]
        $vis struct $name {
            $(
                #[doc = concat!("The attribute `", stringify!($field), "`.")]
                $(#[$field_meta])*
                $field_vis $field: $ty
            ),*
        }

        impl $crate::framework::object::ValueType for $name {
            fn value_type() -> $crate::framework::types::Type {
                $crate::framework::types::Type::object::<&str>([
                    $((
                        $crate::framework::object::attribute_name(stringify!($field)),
                        <$ty>::value_type(),
                    )),*
                ])
            }

            fn from_value(
                value: &$crate::framework::value::Value,
                path: &$crate::framework::path::Path,
            ) -> ::std::result::Result<Self, $crate::framework::object::ConversionError> {
                let members = $crate::framework::object::members(value, path)?;
                // Not used by a model without members.
                let _ = members;
                $(let $field = {
                    let name = $crate::framework::object::attribute_name(stringify!($field));
                    match members.get(name) {
                        ::std::option::Option::Some(member) => {
                            <$ty>::from_value(member, &path.attribute(name))?
                        }
                        ::std::option::Option::None => ::std::default::Default::default(),
                    }
                };)*
                ::std::result::Result::Ok(Self { $($field),* })
            }

            fn to_value(&self) -> $crate::framework::value::Value {
                $crate::framework::value::Value::object::<&str>([
                    $((
                        $crate::framework::object::attribute_name(stringify!($field)),
                        self.$field.to_value(),
                    )),*
                ])
            }
        }

        impl $crate::framework::object::Model for $name {}
    };
}

crate::model! {
    /// The model of an object without attributes.
    pub struct NoAttributes {}
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::model! {
        struct Inner {
            r#type: Field<String>,
        }
    }

    crate::model! {
        struct Outer {
            name: Field<String>,
            secret: Field<SecretString>,
            tags: Field<BTreeSet<String>>,
            inner: Field<Inner>,
            items: Field<Vec<Inner>>,
            limits: Field<BTreeMap<String, Number>>,
        }
    }

    fn outer() -> Value {
        let inner = Value::object([("type", "t".into())]);
        Value::object([
            ("name", "n".into()),
            ("secret", "hunter2".into()),
            ("tags", Value::set(["b".into(), "a".into()])),
            ("inner", inner.clone()),
            ("items", Value::List(vec![inner])),
            ("limits", Value::Map([("max".to_owned(), 3.into())].into())),
        ])
    }

    impl From<i32> for Value {
        fn from(value: i32) -> Self {
            i64::from(value).into()
        }
    }

    #[test]
    fn a_model_is_its_value() {
        let model = Outer::read(&outer()).unwrap();
        assert_eq!(model.name.as_str(), Some("n"));
        assert_eq!(model.to_value(), outer());
        assert!(!format!("{model:?}").contains("hunter2"));
    }

    #[test]
    fn a_model_knows_its_type() {
        let Type::Object(members) = Outer::value_type() else {
            panic!("not an object");
        };
        assert_eq!(members["tags"], Type::set(Type::String));
        assert_eq!(members["inner"], Type::object([("type", Type::String)]));
    }

    #[test]
    fn unknown_parts_stay_where_there_is_room_for_them() {
        let mut value = outer();
        *value.get_mut(&Path::of("tags")).unwrap() = Value::set(["a".into(), Value::UNKNOWN]);
        *value
            .get_mut(&Path::of("items").index(0).attribute("type"))
            .unwrap() = Value::UNKNOWN;
        let model = Outer::read(&value).unwrap();
        assert!(model.tags.is_unknown());
        assert!(model.items.known().unwrap()[0].r#type.is_unknown());
    }

    #[test]
    fn null_elements_are_an_error_with_their_path() {
        let mut value = outer();
        *value.get_mut(&Path::of("tags")).unwrap() = Value::set([Value::Null]);
        let error = Outer::read(&value).unwrap_err();
        insta::assert_snapshot!(error, @"tags[*] must not be null");
    }
}
