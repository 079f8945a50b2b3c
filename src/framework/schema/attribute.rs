//! Attributes: arguments and results, plain or nested.

use std::fmt;

use super::plan_modifier::{AttributePlan, PlanModifier};
use super::validator::Validator;
use crate::framework::types::Type;
use crate::framework::value::Value;

/// One attribute of a schema.
///
/// Built from a constructor for its type and refined by the methods below, for example
/// `Attribute::string("name").required().description("Name of the cluster.")`.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// The name in configuration: lower snake case.
    pub name: String,
    /// A plain type, or nested attributes.
    pub kind: AttributeKind,
    /// Configuration must set it.
    pub required: bool,
    /// Configuration may set it.
    pub optional: bool,
    /// The provider may set it.
    pub computed: bool,
    /// Hidden in the output of the command line.
    pub sensitive: bool,
    /// Never stored: read from configuration only.
    pub write_only: bool,
    /// Markdown, in full sentences: it becomes the documentation.
    pub description: String,
    /// Set on deprecated attributes: what to use instead, and until when.
    pub deprecation: Option<String>,
    /// The value when configuration leaves the attribute out. The attribute is then also computed.
    pub default: Option<Value>,
    /// What a configured value must satisfy. Never asked about null or unknown values.
    pub validators: Vec<Validator>,
    /// How the planned value follows from configuration and state, in this order.
    pub plan_modifiers: Vec<PlanModifier>,
    /// Whether two different spellings mean the same, so that the one already known is kept.
    pub equivalence: Option<Equivalence>,
}

/// What an attribute holds.
#[derive(Debug, Clone)]
pub enum AttributeKind {
    /// A value of a type.
    Plain(Type),
    /// Nested attributes, once or as a collection.
    Nested {
        /// One object, or which collection of them.
        nesting: Nesting,
        /// The attributes of each object.
        attributes: Vec<Attribute>,
    },
}

/// How often nested attributes occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nesting {
    /// One object.
    Single,
    /// A list of objects.
    List,
    /// A set of objects.
    Set,
    /// A map of objects.
    Map,
}

/// A rule that says when two values of an attribute mean the same.
#[derive(Clone, Copy)]
pub struct Equivalence(pub fn(&Value, &Value) -> bool);

impl fmt::Debug for Equivalence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Equivalence")
    }
}

impl Attribute {
    /// An attribute of any type.
    pub fn of(name: impl Into<String>, ty: Type) -> Self {
        Self::with_kind(name, AttributeKind::Plain(ty))
    }

    /// A string attribute.
    pub fn string(name: impl Into<String>) -> Self {
        Self::of(name, Type::String)
    }

    /// A number attribute.
    pub fn number(name: impl Into<String>) -> Self {
        Self::of(name, Type::Number)
    }

    /// A boolean attribute.
    pub fn bool(name: impl Into<String>) -> Self {
        Self::of(name, Type::Bool)
    }

    /// An attribute that is a list of `element`.
    pub fn list(name: impl Into<String>, element: Type) -> Self {
        Self::of(name, Type::list(element))
    }

    /// An attribute that is a set of `element`.
    pub fn set(name: impl Into<String>, element: Type) -> Self {
        Self::of(name, Type::set(element))
    }

    /// An attribute that is a map of `element`.
    pub fn map(name: impl Into<String>, element: Type) -> Self {
        Self::of(name, Type::map(element))
    }

    /// An attribute with nested attributes.
    pub fn nested(
        name: impl Into<String>,
        nesting: Nesting,
        attributes: impl IntoIterator<Item = Attribute>,
    ) -> Self {
        Self::with_kind(
            name,
            AttributeKind::Nested {
                nesting,
                attributes: attributes.into_iter().collect(),
            },
        )
    }

    fn with_kind(name: impl Into<String>, kind: AttributeKind) -> Self {
        Self {
            name: name.into(),
            kind,
            required: false,
            optional: false,
            computed: false,
            sensitive: false,
            write_only: false,
            description: String::new(),
            deprecation: None,
            default: None,
            validators: Vec::new(),
            plan_modifiers: Vec::new(),
            equivalence: None,
        }
    }

    /// Configuration must set it.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Configuration may set it.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// The provider may set it.
    #[must_use]
    pub fn computed(mut self) -> Self {
        self.computed = true;
        self
    }

    /// Hides the value in the command line's output. The state still holds it.
    #[must_use]
    pub fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// Never stored in plan or state: the provider reads it from configuration only.
    #[must_use]
    pub fn write_only(mut self) -> Self {
        self.write_only = true;
        self
    }

    /// Sets the description: Markdown, in full sentences.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Marks the attribute deprecated.
    #[must_use]
    pub fn deprecated(mut self, message: impl Into<String>) -> Self {
        self.deprecation = Some(message.into());
        self
    }

    /// The value when configuration leaves the attribute out. Makes it optional and computed, as
    /// Terraform demands of attributes with a default.
    #[must_use]
    pub fn default(mut self, value: impl Into<Value>) -> Self {
        self.default = Some(value.into());
        self.optional = true;
        self.computed = true;
        self
    }

    /// Adds a rule that a configured value must satisfy.
    #[must_use]
    pub fn validate(mut self, validator: Validator) -> Self {
        self.validators.push(validator);
        self
    }

    /// Adds a plan modifier.
    #[must_use]
    pub fn plan(mut self, modifier: PlanModifier) -> Self {
        self.plan_modifiers.push(modifier);
        self
    }

    /// On update, a value that only the provider sets is planned as it was.
    #[must_use]
    pub fn use_state(self) -> Self {
        self.plan(PlanModifier::UseState)
    }

    /// A change of this attribute replaces the object.
    #[must_use]
    pub fn requires_replace(self) -> Self {
        self.plan(PlanModifier::RequiresReplace)
    }

    /// A change of this attribute replaces the object if `condition` says so.
    #[must_use]
    pub fn requires_replace_if(self, condition: fn(&AttributePlan<'_>) -> bool) -> Self {
        self.plan(PlanModifier::RequiresReplaceIf(condition))
    }

    /// Values for which `equivalent` holds mean the same: the spelling already known is kept.
    #[must_use]
    pub fn equivalent_when(mut self, equivalent: fn(&Value, &Value) -> bool) -> Self {
        self.equivalence = Some(Equivalence(equivalent));
        self
    }

    /// Whether two different values of the attribute mean the same. Null and unknown values never
    /// do.
    #[must_use]
    pub fn means_the_same(&self, value: &Value, known: &Value) -> bool {
        let comparable = |value: &Value| !value.is_null() && value.is_wholly_known();
        self.equivalence.is_some_and(|equivalence| {
            value != known
                && comparable(value)
                && comparable(known)
                && (equivalence.0)(known, value)
        })
    }

    /// The nested attributes; empty for a plain attribute.
    #[must_use]
    pub fn nested_attributes(&self) -> &[Attribute] {
        match &self.kind {
            AttributeKind::Plain(_) => &[],
            AttributeKind::Nested { attributes, .. } => attributes,
        }
    }

    /// The type of the attribute's value.
    #[must_use]
    pub fn value_type(&self) -> Type {
        match &self.kind {
            AttributeKind::Plain(ty) => ty.clone(),
            AttributeKind::Nested {
                nesting,
                attributes,
            } => {
                let object = Type::object(
                    attributes
                        .iter()
                        .map(|attribute| (attribute.name.clone(), attribute.value_type())),
                );
                match nesting {
                    Nesting::Single => object,
                    Nesting::List => Type::list(object),
                    Nesting::Set => Type::set(object),
                    Nesting::Map => Type::map(object),
                }
            }
        }
    }
}
