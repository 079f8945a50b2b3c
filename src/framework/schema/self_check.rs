//! The rules Terraform imposes on schemas. A schema that breaks one makes every run fail, so the
//! provider's own tests ask this before a core does.

use std::collections::BTreeSet;

use super::attribute::{Attribute, AttributeKind, Nesting};
use super::block::{Block, BlockNesting, NestedBlock};
use super::{IdentitySchema, Schema};
use crate::framework::path::Path;
use crate::framework::types::Type;
use crate::framework::value::Value;

impl Schema {
    /// What cores would refuse about this schema, as sentences; empty for a good one.
    #[must_use]
    pub fn self_check(&self) -> Vec<String> {
        let mut faults = Vec::new();
        check_block(&self.block, &Path::root(), false, &mut faults);
        faults
    }
}

impl IdentitySchema {
    /// What cores would refuse about this identity in a resource with the schema `resource`.
    #[must_use]
    pub fn self_check(&self, resource: &Schema) -> Vec<String> {
        let mut faults = Vec::new();
        if self.attributes.is_empty() {
            faults.push("identity without attributes".to_owned());
        }
        for attribute in &self.attributes {
            let name = &attribute.name;
            let primitive = |ty: &Type| matches!(ty, Type::String | Type::Number | Type::Bool);
            let allowed = match &attribute.ty {
                Type::List(element) => primitive(element),
                other => primitive(other),
            };
            if !allowed {
                faults.push(format!(
                    "identity {name}: only primitives and lists of them"
                ));
            }
            match resource.block.attributes.iter().find(|a| a.name == *name) {
                None => faults.push(format!(
                    "identity {name}: the resource has no such attribute"
                )),
                Some(twin) if twin.value_type() != attribute.ty => {
                    faults.push(format!(
                        "identity {name}: another type than in the resource"
                    ));
                }
                Some(twin) if twin.sensitive || twin.write_only => {
                    faults.push(format!("identity {name}: must not be secret"));
                }
                Some(_) => {}
            }
        }
        faults
    }
}

/// Cores demand that all elements of a collection have one type, which `dynamic` cannot promise;
/// some end with a crash when it is broken.
const DYNAMIC_ELEMENTS: &str = "dynamic values cannot live in lists, sets or maps";

/// Cores match the elements of a set by content and take sets inside them as a whole: with anything
/// from the provider there, no element would be found again and no plan would settle.
const COMPUTED_IN_INNER_SET: &str = "a set inside a set must be wholly configured";

fn any_computed(attributes: &[Attribute], blocks: &[NestedBlock]) -> bool {
    attributes
        .iter()
        .any(|attribute| attribute.computed || any_computed(attribute.nested_attributes(), &[]))
        || blocks
            .iter()
            .any(|nested| any_computed(&nested.block.attributes, &nested.block.blocks))
}

/// Whether a collection has `dynamic` in its elements.
fn collects_dynamic(ty: &Type) -> bool {
    match ty {
        Type::String | Type::Number | Type::Bool | Type::Dynamic => false,
        Type::List(element) | Type::Set(element) | Type::Map(element) => element.contains_dynamic(),
        Type::Tuple(elements) => elements.iter().any(collects_dynamic),
        Type::Object(members) => members.values().any(collects_dynamic),
    }
}

/// Whether `value` is known, not null itself, and of the type `ty`.
fn conforms(value: &Value, ty: &Type) -> bool {
    let part = |value: &Value, ty: &Type| value.is_null() || conforms(value, ty);
    match (value, ty) {
        (Value::String(_), Type::String)
        | (Value::Number(_), Type::Number)
        | (Value::Bool(_), Type::Bool) => true,
        (Value::Dynamic(inner), Type::Dynamic) => conforms(&inner.1, &inner.0),
        (Value::List(elements), Type::List(ty)) => elements.iter().all(|element| part(element, ty)),
        (Value::Set(elements), Type::Set(ty)) => elements.iter().all(|element| part(element, ty)),
        (Value::Map(elements), Type::Map(ty)) => elements.values().all(|element| part(element, ty)),
        (Value::List(elements), Type::Tuple(types)) => {
            elements.len() == types.len()
                && elements
                    .iter()
                    .zip(types)
                    .all(|(element, ty)| part(element, ty))
        }
        (Value::Object(members), Type::Object(types)) => {
            members.len() == types.len()
                && types
                    .iter()
                    .all(|(name, ty)| members.get(name).is_some_and(|member| part(member, ty)))
        }
        _ => false,
    }
}

/// Whether a default for nested attributes has null where the provider would have to fill in.
fn leaves_open(attribute: &Attribute, default: &Value) -> bool {
    let open = |object: &Value| {
        attribute.nested_attributes().iter().any(|nested| {
            let member = object.member(&nested.name);
            (nested.computed && member.is_null()) || leaves_open(nested, member)
        })
    };
    match default {
        Value::Object(_) => open(default),
        Value::List(elements) => elements.iter().any(open),
        Value::Set(elements) => elements.iter().any(open),
        Value::Map(elements) => elements.values().any(open),
        _ => false,
    }
}

fn valid_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

fn check_block(block: &Block, path: &Path, in_set: bool, faults: &mut Vec<String>) {
    const RESERVED: [&str; 7] = [
        "count",
        "for_each",
        "provider",
        "depends_on",
        "lifecycle",
        "connection",
        "provisioner",
    ];
    let mut names = BTreeSet::new();
    for attribute in &block.attributes {
        if path.is_root() && RESERVED.contains(&attribute.name.as_str()) {
            faults.push(format!("{}: reserved name", attribute.name));
        }
        if !names.insert(&attribute.name) {
            faults.push(format!(
                "{}: name used twice",
                path.attribute(&attribute.name)
            ));
        }
        check_attribute(attribute, &path.attribute(&attribute.name), in_set, faults);
    }
    for nested in &block.blocks {
        let nested_path = path.attribute(&nested.name);
        if !names.insert(&nested.name) {
            faults.push(format!("{nested_path}: name used twice"));
        }
        if !valid_name(&nested.name) {
            faults.push(format!("{nested_path}: not a valid name"));
        }
        let set = matches!(nested.nesting, BlockNesting::Set { .. });
        if in_set && set && any_computed(&nested.block.attributes, &nested.block.blocks) {
            faults.push(format!("{nested_path}: {COMPUTED_IN_INNER_SET}"));
        }
        let single = matches!(
            nested.nesting,
            BlockNesting::Single { .. } | BlockNesting::Group
        );
        if !single && nested.block.object_type().contains_dynamic() {
            faults.push(format!("{nested_path}: {DYNAMIC_ELEMENTS}"));
        }
        if let BlockNesting::List { min, max } | BlockNesting::Set { min, max } = nested.nesting
            && max != 0
            && min > max
        {
            faults.push(format!("{nested_path}: more blocks demanded than allowed"));
        }
        check_block(&nested.block, &nested_path, in_set || set, faults);
    }
}

fn check_attribute(attribute: &Attribute, path: &Path, in_set: bool, faults: &mut Vec<String>) {
    let mut fault = |text: &str| faults.push(format!("{path}: {text}"));
    if !valid_name(&attribute.name) {
        fault("not a valid name");
    }
    if attribute.description.trim().is_empty() {
        fault("no description");
    }
    if !(attribute.required || attribute.optional || attribute.computed) {
        fault("neither required nor optional nor computed");
    }
    if attribute.required && (attribute.optional || attribute.computed) {
        fault("required, so it can be neither optional nor computed");
    }
    if attribute.write_only {
        if in_set {
            fault("write-only attributes cannot live in sets");
        }
        if attribute.computed {
            fault("write-only, so it cannot be computed or have a default");
        }
        if !attribute.sensitive {
            fault("write-only, so it should be sensitive");
        }
    }
    if collects_dynamic(&attribute.value_type()) {
        fault(DYNAMIC_ELEMENTS);
    }
    if let Some(default) = &attribute.default {
        if attribute.required || attribute.write_only {
            fault("a default belongs to optional attributes that are stored");
        }
        if !conforms(default, &attribute.value_type()) {
            fault("the default is not a known value of the attribute's type");
        } else if leaves_open(attribute, default) {
            fault("the default must say what its computed nested attributes are");
        }
    }
    let nested = attribute.nested_attributes();
    let set = matches!(attribute.value_type(), Type::Set(_));
    if in_set && set && (attribute.computed || any_computed(nested, &[])) {
        fault(COMPUTED_IN_INNER_SET);
    }
    if attribute.optional
        && attribute.computed
        && attribute.default.is_none()
        && nested.iter().any(|nested| !nested.computed)
    {
        // Cores infer from a prior value with such a member that it was configured, and propose
        // null once it is not: the plan would never settle.
        fault("optional and computed, so every nested attribute has to be computed");
    }
    if let AttributeKind::Nested {
        nesting,
        attributes,
    } = &attribute.kind
    {
        let mut names = BTreeSet::new();
        for nested in attributes {
            let nested_path = path.attribute(&nested.name);
            if !names.insert(&nested.name) {
                faults.push(format!("{nested_path}: name used twice"));
            }
            let in_set = in_set || *nesting == Nesting::Set;
            check_attribute(nested, &nested_path, in_set, faults);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::schema::NestedBlock;

    #[test]
    fn a_good_schema_has_no_faults() {
        let schema = Schema::new(
            "A thing.",
            [
                Attribute::string("id").computed().description("Its id."),
                Attribute::string("name")
                    .required()
                    .description("Its name."),
                Attribute::bool("flag")
                    .default(false)
                    .description("A flag."),
            ],
        );
        assert_eq!(schema.self_check(), Vec::<String>::new());
        let identity = IdentitySchema::new().required("id", "Its id.");
        assert_eq!(identity.self_check(&schema), Vec::<String>::new());
    }

    fn made() -> Attribute {
        Attribute::string("made").computed().description("x")
    }

    fn inner() -> Attribute {
        Attribute::nested("inner", Nesting::Set, [made()])
            .optional()
            .description("x")
    }

    #[test]
    fn every_fault_is_named() {
        let schema = Schema::new(
            "A thing.",
            [
                Attribute::string("count").required().description("x"),
                Attribute::string("Bad-Name").required().description("x"),
                Attribute::string("nothing"),
                Attribute::string("both")
                    .required()
                    .computed()
                    .description("x"),
                Attribute::string("secret")
                    .optional()
                    .write_only()
                    .description("x"),
                Attribute::string("twice").required().description("x"),
                Attribute::string("twice").required().description("x"),
                Attribute::nested(
                    "items",
                    Nesting::Set,
                    [
                        Attribute::string("value")
                            .optional()
                            .write_only()
                            .sensitive()
                            .description("x"),
                        Attribute::of("any", Type::Dynamic)
                            .optional()
                            .description("x"),
                    ],
                )
                .optional()
                .description("x"),
                Attribute::list("anything", Type::Dynamic)
                    .optional()
                    .description("x"),
                Attribute::number("wrong_default")
                    .default("text")
                    .description("x"),
                Attribute::string("late_default")
                    .default(Value::UNKNOWN)
                    .description("x"),
                Attribute::nested("open_default", Nesting::Single, [made()])
                    .default(Value::object([("made", Value::Null)]))
                    .description("x"),
                Attribute::nested(
                    "restless",
                    Nesting::Single,
                    [
                        made(),
                        Attribute::string("given").optional().description("x"),
                    ],
                )
                .optional()
                .computed()
                .description("x"),
                Attribute::nested("outer", Nesting::Set, [inner()])
                    .optional()
                    .description("x"),
            ],
        )
        .block(NestedBlock::new(
            "rule",
            BlockNesting::List { min: 3, max: 2 },
            "Rules.",
            [Attribute::of("any", Type::Dynamic)
                .optional()
                .description("x")],
        ));
        insta::assert_snapshot!(schema.self_check().join("\n"), @"
        count: reserved name
        Bad-Name: not a valid name
        nothing: no description
        nothing: neither required nor optional nor computed
        both: required, so it can be neither optional nor computed
        secret: write-only, so it should be sensitive
        twice: name used twice
        items: dynamic values cannot live in lists, sets or maps
        items.value: write-only attributes cannot live in sets
        anything: dynamic values cannot live in lists, sets or maps
        wrong_default: the default is not a known value of the attribute's type
        late_default: the default is not a known value of the attribute's type
        open_default: the default must say what its computed nested attributes are
        restless: optional and computed, so every nested attribute has to be computed
        outer.inner: a set inside a set must be wholly configured
        rule: dynamic values cannot live in lists, sets or maps
        rule: more blocks demanded than allowed
        ");
        let identity = IdentitySchema::new()
            .required("absent", "x")
            .required("secret", "x");
        insta::assert_snapshot!(identity.self_check(&schema).join("\n"), @"
        identity absent: the resource has no such attribute
        identity secret: must not be secret
        ");
    }
}
