//! Lists, dictionaries and enums within a value.

use super::value::ValueDeserializer;
use crate::payload::error::Fault;
use crate::serializer::{Container, Read};
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor};
use std::borrow::Cow;

/// The items of a list.
pub(super) struct Items<'r, R> {
    reader: &'r mut R,
    container: Container,
    ended: bool,
}

impl<'r, 'de, R: Read<'de>> Items<'r, R> {
    /// Reads a list that was entered.
    pub(super) fn read<V: Visitor<'de>>(reader: &'r mut R, container: Container, visitor: V) -> Result<V::Value, Fault> {
        let mut items = Self { reader, container, ended: false };
        let value = visitor.visit_seq(&mut items)?;
        match items.advance()? {
            false => Ok(value),
            true => Err(Fault::custom("the list has more items than expected")),
        }
    }

    fn advance(&mut self) -> Result<bool, Fault> {
        self.ended = self.ended || !self.reader.next(&mut self.container)?;
        Ok(!self.ended)
    }
}

impl<'de, R: Read<'de>> SeqAccess<'de> for &mut Items<'_, R> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        match self.advance()? {
            true => seed.deserialize(ValueDeserializer::new(self.reader)).map(Some),
            false => Ok(None),
        }
    }
}

/// The entries of a dictionary.
pub(super) struct Entries<'r, R> {
    reader: &'r mut R,
    container: Container,
    ended: bool,
}

impl<'r, 'de, R: Read<'de>> Entries<'r, R> {
    /// Reads a dictionary that was entered.
    pub(super) fn read<V: Visitor<'de>>(reader: &'r mut R, container: Container, visitor: V) -> Result<V::Value, Fault> {
        let mut entries = Self { reader, container, ended: false };
        let value = visitor.visit_map(&mut entries)?;
        match entries.advance()? {
            false => Ok(value),
            true => Err(Fault::custom("the dictionary has more entries than expected")),
        }
    }

    fn advance(&mut self) -> Result<bool, Fault> {
        self.ended = self.ended || !self.reader.next(&mut self.container)?;
        Ok(!self.ended)
    }
}

impl<'de, R: Read<'de>> MapAccess<'de> for &mut Entries<'_, R> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        match self.advance()? {
            true => seed.deserialize(Key(self.reader.key()?)).map(Some),
            false => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        seed.deserialize(ValueDeserializer::new(self.reader))
    }
}

/// A key, which may be taken as a string, as an enum's word, or through a newtype.
pub(super) struct Key<'de>(pub(super) Cow<'de, str>);

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_enum(IntoDeserializer::<Fault>::into_deserializer(self.0))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

/// An enum's variant that holds something: a dictionary of one entry.
pub(super) struct Variant<'r, R> {
    reader: &'r mut R,
}

impl<'r, 'de, R: Read<'de>> Variant<'r, R> {
    pub(super) fn read<V: Visitor<'de>>(reader: &'r mut R, visitor: V) -> Result<V::Value, Fault> {
        let mut container = reader.map()?;
        if !reader.next(&mut container)? {
            return Err(Fault::custom("an enum is a dictionary of one entry, not of none"));
        }
        let value = visitor.visit_enum(Variant { reader: &mut *reader })?;
        match reader.next(&mut container)? {
            false => Ok(value),
            true => Err(Fault::custom("an enum is a dictionary of one entry, not of several")),
        }
    }
}

impl<'de, R: Read<'de>> EnumAccess<'de> for Variant<'_, R> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Fault> {
        let variant = seed.deserialize(Key(self.reader.key()?))?;
        Ok((variant, self))
    }
}

impl<'de, R: Read<'de>> VariantAccess<'de> for Variant<'_, R> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        Ok(self.reader.null()?)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        seed.deserialize(ValueDeserializer::new(self.reader))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        let items = self.reader.array()?;
        Items::read(self.reader, items, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Fault> {
        ValueDeserializer::new(self.reader).deserialize_any(visitor)
    }
}
