//! A WebSocket after its opening handshake, as a link.

use super::masks::Masks;
use crate::transport::buffers::{Input, Output};
use crate::transport::keepalive::{Due, Keepalive};
use crate::transport::options::LinkOptions;
use crate::transport::{Link, LinkError, LinkViolation, SendError, decoded};
use proto::framing::websocket::{self, CloseCode, CloseFrame, Closing, Event, MAX_HELD, MessageKind, Received, Side, WebSocket, write};
use proto::message::encode;
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
    format: Format,
    codec: WebSocket,
    closing: Closing,
    input: Input,
    output: Output,
    masks: Masks,
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
    pub(super) fn new(io: Io, early: &[u8], format: Format, options: &LinkOptions) -> Self {
        let accepts = Some(MessageKind::of(format));
        Self {
            io,
            format,
            codec: WebSocket::new(Side::Client, accepts, options.max_message),
            closing: Closing::Open,
            input: Input::new(early, MAX_HELD),
            output: Output::default(),
            masks: Masks::new(),
            keepalive: Keepalive::new(options.ping_interval, options.ping_timeout),
            close_timeout: options.close_timeout,
            close_limit: None,
        }
    }

    /// Takes one frame from the input.
    fn take(&mut self, cx: &mut Context<'_>) -> Result<Taken, LinkError> {
        let (used, taken) = match self.codec.recv(self.input.pending()) {
            Received::Incomplete { .. } => return Ok(Taken::Starved),
            Received::Frame { used, event } => match event {
                Event::Message { payload, .. } => {
                    (used, decoded(self.format, payload).map(|(message, payload)| Taken::Message(message, payload)))
                }
                Event::Ping(payload) => {
                    if self.closing.may_send() {
                        write::pong(&mut self.output.octets, payload, Some(self.masks.next()));
                    }
                    (used, Ok(Taken::Nothing))
                }
                Event::Pong(_) | Event::Nothing => (used, Ok(Taken::Nothing)),
                Event::Close(frame) => {
                    self.closing.recv_close(&mut self.output.octets, &frame, Some(self.masks.next()));
                    (used, Err(closed(&frame)))
                }
                Event::Violation(violation) => {
                    self.closing.fail(&mut self.output.octets, &violation, Some(self.masks.next()));
                    (used, Err(LinkError::Violation(violation.into())))
                }
            },
        };
        self.input.consume(used);
        if taken.is_err() {
            // The last word is written as far as the socket takes it at once; the end is told in any case.
            let _ = self.output.poll_flush(&mut self.io, cx);
        }
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
                Due::Ping if self.closing.may_send() => {
                    write::ping(&mut self.output.octets, b"", Some(self.masks.next()));
                }
                Due::Ping => {}
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
        self.format
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
        if self.output.len() > 0
            && let Poll::Ready(Err(error)) = self.output.poll_flush(&mut self.io, cx)
        {
            return Poll::Ready(Err(error.into()));
        }
        Poll::Pending
    }

    fn send(&mut self, message: &Message, payload: PayloadRef<'_>) -> Result<(), SendError> {
        if !self.closing.may_send() {
            return Ok(());
        }
        let out = &mut self.output.octets;
        let frame = write::begin(out, MessageKind::of(self.format), payload.len() + 64, Some(self.masks.next()));
        match encode(message, payload, self.format, out) {
            Ok(()) => {
                frame.end(out);
                Ok(())
            }
            Err(error) => {
                frame.cancel(out);
                Err(error.into())
            }
        }
    }

    fn buffered(&self) -> usize {
        self.output.len()
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), LinkError>> {
        self.output.poll_flush(&mut self.io, cx).map_err(LinkError::from)
    }

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), LinkError>> {
        let timeout = self.close_timeout;
        let limit = self.close_limit.get_or_insert_with(|| Box::pin(sleep(timeout)));
        if limit.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(LinkError::Silent(timeout)));
        }
        let frame = CloseFrame { code: Some(CloseCode::NORMAL), reason: "" };
        self.closing.send_close(&mut self.output.octets, frame, Some(self.masks.next()));
        ready!(self.poll_flush(cx))?;
        if self.closing != Closing::Done {
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
        f.debug_struct("WebSocketLink").field("format", &self.format).field("closing", &self.closing).finish_non_exhaustive()
    }
}
