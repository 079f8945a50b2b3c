//! Values to MessagePack.

use std::collections::BTreeMap;
use std::convert::Infallible;

use rmp::encode::{self, ByteBuf, ValueWriteError};

use super::super::error::{Error, Problem, expected};
use super::super::{MAX_DEPTH, normalized, type_constraint};
use super::refinements;
use crate::framework::number::Number;
use crate::framework::path::Step;
use crate::framework::types::Type;
use crate::framework::value::Value;

/// The bytes of `value`, which is of type `ty`.
///
/// # Errors
/// A value that is not of that type, with the path to the place: a mistake of whoever made it.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, Error> {
    let mut out = ByteBuf::new();
    encode_value(&mut out, value, ty, 0)?;
    Ok(out.into_vec())
}

fn encode_value(out: &mut ByteBuf, value: &Value, ty: &Type, depth: usize) -> Result<(), Error> {
    if depth > MAX_DEPTH {
        return Err(Problem::TooDeep.into());
    }
    match (value, ty) {
        (Value::Null, _) => write_nil(out),
        (Value::Unknown(known), _) => refinements::encode(out, known.as_deref(), ty),
        (Value::Bool(value), Type::Bool) => write_bool(out, *value),
        (Value::Number(number), Type::Number) => write_number(out, number)?,
        (Value::String(text), Type::String) => write_text(out, text)?,
        (Value::List(elements), Type::List(element)) => {
            written(encode::write_array_len(out, length(elements.len())?));
            for (index, value) in elements.iter().enumerate() {
                encode_value(out, value, element, depth + 1)
                    .map_err(|error| error.inside(Step::Index(index)))?;
            }
        }
        (Value::Set(elements), Type::Set(element)) => {
            written(encode::write_array_len(out, length(elements.len())?));
            for value in elements {
                encode_value(out, value, element, depth + 1)
                    .map_err(|error| error.inside(Step::Element(Box::new(Value::Null))))?;
            }
        }
        (Value::List(elements), Type::Tuple(types)) => {
            encode_tuple(out, elements, types, depth)?;
        }
        (Value::Map(entries), Type::Map(element)) => {
            written(encode::write_map_len(out, length(entries.len())?));
            for (key, value) in entries {
                write_text(out, key)?;
                encode_value(out, value, element, depth + 1)
                    .map_err(|error| error.inside(Step::Key(key.clone())))?;
            }
        }
        (Value::Object(members), Type::Object(types)) => {
            encode_object(out, members, types, depth)?;
        }
        (Value::Dynamic(typed), Type::Dynamic) => {
            let (ty, value) = typed.as_ref();
            if *ty != Type::Dynamic {
                let json = type_constraint::encode(ty);
                length(json.len())?;
                written(encode::write_array_len(out, 2));
                written(encode::write_bin(out, &json));
            }
            encode_value(out, value, ty, depth + 1)?;
        }
        (value, ty) => {
            return Err(Problem::Mismatch {
                expected: expected(ty),
                found: found(value),
            }
            .into());
        }
    }
    Ok(())
}

fn encode_tuple(
    out: &mut ByteBuf,
    elements: &[Value],
    types: &[Type],
    depth: usize,
) -> Result<(), Error> {
    if elements.len() != types.len() {
        return Err(Problem::TupleLength {
            expected: types.len(),
            found: elements.len(),
        }
        .into());
    }
    written(encode::write_array_len(out, length(elements.len())?));
    for (index, (value, ty)) in elements.iter().zip(types).enumerate() {
        encode_value(out, value, ty, depth + 1)
            .map_err(|error| error.inside(Step::Index(index)))?;
    }
    Ok(())
}

fn encode_object(
    out: &mut ByteBuf,
    members: &BTreeMap<String, Value>,
    types: &BTreeMap<String, Type>,
    depth: usize,
) -> Result<(), Error> {
    if let Some(name) = members.keys().find(|name| !types.contains_key(*name)) {
        return Err(Problem::UnexpectedAttribute(name.clone()).into());
    }
    written(encode::write_map_len(out, length(types.len())?));
    for (name, ty) in types {
        let Some(value) = members.get(name) else {
            return Err(Problem::MissingAttribute(name.clone()).into());
        };
        write_text(out, name)?;
        encode_value(out, value, ty, depth + 1)
            .map_err(|error| error.inside(Step::Attribute(name.clone())))?;
    }
    Ok(())
}

/// An integer if it fits 64 bits; else a float if that is exact and has a fraction; else the decimal
/// text, which loses nothing.
pub(super) fn write_number(out: &mut ByteBuf, number: &Number) -> Result<(), Problem> {
    if let Some(integer) = number.to_i64() {
        written(encode::write_sint(out, integer));
    } else if let Some(float) = number.to_f64_exact().filter(|_| !number.is_integer()) {
        written(encode::write_f64(out, float));
    } else {
        write_text(out, &number.to_string())?;
    }
    Ok(())
}

pub(super) fn write_text(out: &mut ByteBuf, text: &str) -> Result<(), Problem> {
    let text = normalized(text);
    length(text.len())?;
    written(encode::write_str(out, &text));
    Ok(())
}

pub(super) fn write_bool(out: &mut ByteBuf, value: bool) {
    let Ok(()) = encode::write_bool(out, value);
}

fn write_nil(out: &mut ByteBuf) {
    let Ok(()) = encode::write_nil(out);
}

/// What a write that cannot fail has written.
pub(super) fn written<T>(result: Result<T, ValueWriteError<Infallible>>) -> T {
    match result {
        Ok(written) => written,
        Err(
            ValueWriteError::InvalidMarkerWrite(never) | ValueWriteError::InvalidDataWrite(never),
        ) => match never {},
    }
}

fn length(length: usize) -> Result<u32, Problem> {
    u32::try_from(length).map_err(|_| Problem::TooLong)
}

/// What a value is, for an error message.
fn found(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Unknown(_) => "an unknown value",
        Value::Bool(_) => "a bool",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::List(_) => "a list",
        Value::Set(_) => "a set",
        Value::Map(_) => "a map",
        Value::Object(_) => "an object",
        Value::Dynamic(_) => "a value with its type",
    }
}
