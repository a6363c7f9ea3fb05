use serde::de::{Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;

/// Keyword arguments: the fields of a struct, or the entries of a map with text keys.
///
/// It means this where it is the whole payload or an element of the payload's tuple. Anywhere else it is what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Kwargs<T>(pub T);

/// The name by which the payload's serializer and deserializer know [`Kwargs`]; to any other serde format it is a newtype.
pub(super) const MAGIC: &str = "$wamp::Kwargs";

impl<T: Serialize> Serialize for Kwargs<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(MAGIC, &self.0)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Kwargs<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(MAGIC, KwargsVisitor(PhantomData))
    }
}

struct KwargsVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for KwargsVisitor<T> {
    type Value = Kwargs<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("keyword arguments")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        T::deserialize(deserializer).map(Kwargs)
    }
}
