//! Resource identity: the few attributes that find an object again.

use crate::framework::types::Type;
use crate::framework::value::Value;

/// The identity of a resource type.
///
/// Every identity attribute has the name and type of an attribute of the resource, so that the
/// identity of an object follows from its state.
#[derive(Debug, Clone, Default)]
pub struct IdentitySchema {
    /// Version of the stored form. Starts at 0: cores ask for an upgrade of identities that do not
    /// exist when it is higher.
    pub version: u64,
    /// The attributes.
    pub attributes: Vec<IdentityAttribute>,
    /// Whether an update or a read may change the identity of an object, for objects whose key can
    /// be renewed while they stay what they are. Cores take the new one over: they check its type and
    /// that it is known, and leave the rest to the provider.
    pub is_mutable: bool,
}

/// One attribute of an identity.
#[derive(Debug, Clone)]
pub struct IdentityAttribute {
    /// The name, the same as in the resource.
    pub name: String,
    /// A primitive type or a list of one.
    pub ty: Type,
    /// Whether an import must give it; otherwise it may.
    pub required_for_import: bool,
    /// Plain text.
    pub description: String,
}

impl IdentitySchema {
    /// An identity of version 0 without attributes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same identity with one more string attribute that an import must give.
    #[must_use]
    pub fn required(mut self, name: impl Into<String>, description: impl Into<String>) -> Self {
        self.attributes.push(IdentityAttribute {
            name: name.into(),
            ty: Type::String,
            required_for_import: true,
            description: description.into(),
        });
        self
    }

    /// The same identity with one more string attribute that an import may give.
    #[must_use]
    pub fn optional(mut self, name: impl Into<String>, description: impl Into<String>) -> Self {
        self.attributes.push(IdentityAttribute {
            name: name.into(),
            ty: Type::String,
            required_for_import: false,
            description: description.into(),
        });
        self
    }

    /// The same identity, which may change during the life of an object.
    #[must_use]
    pub fn mutable(mut self) -> Self {
        self.is_mutable = true;
        self
    }

    /// The type of an identity of this schema.
    #[must_use]
    pub fn object_type(&self) -> Type {
        Type::object(
            self.attributes
                .iter()
                .map(|attribute| (attribute.name.clone(), attribute.ty.clone())),
        )
    }

    /// The identity of the object with this state, or `None` while the state lacks a part of it.
    #[must_use]
    pub fn of_state(&self, state: &Value) -> Option<Value> {
        let members: Vec<(String, Value)> = self
            .attributes
            .iter()
            .map(|attribute| {
                (
                    attribute.name.clone(),
                    state.member(&attribute.name).clone(),
                )
            })
            .collect();
        let complete = members
            .iter()
            .zip(&self.attributes)
            .all(|((_, value), attribute)| {
                value.is_wholly_known() && (!attribute.required_for_import || !value.is_null())
            });
        let blank = members.iter().all(|(_, value)| value.is_null());
        (complete && !blank).then(|| Value::object(members))
    }
}
