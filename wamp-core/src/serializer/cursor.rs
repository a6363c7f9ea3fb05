//! The place in a binary format's input, and how deep it is.

use super::{Container, DEFAULT_MAX_DEPTH, ReadError};

/// A position in the input. Lengths announced by the input are compared with what is there, never allocated.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    input: &'a [u8],
    at: usize,
    depth: usize,
    max_depth: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(input: &'a [u8], max_depth: usize) -> Self {
        Self { input, at: 0, depth: 0, max_depth: max_depth.min(DEFAULT_MAX_DEPTH) }
    }

    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// The octets from `start`, an earlier [`at`](Self::at), to here.
    pub(super) fn since(&self, start: usize) -> &'a [u8] {
        self.input.get(start..self.at).unwrap_or_default()
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.input.get(self.at..).unwrap_or_default()
    }

    #[inline]
    pub(super) fn peek(&self) -> Result<u8, ReadError> {
        self.input.get(self.at).copied().ok_or(ReadError::Truncated)
    }

    #[inline]
    pub(super) fn byte(&mut self) -> Result<u8, ReadError> {
        let byte = self.peek()?;
        self.at += 1;
        Ok(byte)
    }

    #[inline]
    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8], ReadError> {
        let (taken, _) = self.rest().split_at_checked(len).ok_or(ReadError::Truncated)?;
        self.at += len;
        Ok(taken)
    }

    #[inline]
    pub(super) fn take_array<const N: usize>(&mut self) -> Result<[u8; N], ReadError> {
        let taken = *self.rest().first_chunk::<N>().ok_or(ReadError::Truncated)?;
        self.at += N;
        Ok(taken)
    }

    pub(super) fn text(&mut self, len: usize) -> Result<&'a str, ReadError> {
        std::str::from_utf8(self.take(len)?).map_err(|_| ReadError::Utf8)
    }

    /// Passes over text.
    #[inline]
    pub(super) fn skip_text(&mut self, len: usize) -> Result<(), ReadError> {
        let octets = self.take(len)?;
        // Most text is short and ASCII, for which the general check is slow.
        match is_ascii(octets) || std::str::from_utf8(octets).is_ok() {
            true => Ok(()),
            false => Err(ReadError::Utf8),
        }
    }

    /// Goes down one level.
    pub(super) const fn enter(&mut self) -> Result<(), ReadError> {
        if self.depth >= self.max_depth {
            return Err(ReadError::TooDeep(self.max_depth));
        }
        self.depth += 1;
        Ok(())
    }

    /// Comes up `levels`.
    pub(super) const fn leave(&mut self, levels: usize) {
        self.depth = self.depth.saturating_sub(levels);
    }

    /// Goes down into a container of `remaining` items or entries.
    pub(super) fn open(&mut self, remaining: Option<u64>, map: bool) -> Result<Container, ReadError> {
        self.enter()?;
        Ok(Container { remaining, first: true, map })
    }

    /// Counts the next item of a container of announced length; at the end, comes up.
    pub(super) const fn count_down(&mut self, remaining: &mut u64) -> bool {
        if *remaining == 0 {
            self.leave(1);
            return false;
        }
        *remaining -= 1;
        true
    }

    pub(super) const fn malformed(&self, what: &'static str) -> ReadError {
        ReadError::Malformed { at: self.at, what }
    }

    pub(super) const fn end(&self) -> Result<(), ReadError> {
        if self.at < self.input.len() { Err(ReadError::Trailing) } else { Ok(()) }
    }
}

#[inline]
fn is_ascii(octets: &[u8]) -> bool {
    let (words, rest) = octets.as_chunks::<8>();
    let words = words.iter().fold(0, |all, word| all | u64::from_ne_bytes(*word));
    words & 0x8080_8080_8080_8080 == 0 && rest.iter().fold(0, |all, octet| all | octet) < 0x80
}
