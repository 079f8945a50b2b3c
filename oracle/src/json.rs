//! Values as a state file holds them, and as `UpgradeResourceState` gets them. Sets are arrays,
//! `dynamic` is an object of type and value; nothing is unknown.

use std::fmt::Write as _;

use crate::types::Type;
use crate::value::Value;

/// The JSON of a value.
///
/// # Panics
/// A part of the value is unknown: no state is.
#[must_use]
pub fn encode(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => {
            let _ = write!(text, "{number}");
        }
        Value::String(string) => quoted(string, text),
        Value::List(elements) | Value::Set(elements) => {
            list('[', ']', elements, text, |element, text| {
                write(element, text)
            });
        }
        Value::Map(members) | Value::Object(members) => {
            list('{', '}', members, text, |(name, member), text| {
                quoted(name, text);
                text.push(':');
                write(member, text);
            });
        }
        Value::Dynamic(inner) => {
            let _ = write!(text, "{{\"type\":{},\"value\":", Type::to_json(&inner.0));
            write(&inner.1, text);
            text.push('}');
        }
        Value::Unknown(_) => unreachable!("a state is wholly known"),
    }
}

fn quoted(string: &str, text: &mut String) {
    text.push_str(&serde_json::Value::from(string).to_string());
}

fn list<T>(
    open: char,
    close: char,
    parts: impl IntoIterator<Item = T>,
    text: &mut String,
    each: impl Fn(T, &mut String),
) {
    text.push(open);
    for (index, part) in parts.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        each(part, text);
    }
    text.push(close);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_written_as_a_core_writes_it() {
        let value = Value::object([
            ("a", Value::List(vec![1.into(), Value::Null])),
            ("b", Value::set(["\"".into()])),
            ("c", Value::Dynamic(Box::new((Type::Bool, true.into())))),
        ]);
        let expected = r#"{"a":[1,null],"b":["\""],"c":{"type":"bool","value":true}}"#;
        assert_eq!(encode(&value), expected);
    }
}
