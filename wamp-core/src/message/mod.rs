//! The messages of WAMP, from one table: code, name, elements, who sends it.
//!
//! A message is a typed header and a raw payload: [`decode`] gives the header as a [`Message`] and the
//! arguments as a [`PayloadRef`] into the input; [`encode`] takes them so, and transcodes the arguments if
//! they are of another format.

mod element;
mod options;
mod table;
mod trace;

use crate::payload::PayloadRef;
use crate::serializer::{CborReader, CborWriter, Container, Format, JsonReader, JsonWriter, Kind, MsgPackReader, MsgPackWriter};
use crate::serializer::{Read, ReadError, WriteError};
use element::Element;

pub use options::{
    AbortDetails, AuthenticateExtra, CallOptions, CancelMode, CancelOptions, ChallengeExtra, ErrorDetails, EventDetails, Extra,
    GoodbyeDetails, HelloDetails, InterruptOptions, InvocationDetails, InvokePolicy, Passthru, PublishOptions, Receivers, RegisterOptions,
    ResultDetails, SubscribeOptions, UnregisteredDetails, UnsubscribedDetails, WelcomeDetails, YieldOptions,
};
pub use table::*;
pub use trace::{InvalidTraceParent, TraceContext};

/// Why bytes are no message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// They are not of the format.
    #[error(transparent)]
    Syntax(#[from] ReadError),
    /// The message is no array.
    #[error("a message is an array")]
    NotAnArray,
    /// The array is empty.
    #[error("the message is empty")]
    Empty,
    /// No message has that code.
    #[error("no message has the code {0}")]
    UnknownType(u64),
    /// An element is missing.
    #[error("{message} lacks its {element}")]
    Missing {
        /// The message's name.
        message: &'static str,
        /// The element's name.
        element: &'static str,
    },
    /// An element is not what it must be.
    #[error("{message} has a wrong {element}: {source}")]
    Element {
        /// The message's name.
        message: &'static str,
        /// The element's name.
        element: &'static str,
        /// What is wrong.
        source: ReadError,
    },
    /// Elements follow the last.
    #[error("{0} has too many elements")]
    TooMany(&'static str),
}

/// Decodes one message of `format`: `bytes` hold it and nothing else.
pub fn decode(format: Format, bytes: &[u8], max_depth: usize) -> Result<(Message, PayloadRef<'_>), DecodeError> {
    match format {
        Format::Json => decode_with::<JsonReader<'_>>(bytes, max_depth),
        Format::MsgPack => decode_with::<MsgPackReader<'_>>(bytes, max_depth),
        Format::Cbor => decode_with::<CborReader<'_>>(bytes, max_depth),
    }
}

/// Appends the message to `out` in `format`; where it fails, `out` is as before.
///
/// # Errors
///
/// If something in the options or in the payload cannot be carried by `format`.
pub fn encode(message: &Message, payload: PayloadRef<'_>, format: Format, out: &mut Vec<u8>) -> Result<(), WriteError> {
    let start = out.len();
    let written = match format {
        Format::Json => table::write(message, payload, &mut JsonWriter::over(out)),
        Format::MsgPack => table::write(message, payload, &mut MsgPackWriter::over(out)),
        Format::Cbor => table::write(message, payload, &mut CborWriter::over(out)),
    };
    if written.is_err() {
        out.truncate(start);
    }
    written
}

fn decode_with<'a, R: Read<'a>>(bytes: &'a [u8], max_depth: usize) -> Result<(Message, PayloadRef<'a>), DecodeError> {
    let mut reader = R::new(bytes, max_depth)?;
    if reader.kind()? != Kind::Array {
        return Err(DecodeError::NotAnArray);
    }
    let items = reader.array()?;
    let payload = PayloadRef { format: R::FORMAT, args: &[], kwargs: &[] };
    let mut elements = Elements { reader, items, ended: false, message: "the message", payload };
    if !elements.advance()? {
        return Err(DecodeError::Empty);
    }
    let code = elements.read_here("type")?;
    let message = table::read(code, &mut elements)?;
    elements.end()?;
    Ok((message, elements.payload))
}

/// The elements of the message being decoded.
struct Elements<'a, R> {
    reader: R,
    items: Container,
    /// Whether the array's end was read.
    ended: bool,
    message: &'static str,
    payload: PayloadRef<'a>,
}

impl<'a, R: Read<'a>> Elements<'a, R> {
    fn advance(&mut self) -> Result<bool, DecodeError> {
        self.ended = self.ended || !self.reader.next(&mut self.items)?;
        Ok(!self.ended)
    }

    fn read<T: Element>(&mut self, element: &'static str) -> Result<T, DecodeError> {
        if !self.advance()? {
            return Err(DecodeError::Missing { message: self.message, element });
        }
        self.read_here(element)
    }

    fn read_optional<T: Element + Default>(&mut self, element: &'static str) -> Result<T, DecodeError> {
        if self.advance()? { self.read_here(element) } else { Ok(T::default()) }
    }

    fn read_here<T: Element>(&mut self, element: &'static str) -> Result<T, DecodeError> {
        T::read(&mut self.reader).map_err(|source| self.wrong(element, source))
    }

    fn read_payload(&mut self) -> Result<(), DecodeError> {
        if self.advance()? {
            let transparent = self.reader.kind()? == Kind::Binary;
            if !transparent {
                self.expect("Arguments", Kind::Array, "a list")?;
            }
            self.payload.args = self.reader.skip()?;
            if transparent {
                // Nothing may follow it.
                return Ok(());
            }
        }
        if self.advance()? {
            self.expect("ArgumentsKw", Kind::Map, "a dictionary")?;
            self.payload.kwargs = self.reader.skip_dict().map_err(|source| self.wrong("ArgumentsKw", source))?;
        }
        Ok(())
    }

    fn expect(&mut self, element: &'static str, kind: Kind, expected: &'static str) -> Result<(), DecodeError> {
        match self.reader.kind()? {
            found if found == kind => Ok(()),
            found => Err(self.wrong(element, ReadError::Unexpected { expected, found })),
        }
    }

    /// A fault of what is said, rather than of how it is spelled.
    fn wrong(&self, element: &'static str, source: ReadError) -> DecodeError {
        match source {
            ReadError::Unexpected { .. } | ReadError::OutOfRange(_) | ReadError::NotOneOf(_) => {
                DecodeError::Element { message: self.message, element, source }
            }
            syntax => DecodeError::Syntax(syntax),
        }
    }

    fn end(&mut self) -> Result<(), DecodeError> {
        if self.advance()? {
            return Err(DecodeError::TooMany(self.message));
        }
        Ok(self.reader.end()?)
    }
}
