//! Types, and how the protocol writes them: as JSON. Names of types in text, everything else as an
//! array that begins with the kind.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// A type of the configuration language.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// Text.
    String,
    /// A number.
    Number,
    /// True or false.
    Bool,
    /// Each value brings its own type.
    Dynamic,
    /// A list.
    List(Box<Type>),
    /// A set.
    Set(Box<Type>),
    /// A map.
    Map(Box<Type>),
    /// So many values, each of a type of its own.
    Tuple(Vec<Type>),
    /// Members by name.
    Object(BTreeMap<String, Type>),
}

impl Type {
    /// Reads a type constraint. A core panics on what is none.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(json: &[u8]) -> Result<Self, String> {
        let json: Json = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        Self::read(&json).ok_or_else(|| format!("{json} is no type"))
    }

    fn read(json: &Json) -> Option<Self> {
        match json {
            Json::String(name) => match name.as_str() {
                "string" => Some(Self::String),
                "number" => Some(Self::Number),
                "bool" => Some(Self::Bool),
                "dynamic" => Some(Self::Dynamic),
                _ => None,
            },
            Json::Array(parts) => match (parts.first()?.as_str()?, parts.get(1)?) {
                ("list", element) => Some(Self::List(Box::new(Self::read(element)?))),
                ("set", element) => Some(Self::Set(Box::new(Self::read(element)?))),
                ("map", element) => Some(Self::Map(Box::new(Self::read(element)?))),
                ("tuple", Json::Array(elements)) => {
                    let elements = elements.iter().map(Self::read).collect::<Option<_>>()?;
                    Some(Self::Tuple(elements))
                }
                ("object", Json::Object(members)) => {
                    let read = |(name, ty): (&String, &Json)| Some((name.clone(), Self::read(ty)?));
                    Some(Self::Object(
                        members.iter().map(read).collect::<Option<_>>()?,
                    ))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// The type constraint.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.json().to_string()
    }

    fn json(&self) -> Json {
        let with = |kind: &str, rest: Json| Json::Array(vec![Json::from(kind), rest]);
        match self {
            Self::String => Json::from("string"),
            Self::Number => Json::from("number"),
            Self::Bool => Json::from("bool"),
            Self::Dynamic => Json::from("dynamic"),
            Self::List(element) => with("list", element.json()),
            Self::Set(element) => with("set", element.json()),
            Self::Map(element) => with("map", element.json()),
            Self::Tuple(types) => with("tuple", types.iter().map(Self::json).collect()),
            Self::Object(members) => {
                let members = members.iter().map(|(name, ty)| (name.clone(), ty.json()));
                with("object", members.collect::<serde_json::Map<_, _>>().into())
            }
        }
    }

    /// Whether a value of this type may bring a type of its own somewhere.
    #[must_use]
    pub fn has_dynamic(&self) -> bool {
        match self {
            Self::Dynamic => true,
            Self::String | Self::Number | Self::Bool => false,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.has_dynamic(),
            Self::Tuple(types) => types.iter().any(Self::has_dynamic),
            Self::Object(members) => members.values().any(Self::has_dynamic),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_and_written() {
        let json = r#"["object",{"a":["list","string"],"b":["tuple",["bool","dynamic"]],"c":["map",["set","number"]]}]"#;
        let ty = Type::parse(json.as_bytes()).expect("a type");
        assert_eq!(ty.to_json(), json);
        assert!(ty.has_dynamic());
        for wrong in ["", "\"text\"", "[]", "[\"list\"]", "[\"object\",[]]", "{}"] {
            assert!(Type::parse(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
