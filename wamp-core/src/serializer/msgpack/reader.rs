use crate::serializer::cursor::Cursor;
use crate::serializer::{Container, Event, Format, Kind, Read, ReadError};
use rmp::Marker;
use std::borrow::Cow;

/// Reads MessagePack.
#[derive(Debug, Clone)]
pub struct MsgPackReader<'a> {
    cursor: Cursor<'a>,
}

/// What a marker says, its number or length read.
#[derive(Debug, Clone, Copy)]
enum Head {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Str(u32),
    Bin(u32),
    Array(u32),
    Map(u32),
    /// Octets of an extension value, its type's octet counted.
    Ext(u64),
}

impl Head {
    const fn kind(self) -> Kind {
        match self {
            Self::Null => Kind::Null,
            Self::Bool(_) => Kind::Bool,
            Self::Unsigned(_) | Self::Signed(_) => Kind::Integer,
            Self::Float(_) => Kind::Float,
            Self::Str(_) => Kind::String,
            Self::Bin(_) => Kind::Binary,
            Self::Array(_) => Kind::Array,
            Self::Map(_) => Kind::Map,
            Self::Ext(_) => Kind::Other,
        }
    }

    const fn instead_of(self, expected: &'static str) -> ReadError {
        ReadError::Unexpected { expected, found: self.kind() }
    }
}

/// `undefined` as msgpack5 and msgpackr write it: an extension value of type 0 with one zero octet.
const UNDEFINED: [u8; 3] = [0xd4, 0, 0];

impl<'a> MsgPackReader<'a> {
    #[inline]
    fn head(&mut self) -> Result<Head, ReadError> {
        Ok(match Marker::from_u8(self.cursor.byte()?) {
            Marker::FixPos(value) => Head::Unsigned(value.into()),
            Marker::FixNeg(value) => Head::Signed(value.into()),
            Marker::FixStr(len) => Head::Str(len.into()),
            Marker::FixArray(len) => Head::Array(len.into()),
            Marker::FixMap(len) => Head::Map(len.into()),
            Marker::Null => Head::Null,
            Marker::True => Head::Bool(true),
            Marker::False => Head::Bool(false),
            Marker::U8 => Head::Unsigned(self.cursor.byte()?.into()),
            Marker::U16 => Head::Unsigned(self.u16()?.into()),
            Marker::U32 => Head::Unsigned(self.u32()?.into()),
            Marker::U64 => Head::Unsigned(u64::from_be_bytes(self.cursor.take_array()?)),
            Marker::I8 => Head::Signed(i8::from_be_bytes(self.cursor.take_array()?).into()),
            Marker::I16 => Head::Signed(i16::from_be_bytes(self.cursor.take_array()?).into()),
            Marker::I32 => Head::Signed(i32::from_be_bytes(self.cursor.take_array()?).into()),
            Marker::I64 => Head::Signed(i64::from_be_bytes(self.cursor.take_array()?)),
            Marker::F32 => Head::Float(f32::from_be_bytes(self.cursor.take_array()?).into()),
            Marker::F64 => Head::Float(f64::from_be_bytes(self.cursor.take_array()?)),
            Marker::Str8 => Head::Str(self.cursor.byte()?.into()),
            Marker::Str16 => Head::Str(self.u16()?.into()),
            Marker::Str32 => Head::Str(self.u32()?),
            Marker::Bin8 => Head::Bin(self.cursor.byte()?.into()),
            Marker::Bin16 => Head::Bin(self.u16()?.into()),
            Marker::Bin32 => Head::Bin(self.u32()?),
            Marker::Array16 => Head::Array(self.u16()?.into()),
            Marker::Array32 => Head::Array(self.u32()?),
            Marker::Map16 => Head::Map(self.u16()?.into()),
            Marker::Map32 => Head::Map(self.u32()?),
            Marker::FixExt1 => self.fix_ext1(),
            Marker::FixExt2 => Head::Ext(3),
            Marker::FixExt4 => Head::Ext(5),
            Marker::FixExt8 => Head::Ext(9),
            Marker::FixExt16 => Head::Ext(17),
            Marker::Ext8 => Head::Ext(u64::from(self.cursor.byte()?) + 1),
            Marker::Ext16 => Head::Ext(u64::from(self.u16()?) + 1),
            Marker::Ext32 => Head::Ext(u64::from(self.u32()?) + 1),
            Marker::Reserved => return Err(self.cursor.malformed("the reserved marker 0xc1")),
        })
    }

    fn fix_ext1(&mut self) -> Head {
        if self.cursor.rest().starts_with(&UNDEFINED[1..]) && self.cursor.take(2).is_ok() {
            return Head::Null;
        }
        Head::Ext(2)
    }

    fn u16(&mut self) -> Result<u16, ReadError> {
        self.cursor.take_array().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Result<u32, ReadError> {
        self.cursor.take_array().map(u32::from_be_bytes)
    }

    /// Passes over `count` values. Its recursion is as deep as the limit for nesting at most.
    fn skip_values(&mut self, count: u64) -> Result<(), ReadError> {
        for _ in 0..count {
            // What is most of most messages goes by its first octet alone.
            match self.cursor.peek()? {
                0x00..=0x7f | 0xe0..=0xff | 0xc0 | 0xc2 | 0xc3 => drop(self.cursor.byte()?),
                marker @ 0xa0..=0xbf => {
                    self.cursor.byte()?;
                    self.cursor.skip_text(usize::from(marker & 0x1f))?;
                }
                _ => self.skip_by_head()?,
            }
        }
        Ok(())
    }

    fn skip_by_head(&mut self) -> Result<(), ReadError> {
        match self.head()? {
            Head::Null | Head::Bool(_) | Head::Unsigned(_) | Head::Signed(_) | Head::Float(_) => Ok(()),
            Head::Str(len) => self.cursor.skip_text(len as usize),
            Head::Bin(len) => self.cursor.take(len as usize).map(drop),
            Head::Ext(len) => self.cursor.take(usize::try_from(len).unwrap_or(usize::MAX)).map(drop),
            Head::Array(len) => self.skip_nested(len.into()),
            Head::Map(len) => self.skip_nested(u64::from(len) * 2),
        }
    }

    fn skip_nested(&mut self, count: u64) -> Result<(), ReadError> {
        self.cursor.enter()?;
        self.skip_values(count)?;
        self.cursor.leave(1);
        Ok(())
    }
}

impl<'a> Read<'a> for MsgPackReader<'a> {
    const FORMAT: Format = Format::MsgPack;

    fn new(input: &'a [u8], max_depth: usize) -> Result<Self, ReadError> {
        Ok(Self { cursor: Cursor::new(input, max_depth) })
    }

    #[inline]
    fn kind(&mut self) -> Result<Kind, ReadError> {
        Ok(match Marker::from_u8(self.cursor.peek()?) {
            Marker::Null => Kind::Null,
            Marker::True | Marker::False => Kind::Bool,
            Marker::FixPos(_) | Marker::FixNeg(_) => Kind::Integer,
            Marker::U8 | Marker::U16 | Marker::U32 | Marker::U64 => Kind::Integer,
            Marker::I8 | Marker::I16 | Marker::I32 | Marker::I64 => Kind::Integer,
            Marker::F32 | Marker::F64 => Kind::Float,
            Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => Kind::String,
            Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => Kind::Binary,
            Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => Kind::Array,
            Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => Kind::Map,
            Marker::FixExt1 if self.cursor.rest().starts_with(&UNDEFINED) => Kind::Null,
            Marker::FixExt1 | Marker::FixExt2 | Marker::FixExt4 | Marker::FixExt8 | Marker::FixExt16 => Kind::Other,
            Marker::Ext8 | Marker::Ext16 | Marker::Ext32 => Kind::Other,
            Marker::Reserved => return Err(self.cursor.malformed("the reserved marker 0xc1")),
        })
    }

    #[inline]
    fn array(&mut self) -> Result<Container, ReadError> {
        match self.head()? {
            Head::Array(len) => self.cursor.open(Some(len.into()), false),
            other => Err(other.instead_of("a list")),
        }
    }

    #[inline]
    fn map(&mut self) -> Result<Container, ReadError> {
        match self.head()? {
            Head::Map(len) => self.cursor.open(Some(len.into()), true),
            other => Err(other.instead_of("a dictionary")),
        }
    }

    #[inline]
    fn next(&mut self, container: &mut Container) -> Result<bool, ReadError> {
        Ok(container.remaining.as_mut().is_some_and(|remaining| self.cursor.count_down(remaining)))
    }

    #[inline]
    fn key(&mut self) -> Result<Cow<'a, str>, ReadError> {
        match self.head()? {
            Head::Str(len) => self.cursor.text(len as usize).map(Cow::Borrowed),
            other => Err(other.instead_of("a text key")),
        }
    }

    fn null(&mut self) -> Result<(), ReadError> {
        match self.head()? {
            Head::Null => Ok(()),
            other => Err(other.instead_of("null")),
        }
    }

    fn bool(&mut self) -> Result<bool, ReadError> {
        match self.head()? {
            Head::Bool(value) => Ok(value),
            other => Err(other.instead_of("a truth value")),
        }
    }

    fn integer(&mut self) -> Result<i128, ReadError> {
        match self.head()? {
            Head::Unsigned(value) => Ok(value.into()),
            Head::Signed(value) => Ok(value.into()),
            other => Err(other.instead_of("an integer")),
        }
    }

    fn f64(&mut self) -> Result<f64, ReadError> {
        match self.head()? {
            Head::Float(value) => Ok(value),
            Head::Unsigned(value) => Ok(value as f64),
            Head::Signed(value) => Ok(value as f64),
            other => Err(other.instead_of("a number")),
        }
    }

    #[inline]
    fn str(&mut self) -> Result<Cow<'a, str>, ReadError> {
        match self.head()? {
            Head::Str(len) => self.cursor.text(len as usize).map(Cow::Borrowed),
            other => Err(other.instead_of("text")),
        }
    }

    fn bytes(&mut self) -> Result<Cow<'a, [u8]>, ReadError> {
        match self.head()? {
            Head::Bin(len) => self.cursor.take(len as usize).map(Cow::Borrowed),
            other => Err(other.instead_of("binary")),
        }
    }

    #[inline]
    fn event(&mut self) -> Result<Event<'a>, ReadError> {
        Ok(match self.head()? {
            Head::Null => Event::Null,
            Head::Bool(value) => Event::Bool(value),
            Head::Unsigned(value) => Event::Unsigned(value),
            Head::Signed(value) => u64::try_from(value).map_or(Event::Negative(value), Event::Unsigned),
            Head::Float(value) => Event::Float(value),
            Head::Str(len) => Event::String(Cow::Borrowed(self.cursor.text(len as usize)?)),
            Head::Bin(len) => Event::Binary(Cow::Borrowed(self.cursor.take(len as usize)?)),
            Head::Array(len) => Event::Array(self.cursor.open(Some(len.into()), false)?),
            Head::Map(len) => Event::Map(self.cursor.open(Some(len.into()), true)?),
            Head::Ext(_) => Event::Other,
        })
    }

    fn skip(&mut self) -> Result<&'a [u8], ReadError> {
        let start = self.cursor.at();
        self.skip_values(1)?;
        Ok(self.cursor.since(start))
    }

    fn position(&self) -> usize {
        self.cursor.at()
    }

    fn since(&self, position: usize) -> &'a [u8] {
        self.cursor.since(position)
    }

    fn end(&mut self) -> Result<(), ReadError> {
        self.cursor.end()
    }
}
