//! The three formats as a cursor over bytes ([`Read`]) and an appender of bytes ([`Write`]).
//!
//! A reader never trusts an announced length, never nests deeper than its limit, and hands on what it skips as
//! validated raw bytes; a message's arguments pass through a router in that form.

mod cbor;
mod cursor;
mod json;
mod msgpack;
mod read;
mod transcode;
mod write;

pub use crate::format::Format;
pub use cbor::{CborReader, CborWriter};
pub use json::{JsonReader, JsonWriter};
pub use msgpack::{MsgPackReader, MsgPackWriter};
pub(crate) use read::BIG_INTEGER;
pub use read::{Container, Event, Kind, Read, ReadError};
pub use transcode::transcode;
pub(crate) use transcode::write_integer;
pub use write::{Mark, Write, WriteError};

/// How deep arrays and maps may nest in a message, the message's own array counted. It is the default and the greatest limit:
/// what nests deeper ends the decoders of other people's clients, which recurse.
pub const DEFAULT_MAX_DEPTH: usize = 128;
