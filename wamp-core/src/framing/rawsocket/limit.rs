//! The longest message a side takes, as the handshake can say it.

/// A power of two from 2^9 to 2^24 octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Limit(u8);

impl Limit {
    /// 512 octets.
    pub const MIN: Self = Self(0);
    /// 16 MiB.
    pub const MAX: Self = Self(15);

    /// The largest one that is not over `octets`; the smallest one for less than 512.
    pub const fn at_most(octets: usize) -> Self {
        let exponent = match octets.checked_ilog2() {
            Some(exponent) => exponent.saturating_sub(9),
            None => 0,
        };
        if exponent < 15 { Self(exponent as u8) } else { Self::MAX }
    }

    /// How many octets a message may have.
    pub const fn octets(self) -> usize {
        1 << (self.0 + 9)
    }

    /// From the upper half of the handshake's second octet.
    pub(super) const fn from_octet(octet: u8) -> Self {
        Self(octet >> 4)
    }

    /// The upper half of the handshake's second octet.
    pub(super) const fn to_octet(self) -> u8 {
        self.0 << 4
    }
}
