//! The rules a peer can break, each with its close code.

use super::{CloseCode, MessageKind};
use crate::framing::batch::BatchError;

/// A rule that the peer broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// A message longer than the limit.
    #[error("a message is longer than {limit} octets")]
    TooBig {
        /// The limit, in octets.
        limit: usize,
    },
    /// Text that is not UTF-8, or a close reason that is not.
    #[error("text is not utf-8")]
    Utf8,
    /// A message of a kind that the subprotocol does not carry.
    #[error("a {0:?} message does not belong to the subprotocol")]
    WrongKind(MessageKind),
    /// A reserved opcode.
    #[error("a reserved opcode")]
    Opcode,
    /// A reserved bit without an extension that uses it.
    #[error("a reserved bit is set")]
    ReservedBits,
    /// A frame from a client without a mask.
    #[error("a client's frame is not masked")]
    Unmasked,
    /// A frame from a server with a mask.
    #[error("a server's frame is masked")]
    Masked,
    /// A length in more octets than it needs.
    #[error("a length is not in its shortest form")]
    LongLength,
    /// A control frame in fragments.
    #[error("a control frame is fragmented")]
    FragmentedControl,
    /// A control frame over 125 octets.
    #[error("a control frame is longer than 125 octets")]
    LongControl,
    /// A continuation of nothing.
    #[error("a continuation without a beginning")]
    OrphanContinuation,
    /// A new message before the last one ended.
    #[error("a message begins inside another")]
    Interleaved,
    /// More empty fragments than a message may have.
    #[error("too many empty fragments")]
    EmptyFragments,
    /// A compressed message that cannot be inflated.
    #[error("a compressed message is malformed")]
    Deflated,
    /// A batch without a message, or one that ends inside of a message.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// A Close whose payload is one octet.
    #[error("half a close code")]
    HalfCloseCode,
    /// A close code that may not be sent.
    #[error("the close code {0} may not be sent")]
    CloseCode(u16),
}

impl Violation {
    /// The code to close with.
    pub const fn code(&self) -> CloseCode {
        match self {
            Self::TooBig { .. } => CloseCode::TOO_BIG,
            Self::Utf8 | Self::Deflated => CloseCode::INVALID_PAYLOAD,
            Self::WrongKind(_) => CloseCode::UNSUPPORTED,
            Self::EmptyFragments => CloseCode::POLICY,
            _ => CloseCode::PROTOCOL,
        }
    }
}
