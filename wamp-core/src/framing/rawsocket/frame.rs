//! The four octets in front of each frame: `RRRR XTTT`, and a length of 24 bits of which X is the 25th.

/// How long a header is.
pub(super) const HEADER: usize = 4;

/// The length whose header has X set and the other bits clear; no other has.
const LONGEST: usize = 1 << 24;

/// What a frame is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Message = 0,
    Ping = 1,
    Pong = 2,
}

/// A frame's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) kind: Kind,
    pub(super) length: usize,
}

/// A rule that the peer broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// A frame longer than the limit that was announced.
    #[error("a frame is longer than {limit} octets")]
    TooBig {
        /// The limit, in octets.
        limit: usize,
    },
    /// Reserved bits that are not 0.
    #[error("a reserved bit is set")]
    ReservedBits,
    /// A frame type from 3 to 7.
    #[error("the frame type {0} is reserved")]
    Type(u8),
    /// The 25th bit of the length together with others: longer than 16 MiB.
    #[error("a length over 16 MiB")]
    Length,
    /// A pong without a ping.
    #[error("a pong that answers no ping")]
    UnaskedPong,
}

impl Header {
    pub(super) const fn parse([first, a, b, c]: [u8; HEADER]) -> Result<Self, Violation> {
        if first & 0xF0 != 0 {
            return Err(Violation::ReservedBits);
        }
        let kind = match first & 0b111 {
            0 => Kind::Message,
            1 => Kind::Ping,
            2 => Kind::Pong,
            kind => return Err(Violation::Type(kind)),
        };
        let length = u32::from_be_bytes([first >> 3, a, b, c]) as usize;
        if length > LONGEST { Err(Violation::Length) } else { Ok(Self { kind, length }) }
    }

    /// `None` if the length cannot be said.
    pub(super) fn octets(self) -> Option<[u8; HEADER]> {
        let length = u32::try_from(self.length).ok().filter(|_| self.length <= LONGEST)?;
        let [x, a, b, c] = length.to_be_bytes();
        Some([x << 3 | self.kind as u8, a, b, c])
    }
}
