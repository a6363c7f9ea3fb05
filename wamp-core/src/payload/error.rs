use crate::serializer::{ReadError, WriteError};
use std::fmt;

/// Which argument is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// The positional argument of that index, from 0.
    Index(usize),
    /// The keyword argument of that name.
    Name(String),
    /// The keyword arguments as a whole.
    Keywords,
    /// A value that was looked at apart from its place.
    Unplaced,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => write!(f, "argument {index}"),
            Self::Name(name) => write!(f, "argument `{name}`"),
            Self::Keywords => f.write_str("keyword arguments"),
            Self::Unplaced => f.write_str("value"),
        }
    }
}

/// Why arguments did not become a Rust value, or a Rust value no arguments.
///
/// The first five are the sender's fault when decoding (`wamp.error.invalid_argument`), [`Read`](Self::Read) the wire's,
/// the others that of the value to be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// A positional argument is missing.
    #[error("argument {position} is missing")]
    Missing {
        /// Its index, from 0.
        position: usize,
    },
    /// A keyword argument is missing.
    #[error("argument `{name}` is missing")]
    MissingKeyword {
        /// Its name.
        name: String,
    },
    /// There are more positional arguments than the type takes.
    #[error("{found} positional arguments, expected {expected}")]
    Extra {
        /// How many it takes.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// An argument is not as the type has it.
    #[error("{position} is wrong: {message}")]
    Wrong {
        /// Which.
        position: Position,
        /// What the type's decoder says.
        message: String,
    },
    /// The bytes are no arguments of their format, which those of a decoded message always are.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The format cannot carry a value as it is.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// What [`Kwargs`](super::Kwargs) holds is no struct and no map.
    #[error("keyword arguments are made of a struct or a map")]
    NotADictionary,
    /// A value's own `Serialize` failed.
    #[error("the value does not serialize: {message}")]
    Serialize {
        /// What it says.
        message: String,
    },
}

impl PayloadError {
    /// Says where a value stood that was decoded apart from its place.
    #[must_use]
    pub fn at(self, position: Position) -> Self {
        match self {
            Self::Wrong { position: Position::Unplaced, message } => Self::Wrong { position, message },
            placed => placed,
        }
    }
}

/// A fault on its way through serde, before it is known which argument it concerns.
#[derive(Debug)]
pub(super) enum Fault {
    Read(ReadError),
    Write(WriteError),
    MissingField(&'static str),
    /// What a type's own code says.
    Said(String),
    /// It is known.
    Placed(PayloadError),
}

impl Fault {
    /// The error of a value at `position`.
    pub(super) fn decoding(self, position: Position) -> PayloadError {
        match self {
            Self::Placed(error) => error,
            fault => PayloadError::Wrong { position, message: fault.to_string() },
        }
    }

    pub(super) fn encoding(self) -> PayloadError {
        match self {
            Self::Placed(error) => error,
            Self::Write(error) => error.into(),
            Self::Read(error) => error.into(),
            fault => PayloadError::Serialize { message: fault.to_string() },
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) => error.fmt(f),
            Self::Write(error) => error.fmt(f),
            Self::MissingField(name) => write!(f, "missing field `{name}`"),
            Self::Said(message) => f.write_str(message),
            Self::Placed(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Fault {}

impl From<ReadError> for Fault {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl From<WriteError> for Fault {
    fn from(error: WriteError) -> Self {
        Self::Write(error)
    }
}

impl From<PayloadError> for Fault {
    fn from(error: PayloadError) -> Self {
        Self::Placed(error)
    }
}

impl serde::de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::Said(message.to_string())
    }

    fn missing_field(field: &'static str) -> Self {
        Self::MissingField(field)
    }
}

impl serde::ser::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::Said(message.to_string())
    }
}
