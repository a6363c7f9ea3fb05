//! A WebSocket after its opening handshake, as a link.

use super::sender::Sender;
use crate::transport::buffers::Input;
use crate::transport::keepalive::{Due, Keepalive};
use crate::transport::options::LinkOptions;
use crate::transport::{Link, LinkError, LinkViolation, SendError, decoded};
use bytes::Bytes;
use proto::auth::ChannelBinding;
use proto::framing::Subprotocol;
use proto::framing::batch::{self, BatchError};
use proto::framing::websocket::deflate::Agreed;
use proto::framing::websocket::{self, CloseCode, CloseFrame, Closing, Deflate, Event, MAX_HELD, MessageKind, Received, Side, WebSocket};
use proto::message::decode;
use proto::serializer::DEFAULT_MAX_DEPTH;
use proto::{Format, Message, Payload, PayloadRef};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Sleep, sleep};

/// A WebSocket over `Io`.
pub(crate) struct WebSocketLink<Io> {
    io: Io,
    channel: Option<ChannelBinding>,
    subprotocol: Subprotocol,
    codec: WebSocket,
    input: Input,
    /// What is left of the last batch.
    batch: Bytes,
    sender: Sender,
    keepalive: Keepalive,
    close_timeout: Duration,
    /// The limit of the closing handshake, once it has begun.
    close_limit: Option<Pin<Box<Sleep>>>,
}

/// What a frame came to.
#[expect(clippy::large_enum_variant, reason = "it lives for a moment; a box would cost an allocation a message")]
enum Taken {
    Message(Message, Payload),
    Nothing,
    /// More must be read.
    Starved,
}

impl<Io: AsyncRead + AsyncWrite + Unpin> WebSocketLink<Io> {
    /// A link over `io`, of which `early` was read already.
    pub(super) fn new(io: Io, early: &[u8], subprotocol: Subprotocol, deflate: Option<(Deflate, Agreed)>, options: &LinkOptions) -> Self {
        let accepts = Some(MessageKind::of(subprotocol.format));
        let codec = WebSocket::new(Side::Client, accepts, options.max_message);
        Self {
            io,
            channel: None,
            subprotocol,
            codec: codec.with_deflate(deflate.map(|(_, agreed)| agreed.server)),
            input: Input::new(early, MAX_HELD),
            batch: Bytes::new(),
            sender: Sender::new(subprotocol, deflate),
            keepalive: Keepalive::new(options.ping_interval, options.ping_timeout),
            close_timeout: options.close_timeout,
            close_limit: None,
        }
    }

    /// Has the link tell the secure channel that `io` is.
    pub(super) fn over(mut self, channel: Option<ChannelBinding>) -> Self {
        self.channel = channel;
        self
    }

    /// Takes the next message of a batch, or one frame from the input.
    fn take(&mut self, cx: &mut Context<'_>) -> Result<Taken, LinkError> {
        let taken = if self.batch.is_empty() { self.take_frame() } else { self.take_batched() };
        if taken.is_err() {
            // The last word is written as far as the socket takes it at once; the end is told in any case.
            let _ = self.sender.poll_flush(&mut self.io, cx);
        }
        taken
    }

    fn take_batched(&mut self) -> Result<Taken, LinkError> {
        let batch = std::mem::take(&mut self.batch);
        let format = self.subprotocol.format;
        let (message, rest) = batch::take(format, &batch).map_err(|why| self.sender.fail(why.into()))?;
        self.batch = batch.slice_ref(rest);
        // Its payload shares the batch's memory.
        let octets = batch.slice_ref(message);
        let decoded = decode(format, &octets, DEFAULT_MAX_DEPTH).map_err(|why| LinkError::Violation(why.into()));
        let (message, payload) = decoded?;
        Ok(Taken::Message(message, Payload::shared(&octets, payload)))
    }

    fn take_frame(&mut self) -> Result<Taken, LinkError> {
        let (used, taken) = match self.codec.recv(self.input.pending()) {
            Received::Incomplete { .. } => return Ok(Taken::Starved),
            Received::Frame { used, event } => match event {
                Event::Message { payload, .. } if self.subprotocol.batched => match payload.is_empty() {
                    true => (used, Err(self.sender.fail(BatchError::Empty.into()))),
                    false => {
                        self.batch = Bytes::from(payload.into_owned());
                        (used, Ok(Taken::Nothing))
                    }
                },
                Event::Message { payload, .. } => {
                    (used, decoded(self.subprotocol.format, payload).map(|(message, payload)| Taken::Message(message, payload)))
                }
                Event::Ping(payload) => {
                    self.sender.pong(payload);
                    (used, Ok(Taken::Nothing))
                }
                Event::Pong(_) | Event::Nothing => (used, Ok(Taken::Nothing)),
                Event::Close(frame) => {
                    self.sender.recv_close(&frame);
                    (used, Err(closed(&frame)))
                }
                Event::Violation(violation) => (used, Err(self.sender.fail(violation))),
            },
        };
        self.input.consume(used);
        taken
    }

    /// Reads more; an error at the end of the stream.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), LinkError>> {
        match ready!(self.input.poll_fill(&mut self.io, cx))? {
            0 => Poll::Ready(Err(LinkError::Closed { code: None, reason: None })),
            _ => {
                self.keepalive.hear();
                Poll::Ready(Ok(()))
            }
        }
    }

    /// Pings when it is time, and ends the wait for a router that is gone.
    fn poll_keepalive(&mut self, cx: &mut Context<'_>) -> Result<(), LinkError> {
        while let Poll::Ready(due) = self.keepalive.poll(cx) {
            match due {
                Due::Silent(timeout) => return Err(LinkError::Silent(timeout)),
                Due::Ping => self.sender.ping(),
            }
        }
        Ok(())
    }

    /// Reads until the peer's Close, or the end.
    fn poll_peers_close(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), LinkError>> {
        loop {
            match self.take(cx) {
                Ok(Taken::Starved) => {}
                Ok(Taken::Message(..) | Taken::Nothing) => continue,
                Err(LinkError::Violation(LinkViolation::Message(_))) => continue,
                Err(LinkError::Closed { .. }) => return Poll::Ready(Ok(())),
                Err(error) => return Poll::Ready(Err(error)),
            }
            match ready!(self.poll_fill(cx)) {
                Ok(()) => {}
                Err(LinkError::Closed { .. }) => return Poll::Ready(Ok(())),
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl<Io: AsyncRead + AsyncWrite + Unpin> Link for WebSocketLink<Io> {
    fn format(&self) -> Format {
        self.subprotocol.format
    }

    fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Result<(Message, Payload), LinkError>> {
        loop {
            match self.take(cx)? {
                Taken::Message(message, payload) => return Poll::Ready(Ok((message, payload))),
                Taken::Nothing => {}
                Taken::Starved => match self.poll_fill(cx)? {
                    Poll::Ready(()) => {}
                    Poll::Pending => break,
                },
            }
        }
        self.poll_keepalive(cx)?;
        // Pings and pongs do not wait for the next batch.
        if self.sender.len() > 0
            && let Poll::Ready(Err(error)) = self.sender.poll_flush(&mut self.io, cx)
        {
            return Poll::Ready(Err(error.into()));
        }
        Poll::Pending
    }

    fn send(&mut self, message: &Message, payload: PayloadRef<'_>) -> Result<(), SendError> {
        self.sender.send(message, payload)
    }

    fn channel(&self) -> Option<ChannelBinding> {
        self.channel
    }

    fn buffered(&self) -> usize {
        self.sender.len()
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), LinkError>> {
        self.sender.poll_flush(&mut self.io, cx).map_err(LinkError::from)
    }

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), LinkError>> {
        let timeout = self.close_timeout;
        let limit = self.close_limit.get_or_insert_with(|| Box::pin(sleep(timeout)));
        if limit.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(LinkError::Silent(timeout)));
        }
        let frame = CloseFrame { code: Some(CloseCode::NORMAL), reason: "" };
        self.sender.close(frame);
        ready!(self.poll_flush(cx))?;
        if self.sender.closing() != Closing::Done {
            ready!(self.poll_peers_close(cx))?;
        }
        Pin::new(&mut self.io).poll_shutdown(cx).map_err(LinkError::from)
    }
}

fn closed(frame: &CloseFrame<'_>) -> LinkError {
    let reason = Some(frame.reason).filter(|reason| !reason.is_empty()).map(str::to_owned);
    LinkError::Closed { code: frame.code.map(websocket::CloseCode::as_u16), reason }
}

impl<Io> fmt::Debug for WebSocketLink<Io> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocketLink")
            .field("subprotocol", &self.subprotocol)
            .field("closing", &self.sender.closing())
            .finish_non_exhaustive()
    }
}
