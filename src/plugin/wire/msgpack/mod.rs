//! Values as MessagePack, driven by their type: MessagePack alone does not tell a list from a set, a
//! map from an object, or an integer from a text that stands for a longer one.

mod decode;
mod encode;
mod reader;
mod refinements;
#[cfg(test)]
mod tests;

pub use decode::decode;
pub use encode::encode;
