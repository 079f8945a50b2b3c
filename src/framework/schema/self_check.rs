//! The rules Terraform imposes on schemas. A schema that breaks one makes every run fail, so the
//! provider's own tests ask this before a core does.

use std::collections::BTreeSet;

use super::attribute::{Attribute, AttributeKind, Nesting};
use super::block::{Block, BlockNesting};
use super::{IdentitySchema, Schema};
use crate::framework::path::Path;
use crate::framework::types::Type;

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
    if in_set && attribute.value_type().contains_dynamic() {
        fault("dynamic values cannot live in sets");
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
            ],
        )
        .block(NestedBlock::new(
            "rule",
            BlockNesting::List { min: 3, max: 2 },
            "Rules.",
            [],
        ));
        insta::assert_snapshot!(schema.self_check().join("\n"), @"
        count: reserved name
        Bad-Name: not a valid name
        nothing: no description
        nothing: neither required nor optional nor computed
        both: required, so it can be neither optional nor computed
        secret: write-only, so it should be sensitive
        twice: name used twice
        items.value: write-only attributes cannot live in sets
        items.any: dynamic values cannot live in sets
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
