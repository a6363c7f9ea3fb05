//! Values of any shape: what options carry beyond what is typed, and what is passed on without a type.

mod convert;
mod serde;

use bytes::Bytes;
use compact_str::CompactString;
use std::collections::BTreeMap;

/// A dictionary with string keys.
pub type Dict = BTreeMap<CompactString, Value>;

/// A value of the WAMP data model: JSON's, with integers apart from reals, and binary.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Nothing.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// An integer from -2^63 to 2^63 - 1.
    Int(i64),
    /// An integer from 2^63 to 2^64 - 1; smaller ones are [`Int`](Self::Int).
    UInt(u64),
    /// A real number.
    Float(f64),
    /// Text.
    String(String),
    /// Octets.
    Binary(Bytes),
    /// A list.
    List(Vec<Value>),
    /// A dictionary.
    Dict(Dict),
}
