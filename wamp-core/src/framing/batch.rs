//! Several WAMP messages in one WebSocket message (the specification's Message Batching).
//!
//! JSON messages each end with a [`Separator`]; the others begin with their length as
//! 32 bits, big-endian.

use crate::format::Format;

/// What ends a JSON message in a batch. JSON contains neither, so that both are understood wherever they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Separator {
    /// 0x1E, the record separator, as specified.
    #[default]
    Record,
    /// 0x18: Autobahn|Python reads the specification's `\30` as an octal number, and understands nothing else.
    Cancel,
}

impl Separator {
    /// The one that the sender of this batch uses.
    pub fn of(batch: &[u8]) -> Self {
        if batch.last() == Some(&Self::Cancel.octet()) { Self::Cancel } else { Self::Record }
    }

    const fn octet(self) -> u8 {
        match self {
            Self::Record => 0x1E,
            Self::Cancel => 0x18,
        }
    }
}

/// The length in front of a binary message.
const PREFIX: usize = 4;

/// Why the transport of a batch must be failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// A batch without a message.
    #[error("a batch of length 0")]
    Empty,
    /// A batch that ends inside a message, or in JSON without the last separator.
    #[error("a batch ends inside a message")]
    Truncated,
    /// A message without octets.
    #[error("a message of length 0 in a batch")]
    EmptyMessage,
}

/// The messages of a batch. Ends with the first error.
pub fn split(format: Format, batch: &[u8]) -> Split<'_> {
    Split { format, rest: Some(batch), first: true }
}

/// See [`split`].
#[derive(Debug, Clone)]
pub struct Split<'a> {
    format: Format,
    /// `None` after an error.
    rest: Option<&'a [u8]>,
    first: bool,
}

impl<'a> Iterator for Split<'a> {
    type Item = Result<&'a [u8], BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest.take()?;
        let first = std::mem::replace(&mut self.first, false);
        if rest.is_empty() {
            return first.then_some(Err(BatchError::Empty));
        }
        let taken = take(self.format, rest);
        Some(taken.map(|(message, rest)| {
            self.rest = Some(rest);
            message
        }))
    }
}

impl std::iter::FusedIterator for Split<'_> {}

/// Takes the first message of what is left of a batch; gives it and the rest, which is empty behind the last.
///
/// # Errors
///
/// If there is none, or it is not whole.
pub fn take(format: Format, rest: &[u8]) -> Result<(&[u8], &[u8]), BatchError> {
    if rest.is_empty() {
        return Err(BatchError::Empty);
    }
    let (message, rest) = if format.is_binary() { take_prefixed(rest)? } else { take_separated(rest)? };
    if message.is_empty() { Err(BatchError::EmptyMessage) } else { Ok((message, rest)) }
}

fn take_prefixed(rest: &[u8]) -> Result<(&[u8], &[u8]), BatchError> {
    let (prefix, rest) = rest.split_first_chunk::<PREFIX>().ok_or(BatchError::Truncated)?;
    let length = usize::try_from(u32::from_be_bytes(*prefix)).map_err(|_| BatchError::Truncated)?;
    rest.split_at_checked(length).ok_or(BatchError::Truncated)
}

fn take_separated(rest: &[u8]) -> Result<(&[u8], &[u8]), BatchError> {
    let end = memchr::memchr2(Separator::Record.octet(), Separator::Cancel.octet(), rest).ok_or(BatchError::Truncated)?;
    let (message, rest) = rest.split_at_checked(end).ok_or(BatchError::Truncated)?;
    Ok((message, rest.get(1..).unwrap_or_default()))
}

/// Begins a message of a batch: append it to `out`, then [`OpenMessage::end`] it.
///
/// `separator` is what the receiver understands, if the format is JSON.
pub fn begin(out: &mut Vec<u8>, format: Format, separator: Separator) -> OpenMessage {
    let start = out.len();
    if format.is_binary() {
        out.extend_from_slice(&[0; PREFIX]);
    }
    OpenMessage { start, format, separator }
}

/// A message of a batch that is being written.
#[derive(Debug)]
#[must_use = "without `end` or `cancel` the batch is malformed"]
pub struct OpenMessage {
    start: usize,
    format: Format,
    separator: Separator,
}

impl OpenMessage {
    /// Ends the message: writes its length, or the separator. (A length beyond 32 bits cannot be told; limits on
    /// messages are far below.)
    pub fn end(self, out: &mut Vec<u8>) {
        if !self.format.is_binary() {
            return out.push(self.separator.octet());
        }
        let length = u32::try_from(out.len().saturating_sub(self.start + PREFIX)).unwrap_or(u32::MAX);
        if let Some(prefix) = out.get_mut(self.start..self.start + PREFIX) {
            prefix.copy_from_slice(&length.to_be_bytes());
        }
    }

    /// Takes back everything appended since [`begin`].
    pub fn cancel(self, out: &mut Vec<u8>) {
        out.truncate(self.start);
    }
}

/// Appends an encoded message to a batch.
pub fn push(out: &mut Vec<u8>, format: Format, message: &[u8]) {
    let open = begin(out, format, Separator::Record);
    out.extend_from_slice(message);
    open.end(out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split_all(format: Format, batch: &[u8]) -> Vec<Result<&[u8], BatchError>> {
        split(format, batch).collect()
    }

    #[test]
    fn json_messages_end_with_the_record_separator() {
        let mut out = Vec::new();
        push(&mut out, Format::Json, b"[1]");
        push(&mut out, Format::Json, b"[2,{}]");
        assert_eq!(out, b"[1]\x1e[2,{}]\x1e");
        assert_eq!(split_all(Format::Json, &out), [Ok(&b"[1]"[..]), Ok(b"[2,{}]")]);
    }

    #[test]
    fn the_other_separator_is_understood_and_written_for_whoever_uses_it() {
        let batch = b"[1]\x18[2,{}]\x18";
        assert_eq!(split_all(Format::Json, batch), [Ok(&b"[1]"[..]), Ok(b"[2,{}]")]);
        let mut out = Vec::new();
        let open = begin(&mut out, Format::Json, Separator::of(batch));
        out.extend_from_slice(b"[1]");
        open.end(&mut out);
        assert_eq!(out, b"[1]\x18");
        assert_eq!([Separator::of(b"[1]\x1e"), Separator::of(b"")], [Separator::Record; 2]);
    }

    #[test]
    fn binary_messages_begin_with_their_length() {
        for format in [Format::MsgPack, Format::Cbor] {
            let mut out = b"before".to_vec();
            push(&mut out, format, b"abc");
            let open = begin(&mut out, format, Separator::Record);
            out.push(7);
            open.end(&mut out);
            assert_eq!(out, b"before\0\0\0\x03abc\0\0\0\x01\x07");
            assert_eq!(split_all(format, &out[6..]), [Ok(&b"abc"[..]), Ok(&[7])]);
        }
    }

    #[test]
    fn a_cancelled_message_leaves_no_trace() {
        for format in Format::ALL {
            let mut out = b"before".to_vec();
            let open = begin(&mut out, format, Separator::Record);
            out.extend_from_slice(b"half");
            open.cancel(&mut out);
            assert_eq!(out, b"before");
        }
    }

    #[test]
    fn a_malformed_batch_is_an_error_after_its_good_messages() {
        use BatchError::{Empty, EmptyMessage, Truncated};
        for format in Format::ALL {
            assert_eq!(split_all(format, b""), [Err(Empty)]);
        }
        let json: [(&[u8], &[_]); 4] = [
            (b"[1]", &[Err(Truncated)]),
            (b"[1]\x1e[2]", &[Ok(&b"[1]"[..]), Err(Truncated)]),
            (b"\x1e[2]\x1e", &[Err(EmptyMessage)]),
            (b"[1]\x1e\x1e[2]\x1e", &[Ok(b"[1]"), Err(EmptyMessage)]),
        ];
        for (batch, expected) in json {
            assert_eq!(split_all(Format::Json, batch), expected);
        }
        let binary: [(&[u8], &[_]); 4] = [
            (b"\0\0\0", &[Err(Truncated)]),
            (b"\0\0\0\x02a", &[Err(Truncated)]),
            (b"\0\0\0\x01a\0", &[Ok(&b"a"[..]), Err(Truncated)]),
            (b"\0\0\0\0\0\0\0\x01a", &[Err(EmptyMessage)]),
        ];
        for (batch, expected) in binary {
            assert_eq!(split_all(Format::MsgPack, batch), expected);
        }
        assert_eq!(split_all(Format::Cbor, b"\xff\xff\xff\xffa"), [Err(Truncated)], "an announced length is not believed");
    }

    proptest! {
        #[test]
        fn what_is_written_is_split_again(messages in proptest::collection::vec(proptest::collection::vec(0x20_u8.., 1..40), 1..9)) {
            for format in Format::ALL {
                let mut out = Vec::new();
                messages.iter().for_each(|message| push(&mut out, format, message));
                let expected: Vec<_> = messages.iter().map(|message| Ok(&message[..])).collect();
                prop_assert_eq!(split_all(format, &out), expected);
            }
        }

        #[test]
        fn any_octets_end_the_iteration(octets: Vec<u8>) {
            for format in Format::ALL {
                prop_assert!(split(format, &octets).count() <= octets.len() + 1);
            }
        }
    }
}
