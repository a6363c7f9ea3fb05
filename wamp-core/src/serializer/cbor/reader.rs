use super::major;
use crate::serializer::cursor::Cursor;
use crate::serializer::{BIG_INTEGER, Container, Event, Format, Kind, Read, ReadError};
use std::borrow::Cow;

/// Reads CBOR. Lengths may be left open (indefinite) by the peer; floats may be of any size.
#[derive(Debug, Clone)]
pub struct CborReader<'a> {
    cursor: Cursor<'a>,
}

/// What an initial octet says, its number or length read. A length left open is `None`.
#[derive(Debug, Clone, Copy)]
enum Head {
    Unsigned(u64),
    /// -1 minus the number.
    Negative(u64),
    Bytes(Option<u64>),
    Text(Option<u64>),
    Array(Option<u64>),
    Map(Option<u64>),
    Tag,
    Null,
    Bool(bool),
    Float(f64),
    Simple,
}

impl Head {
    const fn kind(self) -> Kind {
        match self {
            Self::Unsigned(_) | Self::Negative(_) => Kind::Integer,
            Self::Bytes(_) => Kind::Binary,
            Self::Text(_) => Kind::String,
            Self::Array(_) => Kind::Array,
            Self::Map(_) => Kind::Map,
            Self::Null => Kind::Null,
            Self::Bool(_) => Kind::Bool,
            Self::Float(_) => Kind::Float,
            Self::Tag | Self::Simple => Kind::Other,
        }
    }

    const fn instead_of(self, expected: &'static str) -> ReadError {
        ReadError::Unexpected { expected, found: self.kind() }
    }
}

/// The octet that ends what was left open.
const BREAK: u8 = 0xff;
/// The additional information that leaves a length open.
const OPEN: u8 = 31;

impl<'a> CborReader<'a> {
    #[inline]
    fn head(&mut self) -> Result<Head, ReadError> {
        let initial = self.cursor.byte()?;
        let (major, info) = (initial >> 5, initial & 0x1f);
        if major == major::SIMPLE {
            return self.simple(info);
        }
        let argument = match info {
            OPEN => None,
            _ => Some(self.argument(info)?),
        };
        match (major, argument) {
            (major::UNSIGNED, Some(number)) => Ok(Head::Unsigned(number)),
            (major::NEGATIVE, Some(number)) => Ok(Head::Negative(number)),
            (major::BYTES, len) => Ok(Head::Bytes(len)),
            (major::TEXT, len) => Ok(Head::Text(len)),
            (major::ARRAY, len) => Ok(Head::Array(len)),
            (major::MAP, len) => Ok(Head::Map(len)),
            (major::TAG, Some(_)) => Ok(Head::Tag),
            _ => Err(self.cursor.malformed("a number or tag of indefinite length")),
        }
    }

    fn argument(&mut self, info: u8) -> Result<u64, ReadError> {
        match info {
            0..24 => Ok(info.into()),
            24 => self.cursor.byte().map(u64::from),
            25 => self.cursor.take_array().map(u16::from_be_bytes).map(u64::from),
            26 => self.cursor.take_array().map(u32::from_be_bytes).map(u64::from),
            27 => self.cursor.take_array().map(u64::from_be_bytes),
            _ => Err(self.cursor.malformed("reserved additional information")),
        }
    }

    fn simple(&mut self, info: u8) -> Result<Head, ReadError> {
        match info {
            20 => Ok(Head::Bool(false)),
            21 => Ok(Head::Bool(true)),
            // `undefined` is taken for null.
            22 | 23 => Ok(Head::Null),
            0..20 => Ok(Head::Simple),
            24 if self.cursor.byte()? >= 32 => Ok(Head::Simple),
            24 => Err(self.cursor.malformed("a simple value in two octets that has one")),
            25 => Ok(Head::Float(half(u16::from_be_bytes(self.cursor.take_array()?)))),
            26 => Ok(Head::Float(f32::from_be_bytes(self.cursor.take_array()?).into())),
            27 => Ok(Head::Float(f64::from_be_bytes(self.cursor.take_array()?))),
            OPEN => Err(self.cursor.malformed("a break outside of anything open")),
            _ => Err(self.cursor.malformed("reserved additional information")),
        }
    }

    /// Takes the break if it is next.
    fn at_break(&mut self) -> Result<bool, ReadError> {
        let ends = self.cursor.peek()? == BREAK;
        if ends {
            self.cursor.byte()?;
        }
        Ok(ends)
    }

    /// A chunk of a string of major type `major` whose length was left open, or `None` at its end.
    fn chunk(&mut self, major: u8) -> Result<Option<&'a [u8]>, ReadError> {
        if self.at_break()? {
            return Ok(None);
        }
        match self.head()? {
            Head::Bytes(Some(len)) if major == major::BYTES => self.octets(len).map(Some),
            Head::Text(Some(len)) if major == major::TEXT => self.text(len).map(|text| Some(text.as_bytes())),
            _ => Err(self.cursor.malformed("a chunk of another type in a string of indefinite length")),
        }
    }

    fn octets(&mut self, len: u64) -> Result<&'a [u8], ReadError> {
        self.cursor.take(usize::try_from(len).unwrap_or(usize::MAX))
    }

    fn text(&mut self, len: u64) -> Result<&'a str, ReadError> {
        self.cursor.text(usize::try_from(len).unwrap_or(usize::MAX))
    }

    fn text_or_chunks(&mut self, len: Option<u64>) -> Result<Cow<'a, str>, ReadError> {
        if let Some(len) = len {
            return self.text(len).map(Cow::Borrowed);
        }
        let mut text = String::new();
        while let Some(chunk) = self.chunk(major::TEXT)? {
            text.push_str(std::str::from_utf8(chunk).map_err(|_| ReadError::Utf8)?);
        }
        Ok(Cow::Owned(text))
    }

    fn octets_or_chunks(&mut self, len: Option<u64>) -> Result<Cow<'a, [u8]>, ReadError> {
        if let Some(len) = len {
            return self.octets(len).map(Cow::Borrowed);
        }
        let mut octets = Vec::new();
        while let Some(chunk) = self.chunk(major::BYTES)? {
            octets.extend_from_slice(chunk);
        }
        Ok(Cow::Owned(octets))
    }

    /// Passes over `count` values, or to the break. Its recursion is as deep as the limit for nesting at most.
    fn skip_values(&mut self, count: Option<u64>, map: bool) -> Result<(), ReadError> {
        // For a map of open length: whether a value is due, where no break may stand.
        let (mut left, mut value_due) = (count, false);
        loop {
            match &mut left {
                Some(0) => return Ok(()),
                Some(left) => *left -= 1,
                None if !value_due && self.at_break()? => return Ok(()),
                None => value_due = map && !value_due,
            }
            self.skip_value()?;
        }
    }

    #[inline]
    fn skip_value(&mut self) -> Result<(), ReadError> {
        // What is most of most messages goes by its first octet alone.
        match self.cursor.peek()? {
            0x00..=0x17 | 0x20..=0x37 | 0xf4..=0xf7 => self.cursor.byte().map(drop),
            initial @ 0x60..=0x77 => {
                self.cursor.byte()?;
                self.cursor.skip_text(usize::from(initial & 0x1f))
            }
            _ => self.skip_by_head(),
        }
    }

    fn skip_by_head(&mut self) -> Result<(), ReadError> {
        let mut tags = 0;
        loop {
            match self.head()? {
                // A tag is a level: peers read it by recursion.
                Head::Tag => {
                    self.cursor.enter()?;
                    tags += 1;
                    continue;
                }
                Head::Bytes(Some(len)) => drop(self.octets(len)?),
                Head::Text(Some(len)) => self.cursor.skip_text(usize::try_from(len).unwrap_or(usize::MAX))?,
                Head::Bytes(None) => while self.chunk(major::BYTES)?.is_some() {},
                Head::Text(None) => while self.chunk(major::TEXT)?.is_some() {},
                Head::Array(len) => self.skip_nested(len, false)?,
                Head::Map(len) => self.skip_nested(len, true)?,
                Head::Unsigned(_) | Head::Negative(_) | Head::Null | Head::Bool(_) | Head::Float(_) | Head::Simple => {}
            }
            self.cursor.leave(tags);
            return Ok(());
        }
    }

    fn skip_nested(&mut self, len: Option<u64>, map: bool) -> Result<(), ReadError> {
        self.cursor.enter()?;
        // A map announced with more than 2^63 entries is truncated in any case.
        let count = if map { len.map(|len| len.saturating_mul(2)) } else { len };
        self.skip_values(count, map)?;
        self.cursor.leave(1);
        Ok(())
    }
}

/// The value of a float of 16 bits.
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    let magnitude = match exponent {
        0 => fraction * 2_f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (fraction + 1024.0) * 2_f64.powi(exponent - 25),
    };
    if bits >> 15 == 1 { -magnitude } else { magnitude }
}

impl<'a> Read<'a> for CborReader<'a> {
    const FORMAT: Format = Format::Cbor;

    fn new(input: &'a [u8], max_depth: usize) -> Result<Self, ReadError> {
        Ok(Self { cursor: Cursor::new(input, max_depth) })
    }

    #[inline]
    fn kind(&mut self) -> Result<Kind, ReadError> {
        let initial = self.cursor.peek()?;
        Ok(match (initial >> 5, initial & 0x1f) {
            (major::UNSIGNED | major::NEGATIVE, _) => Kind::Integer,
            (major::BYTES, _) => Kind::Binary,
            (major::TEXT, _) => Kind::String,
            (major::ARRAY, _) => Kind::Array,
            (major::MAP, _) => Kind::Map,
            (major::SIMPLE, 20 | 21) => Kind::Bool,
            (major::SIMPLE, 22 | 23) => Kind::Null,
            (major::SIMPLE, 25..=27) => Kind::Float,
            (major::SIMPLE, 28..) => return Err(self.cursor.malformed("no value")),
            _ => Kind::Other,
        })
    }

    #[inline]
    fn array(&mut self) -> Result<Container, ReadError> {
        match self.head()? {
            Head::Array(len) => self.cursor.open(len, false),
            other => Err(other.instead_of("a list")),
        }
    }

    #[inline]
    fn map(&mut self) -> Result<Container, ReadError> {
        match self.head()? {
            Head::Map(len) => self.cursor.open(len, true),
            other => Err(other.instead_of("a dictionary")),
        }
    }

    #[inline]
    fn next(&mut self, container: &mut Container) -> Result<bool, ReadError> {
        if let Some(remaining) = &mut container.remaining {
            return Ok(self.cursor.count_down(remaining));
        }
        let ends = self.at_break()?;
        if ends {
            self.cursor.leave(1);
        }
        Ok(!ends)
    }

    #[inline]
    fn key(&mut self) -> Result<Cow<'a, str>, ReadError> {
        match self.head()? {
            Head::Text(len) => self.text_or_chunks(len),
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
            Head::Negative(value) => i64::try_from(value).map(|value| (!value).into()).map_err(|_| BIG_INTEGER),
            other => Err(other.instead_of("an integer")),
        }
    }

    fn f64(&mut self) -> Result<f64, ReadError> {
        match self.head()? {
            Head::Float(value) => Ok(value),
            Head::Unsigned(value) => Ok(value as f64),
            Head::Negative(value) => Ok(-1.0 - value as f64),
            other => Err(other.instead_of("a number")),
        }
    }

    #[inline]
    fn str(&mut self) -> Result<Cow<'a, str>, ReadError> {
        match self.head()? {
            Head::Text(len) => self.text_or_chunks(len),
            other => Err(other.instead_of("text")),
        }
    }

    fn bytes(&mut self) -> Result<Cow<'a, [u8]>, ReadError> {
        match self.head()? {
            Head::Bytes(len) => self.octets_or_chunks(len),
            other => Err(other.instead_of("binary")),
        }
    }

    #[inline]
    fn event(&mut self) -> Result<Event<'a>, ReadError> {
        Ok(match self.head()? {
            Head::Null => Event::Null,
            Head::Bool(value) => Event::Bool(value),
            Head::Unsigned(value) => Event::Unsigned(value),
            Head::Negative(value) => Event::Negative(!i64::try_from(value).map_err(|_| BIG_INTEGER)?),
            Head::Float(value) => Event::Float(value),
            Head::Text(len) => Event::String(self.text_or_chunks(len)?),
            Head::Bytes(len) => Event::Binary(self.octets_or_chunks(len)?),
            Head::Array(len) => Event::Array(self.cursor.open(len, false)?),
            Head::Map(len) => Event::Map(self.cursor.open(len, true)?),
            Head::Tag | Head::Simple => Event::Other,
        })
    }

    fn skip(&mut self) -> Result<&'a [u8], ReadError> {
        let start = self.cursor.at();
        self.skip_value()?;
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
