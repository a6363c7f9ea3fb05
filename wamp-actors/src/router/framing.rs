use super::guest::Ending;
use super::longpoll::Polled;
use super::outlet::{Agreement, Outlet};
use super::wire::Wire;
use bytes::Bytes;
use proto::Format;
use proto::framing::Subprotocol;
use proto::framing::batch::{BatchError, Separator};
use proto::framing::rawsocket::{self, Limit, RawSocket};
use proto::framing::websocket::{self, CloseCode, CloseFrame, Closing, MessageKind, Side, Tcp, WebSocket};
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::time::Duration;

/// How long what the peer still sends is read away before the socket is closed: unread octets would make the end a reset, which
/// takes our last words from the peer's buffer.
const LINGER: Duration = Duration::from_millis(80);

/// How long a client has to fetch the last words by its next poll.
const LINGER_POLLED: Duration = Duration::from_secs(5);

/// The receiving half of a socket's framing, and what it says at its end.
#[derive(Debug)]
pub(super) enum Framing {
    /// After the opening handshake.
    WebSocket(WebSocket, Closing, Wire, Option<Agreement>),
    /// After the handshake, with the limit that the peer announced.
    RawSocket(RawSocket, Limit, Format),
    /// After `open`.
    LongPoll(Polled),
}

/// What a WebSocket's ends agreed on in the opening handshake.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chosen {
    pub(super) subprotocol: Subprotocol,
    /// Set if messages may be compressed.
    pub(super) agreement: Option<Agreement>,
}

/// A message, or a batch of them, as it was received.
#[derive(Debug)]
pub(super) enum Held {
    /// In the read buffer.
    Span(Range<usize>),
    /// It came in several parts.
    Owned(Bytes),
}

/// What was taken from the front of the input.
#[derive(Debug)]
pub(super) enum Taken {
    /// So many octets.
    Used(usize),
    /// Nothing: the rest has not arrived.
    Short,
    /// The peer closes.
    Closed,
    /// The peer broke a rule of the transport.
    Violation(Violation),
}

/// A rule of a transport.
#[derive(Debug)]
pub(super) enum Violation {
    /// Of WebSocket.
    WebSocket(websocket::Violation),
    /// Of RawSocket.
    RawSocket(rawsocket::Violation),
    /// Of batches.
    Batch(BatchError),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WebSocket(violation) => violation.fmt(f),
            Self::RawSocket(violation) => violation.fmt(f),
            Self::Batch(violation) => violation.fmt(f),
        }
    }
}

impl Framing {
    pub(super) fn websocket(chosen: Chosen, max_message: usize) -> Self {
        let Chosen { subprotocol: Subprotocol { format, batched }, agreement } = chosen;
        let socket = WebSocket::new(Side::Server, Some(MessageKind::of(format)), max_message);
        let socket = socket.with_deflate(agreement.map(|agreement| agreement.agreed.client));
        let wire = if batched { Wire::Batched(format, Separator::default()) } else { Wire::WebSocket(format) };
        Self::WebSocket(socket, Closing::Open, wire, agreement)
    }

    pub(super) const fn rawsocket(format: Format, ours: Limit, theirs: Limit) -> Self {
        Self::RawSocket(RawSocket::new(ours), theirs, format)
    }

    const fn wire(&self) -> Wire {
        match self {
            Self::WebSocket(_, _, wire, _) => *wire,
            Self::RawSocket(_, limit, format) => Wire::RawSocket(*format, *limit),
            Self::LongPoll(polled) => Wire::LongPoll(polled.format()),
        }
    }

    pub(super) const fn format(&self) -> Format {
        self.wire().format()
    }

    pub(super) const fn is_batched(&self) -> bool {
        matches!(self.wire(), Wire::Batched(..))
    }

    /// The sending half.
    pub(super) fn outlet(&self) -> Outlet {
        let agreement = if let Self::WebSocket(_, _, _, agreement) = self { *agreement } else { None };
        Outlet::new(self.wire(), agreement)
    }

    /// Learns from the peer's batches what ends their messages; gives it, if that is news.
    pub(super) fn learn(&mut self, input: &[u8], held: &[Held]) -> Option<Separator> {
        let Self::WebSocket(_, _, Wire::Batched(Format::Json, known), _) = self else { return None };
        let separator = Separator::of(held.first()?.octets(input));
        (std::mem::replace(known, separator) != separator).then_some(separator)
    }

    /// Takes a frame from the input behind `start`. A message is put into `held`, what answers a control frame into `answer`.
    pub(super) fn take(&mut self, input: &mut [u8], start: usize, held: &mut Vec<Held>, answer: &mut Vec<u8>) -> Taken {
        let base = input.as_ptr() as usize;
        let Some(rest) = input.get_mut(start..) else { return Taken::Short };
        match self {
            Self::WebSocket(websocket, closing, ..) => match websocket.recv(rest) {
                websocket::Received::Incomplete { .. } => Taken::Short,
                websocket::Received::Frame { used, event } => {
                    take_websocket(event, used, closing, |payload| held.push(Held::new(payload, base)), answer)
                }
            },
            Self::RawSocket(rawsocket, limit, _) => match rawsocket.recv(rest) {
                rawsocket::Received::Incomplete { .. } => Taken::Short,
                rawsocket::Received::Frame { used, event } => {
                    take_rawsocket(event, used, *limit, |payload| held.push(Held::new(payload, base)), answer)
                }
            },
            Self::LongPoll(polled) => polled.take(held),
        }
    }

    pub(super) fn ping(&mut self, out: &mut Vec<u8>) {
        match self {
            Self::WebSocket(_, closing, ..) if closing.may_send() => websocket::write::ping(out, b"", None),
            // Polling is the sign of life.
            Self::WebSocket(..) | Self::LongPoll(_) => {}
            Self::RawSocket(rawsocket, ..) => rawsocket.send_ping(out, b""),
        }
    }

    /// Says that the peer broke a rule, if nothing was said yet.
    pub(super) fn fail(&mut self, out: &mut Vec<u8>, violation: &Violation) {
        if let (Self::WebSocket(_, closing, ..), Violation::WebSocket(violation)) = (self, violation) {
            closing.fail(out, violation, None);
        }
    }

    /// The last words, if the transport has any and none were said.
    pub(super) fn close(&mut self, out: &mut Vec<u8>, ending: Ending) {
        match self {
            Self::WebSocket(_, closing, ..) => {
                let code = match ending {
                    Ending::Goodbye => CloseCode::NORMAL,
                    Ending::Refused => CloseCode::POLICY,
                    Ending::Violation => CloseCode::PROTOCOL,
                    Ending::Shutdown => CloseCode::AWAY,
                };
                closing.send_close(out, CloseFrame { code: Some(code), reason: "" }, None);
            }
            Self::RawSocket(..) => {}
            Self::LongPoll(polled) => polled.close(ending),
        }
    }

    /// Whether the peer's last words are still to come.
    pub(super) const fn awaits_close(&self) -> bool {
        match self {
            Self::WebSocket(_, closing, ..) => matches!(closing.tcp(Side::Server), Tcp::AwaitClose),
            Self::RawSocket(..) | Self::LongPoll(_) => false,
        }
    }

    /// How long the end may take, once it is written, until the socket is closed.
    pub(super) const fn linger(&self) -> Duration {
        match self {
            Self::WebSocket(..) | Self::RawSocket(..) => LINGER,
            Self::LongPoll(_) => LINGER_POLLED,
        }
    }
}

impl Held {
    /// Its octets, of which those in the read buffer are in `input`.
    pub(super) fn octets<'a>(&'a self, input: &'a [u8]) -> &'a [u8] {
        match self {
            Self::Span(span) => input.get(span.clone()).unwrap_or_default(),
            Self::Owned(octets) => octets,
        }
    }

    /// A payload that is borrowed lies in the read buffer, which begins at the address `base`.
    fn new(payload: Cow<'_, [u8]>, base: usize) -> Self {
        match payload {
            Cow::Borrowed(payload) => {
                let at = (payload.as_ptr() as usize).saturating_sub(base);
                Self::Span(at..at + payload.len())
            }
            Cow::Owned(payload) => Self::Owned(payload.into()),
        }
    }
}

fn take_websocket(
    event: websocket::Event<'_>,
    used: usize,
    closing: &mut Closing,
    hold: impl FnOnce(Cow<'_, [u8]>),
    answer: &mut Vec<u8>,
) -> Taken {
    match event {
        websocket::Event::Message { payload, .. } => hold(payload),
        websocket::Event::Ping(payload) if closing.may_send() => websocket::write::pong(answer, payload, None),
        websocket::Event::Close(frame) => {
            closing.recv_close(answer, &frame, None);
            return Taken::Closed;
        }
        websocket::Event::Violation(violation) => {
            closing.fail(answer, &violation, None);
            return Taken::Violation(Violation::WebSocket(violation));
        }
        websocket::Event::Ping(_) | websocket::Event::Pong(_) | websocket::Event::Nothing => {}
    }
    Taken::Used(used)
}

fn take_rawsocket(event: rawsocket::Event<'_>, used: usize, limit: Limit, hold: impl FnOnce(Cow<'_, [u8]>), answer: &mut Vec<u8>) -> Taken {
    match event {
        rawsocket::Event::Message(payload) => hold(payload),
        rawsocket::Event::Ping(payload) => {
            if rawsocket::write::pong(answer, &payload, limit).is_err() {
                tracing::debug!("a ping longer than its sender takes is not answered");
            }
        }
        rawsocket::Event::Violation(violation) => return Taken::Violation(Violation::RawSocket(violation)),
        rawsocket::Event::Pong(_) | rawsocket::Event::Nothing => {}
    }
    Taken::Used(used)
}
