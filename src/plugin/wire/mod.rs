//! Translation between the plugin protocol and the framework's types: bytes and messages in,
//! [`Value`](crate::framework::value::Value)s and diagnostics out, and back.
//!
//! Knows types, not schemas' rules: what a value means is the framework's business.

pub mod capabilities;
pub mod diagnostic;
pub mod dynamic_value;
pub mod error;
pub mod json;
pub mod msgpack;
pub mod path;
pub mod proto;
pub mod schema;
pub mod type_constraint;

use unicode_normalization::{UnicodeNormalization as _, is_nfc};

/// How many levels of lists, maps, objects and dynamic wrappers a value may have. Real
/// configurations stay below thirty; the limit keeps hostile input from exhausting the stack.
pub(crate) const MAX_DEPTH: usize = 128;

/// The text in Unicode normalisation form C, which is the only form Terraform compares.
fn normalized(text: &str) -> String {
    if text.is_ascii() || is_nfc(text) {
        text.to_owned()
    } else {
        text.nfc().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::normalized;

    #[test]
    fn text_is_composed() {
        assert_eq!(normalized("plain"), "plain");
        assert_eq!(normalized("cafe\u{301}"), "caf\u{e9}");
        assert_eq!(normalized("caf\u{e9}"), "caf\u{e9}");
    }
}
