//! The codec against raw frames: what RFC 6455 demands, any split of the octets, and what the writers produce.

use super::*;
use proptest::prelude::*;

mod closing;
mod interop;
mod properties;
mod receiving;
mod rules;

const LIMIT: usize = 1000;
const KEY: Mask = [0x37, 0xFA, 0x21, 0x3D];

/// What a frame meant, without its borrow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(Option<u16>, String),
    Violation(Violation),
}

impl Seen {
    fn of(event: Event<'_>) -> Option<Self> {
        Some(match event {
            Event::Message { kind: MessageKind::Text, payload } => Self::Text(String::from_utf8(payload.into_owned()).unwrap()),
            Event::Message { kind: MessageKind::Binary, payload } => Self::Binary(payload.into_owned()),
            Event::Ping(payload) => Self::Ping(payload.to_vec()),
            Event::Pong(payload) => Self::Pong(payload.to_vec()),
            Event::Close(frame) => Self::Close(frame.code.map(CloseCode::as_u16), frame.reason.to_owned()),
            Event::Violation(violation) => Self::Violation(violation),
            Event::Nothing => return None,
        })
    }
}

/// Feeds the chunks as a connection does, keeping the rest between reads.
pub(super) fn feed<'a>(socket: &mut WebSocket, chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<Seen> {
    let (mut rest, mut seen) = (Vec::new(), Vec::new());
    for chunk in chunks {
        rest.extend_from_slice(chunk);
        let mut used = 0;
        let needed = loop {
            match socket.recv(&mut rest[used..]) {
                Received::Incomplete { needed } => break needed,
                Received::Frame { used: taken, event } => {
                    assert!(taken > 0);
                    used += taken;
                    seen.extend(Seen::of(event));
                }
            }
        };
        rest.drain(..used);
        assert!(rest.len() < needed && rest.len() <= MAX_HELD && needed <= MAX_HELD + 1);
        let held = socket.message.as_ref().map_or(0, Assembly::capacity);
        assert!(held <= socket.max_message, "{held} octets are allocated");
    }
    seen
}

fn server() -> WebSocket {
    WebSocket::new(Side::Server, None, LIMIT)
}

fn feed_server(input: &[u8]) -> Vec<Seen> {
    feed(&mut server(), [input])
}

/// A frame with any header: `first` is FIN, the reserved bits and the opcode.
pub(super) fn frame(first: u8, payload: &[u8], mask: Option<Mask>) -> Vec<u8> {
    let bit = if mask.is_some() { 0x80 } else { 0 };
    let mut out = match payload.len() {
        length @ 0..=125 => vec![first, bit | length as u8],
        length => [&[first, bit | 126][..], &(length as u16).to_be_bytes()].concat(),
    };
    out.extend(mask.into_iter().flatten());
    let start = out.len();
    out.extend_from_slice(payload);
    if let Some(mask) = mask {
        out[start..].iter_mut().zip(mask.iter().cycle()).for_each(|(octet, key)| *octet ^= key);
    }
    out
}

/// A masked frame.
fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    frame(first, payload, Some(KEY))
}

pub(super) fn text(text: &str) -> Seen {
    Seen::Text(text.to_owned())
}
