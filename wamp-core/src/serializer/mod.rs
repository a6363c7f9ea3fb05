//! The three formats as a cursor over bytes ([`Read`]) and an appender of bytes ([`Write`]).
//!
//! A reader never trusts an announced length, never nests deeper than its limit, and hands on what it skips as
//! validated raw bytes; a message's arguments pass through a router in that form.

mod cbor;
mod cursor;
mod json;
mod msgpack;
mod transcode;

use crate::value::{Dict, Value};
use std::borrow::Cow;

pub use crate::format::Format;
pub use cbor::{CborReader, CborWriter};
pub use json::{JsonReader, JsonWriter};
pub use msgpack::{MsgPackReader, MsgPackWriter};
pub use transcode::transcode;
pub(crate) use transcode::write_integer;

/// How deep arrays and maps may nest in a message, the message's own array counted. It is the default and the greatest limit:
/// what nests deeper ends the decoders of other people's clients, which recurse.
pub const DEFAULT_MAX_DEPTH: usize = 128;

/// What stands next in the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Null; in MessagePack also the extension value that some clients write for `undefined`, in CBOR `undefined`.
    Null,
    /// A truth value.
    Bool,
    /// An integer.
    Integer,
    /// A real number.
    Float,
    /// Text.
    String,
    /// Octets; in JSON a string that begins with NUL.
    Binary,
    /// A list.
    Array,
    /// A dictionary.
    Map,
    /// What WAMP's data model does not have (an extension type, a tag).
    Other,
}

/// Why bytes could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The input ends inside a value.
    #[error("the input ends inside a value")]
    Truncated,
    /// There is more after the end.
    #[error("octets follow the message")]
    Trailing,
    /// The bytes are not of the format.
    #[error("malformed at octet {at}: {what}")]
    Malformed {
        /// Where, in octets from the start.
        at: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// Text that is not UTF-8.
    #[error("a string is not UTF-8")]
    Utf8,
    /// Deeper nesting than the limit.
    #[error("nested deeper than {0}")]
    TooDeep(usize),
    /// A value of another kind than asked for.
    #[error("expected {expected}, found {found:?}")]
    Unexpected {
        /// What was asked for.
        expected: &'static str,
        /// What is there.
        found: Kind,
    },
    /// A number out of its range.
    #[error("a number is out of range: {0}")]
    OutOfRange(&'static str),
    /// A word that is not one of those allowed.
    #[error("not one of {0}")]
    NotOneOf(&'static str),
}

/// An array or map being read: how much of it is left.
#[derive(Debug, Clone)]
pub struct Container {
    /// Items (or entries) left, where the format announces them.
    pub(crate) remaining: Option<u64>,
    /// Whether nothing of it was read yet (JSON's commas).
    pub(crate) first: bool,
    /// Whether it is a map.
    pub(crate) map: bool,
}

/// A value, or the beginning of one, as it was read.
#[derive(Debug)]
pub enum Event<'a> {
    /// Null (see [`Kind::Null`]).
    Null,
    /// A truth value.
    Bool(bool),
    /// An integer that is not negative.
    Unsigned(u64),
    /// An integer that is negative.
    Negative(i64),
    /// A real number.
    Float(f64),
    /// Text.
    String(Cow<'a, str>),
    /// Octets.
    Binary(Cow<'a, [u8]>),
    /// A list, entered.
    Array(Container),
    /// A dictionary, entered.
    Map(Container),
    /// What WAMP's data model does not have.
    Other,
}

/// An integer beyond 64 bits, which no reader gives as a value.
pub(crate) const BIG_INTEGER: ReadError = ReadError::OutOfRange("an integer of 64 bits");

impl Event<'_> {
    pub(crate) fn integer(integer: i128) -> Result<Self, ReadError> {
        match (u64::try_from(integer), i64::try_from(integer)) {
            (Ok(integer), _) => Ok(Self::Unsigned(integer)),
            (_, Ok(integer)) => Ok(Self::Negative(integer)),
            _ => Err(BIG_INTEGER),
        }
    }
}

/// A cursor over one message's bytes.
pub trait Read<'a>: Sized {
    /// The format read.
    const FORMAT: Format;

    /// A cursor at the start of `input`, with a limit for nesting (at most [`DEFAULT_MAX_DEPTH`]).
    ///
    /// # Errors
    ///
    /// JSON that is not UTF-8.
    fn new(input: &'a [u8], max_depth: usize) -> Result<Self, ReadError>;
    /// What stands next.
    fn kind(&mut self) -> Result<Kind, ReadError>;
    /// Enters an array.
    fn array(&mut self) -> Result<Container, ReadError>;
    /// Enters a map.
    fn map(&mut self) -> Result<Container, ReadError>;
    /// Whether an array's item, or a map's key, follows. At the end, leaves the container.
    fn next(&mut self, container: &mut Container) -> Result<bool, ReadError>;
    /// A map's key (text), leaving the cursor at its value.
    fn key(&mut self) -> Result<Cow<'a, str>, ReadError>;
    /// Null (see [`Kind::Null`]).
    fn null(&mut self) -> Result<(), ReadError>;
    /// A truth value.
    fn bool(&mut self) -> Result<bool, ReadError>;
    /// An integer from -2^63 to 2^64 - 1. A real number is none, whatever its value.
    fn integer(&mut self) -> Result<i128, ReadError>;
    /// A real number; integers are taken too.
    fn f64(&mut self) -> Result<f64, ReadError>;
    /// Text.
    fn str(&mut self) -> Result<Cow<'a, str>, ReadError>;
    /// Octets; in JSON a string of the binary convention.
    fn bytes(&mut self) -> Result<Cow<'a, [u8]>, ReadError>;
    /// Passes over one value, validating it whole (nesting, UTF-8), and gives its bytes.
    fn skip(&mut self) -> Result<&'a [u8], ReadError>;
    /// Checks that nothing follows.
    fn end(&mut self) -> Result<(), ReadError>;
    /// Where the cursor stands, in octets from the start.
    fn position(&self) -> usize;
    /// The octets from `position`, an earlier [`position`](Self::position), to the cursor.
    fn since(&self, position: usize) -> &'a [u8];

    /// An integer from 0 to 2^64 - 1.
    fn u64(&mut self) -> Result<u64, ReadError> {
        u64::try_from(self.integer()?).map_err(|_| ReadError::OutOfRange("an integer from 0 to 2^64 - 1"))
    }

    /// An integer from -2^63 to 2^63 - 1.
    fn i64(&mut self) -> Result<i64, ReadError> {
        i64::try_from(self.integer()?).map_err(|_| ReadError::OutOfRange("an integer from -2^63 to 2^63 - 1"))
    }

    /// Passes over a dictionary as [`skip`](Self::skip) does, and checks that its keys are text.
    fn skip_dict(&mut self) -> Result<&'a [u8], ReadError> {
        // Asking for the kind passes over what stands before it.
        self.kind()?;
        let start = self.position();
        let mut entries = self.map()?;
        while self.next(&mut entries)? {
            self.key()?;
            self.skip()?;
        }
        Ok(self.since(start))
    }

    /// The value that stands next, whatever it is; arrays and maps are entered.
    fn event(&mut self) -> Result<Event<'a>, ReadError> {
        match self.kind()? {
            Kind::Null => self.null().map(|()| Event::Null),
            Kind::Bool => self.bool().map(Event::Bool),
            Kind::Integer => Event::integer(self.integer()?),
            Kind::Float => self.f64().map(Event::Float),
            Kind::String => self.str().map(Event::String),
            Kind::Binary => self.bytes().map(Event::Binary),
            Kind::Array => self.array().map(Event::Array),
            Kind::Map => self.map().map(Event::Map),
            Kind::Other => Ok(Event::Other),
        }
    }

    /// One value of any shape. What WAMP's data model does not have is an error.
    fn value(&mut self) -> Result<Value, ReadError> {
        Ok(match self.event()? {
            Event::Null => Value::Null,
            Event::Bool(value) => Value::Bool(value),
            Event::Unsigned(value) => value.into(),
            Event::Negative(value) => Value::Int(value),
            Event::Float(value) => Value::Float(value),
            Event::String(text) => Value::String(text.into_owned()),
            Event::Binary(octets) => Value::Binary(octets.into_owned().into()),
            Event::Array(items) => self.items(items)?,
            Event::Map(entries) => Value::Dict(self.entries(entries)?),
            Event::Other => return Err(ReadError::Unexpected { expected: "a value of WAMP's data model", found: Kind::Other }),
        })
    }

    /// The items of a list that was entered.
    fn items(&mut self, mut items: Container) -> Result<Value, ReadError> {
        let mut list = Vec::new();
        while self.next(&mut items)? {
            list.push(self.value()?);
        }
        Ok(Value::List(list))
    }

    /// The entries of a dictionary that was entered.
    fn entries(&mut self, mut entries: Container) -> Result<Dict, ReadError> {
        let mut dict = Dict::new();
        while self.next(&mut entries)? {
            let key = self.key()?.into();
            dict.insert(key, self.value()?);
        }
        Ok(dict)
    }

    /// A dictionary of any values.
    fn dict(&mut self) -> Result<Dict, ReadError> {
        let entries = self.map()?;
        self.entries(entries)
    }
}

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
