//! One value's bytes, alike in the three formats.

use super::key::KeySerializer;
use crate::payload::error::Fault;
use crate::serializer::{DEFAULT_MAX_DEPTH, Mark, Write, WriteError, write_integer};
use serde::ser::{
    SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple, SerializeTupleStruct, SerializeTupleVariant,
};
use serde::{Serialize, Serializer};

/// Writes a value.
pub(in crate::payload) struct ValueSerializer<'w, W> {
    writer: &'w mut W,
    /// How deep the value stands in its message.
    depth: usize,
}

/// A container being written, and around it that of its enum's variant.
pub(in crate::payload) struct Compound<'w, W> {
    writer: &'w mut W,
    mark: Mark,
    count: usize,
    /// Of what is in it.
    depth: usize,
    variant: bool,
}

impl<'w, W: Write> ValueSerializer<'w, W> {
    /// Writes an argument, which stands in the message's array and the list or dictionary of arguments.
    pub(in crate::payload) fn argument(writer: &'w mut W) -> Self {
        Self { writer, depth: 2 }
    }

    /// Goes down one level.
    fn deeper(mut self) -> Result<Self, Fault> {
        if self.depth >= DEFAULT_MAX_DEPTH {
            return Err(WriteError::TooDeep(DEFAULT_MAX_DEPTH).into());
        }
        self.depth += 1;
        Ok(self)
    }

    fn list(self, len: usize, variant: bool) -> Result<Compound<'w, W>, Fault> {
        let Self { writer, depth } = self.deeper()?;
        let mark = writer.open_array(len);
        Ok(Compound { writer, mark, count: 0, depth, variant })
    }

    fn dict(self, len: usize, variant: bool) -> Result<Compound<'w, W>, Fault> {
        let Self { writer, depth } = self.deeper()?;
        let mark = writer.open_map(len);
        Ok(Compound { writer, mark, count: 0, depth, variant })
    }

    /// Opens the dictionary of one entry that an enum's variant is, if it holds something.
    fn variant(self, variant: &'static str) -> Result<Self, Fault> {
        let inner = self.deeper()?;
        inner.writer.map(1);
        inner.writer.key(variant);
        Ok(inner)
    }
}

/// Methods that write a scalar and cannot fail.
macro_rules! scalars {
    ($($method:ident($type:ty) => $write:ident),*) => {$(
        fn $method(self, value: $type) -> Result<(), Fault> {
            self.writer.$write(value.into());
            Ok(())
        }
    )*};
}

impl<'w, W: Write> Serializer for ValueSerializer<'w, W> {
    type Ok = ();
    type Error = Fault;
    type SerializeSeq = Compound<'w, W>;
    type SerializeTuple = Compound<'w, W>;
    type SerializeTupleStruct = Compound<'w, W>;
    type SerializeTupleVariant = Compound<'w, W>;
    type SerializeMap = Compound<'w, W>;
    type SerializeStruct = Compound<'w, W>;
    type SerializeStructVariant = Compound<'w, W>;

    scalars! {
        serialize_bool(bool) => bool,
        serialize_i8(i8) => i64, serialize_i16(i16) => i64, serialize_i32(i32) => i64, serialize_i64(i64) => i64,
        serialize_u8(u8) => u64, serialize_u16(u16) => u64, serialize_u32(u32) => u64, serialize_u64(u64) => u64
    }

    fn serialize_i128(self, value: i128) -> Result<(), Fault> {
        Ok(write_integer(value, self.writer)?)
    }

    fn serialize_u128(self, value: u128) -> Result<(), Fault> {
        self.serialize_i128(i128::try_from(value).map_err(|_| WriteError::BigInteger)?)
    }

    fn serialize_f32(self, value: f32) -> Result<(), Fault> {
        Ok(self.writer.f32(value)?)
    }

    fn serialize_f64(self, value: f64) -> Result<(), Fault> {
        Ok(self.writer.f64(value)?)
    }

    fn serialize_char(self, value: char) -> Result<(), Fault> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Fault> {
        Ok(self.writer.str(value)?)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Fault> {
        self.writer.bytes(value);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Fault> {
        self.serialize_unit()
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<(), Fault> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Fault> {
        self.writer.null();
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Fault> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Fault> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _: &'static str, value: &T) -> Result<(), Fault> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Fault> {
        let Self { writer, depth } = self.variant(variant)?;
        value.serialize(ValueSerializer { writer: &mut *writer, depth })?;
        writer.end_map();
        Ok(())
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Compound<'w, W>, Fault> {
        self.list(len.unwrap_or_default(), false)
    }

    fn serialize_tuple(self, len: usize) -> Result<Compound<'w, W>, Fault> {
        self.list(len, false)
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Compound<'w, W>, Fault> {
        self.list(len, false)
    }

    fn serialize_tuple_variant(self, _: &'static str, _: u32, variant: &'static str, len: usize) -> Result<Compound<'w, W>, Fault> {
        self.variant(variant)?.list(len, true)
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Compound<'w, W>, Fault> {
        self.dict(len.unwrap_or_default(), false)
    }

    fn serialize_struct(self, _: &'static str, len: usize) -> Result<Compound<'w, W>, Fault> {
        self.dict(len, false)
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, variant: &'static str, len: usize) -> Result<Compound<'w, W>, Fault> {
        self.variant(variant)?.dict(len, true)
    }
}

impl<W: Write> Compound<'_, W> {
    fn item<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Fault> {
        self.count += 1;
        self.value(value)
    }

    fn entry<T: ?Sized + Serialize>(&mut self, key: &'static str, value: &T) -> Result<(), Fault> {
        self.count += 1;
        self.writer.key(key);
        self.value(value)
    }

    fn value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Fault> {
        value.serialize(ValueSerializer { writer: &mut *self.writer, depth: self.depth })
    }

    fn end_list(self) {
        self.writer.close_array(self.mark, self.count);
        if self.variant {
            self.writer.end_map();
        }
    }

    fn end_dict(self) {
        self.writer.close_map(self.mark, self.count);
        if self.variant {
            self.writer.end_map();
        }
    }
}

impl<W: Write> SerializeMap for Compound<'_, W> {
    type Ok = ();
    type Error = Fault;

    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result<(), Fault> {
        self.count += 1;
        self.writer.key(&key.serialize(KeySerializer)?);
        Ok(())
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Fault> {
        self.value(value)
    }

    fn end(self) -> Result<(), Fault> {
        self.end_dict();
        Ok(())
    }
}

macro_rules! lists {
    ($($trait:ident $method:ident)*) => {$(
        impl<W: Write> $trait for Compound<'_, W> {
            type Ok = ();
            type Error = Fault;

            fn $method<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Fault> {
                self.item(value)
            }

            fn end(self) -> Result<(), Fault> {
                self.end_list();
                Ok(())
            }
        }
    )*};
}
lists! { SerializeSeq serialize_element SerializeTuple serialize_element SerializeTupleStruct serialize_field SerializeTupleVariant serialize_field }

macro_rules! structs {
    ($($trait:ident)*) => {$(
        impl<W: Write> $trait for Compound<'_, W> {
            type Ok = ();
            type Error = Fault;

            fn serialize_field<T: ?Sized + Serialize>(&mut self, key: &'static str, value: &T) -> Result<(), Fault> {
                self.entry(key, value)
            }

            fn end(self) -> Result<(), Fault> {
                self.end_dict();
                Ok(())
            }
        }
    )*};
}
structs! { SerializeStruct SerializeStructVariant }
