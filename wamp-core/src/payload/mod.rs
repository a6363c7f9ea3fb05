//! The arguments of a message as raw, validated bytes of a format, and how they become Rust values.
//!
//! | Rust | arguments |
//! |---|---|
//! | `()` | none |
//! | a tuple `(A, B)` | positional, one an element |
//! | [`Kwargs<T>`], `T` a struct or map | by keyword |
//! | `(A, B, Kwargs<T>)` | both |
//! | anything else: struct, `Vec`, number, string, `Option`, map | **one** positional argument |
//!
//! Decoding mirrors it. Elements of type `Option` that are missing at the end become `None`; `()` takes one null too, for that is
//! what functions of other languages return that return nothing. Keyword arguments that are not asked for are passed over.
//!
//! An array of fixed size (`[T; 3]`) is a tuple to serde, so three positional arguments; a slice or `Vec` is one list.
//! `Vec<u8>` is a list of numbers; octets are [`Binary`].
//!
//! In all three formats values look alike, as `serde_json` has them: structs are dictionaries, enums are externally tagged,
//! and types that have a form for people (addresses, UUIDs) use it, since a router may turn one format into another.

mod binary;
mod builder;
mod decode;
mod encode;
mod error;
mod kwargs;
mod raw;

use crate::serializer::{CborWriter, Format, JsonWriter, MsgPackWriter, WriteError, transcode};
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use binary::Binary;
pub use builder::PayloadBuilder;
pub use error::{PayloadError, Position};
pub use kwargs::Kwargs;
pub use raw::{Keywords, Positionals, RawValue};

/// Arguments borrowed from a message: validated bytes of `format`; absent parts are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PayloadRef<'a> {
    /// The format of both parts.
    pub format: Format,
    /// The list of positional arguments, or nothing.
    pub args: &'a [u8],
    /// The dictionary of keyword arguments, or nothing.
    pub kwargs: &'a [u8],
}

impl PayloadRef<'static> {
    /// No arguments.
    pub const EMPTY: Self = Self { format: Format::Json, args: &[], kwargs: &[] };
}

impl<'a> PayloadRef<'a> {
    /// Whether there are no arguments of either kind.
    pub const fn is_empty(&self) -> bool {
        self.args.is_empty() && self.kwargs.is_empty()
    }

    /// Whether the arguments are one binary value in the list's place: a payload packed by the peers (`enc_algo`), which
    /// routers pass on as it is and which has no arguments to decode.
    pub fn is_transparent(&self) -> bool {
        match self.format {
            Format::Json => self.args.starts_with(b"\""),
            Format::MsgPack => matches!(self.args.first(), Some(0xc4..=0xc6)),
            Format::Cbor => self.args.first().is_some_and(|initial| initial >> 5 == 2),
        }
    }

    /// The octets of both parts.
    pub const fn len(&self) -> usize {
        self.args.len() + self.kwargs.len()
    }

    /// The arguments as a Rust value, by the rules of the [module](self).
    ///
    /// # Errors
    ///
    /// [`PayloadError`], where too few or too many arguments are there or one is not as the type has it.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, PayloadError> {
        decode::arguments(*self, decode::Extra::Refused)
    }

    /// [`decode`](Self::decode), but positional arguments beyond those of the type are passed over, as is right for events.
    ///
    /// # Errors
    ///
    /// [`PayloadError`], where too few arguments are there or one is not as the type has it.
    pub fn decode_ignoring_extra<T: DeserializeOwned>(&self) -> Result<T, PayloadError> {
        decode::arguments(*self, decode::Extra::Ignored)
    }

    /// The positional arguments, one by one, not decoded.
    pub fn positionals(&self) -> Positionals<'a> {
        Positionals::new(self.format, self.args)
    }

    /// The keyword arguments, one by one, not decoded.
    pub fn keywords(&self) -> Keywords<'a> {
        Keywords::new(self.format, self.kwargs)
    }

    /// The keyword argument `name`, not decoded. Of several of one name it is the last.
    pub fn keyword(&self, name: &str) -> Option<RawValue<'a>> {
        self.keywords().filter(|(key, _)| key == name).last().map(|(_, value)| value)
    }

    /// A copy that owns its bytes.
    pub fn to_payload(&self) -> Payload {
        Payload { format: self.format, args: Bytes::copy_from_slice(self.args), kwargs: Bytes::copy_from_slice(self.kwargs) }
    }
}

/// Arguments that own their bytes; cloning shares them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    format: Format,
    args: Bytes,
    kwargs: Bytes,
}

impl Payload {
    /// No arguments.
    pub const EMPTY: Self = Self { format: Format::Json, args: Bytes::new(), kwargs: Bytes::new() };

    /// Shares the parts of `payload` that lie in `message`, the bytes it was decoded from: no copy.
    pub fn shared(message: &Bytes, payload: PayloadRef<'_>) -> Self {
        let part = |part: &[u8]| if part.is_empty() { Bytes::new() } else { message.slice_ref(part) };
        Self { format: payload.format, args: part(payload.args), kwargs: part(payload.kwargs) }
    }

    /// The arguments that `value` stands for, by the rules of the [module](self).
    ///
    /// # Errors
    ///
    /// [`PayloadError`], where `format` cannot carry something of the value as it is, or its own `Serialize` fails.
    pub fn encode<T: Serialize + ?Sized>(format: Format, value: &T) -> Result<Self, PayloadError> {
        encode::arguments(format, value)
    }

    /// The arguments as a Rust value, by the rules of the [module](self).
    ///
    /// # Errors
    ///
    /// [`PayloadError`], where too few or too many arguments are there or one is not as the type has it.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, PayloadError> {
        self.as_ref().decode()
    }

    /// The same arguments in `format`; nothing is copied if that is theirs already.
    ///
    /// # Errors
    ///
    /// Where `format` cannot carry something of them as it is.
    pub fn to_format(&self, format: Format) -> Result<Self, WriteError> {
        if self.format == format {
            return Ok(self.clone());
        }
        let part = |part: &Bytes| match part.is_empty() {
            true => Ok(Bytes::new()),
            false => transcoded(self.format, part, format),
        };
        Ok(Self { format, args: part(&self.args)?, kwargs: part(&self.kwargs)? })
    }

    /// The format of the bytes.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// The arguments, borrowed.
    pub fn as_ref(&self) -> PayloadRef<'_> {
        PayloadRef { format: self.format, args: &self.args, kwargs: &self.kwargs }
    }

    /// Whether there are no arguments of either kind.
    pub fn is_empty(&self) -> bool {
        self.as_ref().is_empty()
    }
}

fn transcoded(from: Format, part: &[u8], to: Format) -> Result<Bytes, WriteError> {
    let mut out = Vec::with_capacity(part.len());
    match to {
        Format::Json => transcode(from, part, &mut JsonWriter::over(&mut out)),
        Format::MsgPack => transcode(from, part, &mut MsgPackWriter::over(&mut out)),
        Format::Cbor => transcode(from, part, &mut CborWriter::over(&mut out)),
    }?;
    Ok(out.into())
}

impl Default for Payload {
    fn default() -> Self {
        Self::EMPTY
    }
}
