//! The sending half: messages become masked frames, batches and compressed frames.

use super::masks::Masks;
use crate::transport::buffers::Output;
use crate::transport::{LinkError, SendError};
use proto::framing::Subprotocol;
use proto::framing::batch::{self, Separator};
use proto::framing::websocket::deflate::Agreed;
use proto::framing::websocket::write::{self, OpenFrame};
use proto::framing::websocket::{CloseFrame, Closing, Deflate, Deflater, MessageKind, Violation};
use proto::message::encode;
use proto::{Message, PayloadRef};
use std::io;
use std::task::{Context, Poll};
use tokio::io::AsyncWrite;

/// How long a batch becomes, in octets; a longer message is a batch of its own.
const BATCH: usize = 16 << 10;

/// The shortest payload that is expected, so that a batch's header gets the room that it needs when it has grown.
const EXPECTED: usize = 126;

/// What is to be sent, and the closing handshake.
pub(super) struct Sender {
    subprotocol: Subprotocol,
    closing: Closing,
    output: Output,
    /// The batch to which messages are added until the next flush or control frame.
    batch: Option<OpenFrame>,
    deflater: Option<Box<Deflater>>,
    masks: Masks,
}

impl Sender {
    pub(super) fn new(subprotocol: Subprotocol, deflate: Option<(Deflate, Agreed)>) -> Self {
        let deflater = deflate.map(|(options, agreed)| Box::new(Deflater::new(&options, agreed.client)));
        Self { subprotocol, closing: Closing::Open, output: Output::default(), batch: None, deflater, masks: Masks::new() }
    }

    pub(super) const fn closing(&self) -> Closing {
        self.closing
    }

    /// How many octets wait.
    pub(super) const fn len(&self) -> usize {
        self.output.len()
    }

    pub(super) fn send(&mut self, message: &Message, payload: PayloadRef<'_>) -> Result<(), SendError> {
        if !self.closing.may_send() {
            return Ok(());
        }
        if self.subprotocol.batched { self.send_batched(message, payload) } else { self.send_alone(message, payload) }
    }

    fn send_alone(&mut self, message: &Message, payload: PayloadRef<'_>) -> Result<(), SendError> {
        let format = self.subprotocol.format;
        let out = &mut self.output.octets;
        let frame = write::begin(out, MessageKind::of(format), payload.len() + 64, Some(self.masks.next()));
        if let Err(error) = encode(message, payload, format, out) {
            frame.cancel(out);
            return Err(error.into());
        }
        self.end(frame);
        Ok(())
    }

    fn send_batched(&mut self, message: &Message, payload: PayloadRef<'_>) -> Result<(), SendError> {
        let (format, expected) = (self.subprotocol.format, payload.len() + 64);
        if self.batch.as_ref().is_some_and(|batch| batch.payload_len(&self.output.octets) + expected > BATCH) {
            self.end_batch();
        }
        let out = &mut self.output.octets;
        let masks = &mut self.masks;
        self.batch.get_or_insert_with(|| write::begin(out, MessageKind::of(format), expected.max(EXPECTED), Some(masks.next())));
        let part = batch::begin(out, format, Separator::default());
        match encode(message, payload, format, out) {
            Ok(()) => part.end(out),
            Err(error) => {
                part.cancel(out);
                return Err(error.into());
            }
        }
        Ok(())
    }

    fn end_batch(&mut self) {
        match self.batch.take() {
            // A batch without a message is illegal.
            Some(batch) if batch.payload_len(&self.output.octets) == 0 => batch.cancel(&mut self.output.octets),
            Some(batch) => self.end(batch),
            None => {}
        }
    }

    fn end(&mut self, frame: OpenFrame) {
        let out = &mut self.output.octets;
        match &mut self.deflater {
            Some(deflater) => frame.end_deflated(out, deflater),
            None => frame.end(out),
        };
    }

    pub(super) fn ping(&mut self) {
        if self.closing.may_send() {
            self.end_batch();
            write::ping(&mut self.output.octets, b"", Some(self.masks.next()));
        }
    }

    pub(super) fn pong(&mut self, payload: &[u8]) {
        if self.closing.may_send() {
            self.end_batch();
            write::pong(&mut self.output.octets, payload, Some(self.masks.next()));
        }
    }

    pub(super) fn close(&mut self, frame: CloseFrame<'_>) {
        self.end_batch();
        self.closing.send_close(&mut self.output.octets, frame, Some(self.masks.next()));
    }

    pub(super) fn recv_close(&mut self, frame: &CloseFrame<'_>) {
        self.end_batch();
        self.closing.recv_close(&mut self.output.octets, frame, Some(self.masks.next()));
    }

    /// Says that the router broke a rule.
    pub(super) fn fail(&mut self, violation: Violation) -> LinkError {
        self.end_batch();
        self.closing.fail(&mut self.output.octets, &violation, Some(self.masks.next()));
        LinkError::Violation(violation.into())
    }

    pub(super) fn poll_flush(&mut self, io: &mut (impl AsyncWrite + Unpin), cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.end_batch();
        self.output.poll_flush(io, cx)
    }
}
