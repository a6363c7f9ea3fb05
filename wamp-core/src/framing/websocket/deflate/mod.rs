//! permessage-deflate (RFC 7692): messages compressed one by one.
//!
//! [`Deflate`] says what an end is ready for and does the negotiation; [`Agreed`] is what came of it. The receiving half
//! inflates by itself once it is told ([`WebSocket::with_deflate`](super::WebSocket::with_deflate)); the sending half is lent
//! a [`Deflater`] ([`OpenFrame::end_deflated`](super::write::OpenFrame::end_deflated)).
//!
//! # Memory
//!
//! Counted at the allocator: a deflater owns 380 KB with a window of 15 bits, 315 KB with 14, 251 KB with 9, for most of it is
//! tables of one size; an inflater owns 48 KB, whatever the window. The level changes neither.
//!
//! Without context takeover (the default) neither is a connection's own: an inflater lives while a compressed message comes in,
//! and one deflater serves any number of connections in turn. With it each connection keeps both to its end.

mod deflater;
mod inflater;
mod negotiate;

pub use deflater::Deflater;
pub(super) use inflater::Inflation;
pub use negotiate::ExtensionError;

/// The largest window there is, in bits: 32 KiB.
pub const MAX_WINDOW_BITS: u8 = 15;

/// The smallest that can be deflated to. RFC 7692 knows 8 too, which no zlib deflates to.
const MIN_WINDOW_BITS: u8 = 9;

/// What one end is ready for, and how it compresses. The same at both ends: the defaults are a router's, for which memory
/// counts.
///
/// Compression and encryption together can tell secrets by the length of what is sent (the attacks CRIME and BREACH), where an
/// attacker chooses a part of a message. It also costs the processor more than anything else about a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deflate {
    level: u8,
    threshold: usize,
    window_bits: u8,
    context_takeover: bool,
}

/// How messages in one direction are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    /// The base-2 logarithm of the window in octets: 8 to 15.
    pub window_bits: u8,
    /// Whether a message may refer to those before it.
    pub context_takeover: bool,
}

/// What a connection's ends agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreed {
    /// What the server sends.
    pub server: Flow,
    /// What the client sends.
    pub client: Flow,
    /// Whether the client said that its window may be limited: otherwise a reply may not do so.
    client_bits_offered: bool,
}

impl Default for Deflate {
    fn default() -> Self {
        Self { level: 6, threshold: 1024, window_bits: MAX_WINDOW_BITS, context_takeover: false }
    }
}

impl Deflate {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How hard to try, from 1 (quick) to 9 (small) (default: 6).
    #[must_use]
    pub fn level(mut self, level: u8) -> Self {
        self.level = level.clamp(1, 9);
        self
    }

    /// From how many octets on a message is compressed (default: 1024). A shorter one gains nothing that is worth the time.
    #[must_use]
    pub const fn threshold(mut self, octets: usize) -> Self {
        self.threshold = octets;
        self
    }

    /// The base-2 logarithm of the window, 9 to 15 (default: 15, which is 32 KiB). It holds for what we send, and is asked of the
    /// peer for what it sends.
    #[must_use]
    pub fn window_bits(mut self, bits: u8) -> Self {
        self.window_bits = bits.clamp(MIN_WINDOW_BITS, MAX_WINDOW_BITS);
        self
    }

    /// See [`window_bits`](Self::window_bits): what we compress with, unless the peer asks for less.
    pub const fn preferred_window_bits(&self) -> u8 {
        self.window_bits
    }

    /// Whether messages may refer to those before them (default: no). It makes small messages that resemble each other much
    /// smaller, and costs each connection the memory of a deflater and an inflater, about 430 KB with a window of 15 bits.
    #[must_use]
    pub const fn context_takeover(mut self, takeover: bool) -> Self {
        self.context_takeover = takeover;
        self
    }
}

#[cfg(test)]
mod tests;
