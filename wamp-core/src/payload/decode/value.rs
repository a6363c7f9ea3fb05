//! One value, alike in the three formats.

use super::containers::{Entries, Items, Variant};
use super::deserialize_as;
use crate::payload::RawValue;
use crate::payload::error::Fault;
use crate::serializer::{CborReader, DEFAULT_MAX_DEPTH, Event, Format, JsonReader, Kind, MsgPackReader, Read, ReadError};
use serde::de::{Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor};
use std::borrow::Cow;

/// The value that `raw` is.
pub(in crate::payload) fn value<T: serde::de::DeserializeOwned>(raw: RawValue<'_>) -> Result<T, Fault> {
    match raw.format {
        Format::Json => whole::<JsonReader<'_>, T>(raw.bytes),
        Format::MsgPack => whole::<MsgPackReader<'_>, T>(raw.bytes),
        Format::Cbor => whole::<CborReader<'_>, T>(raw.bytes),
    }
}

fn whole<'a, R: Read<'a>, T: serde::de::DeserializeOwned>(bytes: &'a [u8]) -> Result<T, Fault> {
    let mut reader = R::new(bytes, DEFAULT_MAX_DEPTH)?;
    let value = T::deserialize(ValueDeserializer::new(&mut reader))?;
    reader.end()?;
    Ok(value)
}

/// Reads the value that stands next.
pub(super) struct ValueDeserializer<'r, R> {
    reader: &'r mut R,
}

impl<'r, R> ValueDeserializer<'r, R> {
    pub(super) fn new(reader: &'r mut R) -> Self {
        Self { reader }
    }
}

impl<'de, R: Read<'de>> ValueDeserializer<'_, R> {
    fn any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let event = self.reader.event()?;
        self.visit(event, visitor)
    }

    fn visit<V: Visitor<'de>>(self, event: Event<'de>, visitor: V) -> Result<V::Value, Fault> {
        match event {
            Event::Null => visitor.visit_unit(),
            Event::Bool(value) => visitor.visit_bool(value),
            Event::Unsigned(value) => visitor.visit_u64(value),
            Event::Negative(value) => visitor.visit_i64(value),
            Event::Float(value) => visitor.visit_f64(value),
            Event::String(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
            Event::String(Cow::Owned(text)) => visitor.visit_string(text),
            Event::Binary(Cow::Borrowed(octets)) => visitor.visit_borrowed_bytes(octets),
            Event::Binary(Cow::Owned(octets)) => visitor.visit_byte_buf(octets),
            Event::Array(items) => Items::read(self.reader, items, visitor),
            Event::Map(entries) => Entries::read(self.reader, entries, visitor),
            Event::Other => Err(ReadError::Unexpected { expected: "a value of WAMP's data model", found: Kind::Other }.into()),
        }
    }

    /// A real number. JavaScript writes whole ones up to 10^21 as integers, beyond what an integer may be here.
    fn real<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.reader.kind()? {
            Kind::Integer | Kind::Float => visitor.visit_f64(self.reader.f64()?),
            _ => self.any(visitor),
        }
    }

    /// Text. Binary is not bent to it, as serde's own `String` would.
    fn text<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.reader.event()? {
            Event::Binary(_) => Err(Fault::invalid_type(Unexpected::Other("binary"), &visitor)),
            event => self.visit(event, visitor),
        }
    }
}

impl<'de, R: Read<'de>> Deserializer<'de> for ValueDeserializer<'_, R> {
    type Error = Fault;

    deserialize_as! { self, visitor => self.any(visitor); deserialize_any deserialize_bool deserialize_i8 deserialize_i16
    deserialize_i32 deserialize_i64 deserialize_i128 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    deserialize_u128 deserialize_bytes deserialize_byte_buf deserialize_unit deserialize_seq
    deserialize_map }
    deserialize_as! { self, visitor => self.text(visitor); deserialize_char deserialize_str deserialize_string deserialize_identifier }

    deserialize_as! { self, visitor => self.real(visitor); deserialize_f32 deserialize_f64 }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.reader.kind()? {
            Kind::Null => {
                self.reader.null()?;
                visitor.visit_none()
            }
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        self.any(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.any(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _: &'static str, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.any(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Fault> {
        self.any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Fault> {
        match self.reader.kind()? {
            Kind::Map => Variant::read(self.reader, visitor),
            _ => visitor.visit_enum(IntoDeserializer::<Fault>::into_deserializer(self.reader.str()?)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.reader.skip()?;
        visitor.visit_unit()
    }
}
