//! Schemas: what a resource, data source, provider or any other object accepts and returns, with
//! the rules for validating and planning each part.

mod attribute;
mod block;
mod identity;
mod plan_modifier;
mod self_check;
mod validator;

pub use attribute::{Attribute, AttributeKind, Nesting};
pub use block::{Block, BlockNesting, NestedBlock};
pub use identity::{IdentityAttribute, IdentitySchema};
pub use plan_modifier::{AttributePlan, PlanModifier};
pub use validator::Validator;

use super::types::Type;

/// A schema: a block of attributes and nested blocks, with a version for what is stored under it.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// Version of the stored form. Starts at 0, raised only when the shape changes.
    pub version: u64,
    /// The attributes and blocks.
    pub block: Block,
}

impl Schema {
    /// A schema of version 0 with the given attributes. `description` is Markdown.
    pub fn new(
        description: impl Into<String>,
        attributes: impl IntoIterator<Item = Attribute>,
    ) -> Self {
        Self {
            version: 0,
            block: Block::new(description, attributes),
        }
    }

    /// The same schema under another version.
    #[must_use]
    pub fn version(mut self, version: u64) -> Self {
        self.version = version;
        self
    }

    /// The same schema with one more nested block.
    #[must_use]
    pub fn block(mut self, block: NestedBlock) -> Self {
        self.block.blocks.push(block);
        self
    }

    /// The same schema, marked deprecated. `message` says what to use instead and until when.
    #[must_use]
    pub fn deprecated(mut self, message: impl Into<String>) -> Self {
        self.block.deprecation = Some(message.into());
        self
    }

    /// The type of a value of this schema: an object of its attributes and blocks.
    #[must_use]
    pub fn object_type(&self) -> Type {
        self.block.object_type()
    }
}
