//! The arguments of a message as raw, validated bytes of a format, and how they become Rust values.

use crate::serializer::Format;
use bytes::Bytes;

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

impl PayloadRef<'_> {
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

impl Default for Payload {
    fn default() -> Self {
        Self::EMPTY
    }
}
