//! What readers have in common.

use super::Format;
use crate::value::{Dict, Value};
use std::borrow::Cow;

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

    /// A cursor at the start of `input`, with a limit for nesting (at most [`DEFAULT_MAX_DEPTH`](super::DEFAULT_MAX_DEPTH)).
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
