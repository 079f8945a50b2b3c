//! Schemas, read from the messages in which a provider sends them.

use std::collections::BTreeMap;

use crate::proto;
use crate::types::Type;

/// What objects of a resource type are.
#[derive(Debug, Clone)]
pub struct Resource {
    /// The type.
    pub name: String,
    /// The version of stored states.
    pub version: i64,
    /// The content.
    pub block: Block,
    /// The type of a whole object.
    pub ty: Type,
    /// How an object is identified, if it is.
    pub identity: Option<Identity>,
}

/// How objects are identified.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The version of stored identities.
    pub version: i64,
    /// The type of an identity.
    pub ty: Type,
}

/// Attributes and blocks.
#[derive(Debug, Clone, Default)]
pub struct Block {
    /// The attributes.
    pub attributes: Vec<Attribute>,
    /// The blocks inside.
    pub blocks: Vec<NestedBlock>,
}

/// An attribute.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// The name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Its type.
    pub ty: Type,
    /// Has to be configured.
    pub required: bool,
    /// May be configured.
    pub optional: bool,
    /// May be set by the provider.
    pub computed: bool,
    /// Is never stored.
    pub write_only: bool,
}

/// What an attribute holds.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A value.
    Plain,
    /// Attributes of its own.
    Nested(Nesting, Vec<Attribute>),
}

/// How often something occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nesting {
    /// Once, or not at all.
    Single,
    /// As a list.
    List,
    /// As a set.
    Set,
    /// As a map.
    Map,
    /// Always once. Blocks only.
    Group,
}

/// A block inside a block.
#[derive(Debug, Clone)]
pub struct NestedBlock {
    /// The name.
    pub name: String,
    /// How often it occurs.
    pub nesting: Nesting,
    /// How many there are at least.
    pub fewest: i64,
    /// How many there are at most; 0 for any number.
    pub most: i64,
    /// The content of each.
    pub block: Block,
}

/// The attributes and blocks of one object, wherever it is.
#[derive(Debug, Clone, Copy)]
pub struct Shape<'a> {
    /// The attributes.
    pub attributes: &'a [Attribute],
    /// The blocks; none in nested attributes.
    pub blocks: &'a [NestedBlock],
}

impl<'a> From<&'a Block> for Shape<'a> {
    fn from(block: &'a Block) -> Self {
        Self {
            attributes: &block.attributes,
            blocks: &block.blocks,
        }
    }
}

impl<'a> From<&'a [Attribute]> for Shape<'a> {
    fn from(attributes: &'a [Attribute]) -> Self {
        Self {
            attributes,
            blocks: &[],
        }
    }
}

impl Resource {
    /// Reads the schema of a resource.
    ///
    /// # Errors
    /// What a core would crash on.
    pub fn read(name: &str, schema: &proto::Schema) -> Result<Self, String> {
        let block = schema.block.as_ref().ok_or("a schema without a block")?;
        let block = Block::read(block)?;
        Ok(Self {
            name: name.to_owned(),
            version: schema.version,
            ty: block.ty(),
            block,
            identity: None,
        })
    }
}

impl Identity {
    /// Reads the schema of an identity.
    ///
    /// # Errors
    /// What a core would crash on.
    pub fn read(schema: &proto::ResourceIdentitySchema) -> Result<Self, String> {
        let attributes = schema.identity_attributes.iter();
        let members = attributes.map(|attribute| {
            Ok::<_, String>((attribute.name.clone(), Type::parse(&attribute.r#type)?))
        });
        Ok(Self {
            version: schema.version,
            ty: Type::Object(members.collect::<Result<_, _>>()?),
        })
    }
}

impl Block {
    /// Reads a block.
    ///
    /// # Errors
    /// What a core would crash on.
    pub fn read(block: &proto::schema::Block) -> Result<Self, String> {
        Ok(Self {
            attributes: read_attributes(&block.attributes)?,
            blocks: block
                .block_types
                .iter()
                .map(NestedBlock::read)
                .collect::<Result<_, _>>()?,
        })
    }

    /// The type of an object of this block.
    #[must_use]
    pub fn ty(&self) -> Type {
        let attributes = self.attributes.iter();
        let attributes = attributes.map(|attribute| (attribute.name.clone(), attribute.ty.clone()));
        let blocks = self.blocks.iter();
        let blocks = blocks.map(|nested| (nested.name.clone(), nested.ty()));
        Type::Object(attributes.chain(blocks).collect())
    }
}

impl NestedBlock {
    fn read(nested: &proto::schema::NestedBlock) -> Result<Self, String> {
        use proto::schema::nested_block::NestingMode;
        let name = &nested.type_name;
        let block = nested.block.as_ref();
        let block = block.ok_or_else(|| format!("{name}: a block without content"))?;
        let nesting = match nested.nesting() {
            NestingMode::Single => Nesting::Single,
            NestingMode::List => Nesting::List,
            NestingMode::Set => Nesting::Set,
            NestingMode::Map => Nesting::Map,
            NestingMode::Group => Nesting::Group,
            NestingMode::Invalid => return Err(format!("{name}: no nesting")),
        };
        Ok(Self {
            name: name.clone(),
            nesting,
            fewest: nested.min_items,
            most: nested.max_items,
            block: Block::read(block)?,
        })
    }

    /// The type of all occurrences together. Lists and maps of blocks that bring their own types
    /// are tuples and objects, which differ with every value.
    #[must_use]
    pub fn ty(&self) -> Type {
        let object = self.block.ty();
        match self.nesting {
            Nesting::Single | Nesting::Group => object,
            Nesting::List | Nesting::Map if object.has_dynamic() => Type::Dynamic,
            Nesting::List => Type::List(Box::new(object)),
            Nesting::Set => Type::Set(Box::new(object)),
            Nesting::Map => Type::Map(Box::new(object)),
        }
    }
}

fn read_attributes(attributes: &[proto::schema::Attribute]) -> Result<Vec<Attribute>, String> {
    attributes.iter().map(read_attribute).collect()
}

fn read_attribute(attribute: &proto::schema::Attribute) -> Result<Attribute, String> {
    use proto::schema::object::NestingMode;
    let name = &attribute.name;
    let (kind, ty) = match &attribute.nested_type {
        None => {
            let ty = Type::parse(&attribute.r#type).map_err(|error| format!("{name}: {error}"))?;
            (Kind::Plain, ty)
        }
        Some(nested) => {
            let attributes = read_attributes(&nested.attributes)?;
            let members = attributes.iter();
            let members = members.map(|inner| (inner.name.clone(), inner.ty.clone()));
            let object = Type::Object(members.collect::<BTreeMap<_, _>>());
            let (nesting, ty) = match nested.nesting() {
                NestingMode::Single => (Nesting::Single, object),
                NestingMode::List => (Nesting::List, Type::List(Box::new(object))),
                NestingMode::Set => (Nesting::Set, Type::Set(Box::new(object))),
                NestingMode::Map => (Nesting::Map, Type::Map(Box::new(object))),
                NestingMode::Invalid => return Err(format!("{name}: no nesting")),
            };
            (Kind::Nested(nesting, attributes), ty)
        }
    };
    Ok(Attribute {
        name: name.clone(),
        kind,
        ty,
        required: attribute.required,
        optional: attribute.optional,
        computed: attribute.computed,
        write_only: attribute.write_only,
    })
}

impl Attribute {
    /// The attributes inside.
    #[must_use]
    pub fn nested(&self) -> &[Attribute] {
        match &self.kind {
            Kind::Plain => &[],
            Kind::Nested(_, attributes) => attributes,
        }
    }
}
