//! What is known about an unknown value: MessagePack extension 12, a map under small integers.
//!
//! Keys that are not known, or that make no sense for the type, are passed over: a refinement is a
//! help to the reader and never needed.

use rmp::encode::{self, ByteBuf};

use super::super::error::Problem;
use super::super::normalized;
use super::decode::{number, text};
use super::encode::{write_bool, write_number, write_text, written};
use super::reader::{Item, Reader};
use crate::framework::number::Number;
use crate::framework::types::Type;
use crate::framework::value::Refinements;

/// The extension of a plain unknown value.
const UNKNOWN: i8 = 0;
/// The extension of an unknown value with refinements.
const REFINED: i8 = 12;
/// The longest payload of that extension that Terraform reads, in bytes.
const MAX_PAYLOAD: usize = 1024;

const NULL: u64 = 1;
const STRING_PREFIX: u64 = 2;
const NUMBER_LOWER_BOUND: u64 = 3;
const NUMBER_UPPER_BOUND: u64 = 4;
const LENGTH_LOWER_BOUND: u64 = 5;
const LENGTH_UPPER_BOUND: u64 = 6;

/// Whether an unknown value of type `ty` can have the refinement `key`. Nothing can be known about
/// a value whose very type is open.
fn applies(key: u64, ty: &Type) -> bool {
    match key {
        NULL => *ty != Type::Dynamic,
        STRING_PREFIX => *ty == Type::String,
        NUMBER_LOWER_BOUND | NUMBER_UPPER_BOUND => *ty == Type::Number,
        LENGTH_LOWER_BOUND | LENGTH_UPPER_BOUND => {
            matches!(ty, Type::List(_) | Type::Set(_) | Type::Map(_))
        }
        _ => false,
    }
}

/// What the extension `code` with `payload` says about an unknown value of type `ty`.
pub(super) fn decode(
    code: i8,
    payload: &[u8],
    ty: &Type,
) -> Result<Option<Box<Refinements>>, Problem> {
    if code != REFINED {
        return Ok(None);
    }
    if payload.len() > MAX_PAYLOAD {
        return Err(Problem::Refinements);
    }
    let refinements = decode_payload(payload, ty).map_err(|_| Problem::Refinements)?;
    Ok((refinements != Refinements::default()).then(|| Box::new(refinements)))
}

fn decode_payload(payload: &[u8], ty: &Type) -> Result<Refinements, Problem> {
    let mut reader = Reader::new(payload);
    let Item::Map(count) = reader.next()? else {
        return Err(Problem::Refinements);
    };
    let mut refinements = Refinements::default();
    for _ in 0..count {
        let key = match reader.next()? {
            Item::Unsigned(key) if applies(key, ty) => key,
            Item::Unsigned(_) | Item::Signed(_) => {
                reader.skip()?;
                continue;
            }
            _ => return Err(Problem::Refinements),
        };
        match key {
            NULL => refinements.null = Some(bool(&mut reader)?),
            STRING_PREFIX => {
                refinements.string_prefix =
                    Some(prefix(&mut reader)?).filter(|prefix| !prefix.is_empty());
            }
            NUMBER_LOWER_BOUND => refinements.number_lower_bound = Some(bound(&mut reader)?),
            NUMBER_UPPER_BOUND => refinements.number_upper_bound = Some(bound(&mut reader)?),
            LENGTH_LOWER_BOUND => refinements.length_lower_bound = Some(length(&mut reader)?),
            _ => refinements.length_upper_bound = Some(length(&mut reader)?),
        }
    }
    reader.finish()?;
    Ok(refinements)
}

fn bool(reader: &mut Reader<'_>) -> Result<bool, Problem> {
    match reader.next()? {
        Item::Bool(value) => Ok(value),
        _ => Err(Problem::Refinements),
    }
}

fn prefix(reader: &mut Reader<'_>) -> Result<String, Problem> {
    match reader.next()? {
        Item::String(bytes) => text(bytes).map(normalized),
        _ => Err(Problem::Refinements),
    }
}

fn bound(reader: &mut Reader<'_>) -> Result<(Number, bool), Problem> {
    match reader.next()? {
        Item::Array(2) => Ok((number(&reader.next()?)?, bool(reader)?)),
        _ => Err(Problem::Refinements),
    }
}

fn length(reader: &mut Reader<'_>) -> Result<i64, Problem> {
    match reader.next()? {
        Item::Signed(value) => Ok(value),
        Item::Unsigned(value) => i64::try_from(value).map_err(|_| Problem::Refinements),
        _ => Err(Problem::Refinements),
    }
}

/// Writes an unknown value of type `ty`, with what is known about it if that is something, suits
/// the type and is short enough to be read.
pub(super) fn encode(out: &mut ByteBuf, refinements: Option<&Refinements>, ty: &Type) {
    let payload = refinements.and_then(|refinements| encode_payload(refinements, ty));
    match payload {
        Some(payload) => {
            let length = u32::try_from(payload.len())
                .expect("the payload has been checked to be at most 1024 bytes");
            written(encode::write_ext_meta(out, length, REFINED));
            out.as_mut_vec().extend_from_slice(&payload);
        }
        None => {
            written(encode::write_ext_meta(out, 1, UNKNOWN));
            out.as_mut_vec().push(0);
        }
    }
}

/// `None` if there is nothing to say or too much.
fn encode_payload(refinements: &Refinements, ty: &Type) -> Option<Vec<u8>> {
    let mut payload = Payload {
        ty,
        count: 0,
        entries: ByteBuf::new(),
    };
    if let Some(null) = refinements.null
        && let Some(out) = payload.start(NULL)
    {
        write_bool(out, null);
    }
    if let Some(prefix) = &refinements.string_prefix
        && !prefix.is_empty()
        && let Some(out) = payload.start(STRING_PREFIX)
    {
        write_text(out, prefix).ok()?;
    }
    for (key, bound) in [
        (NUMBER_LOWER_BOUND, &refinements.number_lower_bound),
        (NUMBER_UPPER_BOUND, &refinements.number_upper_bound),
    ] {
        if let Some((number, inclusive)) = bound
            && let Some(out) = payload.start(key)
        {
            written(encode::write_array_len(out, 2));
            write_number(out, number).ok()?;
            write_bool(out, *inclusive);
        }
    }
    for (key, bound) in [
        (LENGTH_LOWER_BOUND, refinements.length_lower_bound),
        (LENGTH_UPPER_BOUND, refinements.length_upper_bound),
    ] {
        if let Some(length) = bound
            && let Some(out) = payload.start(key)
        {
            written(encode::write_sint(out, length));
        }
    }
    payload.finish()
}

/// The entries of a payload under construction.
struct Payload<'a> {
    ty: &'a Type,
    count: u32,
    entries: ByteBuf,
}

impl Payload<'_> {
    /// Begins the entry `key`; its value is to be written next. `None` if the type cannot have it.
    fn start(&mut self, key: u64) -> Option<&mut ByteBuf> {
        if !applies(key, self.ty) {
            return None;
        }
        self.count += 1;
        written(encode::write_uint(&mut self.entries, key));
        Some(&mut self.entries)
    }

    fn finish(self) -> Option<Vec<u8>> {
        if self.count == 0 {
            return None;
        }
        let mut payload = ByteBuf::new();
        written(encode::write_map_len(&mut payload, self.count));
        payload
            .as_mut_vec()
            .extend_from_slice(self.entries.as_slice());
        (payload.as_slice().len() <= MAX_PAYLOAD).then(|| payload.into_vec())
    }
}
