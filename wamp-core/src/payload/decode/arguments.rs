//! The payload's outermost layer: none, one, several, by keyword.

use super::keywords::KeywordsDeserializer;
use super::value::ValueDeserializer;
use crate::payload::PayloadRef;
use crate::payload::error::{Fault, PayloadError, Position};
use crate::payload::kwargs::MAGIC;
use crate::serializer::{CborReader, Container, DEFAULT_MAX_DEPTH, Format, JsonReader, Kind, MsgPackReader, Read};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, SeqAccess, Visitor};

/// What becomes of positional arguments that a type does not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::payload) enum Extra {
    Refused,
    Ignored,
}

/// The value of the arguments.
pub(in crate::payload) fn arguments<T: DeserializeOwned>(payload: PayloadRef<'_>, extra: Extra) -> Result<T, PayloadError> {
    match payload.format {
        Format::Json => Arguments::<JsonReader<'_>>::decode(payload, extra),
        Format::MsgPack => Arguments::<MsgPackReader<'_>>::decode(payload, extra),
        Format::Cbor => Arguments::<CborReader<'_>>::decode(payload, extra),
    }
}

/// The arguments, some of them taken.
struct Arguments<'de, R> {
    /// In the list of positional arguments; `None` where there is none or it has ended.
    list: Option<(R, Container)>,
    kwargs: &'de [u8],
    /// How many positional arguments were asked for.
    asked: usize,
    /// How many of them were there.
    taken: usize,
    /// How many others were passed over.
    passed: usize,
}

impl<'de, R: Read<'de>> Arguments<'de, R> {
    fn decode<T: DeserializeOwned>(payload: PayloadRef<'de>, extra: Extra) -> Result<T, PayloadError> {
        let mut arguments = Self::open(payload)?;
        let value = T::deserialize(Whole(&mut arguments)).map_err(|fault| fault.decoding(Position::Index(0)))?;
        let expected = arguments.taken;
        let found = arguments.skip_rest()?;
        if extra == Extra::Refused && found > expected {
            return Err(PayloadError::Extra { expected, found });
        }
        Ok(value)
    }

    fn open(payload: PayloadRef<'de>) -> Result<Self, PayloadError> {
        let list = match payload.args.is_empty() {
            true => None,
            false => {
                let mut reader = R::new(payload.args, DEFAULT_MAX_DEPTH)?;
                let container = reader.array()?;
                Some((reader, container))
            }
        };
        Ok(Self { list, kwargs: payload.kwargs, asked: 0, taken: 0, passed: 0 })
    }

    /// The reader before the next positional argument, if there is one.
    fn positional(&mut self) -> Result<Option<&mut R>, Fault> {
        self.asked += 1;
        let Some((reader, container)) = &mut self.list else { return Ok(None) };
        if !reader.next(container).map_err(PayloadError::Read)? {
            self.list = None;
            return Ok(None);
        }
        self.taken += 1;
        Ok(self.list.as_mut().map(|(reader, _)| reader))
    }

    /// The reader before the next positional argument, which must be there.
    fn required(&mut self) -> Result<ValueDeserializer<'_, R>, Fault> {
        let position = self.asked;
        match self.positional()? {
            Some(reader) => Ok(ValueDeserializer::new(reader)),
            None => Err(PayloadError::Missing { position }.into()),
        }
    }

    /// Passes over what is left; how many there were in all.
    fn skip_rest(&mut self) -> Result<usize, PayloadError> {
        if let Some((reader, container)) = &mut self.list {
            while reader.next(container)? {
                reader.skip()?;
                self.passed += 1;
            }
        }
        Ok(self.taken + self.passed)
    }
}

/// Methods of a `Deserializer` that pass to another.
macro_rules! pass_to {
    ($self:ident => $other:expr; $($method:ident($($argument:ident: $type:ty),*))*) => {
        $(fn $method<V: Visitor<'de>>($self, $($argument: $type,)* visitor: V) -> Result<V::Value, Fault> {
            $other.$method($($argument,)* visitor)
        })*
    };
    ($self:ident => $other:expr) => {
        pass_to! { $self => $other;
            deserialize_any() deserialize_bool() deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64()
            deserialize_i128() deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_u128()
            deserialize_f32() deserialize_f64() deserialize_char() deserialize_str() deserialize_string() deserialize_bytes()
            deserialize_byte_buf() deserialize_seq() deserialize_map() deserialize_identifier()
            deserialize_unit_struct(name: &'static str) deserialize_tuple_struct(name: &'static str, len: usize)
            deserialize_struct(name: &'static str, fields: &'static [&'static str])
            deserialize_enum(name: &'static str, variants: &'static [&'static str])
        }
    };
}

/// The whole payload as one Rust value.
struct Whole<'p, 'de, R>(&'p mut Arguments<'de, R>);

impl<'de, R: Read<'de>> Deserializer<'de> for Whole<'_, 'de, R> {
    type Error = Fault;

    pass_to! { self => Argument(self.0) }
    pass_to! { self => Argument(self.0); deserialize_option() deserialize_newtype_struct(name: &'static str) }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let Some(reader) = self.0.positional()? else { return visitor.visit_unit() };
        let null = reader.kind()? == Kind::Null;
        reader.skip()?;
        if !null {
            (self.0.taken, self.0.passed) = (0, 1);
        }
        visitor.visit_unit()
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_seq(Elements { arguments: self.0, left: len })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.0.taken = self.0.skip_rest()?;
        self.0.passed = 0;
        visitor.visit_unit()
    }
}

/// A tuple's elements.
struct Elements<'p, 'de, R> {
    arguments: &'p mut Arguments<'de, R>,
    left: usize,
}

impl<'de, R: Read<'de>> SeqAccess<'de> for Elements<'_, 'de, R> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let position = Position::Index(self.arguments.asked);
        // Given even where no argument is left: an `Option` does without, and keyword arguments are elsewhere.
        seed.deserialize(Argument(self.arguments)).map(Some).map_err(|fault| fault.decoding(position).into())
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

/// The next positional argument, or the keyword arguments, as the type asks.
struct Argument<'p, 'de, R>(&'p mut Arguments<'de, R>);

impl<'de, R: Read<'de>> Deserializer<'de> for Argument<'_, 'de, R> {
    type Error = Fault;

    pass_to! { self => self.0.required()? }
    pass_to! { self => self.0.required()?; deserialize_unit() deserialize_ignored_any() deserialize_tuple(len: usize) }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0.positional()? {
            Some(reader) => ValueDeserializer::new(reader).deserialize_option(visitor),
            None => visitor.visit_none(),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Fault> {
        match name {
            MAGIC => visitor.visit_newtype_struct(KeywordsDeserializer::<R>::new(self.0.kwargs)),
            _ => visitor.visit_newtype_struct(self),
        }
    }
}
