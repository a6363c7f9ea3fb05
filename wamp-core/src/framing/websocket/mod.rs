//! The one WebSocket codec (RFC 6455, after the opening handshake) of server, client and echo.
//!
//! [`WebSocket`] is the receiving half: it is lent the octets that arrived and takes one frame from their front.
//! [`Closing`] is the close handshake. [`mod@write`] is the sending half.
//!
//! ```text
//! read → input ─ WebSocket::recv ─┬─ Incomplete: keep the rest (at most MAX_HELD octets), read more
//!                                 ├─ Message, Ping, Pong: handle; a Ping is answered by write::pong
//!                                 ├─ Close → Closing::recv_close    ┐ flush what they wrote,
//!                                 └─ Violation → Closing::fail      ┘ then do what Closing::tcp says
//! ```
//!
//! With permessage-deflate agreed on ([`mod@deflate`]), RSV1 on the first frame of a message says that it is compressed. Such a
//! message is inflated as it comes in, up to the same limit, and never borrowed from the input.

mod assembly;
mod close;
pub mod deflate;
mod mask;
mod violation;
pub mod write;

use std::borrow::Cow;
use std::io::Cursor;

use tungstenite::protocol::frame::{
    FrameHeader,
    coding::{Control, Data, OpCode},
};

use crate::format::Format;
use assembly::Assembly;
use deflate::Inflation;
use mask::{Mask, apply_mask};

pub use close::{CloseCode, CloseFrame, Closing, Tcp};
pub use deflate::{Deflate, Deflater};
pub use violation::Violation;

/// The most octets that [`WebSocket::recv`] ever leaves unused: one less than a control frame of full length.
/// What a connection must be able to hold between two reads.
pub const MAX_HELD: usize = 2 + 4 + MAX_CONTROL - 1;

/// The longest payload of a control frame (RFC 6455, 5.5).
const MAX_CONTROL: usize = 125;

/// Which end of the connection we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Receives masked frames and sends unmasked ones.
    Server,
    /// Receives unmasked frames and sends masked ones.
    Client,
}

/// What a message is declared to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    /// UTF-8.
    Text,
    /// Octets.
    Binary,
}

impl MessageKind {
    /// The kind that carries a format: text for JSON, binary for the others.
    pub const fn of(format: Format) -> Self {
        if format.is_binary() { Self::Binary } else { Self::Text }
    }
}

/// The receiving state of one connection. Without a buffer between messages.
#[derive(Debug)]
pub struct WebSocket {
    side: Side,
    accepts: Option<MessageKind>,
    max_message: usize,
    reading: Reading,
    /// A message of which a part was received.
    message: Option<Assembly>,
    /// Set if the peer may compress.
    inflation: Option<Inflation>,
}

/// What the next octet belongs to.
#[derive(Debug, Clone, Copy)]
enum Reading {
    Header,
    Payload(Rest),
    /// Nothing is received after a Close or a violation.
    Ended,
}

/// The part of a data frame's payload that has not arrived.
#[derive(Debug, Clone, Copy)]
struct Rest {
    octets: usize,
    mask: Option<Mask>,
    last: bool,
}

/// What [`WebSocket::recv`] took from the front of its input.
#[derive(Debug, PartialEq, Eq)]
pub enum Received<'a> {
    /// Nothing: a header or control frame has not arrived whole.
    Incomplete {
        /// How long the input must be, at most [`MAX_HELD`] + 1.
        needed: usize,
    },
    /// A frame, or the part of a long one that is there.
    Frame {
        /// How many octets to drop from the front of the input. Never 0.
        used: usize,
        /// What it means.
        event: Event<'a>,
    },
}

/// What a frame means.
#[derive(Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A whole message.
    Message {
        /// As declared; of the kind agreed on, if one was.
        kind: MessageKind,
        /// Borrowed from the input if it arrived in one piece. Valid UTF-8 if text.
        payload: Cow<'a, [u8]>,
    },
    /// To be answered by a [`write::pong`] with the same payload.
    Ping(&'a [u8]),
    /// An answer to a ping of ours, or unasked, which is legal.
    Pong(&'a [u8]),
    /// The peer sends nothing more: see [`Closing::recv_close`].
    Close(CloseFrame<'a>),
    /// The peer broke the protocol and is not listened to any more: see [`Closing::fail`].
    Violation(Violation),
    /// Part of a message, or octets behind the end.
    Nothing,
}

impl WebSocket {
    /// A connection whose opening handshake is done.
    ///
    /// `accepts` is what the subprotocol carries; `None` takes both kinds. `max_message` bounds a message in octets,
    /// all its fragments together; it is judged by the header, before anything is buffered.
    pub const fn new(side: Side, accepts: Option<MessageKind>, max_message: usize) -> Self {
        Self { side, accepts, max_message, reading: Reading::Header, message: None, inflation: None }
    }

    /// Takes compressed messages too, as was agreed on for what the peer sends. `max_message` holds for what they come to.
    #[must_use]
    pub fn with_deflate(mut self, peers: Option<deflate::Flow>) -> Self {
        self.inflation = peers.map(Inflation::new);
        self
    }

    /// Takes one frame from the front of `input`, unmasking it in place.
    pub fn recv<'a>(&mut self, input: &'a mut [u8]) -> Received<'a> {
        let all = input.len();
        if all == 0 {
            return Received::Incomplete { needed: 1 };
        }
        let received = match self.reading {
            Reading::Header => self.recv_frame(input),
            Reading::Payload(rest) => self.recv_rest(rest, input),
            Reading::Ended => Ok(Received::Frame { used: all, event: Event::Nothing }),
        };
        received.unwrap_or_else(|violation| {
            self.end();
            Received::Frame { used: all, event: Event::Violation(violation) }
        })
    }

    fn end(&mut self) {
        (self.reading, self.message, self.inflation) = (Reading::Ended, None, None);
    }

    fn recv_frame<'a>(&mut self, input: &'a mut [u8]) -> Result<Received<'a>, Violation> {
        let mut cursor = Cursor::new(&*input);
        let parsed = FrameHeader::parse(&mut cursor).map_err(|_| Violation::Opcode)?;
        let Some((header, length)) = parsed else { return Ok(Received::Incomplete { needed: header_length(input) }) };
        let start = header.len(length);
        if cursor.position() != start as u64 {
            return Err(Violation::LongLength);
        }
        let length = self.judge(&header, length)?;
        let (_, payload) = input.split_at_mut(start);
        match header.opcode {
            OpCode::Control(control) if payload.len() >= length => {
                let (payload, _) = payload.split_at_mut(length);
                Ok(Received::Frame { used: start + length, event: self.recv_control(control, header.mask, payload)? })
            }
            OpCode::Control(_) => Ok(Received::Incomplete { needed: start + length }),
            OpCode::Data(kind) => {
                let rest = Rest { octets: length, mask: header.mask, last: header.is_final };
                let (used, event) = self.recv_data(kind, header.rsv1, rest, payload)?;
                Ok(Received::Frame { used: start + used, event })
            }
        }
    }

    /// All that the header alone decides, so that nothing is buffered for a frame refused here.
    fn judge(&self, header: &FrameHeader, length: u64) -> Result<usize, Violation> {
        if matches!(header.opcode, OpCode::Control(_)) {
            if length > MAX_CONTROL as u64 {
                return Err(Violation::LongControl);
            }
        } else if length > self.room(header.rsv1) as u64 {
            return Err(Violation::TooBig { limit: self.max_message });
        }
        let compresses = self.inflation.is_some() && matches!(header.opcode, OpCode::Data(Data::Text | Data::Binary));
        if header.rsv1 && !compresses || header.rsv2 || header.rsv3 {
            return Err(Violation::ReservedBits);
        }
        match (self.side, header.mask) {
            (Side::Server, None) => return Err(Violation::Unmasked),
            (Side::Client, Some(_)) => return Err(Violation::Masked),
            _ => {}
        }
        self.judge_order(header)?;
        Ok(length as usize)
    }

    fn judge_order(&self, header: &FrameHeader) -> Result<(), Violation> {
        let kind = match header.opcode {
            OpCode::Control(_) if header.is_final => return Ok(()),
            OpCode::Control(_) => return Err(Violation::FragmentedControl),
            OpCode::Data(Data::Continue) if self.message.is_some() => return Ok(()),
            OpCode::Data(Data::Continue) => return Err(Violation::OrphanContinuation),
            OpCode::Data(_) if self.message.is_some() => return Err(Violation::Interleaved),
            OpCode::Data(Data::Text) => MessageKind::Text,
            OpCode::Data(_) => MessageKind::Binary,
        };
        if self.accepts.is_some_and(|accepted| accepted != kind) { Err(Violation::WrongKind(kind)) } else { Ok(()) }
    }

    /// How many more octets of the message may come.
    fn room(&self, compressed: bool) -> usize {
        let received = self.message.as_ref().map_or(compressed.then_some(0), Assembly::compressed);
        match received {
            Some(received) => Inflation::compressed_limit(self.max_message).saturating_sub(received),
            None => self.max_message.saturating_sub(self.message.as_ref().map_or(0, Assembly::len)),
        }
    }

    fn recv_control<'a>(&mut self, control: Control, mask: Option<Mask>, payload: &'a mut [u8]) -> Result<Event<'a>, Violation> {
        apply_mask(payload, mask);
        Ok(match control {
            Control::Ping => Event::Ping(payload),
            Control::Pong => Event::Pong(payload),
            _ => {
                let frame = CloseFrame::parse(payload)?;
                self.end();
                Event::Close(frame)
            }
        })
    }

    /// The first octets of a data frame. Borrows the message if it is whole.
    fn recv_data<'a>(&mut self, kind: Data, compressed: bool, rest: Rest, payload: &'a mut [u8]) -> Result<(usize, Event<'a>), Violation> {
        let kind = if kind == Data::Text { MessageKind::Text } else { MessageKind::Binary };
        if let Some(message) = &mut self.message {
            message.count_empty(rest.octets)?;
        } else if rest.last && payload.len() >= rest.octets && !compressed {
            let (payload, _) = payload.split_at_mut(rest.octets);
            apply_mask(payload, rest.mask);
            if kind == MessageKind::Text && std::str::from_utf8(payload).is_err() {
                return Err(Violation::Utf8);
            }
            return Ok((rest.octets, Event::Message { kind, payload: Cow::Borrowed(payload) }));
        } else {
            let mut message = Assembly::new(kind, compressed);
            message.count_empty(rest.octets)?;
            self.message = Some(message);
        }
        self.push(rest, payload)
    }

    fn recv_rest<'a>(&mut self, rest: Rest, input: &'a mut [u8]) -> Result<Received<'a>, Violation> {
        let (used, event) = self.push(rest, input)?;
        Ok(Received::Frame { used, event })
    }

    /// Appends to the message what is there of a frame's payload.
    fn push<'a>(&mut self, rest: Rest, payload: &mut [u8]) -> Result<(usize, Event<'a>), Violation> {
        let used = rest.octets.min(payload.len());
        let (piece, _) = payload.split_at_mut(used);
        apply_mask(piece, rest.mask);
        let last = rest.last && used == rest.octets;
        match (&mut self.message, &mut self.inflation) {
            (Some(message), Some(inflation)) if message.compressed().is_some() => {
                message.inflate(piece, last, inflation, self.max_message)?;
            }
            (Some(message), _) => message.push(piece, self.max_message)?,
            (None, _) => {}
        }
        let mut mask = rest.mask;
        if let Some(mask) = &mut mask {
            mask.rotate_left(used % 4);
        }
        let rest = Rest { octets: rest.octets - used, mask, last: rest.last };
        self.reading = if rest.octets == 0 { Reading::Header } else { Reading::Payload(rest) };
        let event = match (self.reading, rest.last) {
            (Reading::Header, true) => self.message.take().map(Assembly::finish).transpose()?.unwrap_or(Event::Nothing),
            _ => Event::Nothing,
        };
        Ok((used, event))
    }
}

/// How many octets the header takes of which these are the first.
fn header_length(input: &[u8]) -> usize {
    let Some(second) = input.get(1) else { return 2 };
    let length = match second & 0x7F {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    2 + length + if second & 0x80 == 0 { 0 } else { 4 }
}

#[cfg(test)]
pub(super) mod tests;
