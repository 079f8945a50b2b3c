//! What a core checks of schemas, on the messages themselves: a wrong one cannot be read further.
//!
//! Attribute names are not checked by cores, because there were providers with odd ones.

use std::collections::BTreeSet;

use crate::proto::schema::nested_block::NestingMode as BlockMode;
use crate::proto::schema::object::NestingMode as ObjectMode;
use crate::proto::schema::{Attribute, Block, NestedBlock};
use crate::proto::{ResourceIdentitySchema, Schema};
use crate::types::Type;
use crate::violation::{At, Rule, Violation};

/// What is wrong with a schema.
#[must_use]
pub fn schema(schema: &Schema) -> Vec<Violation> {
    let mut check = Check(Vec::new());
    let at = At::ROOT;
    if schema.version < 0 {
        check.fail(Rule::SchemaVersion, &at, schema.version);
    }
    match &schema.block {
        None => check.fail(Rule::SchemaWithoutBlock, &at, "no block"),
        Some(block) => check.block(block, &at, false),
    }
    check.0
}

/// What is wrong with the schema of an identity.
#[must_use]
pub fn identity(schema: &ResourceIdentitySchema) -> Vec<Violation> {
    let mut check = Check(Vec::new());
    let root = At::ROOT;
    if schema.version < 0 {
        check.fail(Rule::SchemaVersion, &root, schema.version);
    }
    let mut names = BTreeSet::new();
    for attribute in &schema.identity_attributes {
        let at = root.name(&attribute.name);
        if !names.insert(&attribute.name) {
            check.fail(Rule::NameTwice, &at, "twice");
        }
        if attribute.required_for_import == attribute.optional_for_import {
            check.fail(Rule::IdentityRole, &at, "required and optional, or neither");
        }
        let is_primitive = |ty: &Type| matches!(ty, Type::String | Type::Number | Type::Bool);
        match Type::parse(&attribute.r#type) {
            Ok(ty) if is_primitive(&ty) => {}
            Ok(Type::List(element)) if is_primitive(&element) => {}
            Ok(ty) => check.fail(Rule::IdentityType, &at, ty.to_json()),
            Err(error) => check.fail(Rule::AttributeType, &at, error),
        }
    }
    check.0
}

struct Check(Vec<Violation>);

impl Check {
    fn fail(&mut self, rule: Rule, at: &At<'_>, what: impl std::fmt::Display) {
        self.0.push(Violation::at(rule, at, what));
    }

    fn block(&mut self, block: &Block, at: &At<'_>, in_set: bool) {
        if !block.deprecated && !block.deprecation_message.is_empty() {
            self.fail(Rule::DeprecationMessage, at, "not deprecated");
        }
        self.attributes(&block.attributes, at, in_set);
        let mut names: BTreeSet<&str> = block.attributes.iter().map(|a| a.name.as_str()).collect();
        for nested in &block.block_types {
            let at = at.name(&nested.type_name);
            if !names.insert(&nested.type_name) {
                self.fail(Rule::NameTwice, &at, "used by something else too");
            }
            self.nested_block(nested, &at, in_set);
        }
    }

    fn nested_block(&mut self, nested: &NestedBlock, at: &At<'_>, in_set: bool) {
        let name = &nested.type_name;
        let is_plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
        if name.is_empty() || !name.bytes().all(is_plain) {
            self.fail(Rule::BlockName, at, "a name of other characters");
        }
        let (fewest, most) = (nested.min_items, nested.max_items);
        let right = match nested.nesting() {
            BlockMode::Single => fewest == most && (0..=1).contains(&fewest),
            BlockMode::Group | BlockMode::Map => fewest == 0 && most == 0,
            BlockMode::List | BlockMode::Set => {
                fewest >= 0 && most >= 0 && (most == 0 || fewest <= most)
            }
            BlockMode::Invalid => {
                self.fail(Rule::NestingMode, at, "no nesting");
                true
            }
        };
        if !right {
            self.fail(
                Rule::BlockCount,
                at,
                format_args!("from {fewest} to {most}"),
            );
        }
        match &nested.block {
            None => self.fail(Rule::SchemaWithoutBlock, at, "no content"),
            Some(block) => {
                self.block(block, at, in_set || nested.nesting() == BlockMode::Set);
            }
        }
    }

    fn attributes(&mut self, attributes: &[Attribute], at: &At<'_>, in_set: bool) {
        let mut names = BTreeSet::new();
        for attribute in attributes {
            let at = at.name(&attribute.name);
            if !names.insert(&attribute.name) {
                self.fail(Rule::NameTwice, &at, "twice");
            }
            self.attribute(attribute, &at, in_set);
        }
    }

    fn attribute(&mut self, attribute: &Attribute, at: &At<'_>, in_set: bool) {
        match (attribute.required, attribute.optional, attribute.computed) {
            (true, false, false) | (false, true, _) | (false, false, true) => {}
            _ => self.fail(
                Rule::AttributeRole,
                at,
                "neither required nor optional nor computed, or too much of it",
            ),
        }
        if !attribute.deprecated && !attribute.deprecation_message.is_empty() {
            self.fail(Rule::DeprecationMessage, at, "not deprecated");
        }
        if in_set && attribute.write_only {
            self.fail(Rule::WriteOnlyInSet, at, "write-only in a set");
        }
        match (&attribute.nested_type, attribute.r#type.is_empty()) {
            (None, true) => self.fail(Rule::AttributeType, at, "no type"),
            (Some(_), false) => self.fail(Rule::AttributeType, at, "two types"),
            (None, false) => match Type::parse(&attribute.r#type) {
                Ok(ty) if in_set && ty.has_dynamic() => {
                    self.fail(Rule::DynamicInSet, at, "dynamic in a set");
                }
                Ok(_) => {}
                Err(error) => self.fail(Rule::AttributeType, at, error),
            },
            (Some(nested), true) => {
                if nested.nesting() == ObjectMode::Invalid {
                    self.fail(Rule::NestingMode, at, "no nesting");
                }
                let in_set = in_set || nested.nesting() == ObjectMode::Set;
                self.attributes(&nested.attributes, at, in_set);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::resource_identity_schema::IdentityAttribute;
    use crate::proto::schema::Object;

    fn optional(name: &str, ty: &str) -> Attribute {
        Attribute {
            name: name.to_owned(),
            r#type: ty.to_owned().into(),
            optional: true,
            ..Attribute::default()
        }
    }

    fn nested(name: &str, mode: ObjectMode, inner: Attribute) -> Attribute {
        Attribute {
            nested_type: Some(Object {
                attributes: vec![inner],
                nesting: mode.into(),
                ..Object::default()
            }),
            ..optional(name, "")
        }
    }

    fn block(name: &str, mode: BlockMode, bounds: (i64, i64), inner: Attribute) -> NestedBlock {
        NestedBlock {
            type_name: name.to_owned(),
            nesting: mode.into(),
            min_items: bounds.0,
            max_items: bounds.1,
            block: Some(Block {
                attributes: vec![inner],
                ..Block::default()
            }),
        }
    }

    fn broken(attributes: Vec<Attribute>, blocks: Vec<NestedBlock>) -> Vec<Rule> {
        let found = schema(&Schema {
            version: 0,
            block: Some(Block {
                attributes,
                block_types: blocks,
                ..Block::default()
            }),
        });
        found.into_iter().map(|violation| violation.rule).collect()
    }

    const TEXT: &str = "\"string\"";
    const ANY: &str = "\"dynamic\"";

    #[test]
    fn good_schemas_pass() {
        let attributes = vec![
            optional("a", TEXT),
            optional("Odd-Name", ANY),
            nested("b", ObjectMode::Map, optional("c", ANY)),
            nested("d", ObjectMode::Set, optional("e", TEXT)),
        ];
        let blocks = vec![
            block("single", BlockMode::Single, (1, 1), optional("x", TEXT)),
            block("group", BlockMode::Group, (0, 0), optional("x", TEXT)),
            block("list", BlockMode::List, (2, 0), optional("x", ANY)),
            block("set", BlockMode::Set, (1, 2), optional("x", TEXT)),
            block("map", BlockMode::Map, (0, 0), optional("x", TEXT)),
        ];
        assert_eq!(broken(attributes, blocks), []);
    }

    #[test]
    fn every_rule_of_attributes_is_kept() {
        let one = |attribute: Attribute| broken(vec![attribute], vec![]);
        let plain = || optional("a", TEXT);
        let role = |required, optional, computed| Attribute {
            required,
            optional,
            computed,
            ..plain()
        };
        for wrong in [
            role(false, false, false),
            role(true, true, false),
            role(true, false, true),
        ] {
            assert_eq!(one(wrong), [Rule::AttributeRole]);
        }
        assert_eq!(one(optional("a", "")), [Rule::AttributeType]);
        assert_eq!(one(optional("a", "\"text\"")), [Rule::AttributeType]);
        let mut both = nested("a", ObjectMode::List, plain());
        both.r#type = TEXT.into();
        assert_eq!(one(both), [Rule::AttributeType]);
        assert_eq!(
            one(nested("a", ObjectMode::Invalid, plain())),
            [Rule::NestingMode]
        );
        assert_eq!(
            one(nested("a", ObjectMode::Set, optional("x", ANY))),
            [Rule::DynamicInSet]
        );
        let secret = Attribute {
            write_only: true,
            ..plain()
        };
        let deep = nested("b", ObjectMode::List, secret);
        assert_eq!(one(deep.clone()), []);
        assert_eq!(
            one(nested("a", ObjectMode::Set, deep)),
            [Rule::WriteOnlyInSet]
        );
        let talkative = Attribute {
            deprecation_message: "No.".to_owned(),
            ..plain()
        };
        assert_eq!(one(talkative), [Rule::DeprecationMessage]);
        assert_eq!(broken(vec![plain(), plain()], vec![]), [Rule::NameTwice]);
    }

    #[test]
    fn every_rule_of_blocks_is_kept() {
        let one =
            |mode, bounds| broken(vec![], vec![block("b", mode, bounds, optional("x", TEXT))]);
        assert_eq!(one(BlockMode::Invalid, (0, 0)), [Rule::NestingMode]);
        for (mode, bounds) in [
            (BlockMode::Single, (0, 1)),
            (BlockMode::Single, (2, 2)),
            (BlockMode::Group, (0, 1)),
            (BlockMode::Map, (1, 1)),
            (BlockMode::List, (3, 2)),
            (BlockMode::Set, (-1, 0)),
        ] {
            assert_eq!(one(mode, bounds), [Rule::BlockCount], "{mode:?} {bounds:?}");
        }
        let inner = || optional("x", TEXT);
        let odd = block("B", BlockMode::List, (0, 0), inner());
        assert_eq!(broken(vec![], vec![odd]), [Rule::BlockName]);
        let same = block("a", BlockMode::List, (0, 0), inner());
        assert_eq!(
            broken(vec![optional("a", TEXT)], vec![same]),
            [Rule::NameTwice]
        );
        let set = block("b", BlockMode::Set, (0, 0), optional("x", ANY));
        assert_eq!(broken(vec![], vec![set]), [Rule::DynamicInSet]);
        let empty = NestedBlock {
            block: None,
            ..block("b", BlockMode::List, (0, 0), inner())
        };
        assert_eq!(broken(vec![], vec![empty]), [Rule::SchemaWithoutBlock]);
        let rules: Vec<Rule> = schema(&Schema::default()).iter().map(|v| v.rule).collect();
        assert_eq!(rules, [Rule::SchemaWithoutBlock]);
    }

    #[test]
    fn every_rule_of_identities_is_kept() {
        let broken = |ty: &str, required, optional| {
            let found = identity(&ResourceIdentitySchema {
                version: 0,
                identity_attributes: vec![IdentityAttribute {
                    name: "id".to_owned(),
                    r#type: ty.to_owned().into(),
                    required_for_import: required,
                    optional_for_import: optional,
                    ..IdentityAttribute::default()
                }],
            });
            found.first().map(|violation| violation.rule)
        };
        assert_eq!(broken(TEXT, true, false), None);
        assert_eq!(broken("[\"list\",\"number\"]", false, true), None);
        assert_eq!(broken(TEXT, true, true), Some(Rule::IdentityRole));
        assert_eq!(broken(TEXT, false, false), Some(Rule::IdentityRole));
        assert_eq!(
            broken("[\"map\",\"string\"]", true, false),
            Some(Rule::IdentityType)
        );
        assert_eq!(broken(ANY, true, false), Some(Rule::IdentityType));
    }
}
