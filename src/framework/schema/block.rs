//! Blocks: the body of every schema, and nested blocks for configurations that already use block
//! syntax. New collections are nested attributes, not blocks.

use super::attribute::Attribute;
use crate::framework::types::Type;
use crate::framework::value::Value;

/// A body of attributes and nested blocks.
#[derive(Debug, Clone, Default)]
pub struct Block {
    /// The attributes, in the order of the schema's author.
    pub attributes: Vec<Attribute>,
    /// The nested blocks.
    pub blocks: Vec<NestedBlock>,
    /// Markdown.
    pub description: String,
    /// Set on deprecated objects: what to use instead, and until when.
    pub deprecation: Option<String>,
}

/// A block inside a block.
#[derive(Debug, Clone)]
pub struct NestedBlock {
    /// The name in configuration.
    pub name: String,
    /// How often it may occur and what it becomes.
    pub nesting: BlockNesting,
    /// Its content.
    pub block: Block,
}

/// How often a nested block may occur, and which kind of value the occurrences become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockNesting {
    /// At most once (exactly once if `required`); an object, or null when left out.
    Single {
        /// Whether the block must be there.
        required: bool,
    },
    /// An object that is never null.
    Group,
    /// A list; `max` 0 is without limit.
    List {
        /// Least number of blocks.
        min: u32,
        /// Largest number of blocks.
        max: u32,
    },
    /// A set; `max` 0 is without limit.
    Set {
        /// Least number of blocks.
        min: u32,
        /// Largest number of blocks.
        max: u32,
    },
    /// A map, keyed by the block's label.
    Map,
}

impl Block {
    /// A block with the given attributes. `description` is Markdown.
    pub fn new(
        description: impl Into<String>,
        attributes: impl IntoIterator<Item = Attribute>,
    ) -> Self {
        Self {
            attributes: attributes.into_iter().collect(),
            blocks: Vec::new(),
            description: description.into(),
            deprecation: None,
        }
    }

    /// Whether any attribute in the block, however deep, is write-only.
    #[must_use]
    pub fn has_write_only(&self) -> bool {
        fn any(attributes: &[Attribute]) -> bool {
            attributes
                .iter()
                .any(|attribute| attribute.write_only || any(attribute.nested_attributes()))
        }
        any(&self.attributes)
            || self
                .blocks
                .iter()
                .any(|nested| nested.block.has_write_only())
    }

    /// The value of the block when nothing is set in it.
    #[must_use]
    pub fn empty(&self) -> Value {
        let attributes = self
            .attributes
            .iter()
            .map(|attribute| (attribute.name.clone(), Value::Null));
        let blocks = self
            .blocks
            .iter()
            .map(|block| (block.name.clone(), block.absent()));
        Value::object(attributes.chain(blocks))
    }

    /// The type of a value of this block.
    #[must_use]
    pub fn object_type(&self) -> Type {
        let attributes = self
            .attributes
            .iter()
            .map(|attribute| (attribute.name.clone(), attribute.value_type()));
        let blocks = self
            .blocks
            .iter()
            .map(|block| (block.name.clone(), block.value_type()));
        Type::object(attributes.chain(blocks))
    }
}

impl NestedBlock {
    /// A nested block with the given attributes.
    pub fn new(
        name: impl Into<String>,
        nesting: BlockNesting,
        description: impl Into<String>,
        attributes: impl IntoIterator<Item = Attribute>,
    ) -> Self {
        Self {
            name: name.into(),
            nesting,
            block: Block::new(description, attributes),
        }
    }

    /// The type of the value that all occurrences of the block become. Collections of blocks with
    /// `dynamic` content would need another; [`Schema::self_check`](super::Schema::self_check)
    /// refuses those.
    #[must_use]
    pub fn value_type(&self) -> Type {
        let object = self.block.object_type();
        match self.nesting {
            BlockNesting::Single { .. } | BlockNesting::Group => object,
            BlockNesting::List { .. } => Type::list(object),
            BlockNesting::Set { .. } => Type::set(object),
            BlockNesting::Map => Type::map(object),
        }
    }

    /// The value when the block does not occur.
    #[must_use]
    pub fn absent(&self) -> Value {
        match self.nesting {
            BlockNesting::Single { .. } => Value::Null,
            BlockNesting::Group => self.block.empty(),
            BlockNesting::List { .. } => Value::List(Vec::new()),
            BlockNesting::Set { .. } => Value::Set(std::iter::empty().collect()),
            BlockNesting::Map => Value::Map(std::collections::BTreeMap::new()),
        }
    }
}
