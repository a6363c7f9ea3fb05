//! Payload → Rust: which arguments a type takes, and their values.

mod arguments;
mod containers;
mod keywords;
mod value;

pub(super) use arguments::{Extra, arguments};
pub(super) use value::value;

/// Methods of a `Deserializer` that do what `$method` does: take whatever stands there.
macro_rules! deserialize_as {
    ($self:ident, $visitor:ident => $body:expr; $($method:ident)*) => {
        $(fn $method<V: serde::de::Visitor<'de>>($self, $visitor: V) -> Result<V::Value, Self::Error> {
            $body
        })*
    };
}
use deserialize_as;
