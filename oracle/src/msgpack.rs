//! Values in MessagePack, as they travel. The type says what is what.
//!
//! Objects have all their members and no others; sets have no order; `dynamic` is an array of the
//! type (binary, as JSON) and the value; unknown is any extension, and of kind 12 with a map of what
//! is known of it. Numbers are integers where they fit, floats where they are exact, else text.

use std::collections::BTreeMap;

use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use crate::number::Number;
use crate::types::Type;
use crate::value::{Refinements, Value};

/// The kind of extension that says what is known of an unknown value.
const REFINED: u8 = 12;

/// The value in a message.
///
/// # Errors
/// Where it is not of the type.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, String> {
    let mut reader = Reader { rest: bytes };
    let value = reader.value(ty)?;
    if reader.rest.is_empty() {
        Ok(value)
    } else {
        Err(format!("{} bytes after the value", reader.rest.len()))
    }
}

/// The message for a value.
///
/// # Panics
/// The value is not of the type: a mistake of the test.
#[must_use]
pub fn encode(value: &Value, ty: &Type) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(value, ty, &mut bytes);
    bytes
}

struct Reader<'a> {
    rest: &'a [u8],
}

/// What comes next.
enum Token<'a> {
    Nil,
    Bool(bool),
    Integer(i128),
    Float(f64),
    Text(&'a str),
    Binary(&'a [u8]),
    Array(usize),
    Map(usize),
    Extension(u8, &'a [u8]),
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or("cut off")?;
        self.rest = rest;
        Ok(taken)
    }

    fn unsigned(&mut self, bytes: usize) -> Result<u64, String> {
        let taken = self.take(bytes)?.iter();
        Ok(taken.fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn length(&mut self, bytes: usize) -> Result<usize, String> {
        usize::try_from(self.unsigned(bytes)?).map_err(|error| error.to_string())
    }

    fn text(&mut self, length: usize) -> Result<Token<'a>, String> {
        let text = std::str::from_utf8(self.take(length)?).map_err(|error| error.to_string())?;
        Ok(Token::Text(text))
    }

    fn extension(&mut self, length: usize) -> Result<Token<'a>, String> {
        let kind = self.take(1)?[0];
        Ok(Token::Extension(kind, self.take(length)?))
    }

    fn token(&mut self) -> Result<Token<'a>, String> {
        let first = self.take(1)?[0];
        Ok(match first {
            0x00..=0x7f => Token::Integer(first.into()),
            0x80..=0x8f => Token::Map((first & 0x0f).into()),
            0x90..=0x9f => Token::Array((first & 0x0f).into()),
            0xa0..=0xbf => self.text((first & 0x1f).into())?,
            0xc0 => Token::Nil,
            0xc2 => Token::Bool(false),
            0xc3 => Token::Bool(true),
            0xc4..=0xc6 => {
                let length = self.length(1 << (first - 0xc4))?;
                Token::Binary(self.take(length)?)
            }
            0xc7..=0xc9 => {
                let length = self.length(1 << (first - 0xc7))?;
                self.extension(length)?
            }
            0xca => Token::Float(f32::from_bits(self.unsigned(4)? as u32).into()),
            0xcb => Token::Float(f64::from_bits(self.unsigned(8)?)),
            0xcc..=0xcf => Token::Integer(self.unsigned(1 << (first - 0xcc))?.into()),
            0xd0 => Token::Integer((self.unsigned(1)? as i8).into()),
            0xd1 => Token::Integer((self.unsigned(2)? as i16).into()),
            0xd2 => Token::Integer((self.unsigned(4)? as i32).into()),
            0xd3 => Token::Integer((self.unsigned(8)? as i64).into()),
            0xd4..=0xd8 => self.extension(1 << (first - 0xd4))?,
            0xd9..=0xdb => {
                let length = self.length(1 << (first - 0xd9))?;
                self.text(length)?
            }
            0xdc | 0xdd => Token::Array(self.length(2 << (first - 0xdc))?),
            0xde | 0xdf => Token::Map(self.length(2 << (first - 0xde))?),
            0xe0..=0xff => Token::Integer((first as i8).into()),
            0xc1 => return Err("a byte that begins nothing".to_owned()),
        })
    }

    fn value(&mut self, ty: &Type) -> Result<Value, String> {
        let token = self.token()?;
        match (token, ty) {
            (Token::Nil, _) => Ok(Value::Null),
            (Token::Extension(kind, payload), _) => unknown(kind, payload),
            (Token::Bool(value), Type::Bool) => Ok(Value::Bool(value)),
            (Token::Text(text), Type::String) => Ok(Value::String(composed(text))),
            (token, Type::Number) => number(&token).map(Value::Number),
            (Token::Array(length), Type::List(element)) => {
                Ok(Value::List(self.elements(length, element)?))
            }
            (Token::Array(length), Type::Set(element)) => {
                Ok(Value::set(self.elements(length, element)?))
            }
            (Token::Array(length), Type::Tuple(types)) if length == types.len() => {
                let elements = types.iter().map(|ty| self.value(ty));
                Ok(Value::List(elements.collect::<Result<_, _>>()?))
            }
            (Token::Array(2), Type::Dynamic) => {
                let Token::Binary(ty) = self.token()? else {
                    return Err("the type of a dynamic value is binary".to_owned());
                };
                let ty = Type::parse(ty)?;
                let value = self.value(&ty)?;
                Ok(Value::Dynamic(Box::new((ty, value))))
            }
            (Token::Map(length), Type::Map(element)) => {
                let mut members = BTreeMap::new();
                for _ in 0..length {
                    let key = self.key()?;
                    members.insert(composed(key), self.value(element)?);
                }
                Ok(Value::Map(members))
            }
            (Token::Map(length), Type::Object(types)) => {
                if length != types.len() {
                    return Err(format!("{length} members instead of {}", types.len()));
                }
                let mut members = BTreeMap::new();
                for _ in 0..length {
                    let name = self.key()?;
                    let ty = types.get(name).ok_or_else(|| format!("no member {name}"))?;
                    let member = self.value(ty).map_err(|error| format!("{name}: {error}"))?;
                    if members.insert(name.to_owned(), member).is_some() {
                        return Err(format!("{name} twice"));
                    }
                }
                Ok(Value::Object(members))
            }
            (_, ty) => Err(format!("not of type {}", ty.to_json())),
        }
    }

    fn elements(&mut self, length: usize, ty: &Type) -> Result<Vec<Value>, String> {
        (0..length).map(|_| self.value(ty)).collect()
    }

    fn key(&mut self) -> Result<&'a str, String> {
        match self.token()? {
            Token::Text(key) => Ok(key),
            _ => Err("keys are text".to_owned()),
        }
    }
}

/// Cores compose the characters of every text that comes in.
fn composed(text: &str) -> String {
    if is_nfc(text) {
        text.to_owned()
    } else {
        text.nfc().collect()
    }
}

fn number(token: &Token<'_>) -> Result<Number, String> {
    let number = match token {
        Token::Integer(integer) => match i64::try_from(*integer) {
            Ok(integer) => Some(integer.into()),
            Err(_) => Number::parse(&integer.to_string()),
        },
        Token::Float(float) => Number::from_f64(*float),
        Token::Text(text) => Number::parse(text),
        _ => None,
    };
    number.ok_or_else(|| "not a finite number".to_owned())
}

fn unknown(kind: u8, payload: &[u8]) -> Result<Value, String> {
    if kind != REFINED {
        return if payload.len() == 1 {
            Ok(Value::UNKNOWN)
        } else {
            Err(format!(
                "an extension of kind {kind} with {} bytes",
                payload.len()
            ))
        };
    }
    if payload.len() > 1024 {
        return Err("more than 1024 bytes known of an unknown value".to_owned());
    }
    let mut reader = Reader { rest: payload };
    let Token::Map(length) = reader.token()? else {
        return Err("what is known of a value is a map".to_owned());
    };
    let mut known = Refinements::default();
    for _ in 0..length {
        let Token::Integer(key) = reader.token()? else {
            return Err("the keys of what is known are integers".to_owned());
        };
        match (key, reader.token()?) {
            (1, Token::Bool(is_null)) => known.is_null = Some(is_null),
            (2, Token::Text(prefix)) => known.prefix = Some(composed(prefix)),
            (3, Token::Array(2)) => known.at_least = Some(bound(&mut reader)?),
            (4, Token::Array(2)) => known.at_most = Some(bound(&mut reader)?),
            (5, Token::Integer(fewest)) => known.fewest = i64::try_from(fewest).ok(),
            (6, Token::Integer(most)) => known.most = i64::try_from(most).ok(),
            (key, _) => return Err(format!("{key} is nothing that can be known of a value")),
        }
    }
    Ok(Value::Unknown(Some(Box::new(known))))
}

fn bound(reader: &mut Reader<'_>) -> Result<(Number, bool), String> {
    let number = number(&reader.token()?)?;
    match reader.token()? {
        Token::Bool(inclusive) => Ok((number, inclusive)),
        _ => Err("a bound is inclusive or not".to_owned()),
    }
}

/// A length of up to 15 or 31 with its first byte, or in two or four bytes after one.
fn head(length: usize, short: u8, most: usize, long: [u8; 2], bytes: &mut Vec<u8>) {
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(small), _) if length <= most => bytes.push(short | small),
        (_, Ok(medium)) => {
            bytes.push(long[0]);
            bytes.extend(medium.to_be_bytes());
        }
        _ => {
            bytes.push(long[1]);
            bytes.extend((length as u32).to_be_bytes());
        }
    }
}

fn write_text(text: &str, bytes: &mut Vec<u8>) {
    head(text.len(), 0xa0, 31, [0xda, 0xdb], bytes);
    bytes.extend(text.as_bytes());
}

fn write_integer(integer: i64, bytes: &mut Vec<u8>) {
    if let Ok(small @ 0..=127) = u8::try_from(integer) {
        bytes.push(small);
    } else {
        bytes.push(0xd3);
        bytes.extend(integer.to_be_bytes());
    }
}

fn write_number(number: &Number, bytes: &mut Vec<u8>) {
    if let Some(integer) = number.as_i64() {
        write_integer(integer, bytes);
    } else if let Some(float) = number.as_f64() {
        bytes.push(0xcb);
        bytes.extend(float.to_be_bytes());
    } else {
        write_text(&number.to_string(), bytes);
    }
}

fn write_unknown(known: Option<&Refinements>, bytes: &mut Vec<u8>) {
    let Some(known) = known else {
        bytes.extend([0xd4, 0x00, 0x00]);
        return;
    };
    let mut entries = Vec::new();
    let mut count = 0;
    let mut key = |key: u8, entries: &mut Vec<u8>| {
        count += 1;
        entries.push(key);
    };
    if let Some(is_null) = known.is_null {
        key(1, &mut entries);
        entries.push(0xc2 + u8::from(is_null));
    }
    if let Some(prefix) = &known.prefix {
        key(2, &mut entries);
        write_text(prefix, &mut entries);
    }
    for (bound_key, bound) in [(3, &known.at_least), (4, &known.at_most)] {
        if let Some((number, inclusive)) = bound {
            key(bound_key, &mut entries);
            entries.push(0x92);
            write_number(number, &mut entries);
            entries.push(0xc2 + u8::from(*inclusive));
        }
    }
    for (length_key, length) in [(5, known.fewest), (6, known.most)] {
        if let Some(length) = length {
            key(length_key, &mut entries);
            write_integer(length, &mut entries);
        }
    }
    let length = u8::try_from(entries.len() + 1).unwrap_or_else(|_| unreachable!("a short prefix"));
    bytes.extend([0xc7, length, REFINED, 0x80 | count]);
    bytes.extend(entries);
}

fn write(value: &Value, ty: &Type, bytes: &mut Vec<u8>) {
    match (value, ty) {
        (Value::Null, _) => bytes.push(0xc0),
        (Value::Unknown(known), _) => write_unknown(known.as_deref(), bytes),
        (Value::Bool(value), Type::Bool) => bytes.push(0xc2 + u8::from(*value)),
        (Value::Number(number), Type::Number) => write_number(number, bytes),
        (Value::String(text), Type::String) => write_text(text, bytes),
        (Value::List(elements), Type::List(ty)) | (Value::Set(elements), Type::Set(ty)) => {
            head(elements.len(), 0x90, 15, [0xdc, 0xdd], bytes);
            elements
                .iter()
                .for_each(|element| write(element, ty, bytes));
        }
        (Value::List(elements), Type::Tuple(types)) if elements.len() == types.len() => {
            head(elements.len(), 0x90, 15, [0xdc, 0xdd], bytes);
            let typed = elements.iter().zip(types);
            typed.for_each(|(element, ty)| write(element, ty, bytes));
        }
        (Value::Map(members), Type::Map(ty)) => {
            head(members.len(), 0x80, 15, [0xde, 0xdf], bytes);
            for (key, member) in members {
                write_text(key, bytes);
                write(member, ty, bytes);
            }
        }
        (Value::Object(members), Type::Object(types)) => {
            assert_eq!(
                members.len(),
                types.len(),
                "{value:?} is not of type {}",
                ty.to_json()
            );
            head(members.len(), 0x80, 15, [0xde, 0xdf], bytes);
            for (name, member) in members {
                write_text(name, bytes);
                write(member, &types[name], bytes);
            }
        }
        (Value::Dynamic(inner), Type::Dynamic) => {
            let ty = inner.0.to_json();
            bytes.push(0x92);
            bytes.push(0xc5);
            bytes.extend((ty.len() as u16).to_be_bytes());
            bytes.extend(ty.as_bytes());
            write(&inner.1, &inner.0, bytes);
        }
        (value, ty) => unreachable!("{value:?} is not of type {}", ty.to_json()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ty(json: &str) -> Type {
        Type::parse(json.as_bytes()).expect("a type")
    }

    /// Bytes seen of real cores, and what they mean.
    #[test]
    fn what_cores_send_is_read() {
        let text = Type::String;
        assert_eq!(decode(&[0xd4, 0, 0], &text), Ok(Value::UNKNOWN));
        let refined = [0xc7, 7, 0x0c, 0x82, 1, 0xc2, 2, 0xa2, 0x6e, 0x2d];
        let known = Refinements {
            is_null: Some(false),
            prefix: Some("n-".to_owned()),
            ..Refinements::default()
        };
        assert_eq!(
            decode(&refined, &text),
            Ok(Value::Unknown(Some(Box::new(known))))
        );
        let dynamic = b"\x92\xc4\x08\"number\"\xd4\0\0";
        let unknown = Value::Dynamic(Box::new((Type::Number, Value::UNKNOWN)));
        assert_eq!(decode(dynamic, &Type::Dynamic), Ok(unknown));
        assert_eq!(
            decode(b"\xa30.1", &Type::Number),
            decode(b"\xa40.10", &Type::Number)
        );
        // An e with an accent after it becomes one character.
        assert_eq!(decode(b"\xa3e\xcc\x81", &text), Ok("é".into()));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let object = ty(
            r#"["object",{"a":["list","number"],"b":["set","string"],"c":["map","bool"],"d":"dynamic","e":["tuple",["string","bool"]]}]"#,
        );
        let numbers = ["0", "-1", "127", "128", "-9e18", "1.5", "0.1", "1e40"];
        let numbers = numbers.map(|text| Value::Number(Number::parse(text).expect("a number")));
        let known = Refinements {
            is_null: Some(false),
            prefix: Some("p".to_owned()),
            at_least: Some((1.into(), true)),
            at_most: Some((Number::parse("2.5").expect("a number"), false)),
            fewest: Some(0),
            most: Some(300),
        };
        let value = Value::object([
            ("a", Value::List(numbers.into())),
            (
                "b",
                Value::set(["x".repeat(300).into(), Value::UNKNOWN, Value::UNKNOWN]),
            ),
            ("c", Value::Map([("k".to_owned(), Value::Null)].into())),
            (
                "d",
                Value::Dynamic(Box::new((
                    ty("[\"list\",\"bool\"]"),
                    Value::List(vec![true.into()]),
                ))),
            ),
            (
                "e",
                Value::List(vec![Value::Unknown(Some(Box::new(known))), false.into()]),
            ),
        ]);
        assert_eq!(decode(&encode(&value, &object), &object), Ok(value));
    }

    #[test]
    fn what_a_core_cannot_read_is_refused() {
        let object = ty(r#"["object",{"a":"string","b":"bool"}]"#);
        let refused: [(&[u8], &Type); 9] = [
            (b"\x81\xa1a\xc0", &object),
            (b"\x82\xa1a\xc0\xa1c\xc0", &object),
            (b"\x82\xa1a\xc0\xa1a\xc0", &object),
            (b"\x01", &Type::String),
            (b"\xa1a", &Type::Bool),
            (b"\xc0\xc0", &Type::Bool),
            (b"\xa5a", &Type::String),
            (b"\xd5\x00\x00\x00", &Type::String),
            (b"\xa1x", &Type::Number),
        ];
        for (bytes, ty) in refused {
            assert!(decode(bytes, ty).is_err(), "{bytes:?}");
        }
    }
}
