//! What writers have in common.

use super::{Format, ReadError};
use crate::value::{Dict, Value};

/// Why a value could not be written in a format: it would have to be bent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// NaN or an infinity in JSON.
    #[error("JSON has no {0}")]
    NotFinite(&'static str),
    /// Text that begins with NUL in JSON, where that marks binary.
    #[error("JSON cannot carry text that begins with NUL: WAMP reserves it for binary")]
    LeadingNul,
    /// An extension type or tag.
    #[error("the value is of a type that {0:?} does not have")]
    NoSuchType(Format),
    /// An integer beyond 64 bits.
    #[error("the integer does not fit 64 bits")]
    BigInteger,
    /// Deeper nesting than the limit.
    #[error("nested deeper than {0}")]
    TooDeep(usize),
    /// A map key that is not text.
    #[error("a map key is not text")]
    Key,
    /// The source bytes were not of their format.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// Where a container was opened whose length was not certain.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mark {
    /// Its head, in octets of the output.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// The length written in the head.
    pub(crate) len: usize,
}

/// An appender of one message's bytes. Arrays and maps are announced with their length, then filled, then ended.
pub trait Write {
    /// The format written.
    const FORMAT: Format;

    /// Begins an array of `len` items.
    fn array(&mut self, len: usize);
    /// Ends an array.
    fn end_array(&mut self);
    /// Begins a map of `len` entries, each a [`key`](Self::key) and a value.
    fn map(&mut self, len: usize);
    /// Ends a map.
    fn end_map(&mut self);
    /// Begins an array of probably `len` items; [`close_array`](Self::close_array) says how many there were.
    fn open_array(&mut self, len: usize) -> Mark;
    /// Ends the array that gave `mark`, which had `len` items.
    fn close_array(&mut self, mark: Mark, len: usize);
    /// Begins a map of probably `len` entries; [`close_map`](Self::close_map) says how many there were.
    fn open_map(&mut self, len: usize) -> Mark;
    /// Ends the map that gave `mark`, which had `len` entries.
    fn close_map(&mut self, mark: Mark, len: usize);
    /// A map's key.
    fn key(&mut self, key: &str);
    /// Null.
    fn null(&mut self);
    /// A truth value.
    fn bool(&mut self, value: bool);
    /// An integer.
    fn u64(&mut self, value: u64);
    /// An integer.
    fn i64(&mut self, value: i64);
    /// A real number; JSON has no NaN and no infinities.
    fn f64(&mut self, value: f64) -> Result<(), WriteError>;
    /// A real number of single precision, in its shorter form.
    fn f32(&mut self, value: f32) -> Result<(), WriteError>;
    /// Text; in JSON it must not begin with NUL.
    fn str(&mut self, value: &str) -> Result<(), WriteError>;
    /// Octets.
    fn bytes(&mut self, value: &[u8]);
    /// A value already in this format.
    fn raw(&mut self, value: &[u8]);

    /// A value of any shape.
    fn value(&mut self, value: &Value) -> Result<(), WriteError> {
        match value {
            Value::Null => self.null(),
            Value::Bool(value) => self.bool(*value),
            Value::Int(value) => self.i64(*value),
            Value::UInt(value) => self.u64(*value),
            Value::Float(value) => self.f64(*value)?,
            Value::String(value) => self.str(value)?,
            Value::Binary(value) => self.bytes(value),
            Value::List(items) => {
                self.array(items.len());
                items.iter().try_for_each(|item| self.value(item))?;
                self.end_array();
            }
            Value::Dict(dict) => self.dict(dict)?,
        }
        Ok(())
    }

    /// A dictionary.
    fn dict(&mut self, dict: &Dict) -> Result<(), WriteError> {
        self.map(dict.len());
        for (key, value) in dict {
            self.key(key);
            self.value(value)?;
        }
        self.end_map();
        Ok(())
    }
}
