//! Types as the protocol writes them: JSON such as `"string"` or `["list",["map","bool"]]`.
//!
//! Knows nothing of values.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::normalized;
use crate::framework::types::Type;

/// Bytes that are not a type constraint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The bytes are not JSON, or nested too deeply.
    #[error("not valid JSON at line {line}, column {column}")]
    Json {
        /// The line, from one.
        line: usize,
        /// The column, from one.
        column: usize,
    },
    /// A name that is not the name of a type.
    #[error("there is no type {0:?}")]
    Name(String),
    /// A kind of type with something else than the argument it takes.
    #[error("{0}")]
    Shape(&'static str),
}

/// The JSON text of `ty`.
#[must_use]
pub fn encode(ty: &Type) -> Vec<u8> {
    to_json(ty).to_string().into_bytes()
}

/// The type that `json` describes. Members of objects that are marked optional (a third element of
/// the array) become ordinary members: in a value they are always present.
///
/// # Errors
/// What is not a type constraint. JSON deeper than 128 levels is refused by the parser, which
/// bounds the depth of the type.
pub fn decode(json: &[u8]) -> Result<Type, Error> {
    let json: Json = serde_json::from_slice(json).map_err(|error| Error::Json {
        line: error.line(),
        column: error.column(),
    })?;
    from_json(&json)
}

pub(super) fn to_json(ty: &Type) -> Json {
    match ty {
        Type::String => "string".into(),
        Type::Number => "number".into(),
        Type::Bool => "bool".into(),
        Type::Dynamic => "dynamic".into(),
        Type::List(element) => Json::Array(vec!["list".into(), to_json(element)]),
        Type::Set(element) => Json::Array(vec!["set".into(), to_json(element)]),
        Type::Map(element) => Json::Array(vec!["map".into(), to_json(element)]),
        Type::Tuple(elements) => Json::Array(vec![
            "tuple".into(),
            elements.iter().map(to_json).collect::<Vec<_>>().into(),
        ]),
        Type::Object(members) => {
            let members = members
                .iter()
                .map(|(name, member)| (normalized(name), to_json(member)))
                .collect();
            Json::Array(vec!["object".into(), Json::Object(members)])
        }
    }
}

pub(super) fn from_json(json: &Json) -> Result<Type, Error> {
    match json {
        Json::String(name) => match name.as_str() {
            "string" => Ok(Type::String),
            "number" => Ok(Type::Number),
            "bool" => Ok(Type::Bool),
            "dynamic" => Ok(Type::Dynamic),
            _ => Err(Error::Name(name.clone())),
        },
        Json::Array(parts) => match parts.as_slice() {
            [Json::String(kind), argument, rest @ ..] => compound(kind, argument, rest),
            _ => Err(Error::Shape("a compound type starts with its kind")),
        },
        _ => Err(Error::Shape("a type is a string or an array")),
    }
}

fn compound(kind: &str, argument: &Json, rest: &[Json]) -> Result<Type, Error> {
    match (kind, argument, rest) {
        ("list", element, []) => from_json(element).map(Type::list),
        ("set", element, []) => from_json(element).map(Type::set),
        ("map", element, []) => from_json(element).map(Type::map),
        ("tuple", Json::Array(elements), []) => elements
            .iter()
            .map(from_json)
            .collect::<Result<_, _>>()
            .map(Type::Tuple),
        ("object", Json::Object(members), [] | [Json::Array(_)]) => members
            .iter()
            .map(|(name, member)| Ok((normalized(name), from_json(member)?)))
            .collect::<Result<BTreeMap<_, _>, _>>()
            .map(Type::Object),
        ("list" | "set" | "map", ..) => Err(Error::Shape("a collection has one element type")),
        ("tuple", ..) => Err(Error::Shape("a tuple has an array of types")),
        ("object", ..) => Err(Error::Shape("an object has a map of types")),
        _ => Err(Error::Name(kind.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::framework::arbitrary;

    fn text(ty: &Type) -> String {
        String::from_utf8(encode(ty)).unwrap()
    }

    #[test]
    fn types_are_written_as_terraform_reads_them() {
        for (ty, json) in [
            (Type::String, r#""string""#),
            (Type::Number, r#""number""#),
            (Type::Bool, r#""bool""#),
            (Type::Dynamic, r#""dynamic""#),
            (Type::list(Type::String), r#"["list","string"]"#),
            (Type::set(Type::Bool), r#"["set","bool"]"#),
            (
                Type::map(Type::list(Type::Number)),
                r#"["map",["list","number"]]"#,
            ),
            (
                Type::Tuple(vec![Type::String, Type::Dynamic]),
                r#"["tuple",["string","dynamic"]]"#,
            ),
            (
                Type::object([("b", Type::Bool), ("a", Type::set(Type::String))]),
                r#"["object",{"a":["set","string"],"b":"bool"}]"#,
            ),
        ] {
            assert_eq!(text(&ty), json);
            assert_eq!(decode(json.as_bytes()), Ok(ty));
        }
    }

    #[test]
    fn optional_members_are_members() {
        assert_eq!(
            decode(br#"["object",{"a":"string"},["a"]]"#),
            Ok(Type::object([("a", Type::String)]))
        );
    }

    #[test]
    fn what_is_no_type_is_refused() {
        let errors: Vec<String> = [
            "",
            "string",
            r#""text""#,
            "1",
            "[]",
            r#"["list"]"#,
            r#"["list","string","string"]"#,
            r#"["tuple","string"]"#,
            r#"["object",["string"]]"#,
            r#"["object",{"a":null}]"#,
            r#"["capsule","string"]"#,
            r#""string" "string""#,
        ]
        .into_iter()
        .map(|json| decode(json.as_bytes()).unwrap_err().to_string())
        .collect();
        insta::assert_snapshot!(errors.join("\n"), @r#"
        not valid JSON at line 1, column 0
        not valid JSON at line 1, column 1
        there is no type "text"
        a type is a string or an array
        a compound type starts with its kind
        a compound type starts with its kind
        a collection has one element type
        a tuple has an array of types
        an object has a map of types
        a type is a string or an array
        there is no type "capsule"
        not valid JSON at line 1, column 10
        "#);
    }

    #[test]
    fn deep_nesting_is_refused() {
        for (open, close) in [
            (r#"["list","#, "]"),
            (r#"["tuple",["#, "]]"),
            (r#"["object",{"a":"#, "}]"),
        ] {
            let json = format!("{}\"bool\"{}", open.repeat(10_000), close.repeat(10_000));
            assert!(matches!(decode(json.as_bytes()), Err(Error::Json { .. })));
        }
    }

    proptest! {
        #[test]
        fn every_type_survives(ty in arbitrary::any_type()) {
            prop_assert_eq!(decode(&encode(&ty)), Ok(ty));
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = decode(&bytes);
        }
    }
}
