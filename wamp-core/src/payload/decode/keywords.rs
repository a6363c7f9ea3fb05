//! The keyword arguments as a struct or map.

use super::containers::Key;
use super::deserialize_as;
use super::value::ValueDeserializer;
use crate::payload::error::{Fault, PayloadError, Position};
use crate::serializer::{Container, DEFAULT_MAX_DEPTH, Read};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};

/// Reads the dictionary of keyword arguments, which may be absent.
pub(super) struct KeywordsDeserializer<'de, R> {
    kwargs: &'de [u8],
    reader: std::marker::PhantomData<R>,
}

impl<'de, R: Read<'de>> KeywordsDeserializer<'de, R> {
    pub(super) fn new(kwargs: &'de [u8]) -> Self {
        Self { kwargs, reader: std::marker::PhantomData }
    }

    fn entries<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let mut entries = match self.kwargs.is_empty() {
            true => None,
            false => Some(Keywords::<R>::open(self.kwargs)?),
        };
        visitor.visit_map(KeywordAccess(entries.as_mut())).map_err(|fault| match fault {
            Fault::MissingField(name) => PayloadError::MissingKeyword { name: name.to_owned() }.into(),
            fault => fault.decoding(Position::Keywords).into(),
        })
    }
}

impl<'de, R: Read<'de>> Deserializer<'de> for KeywordsDeserializer<'de, R> {
    type Error = Fault;

    deserialize_as! { self, visitor => self.entries(visitor); deserialize_any deserialize_bool deserialize_i8 deserialize_i16
    deserialize_i32 deserialize_i64 deserialize_i128 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    deserialize_u128 deserialize_f32 deserialize_f64 deserialize_char deserialize_str deserialize_string deserialize_bytes
    deserialize_byte_buf deserialize_seq deserialize_map deserialize_identifier deserialize_ignored_any }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.kwargs.is_empty() {
            true => visitor.visit_none(),
            false => visitor.visit_some(self),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.entries(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _: &'static str, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.entries(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Fault> {
        self.entries(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Fault> {
        self.entries(visitor)
    }
}

struct Keywords<R> {
    reader: R,
    container: Container,
    /// The name of the argument whose value is next.
    name: String,
}

impl<'de, R: Read<'de>> Keywords<R> {
    fn open(kwargs: &'de [u8]) -> Result<Self, Fault> {
        let open = || {
            let mut reader = R::new(kwargs, DEFAULT_MAX_DEPTH)?;
            let container = reader.map()?;
            Ok(Self { reader, container, name: String::new() })
        };
        open().map_err(|error| PayloadError::Read(error).into())
    }
}

/// `None` where there are no keyword arguments.
struct KeywordAccess<'k, R>(Option<&'k mut Keywords<R>>);

impl<'de, R: Read<'de>> MapAccess<'de> for KeywordAccess<'_, R> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Some(keywords) = &mut self.0 else { return Ok(None) };
        if !keywords.reader.next(&mut keywords.container)? {
            return Ok(None);
        }
        let name = keywords.reader.key()?;
        name.as_ref().clone_into(&mut keywords.name);
        seed.deserialize(Key(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let Some(keywords) = &mut self.0 else { return Err(Fault::Said("a value without its key".to_owned())) };
        let value = seed.deserialize(ValueDeserializer::new(&mut keywords.reader));
        value.map_err(|fault| fault.decoding(Position::Name(std::mem::take(&mut keywords.name))).into())
    }
}
