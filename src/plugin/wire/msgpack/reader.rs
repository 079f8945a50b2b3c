//! Reads MessagePack one item at a time from a slice. Knows nothing of Terraform's types.
//!
//! Lengths are checked against the bytes that are there before anything is done with them, so a
//! claimed length never costs memory.

use rmp::Marker;

use super::super::error::Problem;

/// A position in a MessagePack text.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

/// One item. Arrays and maps are announced with their number of elements or entries; those follow
/// as items of their own.
pub(super) enum Item<'a> {
    Nil,
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    String(&'a [u8]),
    Binary(&'a [u8]),
    Array(usize),
    Map(usize),
    Extension(i8, &'a [u8]),
}

impl Item<'_> {
    /// What the item is, for an error message.
    pub(super) fn found(&self) -> &'static str {
        match self {
            Self::Nil => "null",
            Self::Bool(_) => "a bool",
            Self::Signed(_) | Self::Unsigned(_) | Self::Float(_) => "a number",
            Self::String(_) => "a string",
            Self::Binary(_) => "binary data",
            Self::Array(_) => "an array",
            Self::Map(_) => "a map",
            Self::Extension(..) => "an unknown value",
        }
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next item.
    pub(super) fn next(&mut self) -> Result<Item<'a>, Problem> {
        let [marker] = self.array()?;
        Ok(match Marker::from_u8(marker) {
            Marker::Null => Item::Nil,
            Marker::True => Item::Bool(true),
            Marker::False => Item::Bool(false),
            Marker::FixPos(value) => Item::Unsigned(value.into()),
            Marker::FixNeg(value) => Item::Signed(value.into()),
            Marker::U8 => Item::Unsigned(u8::from_be_bytes(self.array()?).into()),
            Marker::U16 => Item::Unsigned(u16::from_be_bytes(self.array()?).into()),
            Marker::U32 => Item::Unsigned(u32::from_be_bytes(self.array()?).into()),
            Marker::U64 => Item::Unsigned(u64::from_be_bytes(self.array()?)),
            Marker::I8 => Item::Signed(i8::from_be_bytes(self.array()?).into()),
            Marker::I16 => Item::Signed(i16::from_be_bytes(self.array()?).into()),
            Marker::I32 => Item::Signed(i32::from_be_bytes(self.array()?).into()),
            Marker::I64 => Item::Signed(i64::from_be_bytes(self.array()?)),
            Marker::F32 => Item::Float(f32::from_be_bytes(self.array()?).into()),
            Marker::F64 => Item::Float(f64::from_be_bytes(self.array()?)),
            Marker::FixStr(length) => Item::String(self.take(length.into())?),
            Marker::Str8 => Item::String(self.sized_8()?),
            Marker::Str16 => Item::String(self.sized_16()?),
            Marker::Str32 => Item::String(self.sized_32()?),
            Marker::Bin8 => Item::Binary(self.sized_8()?),
            Marker::Bin16 => Item::Binary(self.sized_16()?),
            Marker::Bin32 => Item::Binary(self.sized_32()?),
            Marker::FixArray(count) => self.elements(count.into())?,
            Marker::Array16 => {
                let count = u16::from_be_bytes(self.array()?);
                self.elements(count.into())?
            }
            Marker::Array32 => {
                let count = length(u32::from_be_bytes(self.array()?))?;
                self.elements(count)?
            }
            Marker::FixMap(count) => self.entries(count.into())?,
            Marker::Map16 => {
                let count = u16::from_be_bytes(self.array()?);
                self.entries(count.into())?
            }
            Marker::Map32 => {
                let count = length(u32::from_be_bytes(self.array()?))?;
                self.entries(count)?
            }
            Marker::FixExt1 => self.extension(1)?,
            Marker::FixExt2 => self.extension(2)?,
            Marker::FixExt4 => self.extension(4)?,
            Marker::FixExt8 => self.extension(8)?,
            Marker::FixExt16 => self.extension(16)?,
            Marker::Ext8 => {
                let length = u8::from_be_bytes(self.array()?);
                self.extension(length.into())?
            }
            Marker::Ext16 => {
                let length = u16::from_be_bytes(self.array()?);
                self.extension(length.into())?
            }
            Marker::Ext32 => {
                let length = length(u32::from_be_bytes(self.array()?))?;
                self.extension(length)?
            }
            Marker::Reserved => return Err(Problem::Undefined),
        })
    }

    /// Passes over the next item with all that belongs to it.
    pub(super) fn skip(&mut self) -> Result<(), Problem> {
        let mut outstanding: usize = 1;
        while outstanding > 0 {
            outstanding -= 1;
            match self.next()? {
                // Neither can overflow: both are bounded by the number of bytes left.
                Item::Array(count) => outstanding += count,
                Item::Map(count) => outstanding += count * 2,
                _ => {}
            }
        }
        Ok(())
    }

    /// Asserts that everything has been read.
    pub(super) fn finish(&self) -> Result<(), Problem> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(Problem::Trailing)
        }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Problem> {
        let (taken, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or(Problem::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Problem> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(Problem::Truncated)?;
        self.rest = rest;
        Ok(*taken)
    }

    fn sized_8(&mut self) -> Result<&'a [u8], Problem> {
        let length = u8::from_be_bytes(self.array()?);
        self.take(length.into())
    }

    fn sized_16(&mut self) -> Result<&'a [u8], Problem> {
        let length = u16::from_be_bytes(self.array()?);
        self.take(length.into())
    }

    fn sized_32(&mut self) -> Result<&'a [u8], Problem> {
        let length = length(u32::from_be_bytes(self.array()?))?;
        self.take(length)
    }

    fn extension(&mut self, length: usize) -> Result<Item<'a>, Problem> {
        let code = i8::from_be_bytes(self.array()?);
        Ok(Item::Extension(code, self.take(length)?))
    }

    // An element takes at least one byte, an entry two.
    fn elements(&self, count: usize) -> Result<Item<'a>, Problem> {
        if count > self.rest.len() {
            return Err(Problem::Truncated);
        }
        Ok(Item::Array(count))
    }

    fn entries(&self, count: usize) -> Result<Item<'a>, Problem> {
        if count > self.rest.len() / 2 {
            return Err(Problem::Truncated);
        }
        Ok(Item::Map(count))
    }
}

fn length(length: u32) -> Result<usize, Problem> {
    usize::try_from(length).map_err(|_| Problem::Truncated)
}
