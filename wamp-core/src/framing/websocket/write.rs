//! The sending half: frames appended to a buffer.
//!
//! `mask` is `None` for a server, and for a client four octets that its peers cannot foresee, new for each frame.
//! A server's frame is the same for every receiver, so an EVENT is framed once and its [`Bytes`] shared.

use bytes::Bytes;
use tungstenite::protocol::frame::{
    FrameHeader,
    coding::{Control, Data, OpCode},
};

use super::mask::{Mask, apply_mask};
use super::{CloseFrame, Deflater, MAX_CONTROL, MessageKind};

/// Appends a whole message.
pub fn message(out: &mut Vec<u8>, kind: MessageKind, payload: &[u8], mask: Option<[u8; 4]>) {
    header(out, kind, payload.len(), mask);
    masked(out, payload, mask);
}

/// Appends the header of a message whose payload of `length` octets follows, masked by the caller if `mask` is given.
pub fn header(out: &mut Vec<u8>, kind: MessageKind, length: usize, mask: Option<[u8; 4]>) {
    format(out, data(kind), length, mask, false);
}

/// A server's frame of its own, to be shared between receivers.
pub fn shared(kind: MessageKind, payload: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(header_width(payload.len(), None) + payload.len());
    message(&mut out, kind, payload, None);
    out.into()
}

/// Appends a ping. More than 125 octets of payload are cut off.
pub fn ping(out: &mut Vec<u8>, payload: &[u8], mask: Option<[u8; 4]>) {
    control(out, Control::Ping, payload, mask);
}

/// Appends the answer to a ping. More than 125 octets of payload, which no ping has, are cut off.
pub fn pong(out: &mut Vec<u8>, payload: &[u8], mask: Option<[u8; 4]>) {
    control(out, Control::Pong, payload, mask);
}

/// Appends a Close; see [`Closing`](super::Closing) for when. A reason that does not fit is cut, one without a code left out.
pub(super) fn close(out: &mut Vec<u8>, frame: CloseFrame<'_>, mask: Option<[u8; 4]>) {
    let mut payload = Vec::with_capacity(MAX_CONTROL);
    if let Some(code) = frame.code {
        payload.extend_from_slice(&code.as_u16().to_be_bytes());
        payload.extend_from_slice(frame.reason_that_fits().as_bytes());
    }
    control(out, Control::Close, &payload, mask);
}

/// Begins a message that is encoded straight behind its header, into `out`. Append to it, then [`OpenFrame::end`] it.
///
/// `expected` is the payload's likely length in octets: right to the order of magnitude (up to 125, up to 65,535, more),
/// it saves moving the payload once.
pub fn begin(out: &mut Vec<u8>, kind: MessageKind, expected: usize, mask: Option<[u8; 4]>) -> OpenFrame {
    let start = out.len();
    let payload = start + header_width(expected, mask);
    out.resize(payload, 0);
    OpenFrame { start, payload, kind, mask, compressed: false }
}

/// A message whose header is not written yet.
#[derive(Debug)]
#[must_use = "without `end` or `cancel` the octets written are no frame"]
pub struct OpenFrame {
    start: usize,
    payload: usize,
    kind: MessageKind,
    mask: Option<Mask>,
    compressed: bool,
}

impl OpenFrame {
    /// How many octets of payload were appended so far.
    pub fn payload_len(&self, out: &[u8]) -> usize {
        out.len().saturating_sub(self.payload)
    }

    /// Writes the header of what was appended since [`begin`], and masks it. Gives the frame's length in octets.
    pub fn end(self, out: &mut Vec<u8>) -> usize {
        let length = self.payload_len(out);
        let mut header = Header::default();
        format(&mut header, data(self.kind), length, self.mask, self.compressed);
        let payload = self.start + header.as_slice().len();
        if payload > self.payload {
            out.resize(payload + length, 0);
        }
        if payload != self.payload {
            out.copy_within(self.payload..self.payload + length, payload);
        }
        out.truncate(payload + length);
        if let Some(frame) = out.get_mut(self.start..) {
            let (gap, octets) = frame.split_at_mut(payload - self.start);
            gap.copy_from_slice(header.as_slice());
            apply_mask(octets, self.mask);
        }
        out.len() - self.start
    }

    /// [`end`](Self::end), compressed where that is worth it. For a peer that agreed to it only.
    pub fn end_deflated(mut self, out: &mut Vec<u8>, deflater: &mut Deflater) -> usize {
        if let Some(compressed) = out.get(self.payload..).and_then(|payload| deflater.deflate(payload)) {
            out.truncate(self.payload);
            out.extend_from_slice(compressed);
            self.compressed = true;
        }
        self.end(out)
    }

    /// Takes back everything appended since [`begin`].
    pub fn cancel(self, out: &mut Vec<u8>) {
        out.truncate(self.start);
    }
}

/// A header on the stack.
#[derive(Default)]
struct Header {
    octets: [u8; 14],
    length: usize,
}

impl Header {
    fn as_slice(&self) -> &[u8] {
        self.octets.get(..self.length).unwrap_or_default()
    }
}

impl std::io::Write for Header {
    fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
        let mut free = self.octets.get_mut(self.length..).unwrap_or_default();
        let written = std::io::Write::write(&mut free, octets)?;
        self.length += written;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn data(kind: MessageKind) -> OpCode {
    OpCode::Data(match kind {
        MessageKind::Text => Data::Text,
        MessageKind::Binary => Data::Binary,
    })
}

fn control(out: &mut Vec<u8>, control: Control, payload: &[u8], mask: Option<Mask>) {
    let payload = payload.get(..MAX_CONTROL).unwrap_or(payload);
    format(out, OpCode::Control(control), payload.len(), mask, false);
    masked(out, payload, mask);
}

fn masked(out: &mut Vec<u8>, payload: &[u8], mask: Option<Mask>) {
    let start = out.len();
    out.extend_from_slice(payload);
    apply_mask(out.get_mut(start..).unwrap_or_default(), mask);
}

fn format(out: &mut impl std::io::Write, opcode: OpCode, length: usize, mask: Option<Mask>, compressed: bool) {
    let formatted = FrameHeader { opcode, mask, rsv1: compressed, ..FrameHeader::default() }.format(length as u64, out);
    debug_assert!(formatted.is_ok(), "a buffer with room takes any header");
}

fn header_width(length: usize, mask: Option<Mask>) -> usize {
    FrameHeader { mask, ..FrameHeader::default() }.len(length as u64)
}
