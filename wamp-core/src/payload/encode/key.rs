//! Keys of maps, which are text in WAMP.

use super::refuse::refuse;
use crate::payload::error::Fault;
use crate::serializer::WriteError;
use compact_str::{CompactString, ToCompactString};
use serde::ser::Impossible;
use serde::{Serialize, Serializer};

/// Gives the text of a key: a string, a character or an enum's word. Numbers are not bent to text.
pub(super) struct KeySerializer;

impl Serializer for KeySerializer {
    type Ok = CompactString;
    type Error = Fault;
    type SerializeSeq = Impossible<CompactString, Fault>;
    type SerializeTuple = Impossible<CompactString, Fault>;
    type SerializeTupleStruct = Impossible<CompactString, Fault>;
    type SerializeTupleVariant = Impossible<CompactString, Fault>;
    type SerializeMap = Impossible<CompactString, Fault>;
    type SerializeStruct = Impossible<CompactString, Fault>;
    type SerializeStructVariant = Impossible<CompactString, Fault>;

    refuse! { scalars: WriteError::Key.into() }
    refuse! { unit: WriteError::Key.into() }
    refuse! { tuple: WriteError::Key.into() }
    refuse! { dictionaries: WriteError::Key.into() }
    refuse! { others: WriteError::Key.into() }

    fn serialize_str(self, value: &str) -> Result<CompactString, Fault> {
        Ok(value.into())
    }

    fn serialize_char(self, value: char) -> Result<CompactString, Fault> {
        Ok(value.to_compact_string())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<CompactString, Fault> {
        Ok(variant.into())
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<CompactString, Fault> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _: &'static str, value: &T) -> Result<CompactString, Fault> {
        value.serialize(self)
    }
}
