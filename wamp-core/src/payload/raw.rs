//! Single arguments, not decoded yet.

use super::decode;
use super::error::{PayloadError, Position};
use crate::serializer::{CborReader, Container, DEFAULT_MAX_DEPTH, Format, JsonReader, Kind, MsgPackReader, Read, ReadError};
use crate::value::Value;
use serde::de::DeserializeOwned;
use std::borrow::Cow;

/// One value in the bytes of its format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawValue<'a> {
    /// The format.
    pub format: Format,
    /// The bytes.
    pub bytes: &'a [u8],
}

impl RawValue<'_> {
    /// The value as a Rust value.
    ///
    /// # Errors
    ///
    /// [`PayloadError::Wrong`] where the type has it otherwise; [`PayloadError::at`] can say where it stood.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, PayloadError> {
        decode::value(*self).map_err(|fault| fault.decoding(Position::Unplaced))
    }

    /// What the value is.
    ///
    /// # Errors
    ///
    /// If the bytes are no value of the format.
    pub fn kind(&self) -> Result<Kind, ReadError> {
        match self.format {
            Format::Json => JsonReader::new(self.bytes, DEFAULT_MAX_DEPTH)?.kind(),
            Format::MsgPack => MsgPackReader::new(self.bytes, DEFAULT_MAX_DEPTH)?.kind(),
            Format::Cbor => CborReader::new(self.bytes, DEFAULT_MAX_DEPTH)?.kind(),
        }
    }

    /// The value without a type of its own.
    ///
    /// # Errors
    ///
    /// If it is something that WAMP's data model does not have.
    pub fn to_value(&self) -> Result<Value, ReadError> {
        match self.format {
            Format::Json => whole::<JsonReader<'_>>(self.bytes),
            Format::MsgPack => whole::<MsgPackReader<'_>>(self.bytes),
            Format::Cbor => whole::<CborReader<'_>>(self.bytes),
        }
    }
}

fn whole<'a, R: Read<'a>>(bytes: &'a [u8]) -> Result<Value, ReadError> {
    let mut reader = R::new(bytes, DEFAULT_MAX_DEPTH)?;
    let value = reader.value()?;
    reader.end()?;
    Ok(value)
}

/// The positional arguments of a payload.
#[derive(Debug, Clone)]
pub struct Positionals<'a>(Items<'a>);

/// The keyword arguments of a payload.
#[derive(Debug, Clone)]
pub struct Keywords<'a>(Items<'a>);

#[derive(Debug, Clone)]
enum Items<'a> {
    Json(Walk<JsonReader<'a>>),
    MsgPack(Walk<MsgPackReader<'a>>),
    Cbor(Walk<CborReader<'a>>),
    /// Nothing there, nothing left, or bytes that are no arguments.
    Ended,
}

#[derive(Debug, Clone)]
struct Walk<R> {
    reader: R,
    container: Container,
}

/// A key, empty in lists, and the value's bytes.
type Item<'a> = (Cow<'a, str>, RawValue<'a>);

impl<'a, R: Read<'a>> Walk<R> {
    fn new(bytes: &'a [u8], open: impl FnOnce(&mut R) -> Result<Container, ReadError>) -> Option<Self> {
        let mut reader = R::new(bytes, DEFAULT_MAX_DEPTH).ok()?;
        let container = open(&mut reader).ok()?;
        Some(Self { reader, container })
    }

    fn next(&mut self) -> Result<Option<Item<'a>>, ReadError> {
        if !self.reader.next(&mut self.container)? {
            return Ok(None);
        }
        let key = if self.container.map { self.reader.key()? } else { Cow::Borrowed("") };
        Ok(Some((key, RawValue { format: R::FORMAT, bytes: self.reader.skip()? })))
    }
}

impl<'a> Items<'a> {
    fn next(&mut self) -> Option<Item<'a>> {
        let item = match self {
            Self::Json(walk) => walk.next(),
            Self::MsgPack(walk) => walk.next(),
            Self::Cbor(walk) => walk.next(),
            Self::Ended => Ok(None),
        };
        let item = item.unwrap_or_default();
        if item.is_none() {
            *self = Self::Ended;
        }
        item
    }
}

impl<'a> Positionals<'a> {
    pub(super) fn new(format: Format, args: &'a [u8]) -> Self {
        let items = match format {
            _ if args.is_empty() => None,
            Format::Json => Walk::new(args, JsonReader::array).map(Items::Json),
            Format::MsgPack => Walk::new(args, MsgPackReader::array).map(Items::MsgPack),
            Format::Cbor => Walk::new(args, CborReader::array).map(Items::Cbor),
        };
        Self(items.unwrap_or(Items::Ended))
    }
}

impl<'a> Keywords<'a> {
    pub(super) fn new(format: Format, kwargs: &'a [u8]) -> Self {
        let items = match format {
            _ if kwargs.is_empty() => None,
            Format::Json => Walk::new(kwargs, JsonReader::map).map(Items::Json),
            Format::MsgPack => Walk::new(kwargs, MsgPackReader::map).map(Items::MsgPack),
            Format::Cbor => Walk::new(kwargs, CborReader::map).map(Items::Cbor),
        };
        Self(items.unwrap_or(Items::Ended))
    }
}

impl<'a> Iterator for Positionals<'a> {
    type Item = RawValue<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(_, value)| value)
    }
}

impl<'a> Iterator for Keywords<'a> {
    type Item = (Cow<'a, str>, RawValue<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}

impl std::iter::FusedIterator for Positionals<'_> {}
impl std::iter::FusedIterator for Keywords<'_> {}
