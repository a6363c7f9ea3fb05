//! A message that arrives in parts: fragments, or one frame in several reads.

use std::borrow::Cow;

use super::deflate::Inflation;
use super::{Event, MessageKind, Violation};

/// How many empty fragments a message may have. Each costs its sender six octets and counts nothing to the limit.
pub(super) const MAX_EMPTY_FRAGMENTS: u8 = 64;

/// The parts so far.
#[derive(Debug)]
pub(super) struct Assembly {
    kind: MessageKind,
    octets: Vec<u8>,
    /// How much of a text is known to be UTF-8; behind it is at most the beginning of a character.
    checked: usize,
    empty: u8,
    /// How many octets came in compressed form, if it is compressed.
    compressed: Option<usize>,
}

impl Assembly {
    pub(super) const fn new(kind: MessageKind, compressed: bool) -> Self {
        Self { kind, octets: Vec::new(), checked: 0, empty: 0, compressed: if compressed { Some(0) } else { None } }
    }

    /// How many octets came in compressed form, if it is compressed.
    pub(super) const fn compressed(&self) -> Option<usize> {
        self.compressed
    }

    pub(super) const fn len(&self) -> usize {
        self.octets.len()
    }

    #[cfg(test)]
    pub(super) const fn capacity(&self) -> usize {
        self.octets.capacity()
    }

    /// Counts a fragment of the given length, if that is 0.
    pub(super) const fn count_empty(&mut self, length: usize) -> Result<(), Violation> {
        if length == 0 {
            if self.empty == MAX_EMPTY_FRAGMENTS {
                return Err(Violation::EmptyFragments);
            }
            self.empty += 1;
        }
        Ok(())
    }

    /// Appends. The buffer grows with what arrived, not with what was announced, and never beyond the limit.
    pub(super) fn push(&mut self, piece: &[u8], limit: usize) -> Result<(), Violation> {
        let length = self.octets.len() + piece.len();
        if length > self.octets.capacity() {
            let capacity = length.max(self.octets.capacity() * 2).min(limit.max(length));
            self.octets.reserve_exact(capacity - self.octets.len());
        }
        self.octets.extend_from_slice(piece);
        self.check()
    }

    /// Appends what a compressed piece comes to, and with the last what was left out of it.
    pub(super) fn inflate(&mut self, piece: &[u8], last: bool, inflation: &mut Inflation, limit: usize) -> Result<(), Violation> {
        self.compressed = self.compressed.map(|length| length.saturating_add(piece.len()));
        inflation.inflate(piece, &mut self.octets, limit)?;
        if last {
            inflation.finish(&mut self.octets, limit)?;
        }
        self.check()
    }

    fn check(&mut self) -> Result<(), Violation> {
        if self.kind == MessageKind::Text { self.check_text() } else { Ok(()) }
    }

    /// Fails at the first octet that no continuation can make valid.
    fn check_text(&mut self) -> Result<(), Violation> {
        match std::str::from_utf8(self.unchecked()) {
            Ok(_) => self.checked = self.octets.len(),
            Err(error) if error.error_len().is_none() => self.checked += error.valid_up_to(),
            Err(_) => return Err(Violation::Utf8),
        }
        Ok(())
    }

    fn unchecked(&self) -> &[u8] {
        self.octets.get(self.checked..).unwrap_or_default()
    }

    /// The whole message.
    pub(super) fn finish<'a>(self) -> Result<Event<'a>, Violation> {
        if self.kind == MessageKind::Text && !self.unchecked().is_empty() {
            return Err(Violation::Utf8);
        }
        Ok(Event::Message { kind: self.kind, payload: Cow::Owned(self.octets) })
    }
}
