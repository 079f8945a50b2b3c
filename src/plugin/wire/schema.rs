//! Schemas as the protocol writes them.
//!
//! Cores crash on a schema without a block and on a function without a return type, so both are
//! always there.

use super::proto::tfplugin6::{
    self, ResourceIdentitySchema, StringKind, function, resource_identity_schema, schema,
};
use super::type_constraint;
use crate::framework::function::{Parameter, Signature};
use crate::framework::schema::{
    Attribute, AttributeKind, Block, BlockNesting, IdentitySchema, NestedBlock, Nesting, Schema,
};

/// The message for `schema`.
#[must_use]
pub fn encode(schema: &Schema) -> tfplugin6::Schema {
    tfplugin6::Schema {
        version: version(schema.version),
        block: Some(block(&schema.block)),
    }
}

/// The message for an identity schema.
#[must_use]
pub fn encode_identity(schema: &IdentitySchema) -> ResourceIdentitySchema {
    ResourceIdentitySchema {
        version: version(schema.version),
        identity_attributes: schema
            .attributes
            .iter()
            .map(|attribute| resource_identity_schema::IdentityAttribute {
                name: attribute.name.clone(),
                r#type: type_constraint::encode(&attribute.ty).into(),
                // Exactly one of the two must be set.
                required_for_import: attribute.required_for_import,
                optional_for_import: !attribute.required_for_import,
                description: attribute.description.clone(),
            })
            .collect(),
    }
}

/// The message for a function's signature.
#[must_use]
pub fn encode_function(signature: &Signature) -> tfplugin6::Function {
    tfplugin6::Function {
        parameters: signature.parameters.iter().map(parameter).collect(),
        variadic_parameter: signature.variadic.as_ref().map(parameter),
        r#return: Some(function::Return {
            r#type: type_constraint::encode(&signature.returns).into(),
        }),
        summary: signature.summary.clone(),
        description: signature.description.clone(),
        description_kind: StringKind::Markdown.into(),
        deprecation_message: signature.deprecation.clone().unwrap_or_default(),
    }
}

fn parameter(parameter: &Parameter) -> function::Parameter {
    function::Parameter {
        name: parameter.name.clone(),
        r#type: type_constraint::encode(&parameter.ty).into(),
        allow_null_value: parameter.allow_null,
        allow_unknown_values: parameter.allow_unknown,
        description: parameter.description.clone(),
        description_kind: StringKind::Markdown.into(),
    }
}

fn version(version: u64) -> i64 {
    i64::try_from(version).unwrap_or(i64::MAX)
}

fn block(block: &Block) -> schema::Block {
    schema::Block {
        // Only the version of the schema itself is read.
        version: 0,
        attributes: block.attributes.iter().map(attribute).collect(),
        block_types: block.blocks.iter().map(nested_block).collect(),
        description: block.description.clone(),
        description_kind: StringKind::Markdown.into(),
        deprecated: block.deprecation.is_some(),
        deprecation_message: block.deprecation.clone().unwrap_or_default(),
        computed: false,
    }
}

fn attribute(attribute: &Attribute) -> schema::Attribute {
    let (ty, nested_type) = match &attribute.kind {
        AttributeKind::Plain(ty) => (type_constraint::encode(ty), None),
        AttributeKind::Nested {
            nesting,
            attributes,
        } => (Vec::new(), Some(nested(*nesting, attributes))),
    };
    schema::Attribute {
        name: attribute.name.clone(),
        r#type: ty.into(),
        nested_type,
        description: attribute.description.clone(),
        required: attribute.required,
        optional: attribute.optional,
        computed: attribute.computed,
        sensitive: attribute.sensitive,
        description_kind: StringKind::Markdown.into(),
        deprecated: attribute.deprecation.is_some(),
        write_only: attribute.write_only,
        deprecation_message: attribute.deprecation.clone().unwrap_or_default(),
    }
}

fn nested(nesting: Nesting, attributes: &[Attribute]) -> schema::Object {
    use schema::object::NestingMode;
    let nesting = match nesting {
        Nesting::Single => NestingMode::Single,
        Nesting::List => NestingMode::List,
        Nesting::Set => NestingMode::Set,
        Nesting::Map => NestingMode::Map,
    };
    schema::Object {
        attributes: attributes.iter().map(attribute).collect(),
        nesting: nesting.into(),
        ..schema::Object::default()
    }
}

fn nested_block(nested: &NestedBlock) -> schema::NestedBlock {
    use schema::nested_block::NestingMode;
    let (nesting, min_items, max_items) = match nested.nesting {
        // Cores demand that both bounds are the same here, also when the block may be left out.
        BlockNesting::Single { required } => {
            (NestingMode::Single, required.into(), required.into())
        }
        BlockNesting::Group => (NestingMode::Group, 0, 0),
        BlockNesting::List { min, max } => (NestingMode::List, min, max),
        BlockNesting::Set { min, max } => (NestingMode::Set, min, max),
        BlockNesting::Map => (NestingMode::Map, 0, 0),
    };
    schema::NestedBlock {
        type_name: nested.name.clone(),
        block: Some(block(&nested.block)),
        nesting: nesting.into(),
        min_items: min_items.into(),
        max_items: max_items.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::types::Type;

    fn only_block(nesting: BlockNesting) -> schema::NestedBlock {
        nested_block(&NestedBlock::new("rule", nesting, "Rules.", []))
    }

    #[test]
    fn an_attribute_says_everything_about_itself() {
        let sent = attribute(
            &Attribute::set("tags", Type::String)
                .optional()
                .computed()
                .sensitive()
                .description("Tags.")
                .deprecated("Use labels."),
        );
        assert_eq!(
            sent,
            schema::Attribute {
                name: "tags".to_owned(),
                r#type: r#"["set","string"]"#.into(),
                nested_type: None,
                description: "Tags.".to_owned(),
                required: false,
                optional: true,
                computed: true,
                sensitive: true,
                description_kind: StringKind::Markdown.into(),
                deprecated: true,
                write_only: false,
                deprecation_message: "Use labels.".to_owned(),
            }
        );
        let sent = attribute(&Attribute::string("token").required().write_only());
        assert!(sent.required && sent.write_only && !sent.deprecated && !sent.optional);
    }

    #[test]
    fn nested_attributes_have_a_nested_type_and_no_other() {
        for (nesting, number) in [
            (Nesting::Single, 1),
            (Nesting::List, 2),
            (Nesting::Set, 3),
            (Nesting::Map, 4),
        ] {
            let sent = attribute(&Attribute::nested("n", nesting, [Attribute::bool("b")]));
            assert!(sent.r#type.is_empty());
            let nested = sent.nested_type.unwrap();
            assert_eq!(nested.nesting, number);
            assert_eq!(nested.attributes[0].r#type, r#""bool""#);
        }
    }

    #[test]
    fn blocks_have_the_bounds_that_cores_accept() {
        for (nesting, number, min, max) in [
            (BlockNesting::Single { required: false }, 1, 0, 0),
            (BlockNesting::Single { required: true }, 1, 1, 1),
            (BlockNesting::List { min: 1, max: 2 }, 2, 1, 2),
            (BlockNesting::Set { min: 0, max: 3 }, 3, 0, 3),
            (BlockNesting::Map, 4, 0, 0),
            (BlockNesting::Group, 5, 0, 0),
        ] {
            let sent = only_block(nesting);
            assert_eq!(
                (sent.nesting, sent.min_items, sent.max_items),
                (number, min, max)
            );
        }
    }

    #[test]
    fn a_schema_always_has_a_block() {
        let sent = encode(&Schema::new("A thing.", []).version(3).deprecated("Gone."));
        assert_eq!(sent.version, 3);
        let block = sent.block.unwrap();
        assert_eq!(block.description, "A thing.");
        assert!(block.deprecated);
        assert_eq!(block.deprecation_message, "Gone.");
    }

    #[test]
    fn an_identity_attribute_is_required_or_optional() {
        let identity = IdentitySchema::new()
            .required("id", "Its id.")
            .optional("region", "Its region.");
        let sent = encode_identity(&identity).identity_attributes;
        assert!(sent[0].required_for_import && !sent[0].optional_for_import);
        assert!(!sent[1].required_for_import && sent[1].optional_for_import);
    }

    #[test]
    fn a_function_always_has_a_return_type() {
        let sent = encode_function(&Signature {
            summary: "Joins.".to_owned(),
            description: "Joins texts.".to_owned(),
            parameters: vec![Parameter::new("first", Type::String, "The first.").allow_null()],
            variadic: Some(Parameter::new("more", Type::Dynamic, "More.").allow_unknown()),
            returns: Type::list(Type::String),
            deprecation: None,
        });
        assert_eq!(sent.r#return.unwrap().r#type, r#"["list","string"]"#);
        assert!(sent.parameters[0].allow_null_value && !sent.parameters[0].allow_unknown_values);
        let variadic = sent.variadic_parameter.unwrap();
        assert!(variadic.allow_unknown_values && !variadic.allow_null_value);
        assert_eq!(variadic.r#type, r#""dynamic""#);
    }
}
