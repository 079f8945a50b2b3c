//! Values as JSON, driven by their type. Terraform keeps state in this form, so this is what an
//! upgrade or a move of a resource starts from; everything else travels as MessagePack.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::error::{Error, Problem, expected};
use super::{MAX_DEPTH, normalized, type_constraint};
use crate::framework::number::Number;
use crate::framework::path::Step;
use crate::framework::types::Type;
use crate::framework::value::Value;

/// How closely the JSON must follow the type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Every member of the type is there and no other, and each value is of its type.
    Strict,
    /// State that an earlier version of a schema wrote: missing members are null, members that the
    /// type does not have are ignored, and strings, numbers and bools are converted into each other
    /// where the text allows it, as Terraform itself does when it reads state.
    Lenient,
}

/// The JSON itself, for code that knows an older form of it. Numbers keep all their digits.
///
/// # Errors
/// What is not JSON, or nested more than 128 levels deep.
pub fn parse(json: &[u8]) -> Result<Json, Error> {
    Ok(serde_json::from_slice(json).map_err(Problem::from)?)
}

/// The value of type `ty` that the text `json` holds.
///
/// # Errors
/// What is not JSON or not a value of that type, with the path to the place.
pub fn decode(json: &[u8], ty: &Type, mode: Mode) -> Result<Value, Error> {
    from_json(&parse(json)?, ty, mode)
}

/// The value of type `ty` that `json` holds.
///
/// # Errors
/// What is not a value of that type, with the path to the place.
pub fn from_json(json: &Json, ty: &Type, mode: Mode) -> Result<Value, Error> {
    decode_value(json, ty, mode, 0)
}

fn decode_value(json: &Json, ty: &Type, mode: Mode, depth: usize) -> Result<Value, Error> {
    if depth > MAX_DEPTH {
        return Err(Problem::TooDeep.into());
    }
    let below = |json: &Json, ty: &Type, step: Step| {
        decode_value(json, ty, mode, depth + 1).map_err(|error| error.inside(step))
    };
    match (json, ty) {
        (Json::Null, _) => Ok(Value::Null),
        (json, Type::String | Type::Number | Type::Bool) => Ok(decode_primitive(json, ty, mode)?),
        (Json::Array(elements), Type::List(element)) => elements
            .iter()
            .enumerate()
            .map(|(index, json)| below(json, element, Step::Index(index)))
            .collect::<Result<_, _>>()
            .map(Value::List),
        (Json::Array(elements), Type::Set(element)) => elements
            .iter()
            .map(|json| below(json, element, Step::Element(Box::new(Value::Null))))
            .collect::<Result<_, _>>()
            .map(Value::Set),
        (Json::Array(elements), Type::Tuple(types)) => {
            if elements.len() != types.len() {
                return Err(Problem::TupleLength {
                    expected: types.len(),
                    found: elements.len(),
                }
                .into());
            }
            elements
                .iter()
                .zip(types)
                .enumerate()
                .map(|(index, (json, ty))| below(json, ty, Step::Index(index)))
                .collect::<Result<_, _>>()
                .map(Value::List)
        }
        (Json::Object(entries), Type::Map(element)) => entries
            .iter()
            .map(|(key, json)| {
                let key = normalized(key);
                Ok((key.clone(), below(json, element, Step::Key(key))?))
            })
            .collect::<Result<_, _>>()
            .map(Value::Map),
        (Json::Object(members), Type::Object(types)) => {
            decode_object(members, types, mode, depth).map(Value::Object)
        }
        (Json::Object(pair), Type::Dynamic) => decode_dynamic(pair, mode, depth),
        (json, ty) => Err(mismatch(ty, json).into()),
    }
}

fn decode_primitive(json: &Json, ty: &Type, mode: Mode) -> Result<Value, Problem> {
    match (json, ty, mode) {
        (Json::String(text), Type::String, _) => Ok(Value::String(normalized(text))),
        (Json::Bool(value), Type::Bool, _) => Ok(Value::Bool(*value)),
        (Json::Number(number), Type::Number, _) => parse_number(number.as_str()),
        (Json::Number(number), Type::String, Mode::Lenient) => {
            Ok(Value::String(number.as_str().to_owned()))
        }
        (Json::Bool(value), Type::String, Mode::Lenient) => Ok(Value::String(value.to_string())),
        (Json::String(text), Type::Number, Mode::Lenient) => parse_number(text),
        (Json::String(text), Type::Bool, Mode::Lenient) if text == "true" => Ok(Value::Bool(true)),
        (Json::String(text), Type::Bool, Mode::Lenient) if text == "false" => {
            Ok(Value::Bool(false))
        }
        (json, ty, _) => Err(mismatch(ty, json)),
    }
}

fn parse_number(text: &str) -> Result<Value, Problem> {
    let number: Number = text.parse().map_err(|_| Problem::Number)?;
    Ok(Value::Number(number))
}

fn decode_object(
    members: &serde_json::Map<String, Json>,
    types: &BTreeMap<String, Type>,
    mode: Mode,
    depth: usize,
) -> Result<BTreeMap<String, Value>, Error> {
    if mode == Mode::Strict
        && let Some(name) = members
            .keys()
            .find(|name| !types.contains_key(&normalized(name)))
    {
        return Err(Problem::UnexpectedAttribute(name.clone()).into());
    }
    let mut object = BTreeMap::new();
    for (name, ty) in types {
        let value = match (members.get(name), mode) {
            (Some(json), _) => decode_value(json, ty, mode, depth + 1)
                .map_err(|error| error.inside(Step::Attribute(name.clone())))?,
            (None, Mode::Lenient) => Value::Null,
            (None, Mode::Strict) => return Err(Problem::MissingAttribute(name.clone()).into()),
        };
        object.insert(name.clone(), value);
    }
    Ok(object)
}

fn decode_dynamic(
    pair: &serde_json::Map<String, Json>,
    mode: Mode,
    depth: usize,
) -> Result<Value, Error> {
    let (Some(ty), Some(json)) = (pair.get("type"), pair.get("value")) else {
        return Err(Problem::NotTyped.into());
    };
    if mode == Mode::Strict && pair.len() != 2 {
        return Err(Problem::NotTyped.into());
    }
    let ty = type_constraint::from_json(ty)?;
    let value = decode_value(json, &ty, mode, depth + 1)?;
    Ok(match ty {
        // A dynamic value in a dynamic value is one dynamic value.
        Type::Dynamic => value,
        ty => Value::Dynamic(Box::new((ty, value))),
    })
}

fn mismatch(ty: &Type, json: &Json) -> Problem {
    Problem::Mismatch {
        expected: expected(ty),
        found: match json {
            Json::Null => "null",
            Json::Bool(_) => "a bool",
            Json::Number(_) => "a number",
            Json::String(_) => "a string",
            Json::Array(_) => "an array",
            Json::Object(_) => "an object",
        },
    }
}

/// The JSON of `value`, as Terraform would keep it in state. The provider itself never answers in
/// JSON, which has no unknown values.
#[cfg(test)]
pub(crate) fn encode(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Unknown(_) => panic!("an unknown value has no JSON"),
        Value::Bool(value) => Json::Bool(*value),
        Value::Number(number) => serde_json::from_str(&number.to_string()).unwrap(),
        Value::String(text) => Json::String(text.clone()),
        Value::List(elements) => elements.iter().map(encode).collect(),
        Value::Set(elements) => elements.iter().map(encode).collect(),
        Value::Map(members) | Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), encode(value)))
            .collect(),
        Value::Dynamic(typed) => serde_json::json!({
            "type": type_constraint::to_json(&typed.0),
            "value": encode(&typed.1),
        }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::framework::arbitrary;

    fn strict(json: &str, ty: &Type) -> Result<Value, Error> {
        decode(json.as_bytes(), ty, Mode::Strict)
    }

    fn lenient(json: &str, ty: &Type) -> Result<Value, Error> {
        decode(json.as_bytes(), ty, Mode::Lenient)
    }

    fn number(text: &str) -> Value {
        Value::Number(text.parse().unwrap())
    }

    #[test]
    fn numbers_keep_their_digits() {
        let ty = Type::Number;
        for text in [
            "0.1",
            "123456789012345678901234567890",
            "1.5",
            "-0.000000000000000000000000000001",
            "9223372036854775808",
        ] {
            assert_eq!(strict(text, &ty), Ok(number(text)));
        }
        assert_eq!(strict("1E+2", &ty), Ok(number("100")));
        let huge = strict("1e999999999", &ty).unwrap_err();
        assert_eq!(huge.problem, Problem::Number);
    }

    #[test]
    fn every_kind_of_value() {
        let ty = Type::object([
            ("bool", Type::Bool),
            ("dynamic", Type::Dynamic),
            ("list", Type::list(Type::String)),
            ("map", Type::map(Type::Number)),
            ("null", Type::String),
            ("set", Type::set(Type::String)),
            ("tuple", Type::Tuple(vec![Type::String, Type::Bool])),
        ]);
        // As it stands in a state file, with its line breaks.
        let json = r#"{
            "bool": true,
            "dynamic": { "value": ["a"], "type": ["list", "string"] },
            "list": ["cafe\u0301"],
            "map": { "e\u0301": 1 },
            "null": null,
            "set": ["b", "a", "b"],
            "tuple": ["a", false]
        }"#;
        let value = Value::object([
            ("bool", true.into()),
            (
                "dynamic",
                Value::Dynamic(Box::new((
                    Type::list(Type::String),
                    Value::List(vec!["a".into()]),
                ))),
            ),
            ("list", Value::List(vec!["caf\u{e9}".into()])),
            (
                "map",
                Value::Map([("\u{e9}".to_owned(), number("1"))].into()),
            ),
            ("null", Value::Null),
            ("set", Value::set(["a".into(), "b".into()])),
            ("tuple", Value::List(vec!["a".into(), false.into()])),
        ]);
        assert_eq!(strict(json, &ty), Ok(value.clone()));
        assert_eq!(lenient(json, &ty), Ok(value));
    }

    #[test]
    fn old_state_is_read_leniently() {
        let ty = Type::object([
            ("kept", Type::String),
            ("new", Type::list(Type::String)),
            ("port", Type::Number),
            ("on", Type::Bool),
            ("size", Type::String),
        ]);
        let json = r#"{"kept":"a","gone":{"x":[1]},"port":"8080","on":"true","size":1.50}"#;
        assert_eq!(
            lenient(json, &ty),
            Ok(Value::object([
                ("kept", "a".into()),
                ("new", Value::Null),
                ("port", number("8080")),
                ("on", true.into()),
                ("size", "1.50".into()),
            ]))
        );
        let flag = lenient("true", &Type::String);
        assert_eq!(flag, Ok("true".into()));
    }

    #[test]
    fn an_error_says_where_and_what_but_never_the_value() {
        let ty = Type::object([
            ("a", Type::list(Type::Tuple(vec![Type::Bool]))),
            ("b", Type::Dynamic),
        ]);
        let errors = [
            strict("\"hunter", &ty),
            strict("\"hunter\"", &ty),
            strict(r#"{"a":null}"#, &ty),
            strict(r#"{"a":null,"b":null,"c":null}"#, &ty),
            strict(r#"{"a":[["hunter"]],"b":null}"#, &ty),
            strict(r#"{"a":[[]],"b":null}"#, &ty),
            strict(r#"{"a":null,"b":"hunter"}"#, &ty),
            strict(r#"{"a":null,"b":{"type":"bool"}}"#, &ty),
            strict(
                r#"{"a":null,"b":{"type":"bool","value":true,"more":1}}"#,
                &ty,
            ),
            strict(r#"{"a":null,"b":{"type":"void","value":true}}"#, &ty),
            lenient(r#"{"a":[["hunter"]]}"#, &ty),
            lenient(r#""hunter""#, &Type::Number),
        ]
        .map(|result| result.unwrap_err().to_string());
        insta::assert_snapshot!(errors.join("\n"), @r#"
        not valid JSON at line 1, column 7
        expected an object, found a string
        the attribute "b" is missing
        the attribute "c" is not expected here
        at a[0][0]: expected a bool, found a string
        at a[0]: expected a tuple of 1 elements, found 0
        at b: expected a value with its type, found a string
        at b: a dynamic value is not a pair of a type and a value
        at b: a dynamic value is not a pair of a type and a value
        at b: the type of a dynamic value cannot be read: there is no type "void"
        at a[0][0]: expected a bool, found a string
        not a number that can be represented
        "#);
    }

    #[test]
    fn deep_nesting_is_an_error() {
        let json = "[".repeat(100_000);
        assert!(matches!(
            strict(&json, &Type::Dynamic).unwrap_err().problem,
            Problem::Json { .. }
        ));
    }

    proptest! {
        #[test]
        fn every_known_value_survives((ty, value) in arbitrary::any_typed_known_value()) {
            let json = encode(&value).to_string();
            prop_assert_eq!(strict(&json, &ty), Ok(value.clone()));
            prop_assert_eq!(lenient(&json, &ty), Ok(value));
        }

        #[test]
        fn no_text_panics(ty in arbitrary::any_type(), text in "[\\[\\]{}:,\"a-z0-9. -]{0,40}") {
            let _ = strict(&text, &ty);
            let _ = lenient(&text, &ty);
        }
    }
}
