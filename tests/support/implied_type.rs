//! The type that a schema message implies, worked out as a core does it: from the message alone.

use std::collections::BTreeMap;

use terraform_provider_camunda::framework::types::Type;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::schema::nested_block::NestingMode as BlockMode;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::schema::object::NestingMode as ObjectMode;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::schema::{
    Attribute, Block, NestedBlock,
};
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::{ResourceIdentitySchema, Schema};
use terraform_provider_camunda::plugin::wire::type_constraint;

/// The type of a value of `schema`. Panics, like a core, on a schema without a block.
pub fn of_schema(schema: &Schema) -> Type {
    of_block(schema.block.as_ref().expect("every schema has a block"))
}

/// The type of an identity of `schema`.
pub fn of_identity(schema: &ResourceIdentitySchema) -> Type {
    Type::object(schema.identity_attributes.iter().map(|attribute| {
        let ty = type_constraint::decode(&attribute.r#type).expect("a valid type");
        (attribute.name.clone(), ty)
    }))
}

fn of_block(block: &Block) -> Type {
    let attributes = block.attributes.iter().map(of_attribute);
    let blocks = block.block_types.iter().map(of_nested_block);
    let members: BTreeMap<String, Type> = attributes.chain(blocks).collect();
    assert_eq!(
        members.len(),
        block.attributes.len() + block.block_types.len(),
        "names are unique"
    );
    Type::Object(members)
}

fn of_attribute(attribute: &Attribute) -> (String, Type) {
    let ty = match &attribute.nested_type {
        Some(nested) => {
            assert!(attribute.r#type.is_empty(), "one type or the other");
            let object = Type::object(nested.attributes.iter().map(of_attribute));
            match nested.nesting() {
                ObjectMode::Single => object,
                ObjectMode::List => Type::list(object),
                ObjectMode::Set => Type::set(object),
                ObjectMode::Map => Type::map(object),
                ObjectMode::Invalid => panic!("{}: no nesting", attribute.name),
            }
        }
        None => type_constraint::decode(&attribute.r#type).expect("a valid type"),
    };
    (attribute.name.clone(), ty)
}

fn of_nested_block(nested: &NestedBlock) -> (String, Type) {
    let object = of_block(nested.block.as_ref().expect("every block has content"));
    let dynamic = object.contains_dynamic();
    let ty = match nested.nesting() {
        BlockMode::Single | BlockMode::Group => object,
        BlockMode::List | BlockMode::Map if dynamic => Type::Dynamic,
        BlockMode::List => Type::list(object),
        BlockMode::Set => Type::set(object),
        BlockMode::Map => Type::map(object),
        BlockMode::Invalid => panic!("{}: no nesting", nested.type_name),
    };
    (nested.type_name.clone(), ty)
}
