//! Keyword arguments from a struct or map.

use super::key::KeySerializer;
use super::refuse::refuse;
use crate::payload::PayloadBuilder;
use crate::payload::error::{Fault, PayloadError};
use compact_str::CompactString;
use serde::ser::{Impossible, SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};

/// Takes a struct's fields, or a map's entries, as keyword arguments.
pub(in crate::payload) struct Entries<'b> {
    builder: &'b mut PayloadBuilder,
    key: CompactString,
}

impl<'b> Entries<'b> {
    pub(in crate::payload) fn of(builder: &'b mut PayloadBuilder) -> Self {
        Self { builder, key: CompactString::default() }
    }
}

fn no_dictionary() -> Fault {
    PayloadError::NotADictionary.into()
}

impl Serializer for Entries<'_> {
    type Ok = ();
    type Error = Fault;
    type SerializeSeq = Impossible<(), Fault>;
    type SerializeTuple = Impossible<(), Fault>;
    type SerializeTupleStruct = Impossible<(), Fault>;
    type SerializeTupleVariant = Impossible<(), Fault>;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Impossible<(), Fault>;

    refuse! { scalars: no_dictionary() }
    refuse! { text: no_dictionary() }
    refuse! { tuple: no_dictionary() }
    refuse! { others: no_dictionary() }

    fn serialize_unit(self) -> Result<(), Fault> {
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Fault> {
        Ok(())
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<(), Fault> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _: &'static str, value: &T) -> Result<(), Fault> {
        value.serialize(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, Fault> {
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Fault> {
        Ok(self)
    }
}

impl SerializeMap for Entries<'_> {
    type Ok = ();
    type Error = Fault;

    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result<(), Fault> {
        self.key = key.serialize(KeySerializer)?;
        Ok(())
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Fault> {
        self.builder.push_kwarg(&self.key, value)
    }

    fn end(self) -> Result<(), Fault> {
        Ok(())
    }
}

impl SerializeStruct for Entries<'_> {
    type Ok = ();
    type Error = Fault;

    fn serialize_field<T: ?Sized + Serialize>(&mut self, key: &'static str, value: &T) -> Result<(), Fault> {
        self.builder.push_kwarg(key, value)
    }

    fn end(self) -> Result<(), Fault> {
        Ok(())
    }
}
