//! RawSocket (the specification's RawSocket Transport): four octets each way, then messages behind their length.
//!
//! [`handshake`] is the opening, [`RawSocket`] the receiving half, [`mod@write`] the sending half.

mod frame;
pub mod handshake;
mod limit;
pub mod write;

use std::borrow::Cow;

use frame::{HEADER, Header, Kind};

pub use frame::Violation;
pub use limit::Limit;

/// The first octet of a RawSocket connection, which begins no HTTP request: one port can take both.
pub const MAGIC: u8 = 0x7F;

/// The most octets that [`RawSocket::recv`] ever leaves unused: what a connection must be able to hold between two reads.
pub const MAX_HELD: usize = HEADER - 1;

/// The receiving state of one connection. Without a buffer between messages.
#[derive(Debug)]
pub struct RawSocket {
    limit: Limit,
    /// Pings of ours that are not answered.
    pings: u32,
    reading: Reading,
}

/// What the next octet belongs to.
#[derive(Debug)]
enum Reading {
    Header,
    /// A frame of which a part was received.
    Payload(Header, Vec<u8>),
    /// Nothing is received after a violation.
    Ended,
}

/// What [`RawSocket::recv`] took from the front of its input.
#[derive(Debug, PartialEq, Eq)]
pub enum Received<'a> {
    /// Nothing: a header has not arrived whole.
    Incomplete {
        /// How long the input must be, at most [`MAX_HELD`] + 1.
        needed: usize,
    },
    /// A frame, or the part of one that is there.
    Frame {
        /// How many octets to drop from the front of the input. Never 0.
        used: usize,
        /// What it means.
        event: Event<'a>,
    },
}

/// What a frame means. Payloads are borrowed from the input if they arrived in one piece.
#[derive(Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A whole message.
    Message(Cow<'a, [u8]>),
    /// To be answered at once by exactly one [`write::pong`] with the same payload.
    Ping(Cow<'a, [u8]>),
    /// The answer to a ping of ours.
    Pong(Cow<'a, [u8]>),
    /// The peer broke the protocol: the connection is to be dropped. RawSocket has no words for why.
    Violation(Violation),
    /// Part of a frame, or octets behind the end.
    Nothing,
}

impl RawSocket {
    /// A connection whose handshake is done. `limit` is what we announced to the peer in it.
    pub const fn new(limit: Limit) -> Self {
        Self { limit, pings: 0, reading: Reading::Header }
    }

    /// Writes a ping, so that its answer is expected. A pong unasked is a violation.
    pub fn send_ping(&mut self, out: &mut Vec<u8>, payload: &[u8]) {
        self.pings = self.pings.saturating_add(1);
        write::ping(out, payload);
    }

    /// Takes one frame from the front of `input`.
    pub fn recv<'a>(&mut self, input: &'a [u8]) -> Received<'a> {
        if input.is_empty() {
            return Received::Incomplete { needed: 1 };
        }
        match std::mem::replace(&mut self.reading, Reading::Header) {
            Reading::Header => self.recv_frame(input),
            Reading::Payload(header, held) => self.push(header, held, 0, input),
            Reading::Ended => {
                self.reading = Reading::Ended;
                Received::Frame { used: input.len(), event: Event::Nothing }
            }
        }
    }

    fn recv_frame<'a>(&mut self, input: &'a [u8]) -> Received<'a> {
        let Some((octets, payload)) = input.split_first_chunk() else { return Received::Incomplete { needed: HEADER } };
        match Header::parse(*octets).and_then(|header| self.judge(header)) {
            Err(violation) => {
                self.reading = Reading::Ended;
                Received::Frame { used: input.len(), event: Event::Violation(violation) }
            }
            Ok(header) => match payload.split_at_checked(header.length) {
                Some((payload, _)) => Received::Frame { used: HEADER + header.length, event: event(header.kind, Cow::Borrowed(payload)) },
                None => self.push(header, Vec::new(), HEADER, payload),
            },
        }
    }

    /// Before anything is buffered.
    fn judge(&mut self, header: Header) -> Result<Header, Violation> {
        if header.length > self.limit.octets() {
            return Err(Violation::TooBig { limit: self.limit.octets() });
        }
        if header.kind == Kind::Pong {
            self.pings = self.pings.checked_sub(1).ok_or(Violation::UnaskedPong)?;
        }
        Ok(header)
    }

    /// Appends what is there of a frame. The buffer grows with what arrived, not with what was announced.
    fn push<'a>(&mut self, header: Header, mut held: Vec<u8>, before: usize, input: &[u8]) -> Received<'a> {
        let used = input.len().min(header.length - held.len());
        let length = held.len() + used;
        if length > held.capacity() {
            let capacity = length.max(held.capacity() * 2).min(header.length);
            held.reserve_exact(capacity - held.len());
        }
        held.extend_from_slice(input.get(..used).unwrap_or_default());
        let event = if length == header.length {
            event(header.kind, Cow::Owned(held))
        } else {
            self.reading = Reading::Payload(header, held);
            Event::Nothing
        };
        Received::Frame { used: before + used, event }
    }
}

fn event(kind: Kind, payload: Cow<'_, [u8]>) -> Event<'_> {
    match kind {
        Kind::Message => Event::Message(payload),
        Kind::Ping => Event::Ping(payload),
        Kind::Pong => Event::Pong(payload),
    }
}

#[cfg(test)]
mod tests;
