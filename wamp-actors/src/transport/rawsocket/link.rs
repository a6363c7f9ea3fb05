//! A RawSocket after its handshake, as a link.

use crate::transport::buffers::{Input, Output};
use crate::transport::keepalive::{Due, Keepalive};
use crate::transport::{Link, LinkError, LinkOptions, SendError, decoded};
use proto::auth::ChannelBinding;
use proto::framing::rawsocket::{Event, Limit, MAX_HELD, RawSocket, Received, write};
use proto::message::encode;
use proto::{Format, Message, Payload, PayloadRef};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Sleep, sleep};

/// A RawSocket over `Io`.
pub(super) struct RawSocketLink<Io> {
    io: Io,
    channel: Option<ChannelBinding>,
    format: Format,
    codec: RawSocket,
    /// The longest message that the router takes.
    limit: Limit,
    input: Input,
    output: Output,
    /// `None` where the router may not know pings.
    keepalive: Option<Keepalive>,
    close_timeout: Duration,
    /// The limit of closing, once it has begun.
    close_limit: Option<Pin<Box<Sleep>>>,
    /// Whether our half of the connection is closed.
    shut: bool,
}

/// What a frame came to.
#[expect(clippy::large_enum_variant, reason = "it lives for a moment; a box would cost an allocation a message")]
enum Taken {
    Message(Message, Payload),
    Nothing,
    /// More must be read.
    Starved,
}

impl<Io: AsyncRead + AsyncWrite + Unpin> RawSocketLink<Io> {
    /// A link over `io`; `ours` and `theirs` are the longest messages each side takes.
    pub(super) fn new(io: Io, format: Format, ours: Limit, theirs: Limit, options: &LinkOptions) -> Self {
        Self {
            io,
            channel: None,
            format,
            codec: RawSocket::new(ours),
            limit: theirs,
            input: Input::new(b"", MAX_HELD),
            output: Output::default(),
            keepalive: options.ping_raw.then(|| Keepalive::new(options.ping_interval, options.ping_timeout)),
            close_timeout: options.close_timeout,
            close_limit: None,
            shut: false,
        }
    }

    /// Has the link tell the secure channel that `io` is.
    pub(super) fn over(mut self, channel: Option<ChannelBinding>) -> Self {
        self.channel = channel;
        self
    }

    /// Takes one frame from the input.
    fn take(&mut self) -> Result<Taken, LinkError> {
        let (used, taken) = match self.codec.recv(self.input.pending()) {
            Received::Incomplete { .. } => return Ok(Taken::Starved),
            Received::Frame { used, event } => match event {
                Event::Message(payload) => (used, decoded(self.format, payload).map(|(message, payload)| Taken::Message(message, payload))),
                Event::Ping(payload) => {
                    // One longer than the router itself takes cannot be answered.
                    let _ = write::pong(&mut self.output.octets, &payload, self.limit);
                    (used, Ok(Taken::Nothing))
                }
                Event::Pong(_) | Event::Nothing => (used, Ok(Taken::Nothing)),
                Event::Violation(violation) => (used, Err(LinkError::Violation(violation.into()))),
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
                self.keepalive.iter_mut().for_each(Keepalive::hear);
                Poll::Ready(Ok(()))
            }
        }
    }

    /// Pings when it is time, and ends the wait for a router that is gone.
    fn poll_keepalive(&mut self, cx: &mut Context<'_>) -> Result<(), LinkError> {
        let Some(keepalive) = &mut self.keepalive else { return Ok(()) };
        while let Poll::Ready(due) = keepalive.poll(cx) {
            match due {
                Due::Silent(timeout) => return Err(LinkError::Silent(timeout)),
                Due::Ping => self.codec.send_ping(&mut self.output.octets, b""),
            }
        }
        Ok(())
    }

    /// Reads to the end, so that what was written last is not lost to a reset. RawSocket has no words for farewell.
    fn poll_peers_end(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), LinkError>> {
        loop {
            self.input.clear();
            // A reset is an end, too.
            if matches!(ready!(self.input.poll_fill(&mut self.io, cx)), Ok(0) | Err(_)) {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl<Io: AsyncRead + AsyncWrite + Unpin> Link for RawSocketLink<Io> {
    fn format(&self) -> Format {
        self.format
    }

    fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Result<(Message, Payload), LinkError>> {
        loop {
            match self.take()? {
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
        let out = &mut self.output.octets;
        let frame = write::begin(out);
        if let Err(error) = encode(message, payload, self.format, out) {
            frame.cancel(out);
            return Err(error.into());
        }
        let ended = frame.end(out, self.limit).map(drop);
        ended.map_err(|long| SendError::TooLarge { size: long.length, limit: long.limit })
    }

    fn max_message(&self) -> Option<usize> {
        Some(self.limit.octets())
    }

    fn channel(&self) -> Option<ChannelBinding> {
        self.channel
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
        ready!(self.poll_flush(cx))?;
        if !self.shut {
            ready!(Pin::new(&mut self.io).poll_shutdown(cx))?;
            self.shut = true;
        }
        self.poll_peers_end(cx)
    }
}

impl<Io> fmt::Debug for RawSocketLink<Io> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawSocketLink").field("format", &self.format).field("limit", &self.limit).finish_non_exhaustive()
    }
}
