//! MessagePack to values.

use std::collections::BTreeMap;
use std::str;

use super::super::error::{Error, Problem, expected};
use super::super::{MAX_DEPTH, normalized, type_constraint};
use super::reader::{Item, Reader};
use super::refinements;
use crate::framework::number::Number;
use crate::framework::path::Step;
use crate::framework::types::Type;
use crate::framework::value::Value;

/// How many elements are made room for before the first is read. More room comes as they arrive.
const INITIAL_CAPACITY: usize = 1024;

/// The value of type `ty` that `bytes` hold.
///
/// # Errors
/// What is not a value of that type, with the path to the place.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, Error> {
    let mut reader = Reader::new(bytes);
    let value = decode_value(&mut reader, ty, 0)?;
    reader.finish()?;
    Ok(value)
}

fn decode_value(reader: &mut Reader<'_>, ty: &Type, depth: usize) -> Result<Value, Error> {
    if depth > MAX_DEPTH {
        return Err(Problem::TooDeep.into());
    }
    match (reader.next()?, ty) {
        (Item::Nil, _) => Ok(Value::Null),
        (Item::Extension(code, payload), _) => {
            Ok(Value::Unknown(refinements::decode(code, payload, ty)?))
        }
        (Item::Bool(value), Type::Bool) => Ok(Value::Bool(value)),
        (Item::String(bytes), Type::String) => Ok(Value::String(normalized(text(bytes)?))),
        (item, Type::Number) => Ok(Value::Number(number(&item)?)),
        (Item::Array(count), Type::List(element)) => {
            decode_elements(reader, count, element, depth).map(Value::List)
        }
        (Item::Array(count), Type::Set(element)) => {
            let elements = decode_set_elements(reader, count, element, depth)?;
            Ok(Value::set(elements))
        }
        (Item::Array(count), Type::Tuple(elements)) => {
            decode_tuple(reader, count, elements, depth).map(Value::List)
        }
        (Item::Map(count), Type::Map(element)) => {
            decode_map(reader, count, element, depth).map(Value::Map)
        }
        (Item::Map(count), Type::Object(members)) => {
            decode_object(reader, count, members, depth).map(Value::Object)
        }
        (Item::Array(count), Type::Dynamic) => decode_dynamic(reader, count, depth),
        (item, ty) => Err(mismatch(expected(ty), &item).into()),
    }
}

fn decode_elements(
    reader: &mut Reader<'_>,
    count: usize,
    element: &Type,
    depth: usize,
) -> Result<Vec<Value>, Error> {
    let mut elements = Vec::with_capacity(count.min(INITIAL_CAPACITY));
    for index in 0..count {
        let value = decode_value(reader, element, depth + 1)
            .map_err(|error| error.inside(Step::Index(index)))?;
        elements.push(value);
    }
    Ok(elements)
}

fn decode_set_elements(
    reader: &mut Reader<'_>,
    count: usize,
    element: &Type,
    depth: usize,
) -> Result<Vec<Value>, Error> {
    let mut elements = Vec::with_capacity(count.min(INITIAL_CAPACITY));
    for _ in 0..count {
        let value = decode_value(reader, element, depth + 1)
            .map_err(|error| error.inside(Step::Element(Box::new(Value::Null))))?;
        elements.push(value);
    }
    Ok(elements)
}

fn decode_tuple(
    reader: &mut Reader<'_>,
    count: usize,
    types: &[Type],
    depth: usize,
) -> Result<Vec<Value>, Error> {
    if count != types.len() {
        return Err(Problem::TupleLength {
            expected: types.len(),
            found: count,
        }
        .into());
    }
    types
        .iter()
        .enumerate()
        .map(|(index, ty)| {
            decode_value(reader, ty, depth + 1).map_err(|error| error.inside(Step::Index(index)))
        })
        .collect()
}

fn decode_map(
    reader: &mut Reader<'_>,
    count: usize,
    element: &Type,
    depth: usize,
) -> Result<BTreeMap<String, Value>, Error> {
    let mut map = BTreeMap::new();
    for _ in 0..count {
        let key = decode_key(reader)?;
        let value = decode_value(reader, element, depth + 1)
            .map_err(|error| error.inside(Step::Key(key.clone())))?;
        map.insert(key, value);
    }
    Ok(map)
}

fn decode_object(
    reader: &mut Reader<'_>,
    count: usize,
    members: &BTreeMap<String, Type>,
    depth: usize,
) -> Result<BTreeMap<String, Value>, Error> {
    let mut object = BTreeMap::new();
    for _ in 0..count {
        let name = decode_key(reader)?;
        let Some(member) = members.get(&name) else {
            return Err(Problem::UnexpectedAttribute(name).into());
        };
        if object.contains_key(&name) {
            return Err(Problem::RepeatedAttribute(name).into());
        }
        let value = decode_value(reader, member, depth + 1)
            .map_err(|error| error.inside(Step::Attribute(name.clone())))?;
        object.insert(name, value);
    }
    match members.keys().find(|name| !object.contains_key(*name)) {
        Some(missing) => Err(Problem::MissingAttribute(missing.clone()).into()),
        None => Ok(object),
    }
}

fn decode_dynamic(reader: &mut Reader<'_>, count: usize, depth: usize) -> Result<Value, Error> {
    if count != 2 {
        return Err(Problem::NotTyped.into());
    }
    let Item::Binary(json) = reader.next()? else {
        return Err(Problem::NotTyped.into());
    };
    let ty = type_constraint::decode(json)?;
    let value = decode_value(reader, &ty, depth + 1)?;
    Ok(match ty {
        // A dynamic value in a dynamic value is one dynamic value.
        Type::Dynamic => value,
        ty => Value::Dynamic(Box::new((ty, value))),
    })
}

fn decode_key(reader: &mut Reader<'_>) -> Result<String, Problem> {
    match reader.next()? {
        Item::String(bytes) => text(bytes).map(normalized),
        item => Err(mismatch("a string as key", &item)),
    }
}

/// The number that `item` stands for: in any width, or as decimal text if it fits none.
pub(super) fn number(item: &Item<'_>) -> Result<Number, Problem> {
    match item {
        Item::Signed(value) => Ok(Number::from(*value)),
        Item::Unsigned(value) => Ok(Number::from(*value)),
        Item::Float(value) => Number::from_f64(*value).map_err(|_| Problem::Number),
        Item::String(bytes) => text(bytes)?.parse().map_err(|_| Problem::Number),
        item => Err(mismatch(expected(&Type::Number), item)),
    }
}

pub(super) fn text(bytes: &[u8]) -> Result<&str, Problem> {
    str::from_utf8(bytes).map_err(|_| Problem::Utf8)
}

fn mismatch(expected: &'static str, item: &Item<'_>) -> Problem {
    Problem::Mismatch {
        expected,
        found: item.found(),
    }
}
